"""sreturn - leave texts in s(), and list them

sreturn list
sreturn local name ["]text["]
sreturn clear
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.macros.results import changed, listing, taken_apart
from mixedcli.errors import InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("sreturn", any_option=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """List or set s().  Errors: r(198)."""
    kind, rest = taken_apart(command)
    match kind:
        case "list":
            return Outcome(blocks=listing("s", session.s))
        case "clear":
            return Outcome(s=Stored())
        case "local":
            made, also = changed(session, session.s, kind, rest)
            return Outcome(s=made, **also)
    raise InvalidSyntax("invalid syntax", command.span)
