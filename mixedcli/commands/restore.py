"""restore - bring back the data that preserve kept

    restore [, preserve not]

preserve: the copy is kept for another restore.  not: the copy is forgotten and the data stay as they are.
"""

from __future__ import annotations

from dataclasses import replace

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.preserving import restored
from mixedcli.errors import NothingPreserved
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("restore", (OptionSpec("preserve", "pres"), OptionSpec("not", "not")))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Errors: r(622) nothing is kept."""
    if not session.frame.preserved:
        raise NothingPreserved("nothing to restore")
    kept = session.frame.preserved[-1]
    if "not" in options:
        return Outcome(preserved=())
    back = restored(session, kept)
    return back if "preserve" in options else replace(back, preserved=())
