"""marksample - mark the observations a program is to use; mark, markout

    marksample name [, strok novarlist]
    mark newvar [if] [in] [weight]
    markout markvar varlist [, strok]

marksample makes a temporary variable, named by the local macro, that is 1 where `if', `in' and the weight select and
no variable of `varlist' is missing, else 0 (novarlist leaves the variables out).  A string variable among them leaves
no observation, unless strok lets "" alone count as missing.
markout sets a mark to 0 where one of the variables is missing.

Example: marksample touse
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast, commands
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.macros.names import temporary
from mixedcli.commands.macros.text import unplaced
from mixedcli.data import sample, types, varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.expression import as_column, evaluate
from mixedcli.data.missing import is_missing
from mixedcli.errors import AlreadyDefined, InvalidSyntax, TypeMismatch, VarlistNotAllowed, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "marksample",
    (
        OptionSpec("strok", "s"),
        OptionSpec("novarlist", "nov"),
        OptionSpec("zeroweight", "z"),
        OptionSpec("noby", "noby"),
        OptionSpec("sysmissok", "sys"),
    ),
    allows=frozenset({"if", "in", "weight"}),
)

Mask = NDArray[np.bool_]


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Make or change a mark.  Errors: r(198), r(110) the variable exists, r(111)."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    words = [term.pattern if isinstance(term, ast.VarRef) else "" for term in body.varlist.terms]
    match commands.resolve(command.name):
        case "marksample":
            if len(words) != 1:
                raise InvalidSyntax("invalid syntax", command.span)
            return _marksample(session, words[0], options)
        case "mark":
            if len(words) != 1:
                raise InvalidSyntax("invalid syntax", command.span)
            return Outcome(data=_marked(session.data, words[0], _selected(session, command)))
        case _:
            return _markout(session, body.varlist, options)


@unplaced()
def _marksample(session: Session, name: str, options: Options) -> Outcome:
    held = session.locals
    assert session.language is not None
    weight = f"[{held['weight']} {held['exp']}]" if held.get("weight") and held.get("exp") else ""
    typed = session.language.command(f"mark x {held.get('if', '')} {held.get('in', '')} {weight}")
    rows = _selected(session, typed)
    if session.frame.group is not None and "noby" not in options:
        first, behind = session.frame.group
        rows[:first] = rows[behind:] = False
    if "novarlist" not in options and held.get("varlist", "").strip():
        rows &= _complete(session, held["varlist"], strok="strok" in options)
    variable = temporary(session, "tempvar", session.temporaries)
    return Outcome(data=_marked(session.data, variable, rows), locals={name: variable}, temporary=(variable,))


def _selected(session: Session, command: ast.Command) -> Mask:
    context = expression_context(session)
    rows = sample.mask(session.data, command.condition, command.in_range, context)
    if command.weight is not None:
        values = as_column(evaluate(command.weight.expr, context), session.data.n)
        rows = rows & ~is_missing(values) & (values != 0)
    return rows


def _complete(session: Session, names: str, *, strok: bool) -> Mask:
    """Rows without missing values; without strok a string variable leaves none."""
    assert session.language is not None
    node = session.language.varlist(names)
    try:
        wanted: tuple[str, ...] = varlist.names(node, session.data)
    except VarlistNotAllowed:  # terms with operators: the variables in them
        wanted = tuple(dict.fromkeys(_inside(node, session.data)))
    rows = np.ones(session.data.n, dtype=np.bool_)
    for name in wanted:
        column = session.data.column(name)
        rows &= False if column.is_string and not strok else sample.complete(session.data, name)
    return rows


def _inside(node: object, data: Dataset) -> list[str]:
    from dataclasses import fields

    if isinstance(node, ast.VarRef):
        return list(varlist.expand_reference(node, data))
    if isinstance(node, tuple):
        return [name for part in node for name in _inside(part, data)]
    if isinstance(node, ast.Node):
        return [name for field in fields(node) for name in _inside(getattr(node, field.name), data)]
    return []


def _marked(data: Dataset, name: str, rows: Mask) -> Dataset:
    types.check_name(name)
    if name in data:
        raise AlreadyDefined(f"variable {name} already defined")
    changed = data.with_columns([Column(name, "byte", rows.astype(np.int8), types.default_format("byte"))])
    return replace(changed, changed=data.changed)


def _markout(session: Session, node: ast.Varlist, options: Options) -> Outcome:
    data = session.data
    if not node.terms:
        raise VarlistRequired("varlist required")
    mark, *others = varlist.names(node, data)
    column = data.column(mark)
    if column.is_string:
        raise TypeMismatch("type mismatch")
    values = column.values.copy()
    for name in others:
        if data.column(name).is_string and "strok" not in options:
            values[:] = 0
        else:
            values[~sample.complete(data, name)] = 0
    return Outcome(data=replace(data.with_columns([replace(column, values=values)]), changed=data.changed))
