"""Mean, variance, higher moments and percentiles of one column of numbers, with any kind of weights.

Letters: x (n,) numbers without missing values, w (n,) weights above 0 or None.  Frequency and importance weights
count observations; analytic weights are scaled to sum to n.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.grouping import Ordered, Sample

Floats = NDArray[np.float64]

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
COUNTING = ("fweight", "iweight")


def figures(x: Floats, w: Floats | None = None, kind: str = "", *, detail: bool = False) -> dict[str, float]:
    """N, sum_w, mean, Var, sd, min, max, sum; detail adds skewness, kurtosis and percentiles.  Order as in r()."""
    if len(x) == 0:
        return {"N": 0.0, "sum_w": 0.0, "sum": 0.0}
    total = float(len(x)) if w is None else float(w.sum())
    n = total if kind in COUNTING else float(len(x))
    share = np.full(len(x), 1 / len(x)) if w is None else w / total
    if w is None:  # numbers of both signs cancel: the sum keeps more digits than they have
        mean = float(np.sum(x, dtype=np.longdouble) / len(x))
    else:
        mean = float(share @ x)
        mean += float(share @ (x - mean))
    d = x - mean
    # the correction term keeps the two-pass variance exact for numbers far from zero
    squares = float(share @ (d * d)) - float(share @ d) ** 2
    if w is None:
        squares = (float(d @ d) - float(d.sum()) ** 2 / n) / n
    variance = n * squares / (n - 1) if n > 1 else math.nan
    out = {"N": n, "sum_w": total, "mean": mean, "Var": variance, "sd": math.sqrt(variance) if n > 1 else math.nan}
    ends = {"min": float(x.min()), "max": float(x.max())}
    weighted_sum = float(x.sum()) if w is None else float(w @ x)
    if not detail:
        return out | ends | {"sum": weighted_sum}
    # in units of the largest deviation, so that powers neither underflow nor overflow
    u = d / (float(np.max(np.abs(d))) or math.nan)
    moment = float(share @ u**2)
    out["skewness"] = float(share @ u**3) / moment**1.5
    out["kurtosis"] = float(share @ u**4) / moment**2
    return out | {"sum": weighted_sum} | ends | {f"p{p}": v for p, v in percentiles(x, PERCENTILES, w).items()}


def percentiles(x: Floats, ps: tuple[int, ...], w: Floats | None = None) -> dict[int, float]:
    """Stata's percentiles: the mean of two neighbours where the rank is whole."""
    ordered = Ordered(Sample(x, np.zeros(len(x), dtype=np.int64), 1, w))
    return {p: float(ordered.percentile(p)[0]) for p in ps}
