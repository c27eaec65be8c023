"""sort - put the observations in order

    sort varlist [in] [, stable]

Ascending order of the first variable, ties by the next ones; missing values come last.  Observations that tie in
every variable keep their order (stable is always in effect).

Example: sort id week
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.rearrange import rearranged
from mixedcli.data import sample, varlist
from mixedcli.data.dataset import Column
from mixedcli.errors import InvalidSyntax, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("sort", options=(OptionSpec("stable", "st"),), allows=frozenset({"in"}))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Sort.  Errors: r(100) no varlist, r(111) unknown names."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    if not body.varlist.terms:
        raise VarlistRequired("varlist required", command.span)
    data = session.data
    names = varlist.names(body.varlist, data)
    if command.in_range is None and data.sorted_by[: len(names)] == names:
        return Outcome()
    keys = [sort_key(data.columns[name]) for name in names]
    if command.in_range is None:
        order = np.lexsort(keys[::-1])
        changed = replace(data.rows(order, keeps_order=False), sorted_by=tuple(dict.fromkeys(names)))
    else:
        inside = np.flatnonzero(sample.mask(data, None, command.in_range))
        order = np.arange(data.n)
        order[inside] = inside[np.lexsort([key[inside] for key in keys[::-1]])]
        changed = data.rows(order, keeps_order=False)
    return rearranged(session, changed, order)


def sort_key(column: Column) -> NDArray[Any]:
    """Numbers that sort as the column does: native codes put missing values last; strings become ranks."""
    if not column.is_string:
        return column.values
    _, ranks = np.unique(column.values, return_inverse=True)
    return ranks
