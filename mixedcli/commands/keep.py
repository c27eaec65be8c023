"""keep - remove everything else

    keep varlist
    keep if exp
    keep in range [if exp]

Examples: keep id week weight
          keep if week <= 6
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.drop import remove
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("keep", allows=frozenset({"if", "in"}), by="groups")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Keep what is named or selected."""
    return remove(session, command, keep=True)
