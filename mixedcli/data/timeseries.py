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


def apply(values: Floats, ops: Sequence[ast.TimeOp], data: Dataset, changed: Floats | None = None) -> Floats:
    """A column (all rows, Stata's coding) under time-series operators.

    changed: values already replaced; each row then sees them in the rows before it (see Context.sequential).
    Errors: r(111) when no time variable is set.
    """
    todo = normalize(ops)
    if not todo:
        return values
    source = sources(data)

    def lagged(x: Floats, k: int) -> Floats:
        at = source(k)
        out = np.where(at >= 0, x[at], SYSMISS)
        if changed is not None:
            out = np.where((at >= 0) & (at < np.arange(data.n)), changed[at], out)
        return out

    if changed is not None:
        return _combination(values, _weights(todo), lagged)
    for op in reversed(todo):
        if op.letter in "LF":
            values = lagged(values, op.order if op.letter == "L" else -op.order)
        elif op.letter == "S":
            values = _minus(values, lagged(values, op.order))
        else:
            for _ in range(op.order):
                values = _minus(values, lagged(values, 1))
    return values


def _weights(ops: Sequence[ast.TimeOp]) -> dict[int, float]:
    """The operators written out as a sum of lags: D2 is x - 2 L.x + L2.x."""
    total = {0: 1.0}
    for op in ops:
        shift = op.order if op.letter in "LS" else -op.order if op.letter == "F" else 1
        for _ in range(op.order if op.letter == "D" else 1):
            moved = {lag + shift: weight for lag, weight in total.items()}
            if op.letter in "LF":
                total = moved
            else:
                total = {k: total.get(k, 0.0) - moved.get(k, 0.0) for k in total.keys() | moved.keys()}
    return total


def _combination(values: Floats, weights: dict[int, float], lagged: Callable[[Floats, int], Floats]) -> Floats:
    out = np.zeros(values.shape)
    for lag, weight in sorted(weights.items()):
        x = lagged(values, lag) if lag else values
        out = np.where(is_missing(x) | is_missing(out), SYSMISS, out + weight * np.where(is_missing(x), 0.0, x))
    return out


def sources(data: Dataset) -> Callable[[int], NDArray[np.int64]]:
    """A function ``source(k)``: for each row the position of its panel's row k periods earlier, -1 where there is none.

    Errors: r(111) when no time variable is set.
    """
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
    # one integer per (panel, period)
    key = codes * span + period
    order = np.argsort(key, kind="stable")
    ranked = key[order]

    def source(k: int) -> NDArray[np.int64]:
        out = np.full(data.n, -1, dtype=np.int64)
        if rows.size:
            inside = (period - k >= 0) & (period - k < span)
            place = np.minimum(np.searchsorted(ranked, key - k), ranked.size - 1)
            hit = inside & (ranked[place] == key - k)
            out[rows[hit]] = rows[order[place[hit]]]
        return out

    return source


def _minus(a: Floats, b: Floats) -> Floats:
    bad = is_missing(a) | is_missing(b)
    with np.errstate(all="ignore"):
        out = a - b
    out[bad | ~(np.abs(out) < SYSMISS)] = SYSMISS
    return out
