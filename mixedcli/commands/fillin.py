"""fillin - a rectangle of observations

    fillin varlist

Adds an observation for every combination of the variables' values that is not there, with missing values in the
others, and the variable _fillin: 1 in the observations added, 0 elsewhere.

Example: fillin id week
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.combining import combined
from mixedcli.commands.newvars import free, numbers
from mixedcli.data import varlist
from mixedcli.data.grouping import grouped
from mixedcli.data.ordering import ascending
from mixedcli.data.stacking import empty_value
from mixedcli.errors import TooFewSpecified, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("fillin")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Fill in.  Errors: r(100), r(102) one variable alone, r(110) _fillin exists, r(111)."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    data = session.data
    names = tuple(dict.fromkeys(varlist.names(body.varlist, data)))
    if not names:
        raise VarlistRequired("varlist required", command.span)
    if len(names) < 2:
        raise TooFewSpecified("too few variables specified", command.span)
    free(("_fillin",), data)
    groups = [grouped(data, (name,)) for name in names] if data.n else []
    codes = np.zeros(data.n, dtype=np.int64)
    for g in groups:
        codes = codes * g.count + g.member
    cells = int(np.prod([g.count for g in groups])) if groups else 0
    present = np.zeros(cells, dtype=bool)
    present[codes] = True
    extra = np.flatnonzero(~present)
    added = {}
    rest = extra
    for name, g in zip(names[::-1], groups[::-1], strict=bool(groups)):
        added[name] = g.first[rest % g.count]
        rest = rest // g.count
    columns = []
    for name, column in data.columns.items():
        if name in added:
            more = column.values[added[name]]
        else:
            more = np.full(len(extra), empty_value(column.type), dtype=column.values.dtype)
        columns.append(replace(column, values=np.concatenate([column.values, more])))
    mark = np.concatenate([np.zeros(data.n), np.ones(len(extra))])
    columns.append(numbers("_fillin", mark, "byte"))
    made = replace(data, columns={c.name: c for c in columns}, n=data.n + len(extra), changed=True, sorted_by=())
    order = ascending(made, names)
    # e(sample) stays with its observations
    rows = np.where(order < data.n, order, -1)
    return combined(session, replace(made.rows(order, keeps_order=False), sorted_by=names), rows)
