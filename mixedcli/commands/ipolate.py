"""ipolate - missing values filled in by linear interpolation

    ipolate yvar xvar [if] [in], generate(newvar) [epolate by(varlist)]

Where yvar is missing, newvar lies on the line between its neighbours in xvar; elsewhere it is yvar (the mean where
several observations share a value of xvar).  epolate goes on beyond the first and last known values along the line
of the outermost two.  The by prefix or by() interpolates within groups.

Example: bysort id: ipolate weight week, generate(w) epolate
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import plural
from mixedcli.commands.context import expression_context
from mixedcli.commands.newvars import free, numbers
from mixedcli.data import sample, varlist
from mixedcli.data.keys import joint_codes
from mixedcli.data.missing import SYSMISS, is_missing
from mixedcli.errors import InvalidSyntax, TooFewSpecified, TooManySpecified
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "ipolate",
    (OptionSpec("generate", "g", "name"), OptionSpec("epolate", "e"), OptionSpec("by", "by", "varlist")),
    allows=frozenset({"if", "in"}),
    by="groups",
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Interpolate.  Errors: r(102), r(103), r(109), r(110), r(111), r(198)."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    names = varlist.names(body.varlist, data)
    if len(names) != 2:
        kind = TooManySpecified if len(names) > 2 else TooFewSpecified
        raise kind(f"too {'many' if len(names) > 2 else 'few'} variables specified", command.span)
    if "generate" not in options:
        raise InvalidSyntax("option generate() required", command.span)
    (target,) = free((options["generate"],), data)
    y, x = data.numeric(names[0]), data.numeric(names[1])
    used = sample.mask(data, command.condition, command.in_range, expression_context(session)) & ~is_missing(x)
    rows = np.flatnonzero(used)
    if session.by is not None:
        group = session.by.codes[rows]
    elif "by" in options:
        group = joint_codes(varlist.names(options["by"], data), data)[0][rows]
    else:
        group = np.zeros(len(rows), dtype=np.int64)
    out = np.full(data.n, SYSMISS)
    out[rows] = _filled(group, x[rows], y[rows], beyond=bool(options.get("epolate")))
    column = numbers(target, out, session.settings.default_type)
    gaps = int(np.count_nonzero(is_missing(out)))
    told = (line(f"({plural(gaps, 'missing value')} generated)"),) if gaps else ()
    return Outcome(blocks=told, data=data.with_columns([column]))


def _filled(group: Ints, x: Floats, y: Floats, *, beyond: bool) -> Floats:
    """y (m,) with gaps filled within groups; all groups at once."""
    if not len(x):
        return y
    order = np.lexsort((x, group))
    g, at = group[order], x[order]
    new = np.concatenate([[True], (g[1:] != g[:-1]) | (at[1:] != at[:-1])])
    place = np.cumsum(new) - 1  # of the distinct (group, x)
    gs, xs = g[new], at[new]
    known = ~is_missing(y[order])
    count = np.bincount(place[known], minlength=len(xs))
    total = np.bincount(place[known], y[order][known], minlength=len(xs))
    have = np.flatnonzero(count)
    value = total[have] / count[have]
    filled = np.full(len(xs), SYSMISS)
    filled[have] = value
    todo = np.flatnonzero(count == 0)
    after = np.searchsorted(have, todo)  # among the known points, the next one
    low, high = after - 1, after
    inside = _same(gs, have, todo, low) & _same(gs, have, todo, high)
    _line(filled, xs, have, value, todo[inside], low[inside], high[inside])
    if beyond:
        right = _same(gs, have, todo, low) & _same(gs, have, todo, low - 1) & ~inside
        left = _same(gs, have, todo, high) & _same(gs, have, todo, high + 1) & ~inside & ~right
        _line(filled, xs, have, value, todo[right], low[right] - 1, low[right])
        _line(filled, xs, have, value, todo[left], high[left], high[left] + 1)
    out = np.empty(len(x))
    out[order] = filled[place]
    return out


def _same(groups: Ints, have: Ints, todo: Ints, which: Ints) -> NDArray[np.bool_]:
    """Whether the known point exists and lies in the group of the point to fill."""
    there = (which >= 0) & (which < len(have))
    if not len(have):
        return there
    alike: NDArray[np.bool_] = groups[have[np.where(there, which, 0)]] == groups[todo]
    return there & alike


def _line(filled: Floats, x: Floats, have: Ints, value: Floats, todo: Ints, a: Ints, b: Ints) -> None:
    """Points on the line through the known points a and b."""
    xa, xb = x[have[a]], x[have[b]]
    filled[todo] = value[a] + (value[b] - value[a]) * (x[todo] - xa) / (xb - xa)
