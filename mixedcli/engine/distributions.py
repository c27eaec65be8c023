"""Normal and chi-squared tails and the normal quantile, exact and without scipy (which costs start-up time)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def normal_cdf(x: float) -> float:
    """Pr(Z <= x)."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def normal_tail(x: float) -> float:
    """Pr(Z > x), accurate far out."""
    return 0.5 * math.erfc(x / math.sqrt(2.0))


def normal_p(z: float) -> float:
    """Two-sided p-value of a z statistic."""
    return math.nan if math.isnan(z) else math.erfc(abs(z) / math.sqrt(2.0))


def normal_quantile(p: float) -> float:
    """x with Pr(Z <= x) = p, to full precision; nan outside (0, 1).

    Start: Abramowitz and Stegun 26.2.23 (4e-4), then Halley's steps on erfc.
    """
    if not 0.0 < p < 1.0:
        return math.nan
    if p > 0.5:
        return -normal_quantile(1.0 - p)
    t = math.sqrt(-2.0 * math.log(p))
    x = (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
    for _ in range(4):
        error = (normal_cdf(x) - p) * math.sqrt(2.0 * math.pi) * math.exp(0.5 * x * x)
        x -= error / (1.0 + 0.5 * x * error)
    return x


def chi2_tail(x: float, df: int) -> float:
    """Pr(chi2(df) > x) for whole df: a finite sum (even df) or erfc plus a finite sum (odd df)."""
    if math.isnan(x) or df < 1:
        return math.nan
    if x <= 0.0:
        return 1.0
    half = 0.5 * x
    total = 0.0 if df % 2 == 0 else math.erfc(math.sqrt(half))
    k = 0.0 if df % 2 == 0 else 0.5
    while k < 0.5 * df - 0.25:
        total += math.exp(k * math.log(half) - half - math.lgamma(k + 1.0))
        k += 1.0
    return min(total, 1.0)


def t_p(t: float, df: float) -> float:
    """Two-sided p-value of a t statistic; nan without degrees of freedom."""
    if math.isnan(t) or not df > 0.0:
        return math.nan
    if math.isinf(df):
        return normal_p(t)
    from scipy.special import stdtr

    return float(2.0 * stdtr(df, -abs(t)))


def two_sided(statistics: NDArray[np.float64], df: float) -> NDArray[np.float64]:
    """Two-sided p-values (n,) of t statistics, of z statistics without degrees of freedom (df nan)."""
    from scipy.special import ndtr, stdtr

    tail = stdtr(df, -np.abs(statistics)) if df > 0.0 else ndtr(-np.abs(statistics))
    return np.asarray(2.0 * tail)


def t_quantile(p: float, df: float) -> float:
    """x with Pr(T <= x) = p; nan without degrees of freedom."""
    if not (0.0 < p < 1.0 and df > 0.0):
        return math.nan
    if math.isinf(df):
        return normal_quantile(p)
    from scipy.special import stdtrit

    return float(stdtrit(df, p))


def f_tail(x: float, df: float, ddf: float) -> float:
    """Pr(F(df, ddf) > x); nan without degrees of freedom."""
    if math.isnan(x) or not (df > 0.0 and ddf > 0.0):
        return math.nan
    if x <= 0.0:
        return 1.0
    from scipy.special import chdtrc, fdtrc

    return float(chdtrc(df, df * x) if math.isinf(ddf) else fdtrc(df, ddf, x))
