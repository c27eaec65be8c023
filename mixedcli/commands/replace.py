"""replace - change the contents of a variable

    replace oldvar = exp [if] [in] [, nopromote]

Changes the variable where if and in select.  A type too narrow for the new values is widened first, unless
nopromote is given.  Observations are changed from first to last, so replace x = x[_n-1] if missing(x)
carries a value forward over any gap.

Example: replace weight = . if weight == -99
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import check_kind, plural, stored_numbers, stored_strings
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.data import sample, types, varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.expression import Context, as_column, evaluate
from mixedcli.data.missing import is_missing, widen
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("replace", options=(OptionSpec("nopromote", "nop"),), allows=frozenset({"if", "in"}), by="groups")

_ROUNDS = 64
"""So many vectorised passes are tried before a self-referring replace goes row by row."""


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Change the variable.  Errors: r(111) no such variable, r(109) strings and numbers mixed."""
    body = command.body
    if not isinstance(body, ast.AssignBody) or body.expr is None or body.type is not None:
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    old = data.column(varlist.resolve(body.target, data, body.target_span))
    context = expression_context(session)
    rows = sample.mask(data, command.condition, command.in_range, context)
    if refers_to(body.expr, old.name, data):
        values = _sequential(body.expr, old, rows, context)
    else:
        context = replace(context, rows=None if rows.all() else rows)
        values = as_column(evaluate(body.expr, context), context.count)
    check_kind(values, old.type, body.expr.span)
    new = _changed(old, values, rows, promote="nopromote" not in options)
    text, changes = _report(old, new)
    blocks = [line(text)]
    if new.type != old.type:
        blocks.insert(0, line(f"variable {old.name} was {old.type} now {new.type}"))
    outcome = Outcome(blocks=tuple(blocks), settings=settings_after(session, context))
    return replace(outcome, data=data.with_columns([new])) if changes or new.type != old.type else outcome


def _changed(old: Column, values: NDArray[Any], rows: NDArray[np.bool_], *, promote: bool) -> Column:
    """The column with new values in the selected rows, in a wider type if it must."""
    if old.is_string:
        storage = old.type
        if promote and storage != "strL":
            needed = types.string_type(values.tolist())
            if needed == "strL" or int(needed[3:]) > int(storage[3:]):
                storage = needed
        out = old.values.copy()
        out[rows] = stored_strings(values, storage)
    else:
        storage = types.promote(old.type, values) if promote else old.type
        base = old.values if storage == old.type else stored_numbers(old.numeric(), storage)
        out = base.copy()
        out[rows] = stored_numbers(values, storage)
    if storage == old.type:
        return replace(old, values=out)
    fmt = types.default_format(storage) if old.format == types.default_format(old.type) else old.format
    return replace(old, type=storage, values=out, format=fmt)


def _report(old: Column, new: Column) -> tuple[str, int]:
    """ "(2 real changes made, 1 to missing)" and the number of changes."""
    if old.is_string:
        differ = old.values != new.values
        gone = differ & (new.values == "")
    else:
        after = widen(new.values, new.type)
        differ = old.numeric() != after
        gone = differ & is_missing(after)
    changes, lost = int(np.count_nonzero(differ)), int(np.count_nonzero(gone))
    tail = f", {lost:,} to missing" if lost else ""
    return f"({plural(changes, 'real change')} made{tail})", changes


# ------------------------------------------- expressions that refer to their own target


def refers_to(expr: ast.Expr, name: str, data: Dataset) -> bool:
    """Whether other rows of a variable enter an expression: through a subscript or a time-series operator."""
    pending: list[ast.Expr] = [expr]
    while pending:
        match pending.pop():
            case ast.Subscript(var, index):
                if varlist.lookup(var.name, data) == name:
                    return True
                pending.append(index)
            case ast.Var(other, ops):
                if (ops or "." in other) and varlist.lookup(other.rpartition(".")[2], data) == name:
                    return True
            case ast.Unary(_, operand):
                pending.append(operand)
            case ast.Binary(_, left, right):
                pending += [left, right]
            case ast.Call(_, args):
                pending += args
            case ast.Element(_, row, column):
                pending += [row, column]
            case _:
                pass
    return False


def _sequential(expr: ast.Expr, old: Column, rows: NDArray[np.bool_], context: Context) -> NDArray[Any]:
    """Values for the selected rows as if they were computed one after the other.

    Row i may see earlier rows changed and later rows unchanged.  Passes over all rows repeat until nothing
    changes, which is then that solution; long chains of dependence are finished row by row.
    """
    start: NDArray[Any] = old.values if old.is_string else old.numeric()
    current = start.copy()
    selected = np.flatnonzero(rows)

    def computed(which: NDArray[np.int64]) -> NDArray[Any]:
        inside = replace(context, rows=which, sequential=(old.name, current))
        values = as_column(evaluate(expr, inside), len(which))
        check_kind(values, old.type, expr.span)
        return values

    def settled(values: NDArray[Any]) -> NDArray[Any]:
        # a float variable hands on what it stores, not what was computed
        if old.is_string:
            return values
        return np.asarray(
            widen(stored_numbers(values, types.promote(old.type, values)), types.promote(old.type, values))
        )

    values = computed(selected)
    for _ in range(_ROUNDS):
        current = start.copy()
        current[selected] = settled(values)
        again = computed(selected)
        if bool((again == values).all()):
            return again
        values = again
    current = start.copy()
    for places in _in_turn(selected, expr, context):
        values[places] = computed(selected[places])
        current[selected[places]] = settled(values[places])
    return values


def _in_turn(selected: NDArray[np.int64], expr: ast.Expr, context: Context) -> Iterable[NDArray[np.int64]]:
    """Places in ``selected`` that can be computed together: one by one, but the groups of by side by side."""
    groups = context.groups
    if groups is None or _shifts(expr):
        return np.arange(len(selected))[:, None]
    codes = groups.codes[selected]
    first = np.searchsorted(codes, codes)
    rank = np.arange(len(selected)) - first
    order = np.argsort(rank, kind="stable")
    return np.split(order, np.cumsum(np.bincount(rank))[:-1])


def _shifts(expr: ast.Expr) -> bool:
    """Whether time-series operators, which know no groups, stand in an expression."""
    pending: list[Any] = [expr]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Var) and (node.ops or "." in node.name):
            return True
        if isinstance(node, tuple):
            pending.extend(node)
        elif isinstance(node, ast.Node):
            pending.extend(getattr(node, field.name) for field in fields(node))
    return False
