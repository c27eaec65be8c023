"""return - leave results in r(), and list them

    return list
    return scalar name = exp
    return local name ["]text["]      also = exp or : function, as with local
    return matrix name [=] matrix [, copy]
    return add
    return clear

In a program defined rclass: what is set here becomes r() when the program ends.  A matrix moves unless copy is
given; add takes over what is in r() now.

Example: return scalar icc = `between' / (`between' + `within')
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.macros.results import changed, listing, taken_apart
from mixedcli.errors import InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("return", any_option=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """List r(), or set what the program returns.  Errors: r(198), r(111) no such matrix."""
    kind, rest = taken_apart(command)
    now = session.frame.returned
    match kind:
        case "list":
            return Outcome(blocks=listing("r", session.r))
        case "clear":
            return Outcome(returned=Stored())
        case "add":
            held = session.r
            return Outcome(
                returned=Stored(
                    {**held.scalars, **now.scalars}, {**held.macros, **now.macros}, {**held.matrices, **now.matrices}
                )
            )
        case "scalar" | "local" | "matrix":
            made, also = changed(session, now, kind, rest)
            return Outcome(returned=made, **also)
    raise InvalidSyntax("invalid syntax", command.span)
