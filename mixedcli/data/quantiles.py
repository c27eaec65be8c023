"""Percentiles of one variable, by Stata's definition or by interpolation, and the cells they cut."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: a weight that reaches a percentile up to rounding has reached it
_SLACK = 1e-12


def percentiles(values: Floats, shares: Sequence[Fraction], weights: Floats | None = None) -> Floats:
    """Percentiles at the shares (of 1) of values (n,) without missing ones.

    The first value whose cumulative weight exceeds the share of the whole, or the mean of the one that reaches it
    exactly and the next: as summarize and pctile have it.
    """
    if weights is None:
        x = np.sort(values)
        found = []
        for share in shares:
            rank = share * len(x)  # exact: no rounding decides whether two values are averaged
            k = int(rank)
            low, high = (k - 1, k) if rank == k else (k, k)
            found.append((x[max(low, 0)] + x[min(high, len(x) - 1)]) / 2)
        return np.array(found)
    order = np.argsort(values, kind="stable")
    x, running = values[order], np.cumsum(weights[order])
    total = running[-1]
    target = np.array([float(s) for s in shares]) * total
    k = np.minimum(np.searchsorted(running, target + _SLACK * total, side="right"), len(x) - 1)
    before = np.maximum(k - 1, 0)
    reached = (np.abs(running[before] - target) <= _SLACK * total) & (k > 0)
    out: Floats = np.where(reached, (x[before] + x[k]) / 2, x[k])
    return out


def interpolated(values: Floats, shares: Sequence[Fraction]) -> Floats:
    """Percentiles at the shares by interpolation between the values around rank (n + 1) share."""
    x = np.sort(values)
    n = len(x)
    out = []
    for share in shares:
        rank = share * (n + 1)
        k = int(rank)
        h = float(rank - k)
        low, high = x[min(max(k - 1, 0), n - 1)], x[min(max(k, 0), n - 1)]
        out.append((1 - h) * low + h * high)
    return np.array(out)


def categories(values: Floats, cutpoints: Floats) -> Floats:
    """1 for values up to the first cutpoint, 2 up to the second ... (cutpoints ascending)."""
    return np.searchsorted(cutpoints, values, side="left").astype(np.float64) + 1
