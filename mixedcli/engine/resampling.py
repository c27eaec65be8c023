"""What a set of replicates says: covariance matrix, bias, percentile intervals.

Shapes: R replicates of k statistics, (R, k); b (k,) observed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.distributions import normal_quantile, normal_tail

Floats = NDArray[np.float64]


def bootstrap_covariance(replicates: Floats, b: Floats, *, mse: bool = False) -> Floats:
    """(k, k) about the replicates' mean with R - 1, or with mse about the observed values with R."""
    R = len(replicates)
    deviations = replicates - (b if mse else replicates.mean(axis=0))
    return np.asarray(deviations.T @ deviations / (R if mse else R - 1))


def jackknife_covariance(replicates: Floats, b: Floats, *, mse: bool = False) -> Floats:
    """(k, k): (R - 1)/R times the sum of squares about the mean, or with mse about the observed values."""
    R = len(replicates)
    deviations = replicates - (b if mse else replicates.mean(axis=0))
    return np.asarray(deviations.T @ deviations * ((R - 1) / R))


def percentile(values: Floats, p: float) -> float:
    """Stata's percentile: at a whole rank the mean of two neighbours; missing outside of 0 to 100."""
    if not 0 < p < 100:
        return math.nan
    ordered, rank = np.sort(values), len(values) * p / 100
    whole = round(rank)
    if abs(rank - whole) > 1e-9 * max(rank, 1.0):
        return float(ordered[min(math.floor(rank), len(ordered) - 1)])
    return float((ordered[max(whole - 1, 0)] + ordered[min(whole, len(ordered) - 1)]) / 2)


def normal_interval(b: Floats, V: Floats, level: float) -> Floats:
    """(2, k)."""
    half = normal_quantile(0.5 + level / 200) * np.sqrt(np.diag(V))
    return np.vstack([b - half, b + half])


def percentile_interval(replicates: Floats, level: float) -> Floats:
    """(2, k)."""
    tail = (100 - level) / 2
    return _limits(replicates, [(tail, 100 - tail)] * replicates.shape[1])


def bias_correction(replicates: Floats, b: Floats, *, ties: bool = False) -> Floats:
    """z0 (k,): the normal quantile of the share of replicates that do not exceed the observed value.

    ties: those equal to it count half.
    """
    close = np.abs(replicates - b) <= 1e-12 * np.maximum(np.abs(b), 1e-300)
    below = ((replicates < b) & ~close).mean(axis=0)
    equal = close.mean(axis=0)
    shares = below + (0.5 if ties else 1.0) * equal
    return np.array([_quantile(float(share)) for share in shares])


def corrected_interval(replicates: Floats, z0: Floats, level: float, acceleration: Floats | None = None) -> Floats:
    """(2, k): bias-corrected, with acceleration (k,) also accelerated."""
    a = np.zeros_like(z0) if acceleration is None else acceleration
    z = normal_quantile(0.5 + level / 200)

    def place(z0: float, a: float, z: float) -> float:
        if not math.isfinite(z0) or not math.isfinite(a):
            return math.nan
        return 100 * normal_tail(-(z0 + (z0 + z) / (1 - a * (z0 + z))))

    places = [(place(x, y, -z), place(x, y, z)) for x, y in zip(z0.tolist(), a.tolist(), strict=True)]
    return _limits(replicates, places)


def acceleration(left_out: Floats) -> Floats:
    """a (k,) from the statistics without each unit in turn (units, k)."""
    deviations = left_out.mean(axis=0) - left_out
    squares = (deviations**2).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((deviations**3).sum(axis=0) / (6 * squares**1.5))


def _limits(replicates: Floats, places: list[tuple[float, float]]) -> Floats:
    pairs = [
        (percentile(column, low), percentile(column, high))
        for column, (low, high) in zip(replicates.T, places, strict=True)
    ]
    return np.array(pairs).reshape(-1, 2).T


def _quantile(share: float) -> float:
    return normal_quantile(share) if 0 < share < 1 else math.copysign(math.inf, share - 0.5)


def binomial_interval(c: int, n: int, level: float) -> tuple[float, float]:
    """Exact limits (Clopper and Pearson) of a share c / n."""
    from scipy.special import betaincinv

    tail = (100 - level) / 200
    low = 0.0 if c == 0 else float(betaincinv(c, n - c + 1, tail))
    high = 1.0 if c == n else float(betaincinv(c + 1, n - c, 1 - tail))
    return low, high


def normal_half(se: float, level: float) -> float:
    """Half the width of a normal interval."""
    return normal_quantile(0.5 + level / 200) * se
