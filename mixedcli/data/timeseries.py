"""Time-series operators L. F. D. S. on xtset or tsset data: panel-aware, gaps give missing, any row order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.data.dataset import Dataset
from mixedcli.data.missing import SYSMISS, is_missing
from mixedcli.errors import NotFound

Floats = NDArray[np.float64]


def normalize(ops: Sequence[ast.TimeOp]) -> tuple[ast.TimeOp, ...]:
    """The operators in Stata's canonical order: one L or F, then D, then the S."""
    lag = sum(op.order for op in ops if op.letter == "L") - sum(op.order for op in ops if op.letter == "F")
    difference = sum(op.order for op in ops if op.letter == "D")
    out = []
    if lag:
        out.append(ast.TimeOp("L" if lag > 0 else "F", abs(lag)))
    if difference:
        out.append(ast.TimeOp("D", difference))
    return (*out, *(ast.TimeOp("S", op.order) for op in ops if op.letter == "S" and op.order))


def letters(ops: Sequence[ast.TimeOp]) -> str:
    """Operators as they stand in a name: "L", "L2D", "S12"; "" for none."""
    return "".join(op.letter + (str(op.order) if op.order != 1 else "") for op in normalize(ops))


def apply(values: Floats, ops: Sequence[ast.TimeOp], data: Dataset) -> Floats:
    """A column (all rows, Stata's coding) under time-series operators.  Errors: r(111) when no time variable is set."""
    todo = normalize(ops)
    if not todo:
        return values
    lagged = lagger(data)
    for op in reversed(todo):
        if op.letter in "LF":
            values = lagged(values, op.order if op.letter == "L" else -op.order)
        elif op.letter == "S":
            values = _minus(values, lagged(values, op.order))
        else:
            for _ in range(op.order):
                values = _minus(values, lagged(values, 1))
    return values


def lagger(data: Dataset) -> Callable[[Floats, int], Floats]:
    """A function ``lag(values, k)``: each row's value k periods earlier in its panel, "." where there is none."""
    settings = data.settings
    if settings is None or not settings.time:
        raise NotFound("time variable not set")
    time = data.numeric(settings.time)
    usable = ~is_missing(time)
    if settings.panel:
        panel = data.numeric(settings.panel)
        usable &= ~is_missing(panel)
        _, codes = np.unique(panel[usable], return_inverse=True)
    else:
        codes = np.zeros(np.count_nonzero(usable), dtype=np.int64)
    rows = np.flatnonzero(usable)
    origin = time[rows].min() if rows.size else 0.0
    period = np.rint((time[rows] - origin) / settings.delta).astype(np.int64)
    span = int(period.max()) + 1 if rows.size else 1

    def lag(values: Floats, k: int) -> Floats:
        out = np.full(values.shape, SYSMISS)
        # one integer per (panel, period); the stride leaves room so that a lag never lands in another panel
        stride = span + abs(k)
        key = codes * stride + period
        order = np.argsort(key, kind="stable")
        ranked = key[order]
        target = key - k
        inside = (period - k >= 0) & (period - k < span)
        place = np.minimum(np.searchsorted(ranked, target), max(ranked.size - 1, 0))
        if ranked.size:
            hit = inside & (ranked[place] == target)
            out[rows[hit]] = values[rows[order[place[hit]]]]
        return out

    return lag


def _minus(a: Floats, b: Floats) -> Floats:
    bad = is_missing(a) | is_missing(b)
    with np.errstate(all="ignore"):
        out = a - b
    out[bad | ~(np.abs(out) < SYSMISS)] = SYSMISS
    return out
