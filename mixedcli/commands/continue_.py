"""continue - go on with a loop's next round, or leave the loop

    continue [, break]

Inside foreach, forvalues and while: the rest of this round is left out; with break, the rounds that are left, too.

Example: if missing(`x') continue
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("continue", any_option=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Ask dispatch to jump.  Errors: r(198) another option."""
    body = command.body
    rest = "".join(body.text.split()) if isinstance(body, ast.WordsBody) else ""
    if rest not in ("", ",") and not (rest.startswith(",br") and ",break".startswith(rest)):
        raise InvalidSyntax("invalid syntax", command.span)
    return Outcome(jump="break" if rest.startswith(",b") else "continue")
