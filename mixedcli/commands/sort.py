"""sort - put the observations in order

    sort varlist [in] [, stable]

Ascending order of the first variable, ties by the next ones; missing values come last.  Observations that tie in
every variable keep their order (stable is always in effect).

Example: sort id week
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.rearrange import rearranged
from mixedcli.data import sample, varlist
from mixedcli.data.ordering import ascending
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
    if command.in_range is None:
        order = ascending(data, names)
        changed = replace(data.rows(order, keeps_order=False), sorted_by=tuple(dict.fromkeys(names)))
    else:
        inside = np.flatnonzero(sample.mask(data, None, command.in_range))
        order = np.arange(data.n)
        order[inside] = inside[ascending(data.rows(inside), names)]
        changed = data.rows(order, keeps_order=False)
    return rearranged(session, changed, order)
