"""scalar - numbers and strings by name

    scalar [define] name = exp
    scalar list [names]
    scalar drop names | _all

Expressions use a scalar by its name; a variable of that name (or abbreviation) comes first, scalar(name) avoids
that.

Example: scalar sd = sqrt(r(Var))
"""

from __future__ import annotations

from mixedcli import ast, numfmt
from mixedcli.blocks import Block, Line, Segment
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.data.expression import scalar as evaluate_scalar
from mixedcli.errors import InvalidSyntax, NotFound
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("scalar")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Define, list or drop.  Errors: r(111) no such scalar."""
    body = command.body
    match body:
        case ast.AssignBody(target, expr) if expr is not None:
            context = expression_context(session)
            value = evaluate_scalar(expr, context)
            return Outcome(scalars={target: value}, settings=settings_after(session, context))
        case ast.WordsBody(words):
            texts = [word.text for word in words]
        case ast.VarlistBody(varlist) if not varlist.terms:
            texts = []
        case _:
            raise InvalidSyntax("invalid syntax", command.span)
    what, *names = texts or ["list"]
    if len(what) >= 3 and "drop".startswith(what) and names:
        wanted = list(session.scalars) if names == ["_all"] else names
        _check(session, wanted)
        return Outcome(scalars=dict.fromkeys(wanted))
    if (len(what) >= 1 and "list".startswith(what)) or (len(what) >= 2 and "dir".startswith(what)):
        # the newest comes first
        shown = names if names and names != ["_all"] else list(session.scalars)[::-1]
        _check(session, shown)
        return Outcome(blocks=tuple(_row(name, session.scalars[name]) for name in shown))
    raise InvalidSyntax("invalid syntax", command.span)


def _check(session: Session, names: list[str]) -> None:
    for name in names:
        if name not in session.scalars:
            raise NotFound(f"scalar {name} not found")


def _row(name: str, value: float | str) -> Block:
    text = value if isinstance(value, str) else numfmt.format_value(value, "%10.0g")
    return Line((Segment(f"{name:>10} = "), Segment(text, "result")))
