"""preserve - keep the data as they are now, to have them back later

    preserve
    restore [, preserve not]

restore brings the data back as preserve found them; without it they come back when the program or do-file ends.
restore, preserve brings them back and keeps the copy; restore, not forgets the copy.

Example: preserve
         collapse (mean) weight, by(week)
         list
         restore
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.preserving import snapshot
from mixedcli.errors import AlreadyPreserved
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("preserve", (OptionSpec("changed", "changed"), OptionSpec("memory", "memory")))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Keep a copy.  Errors: r(621) one is kept already."""
    if session.frame.preserved:
        raise AlreadyPreserved("already preserved")
    return Outcome(preserved=(snapshot(session),))
