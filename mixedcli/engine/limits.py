"""Confidence limits of proportions, counts, variances and quantiles, and the quantiles behind them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine import distributions

Floats = NDArray[np.float64]


def proportion(k: float, n: float, half: float, method: str) -> tuple[float, float]:
    """Limits of a proportion of k in n (Brown, Cai and DasGupta 2001 for the methods)."""
    from scipy.special import betaincinv

    p, z = k / n, distributions.normal_quantile(half)
    if method == "exact":
        low = float(betaincinv(k, n - k + 1, 1 - half)) if k > 0 else 0.0
        return low, float(betaincinv(k + 1, n - k, half)) if k < n else 1.0
    if method == "jeffreys":
        low = float(betaincinv(k + 0.5, n - k + 0.5, 1 - half)) if k > 0 else 0.0
        return low, float(betaincinv(k + 0.5, n - k + 0.5, half)) if k < n else 1.0
    if method == "wald":
        margin = z * math.sqrt(p * (1 - p) / n)
        return max(p - margin, 0.0), min(p + margin, 1.0)
    centre = (k + z * z / 2) / (n + z * z)
    if method == "agresti":
        margin = z * math.sqrt(centre * (1 - centre) / (n + z * z))
    else:
        margin = z * math.sqrt(n) / (n + z * z) * math.sqrt(p * (1 - p) + z * z / (4 * n))
    return max(centre - margin, 0.0), min(centre + margin, 1.0)


def poisson(k: float, half: float) -> tuple[float, float]:
    """Exact limits of the mean of a Poisson count k."""
    from scipy.special import gammaincinv

    return float(gammaincinv(k, 1 - half)) if k > 0 else 0.0, float(gammaincinv(k + 1, half))


def chi2_quantiles(df: float, half: float) -> tuple[float, float]:
    """x with Pr(chi2(df) <= x) = 1 - half, and = half."""
    from scipy.special import chdtri

    return float(chdtri(df, half)), float(chdtri(df, 1 - half))


def f_quantile(p: float, df: float, ddf: float) -> float:
    """x with Pr(F(df, ddf) <= x) = p."""
    from scipy.special import fdtri

    return float(fdtri(df, ddf, p))


def at_rank(ordered: Floats, rank: float) -> float:
    """The value at a fractional rank counted from 1; the ends beyond the sample."""
    n = len(ordered)
    if rank < 1:
        return float(ordered[0])
    if rank >= n:
        return float(ordered[-1])
    k = math.floor(rank)
    return float(ordered[k - 1] + (rank - k) * (ordered[k] - ordered[k - 1]))


def quantile(ordered: Floats, q: float, level: float, *, exact: bool) -> tuple[float, float, bool, bool]:
    """Lower and upper limit of a quantile, and whether they are held at the ends of the sample.

    Pr(y_(r) > quantile) = Pr(B < r) with B binomial(n, q): the ranks between which this passes the tail's probability
    are interpolated linearly in it.
    """
    from scipy.special import bdtr

    if q in (0.0, 1.0):
        end = float(ordered[0 if q == 0 else -1])
        return end, end, q == 0, q == 1
    n, alpha = len(ordered), (100 - level) / 200
    below = np.asarray(bdtr(np.arange(n), n, q))  # Pr(B <= k), k = 0 .. n-1
    above = 1.0 - below  # Pr(B >= k + 1)
    k = int(np.searchsorted(below, alpha, side="right")) - 1  # last k with Pr(B <= k) <= alpha
    if k < 0:
        low, first = float(ordered[0]), True
    else:
        share = 0.0 if exact or k + 1 >= n else (alpha - below[k]) / (below[k + 1] - below[k])
        low, first = at_rank(ordered, k + 1 + share), False
    fits = np.flatnonzero(above <= alpha)  # rank u = k + 1 with Pr(B >= u) <= alpha
    if not len(fits):
        return low, float(ordered[-1]), first, True
    u = int(fits[0]) + 1
    share = 0.0 if exact or u < 2 else float((alpha - above[u - 1]) / (above[u - 2] - above[u - 1]))
    return low, at_rank(ordered, u - share), first, False
