"""generate - create a variable

    generate [type] newvar[:lblname] = exp [if] [in] [, before(varname) after(varname)]

The new variable holds the expression where if and in select, and is missing elsewhere.  Without a type,
numbers are stored as float (see set type) and strings in the shortest type that holds them.

Examples: generate double logy = ln(y) if y > 0
          gen cx = x - r(mean)
          gen byte late:yesno = week > 6 if !missing(week)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import check_kind, count_missing, plural, stored_numbers, stored_strings
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.data import sample, types, varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.expression import as_column, evaluate
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import AlreadyDefined, InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "generate",
    options=(OptionSpec("before", "b", "varlist"), OptionSpec("after", "a", "varlist")),
    allows=frozenset({"if", "in"}),
    by="groups",
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the variable.  Errors: r(110) it exists, r(198) bad name or type, and those of expressions."""
    body = command.body
    if not isinstance(body, ast.AssignBody) or body.expr is None:
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    types.check_name(body.target, body.target_span)
    if body.target in data:
        raise AlreadyDefined(f"variable {body.target} already defined", body.target_span)
    if body.type not in (None, "str") and not types.is_type(body.type or ""):
        raise InvalidSyntax(f"{body.type} invalid type", body.span)  # unverified: wording
    everywhere = expression_context(session)
    restricted = command.condition is not None or command.in_range is not None
    rows = np.flatnonzero(sample.mask(data, command.condition, command.in_range, everywhere)) if restricted else None
    context = replace(everywhere, rows=rows)
    values = as_column(evaluate(body.expr, context), context.count)
    if rows is not None:
        full = np.full(data.n, "" if values.dtype == object else SYSMISS, dtype=values.dtype)
        full[rows] = values
        values = full
    if values.dtype == object:
        storage = types.string_type(values.tolist()) if body.type in (None, "str") else body.type
    else:
        storage = body.type or session.settings.default_type
    assert storage is not None
    check_kind(values, storage, body.expr.span)
    native = stored_strings(values, storage) if values.dtype == object else stored_numbers(values, storage)
    column = Column(body.target, storage, native, types.default_format(storage), value_label=body.label or "")
    changed = _placed(data.with_columns([column]), body.target, options)
    gaps = count_missing(native, storage)
    blocks = (line(f"({plural(gaps, 'missing value')} generated)"),) if gaps else ()
    return Outcome(blocks=blocks, data=changed, settings=settings_after(session, context))


def _placed(data: Dataset, name: str, options: Options) -> Dataset:
    """The new variable moved before or after another one."""
    for option, step in (("before", 0), ("after", 1)):
        if option in options:
            (other,) = varlist.names(options[option], data, single=True)
            order = [n for n in data.names if n != name]
            order.insert(order.index(other) + step, name)
            return data.reorder(order)
    return data
