"""Multiple comparisons: p-values and critical values of m statistics under one method.

A method is one function and one row of METHODS.  The statistics are t (df degrees of freedom) or z (df infinite).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine import distributions
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]


@frozen
class Family:
    """Comparisons made together: their number m, the rank of their contrasts, the number of means compared.

    distance (m,): for stepwise methods, how many means a comparison spans once they are sorted (2: neighbours).
    correlation (m, m): of the statistics, for Dunnett's method.
    """

    m: int
    rank: int
    means: int = 0
    distance: tuple[int, ...] = ()
    correlation: Floats | None = None


@frozen
class Adjusted:
    """p-values (m,), and critical values (m,): nan for a method without simultaneous intervals."""

    p: Floats
    critical: Floats


def _two_sided(t: float, df: float) -> float:
    return distributions.normal_p(t) if math.isinf(df) else distributions.t_p(t, df)


def _quantile(p: float, df: float) -> float:
    return distributions.normal_quantile(p) if math.isinf(df) else distributions.t_quantile(p, df)


def _each(t: Floats, df: Floats, p: Callable[[float, float], float], c: Callable[[float], float]) -> Adjusted:
    pairs = list(zip(t.tolist(), df.tolist(), strict=True))
    return Adjusted(np.array([p(x, d) for x, d in pairs]), np.array([c(d) for _, d in pairs]))


def noadjust(t: Floats, df: Floats, family: Family, alpha: float) -> Adjusted:
    """Each comparison by itself."""
    return _each(t, df, _two_sided, lambda d: _quantile(1 - alpha / 2, d))


def bonferroni(t: Floats, df: Floats, family: Family, alpha: float) -> Adjusted:
    """m times the p-value."""
    m = family.m
    return _each(t, df, lambda x, d: min(1.0, m * _two_sided(x, d)), lambda d: _quantile(1 - alpha / (2 * m), d))


def sidak(t: Floats, df: Floats, family: Family, alpha: float) -> Adjusted:
    """1 - (1 - p)^m (Sidak 1967)."""
    m = family.m
    one = -math.expm1(math.log1p(-alpha) / m)

    def p(x: float, d: float) -> float:
        single = _two_sided(x, d)
        return 1.0 if single >= 1 else -math.expm1(m * math.log1p(-single))

    return _each(t, df, p, lambda d: _quantile(1 - one / 2, d))


def scheffe(t: Floats, df: Floats, family: Family, alpha: float) -> Adjusted:
    """F with the rank of the contrasts as numerator degrees of freedom."""
    k = family.rank

    def critical(d: float) -> float:
        from scipy.special import chdtri, fdtri

        value = chdtri(k, alpha) if math.isinf(d) else k * fdtri(k, d, 1 - alpha)
        return math.sqrt(float(value))

    return _each(t, df, lambda x, d: distributions.f_tail(x * x / k, k, d), critical)


def _range_tail(q: float, means: int, df: float) -> float:
    from scipy.stats import studentized_range

    return math.nan if math.isnan(q) else float(studentized_range.sf(q, means, df))


def _range_quantile(p: float, means: int, df: float) -> float:
    from scipy.stats import studentized_range

    return float(studentized_range.ppf(p, means, df))


def tukey(t: Floats, df: Floats, family: Family, alpha: float) -> Adjusted:
    """Studentized range of all means (Tukey 1953; Kramer 1956)."""
    root, k = math.sqrt(2.0), family.means
    return _each(
        t, df, lambda x, d: _range_tail(root * abs(x), k, d), lambda d: _range_quantile(1 - alpha, k, d) / root
    )


def _stepwise(t: Floats, df: Floats, family: Family, protect: Callable[[float, int], float]) -> Adjusted:
    """Studentized range of the means a comparison spans; ``protect`` turns its tail into a p-value.

    unverified: that a comparison keeps its own p-value inside a wider one that is not significant.
    """
    p = np.array([
        protect(_range_tail(math.sqrt(2.0) * abs(x), r, d), r)
        for x, d, r in zip(t.tolist(), df.tolist(), family.distance, strict=True)
    ])  # fmt: skip
    return Adjusted(p, np.full(len(t), np.nan))


def snk(t: Floats, df: Floats, family: Family, alpha: float) -> Adjusted:
    """Student, Newman and Keuls."""
    return _stepwise(t, df, family, lambda tail, r: tail)


def duncan(t: Floats, df: Floats, family: Family, alpha: float) -> Adjusted:
    """Duncan (1955): a range of r means is tested at 1 - (1 - alpha)^(r - 1)."""
    return _stepwise(t, df, family, lambda tail, r: -math.expm1(math.log1p(-min(tail, 1 - 1e-16)) / (r - 1)))


def dunnett(t: Floats, df: Floats, family: Family, alpha: float) -> Adjusted:
    """Comparisons with one control: the maximum of correlated |t| (Dunnett 1955).

    Exact for correlations of product form rho_ij = l_i l_j (Dunnett and Sobel 1955), which independent means have.
    """
    from scipy.optimize import brentq

    R = family.correlation
    assert R is not None
    loads = _loadings(R)
    d = float(df[0])

    def tail(c: float) -> float:
        return 1.0 - _maximum_below(abs(c), loads, d)

    critical = brentq(lambda c: tail(c) - alpha, 0.0, 100.0, xtol=1e-10)
    return Adjusted(np.array([tail(x) if x == x else math.nan for x in t.tolist()]), np.full(len(t), critical))


def _loadings(R: Floats) -> Floats:
    """l with rho_ij = l_i l_j, by the triads of a one-factor model; two comparisons share it equally."""
    m = len(R)
    if m == 1:
        return np.zeros(1)
    if m == 2:
        root = math.sqrt(abs(R[0, 1]))
        return np.array([root, math.copysign(root, R[0, 1])])
    out = np.zeros(m)
    for i in range(m):
        j, k = [x for x in range(m) if x != i][:2]
        out[i] = math.sqrt(max(R[i, j] * R[i, k] / R[j, k], 0.0)) if R[j, k] else 0.0
    return np.minimum(out, 1 - 1e-12)


def _maximum_below(c: float, loads: Floats, df: float) -> float:
    """Pr(all |T_i| <= c), T_i = (sqrt(1 - l_i^2) Z_i + l_i Z_0) / S: Gauss quadrature over Z_0, then over S."""
    from scipy.special import gammaln, ndtr

    x, w = np.polynomial.legendre.leggauss(96)
    z, wz = 8.5 * x, 8.5 * w * np.exp(-0.5 * (8.5 * x) ** 2) / math.sqrt(2 * math.pi)
    rest = np.sqrt(1 - loads**2)

    def given(s: Floats) -> Floats:
        limit = c * s[:, None, None]
        shift = loads[None, None, :] * z[None, :, None]
        inside = ndtr((limit - shift) / rest) - ndtr((-limit - shift) / rest)
        return np.asarray(inside.prod(axis=2) @ wz)

    if math.isinf(df):
        return float(given(np.ones(1))[0])
    spread = 9.0 / math.sqrt(2.0 * df)
    lo, hi = max(0.0, 1.0 - spread), 1.0 + max(spread, 1.0)
    s, ws = 0.5 * (hi - lo) * x + 0.5 * (hi + lo), 0.5 * (hi - lo) * w
    log = (df / 2) * math.log(df) - gammaln(df / 2) - (df / 2 - 1) * math.log(2.0)
    density = np.exp(log + (df - 1) * np.log(s) - 0.5 * df * s * s)
    return float(np.sum(given(s) * density * ws))


Method = Callable[[Floats, Floats, Family, float], Adjusted]

#: method -> function, minimum abbreviation, word in tables (unverified: Sidak and Scheffe without accents)
METHODS: dict[str, tuple[Method, int, str]] = {
    "noadjust": (noadjust, 5, "Unadjusted"),
    "bonferroni": (bonferroni, 4, "Bonferroni"),
    "sidak": (sidak, 3, "Sidak"),
    "scheffe": (scheffe, 4, "Scheffe"),
    "tukey": (tukey, 3, "Tukey"),
    "snk": (snk, 3, "SNK"),
    "duncan": (duncan, 3, "Duncan"),
    "dunnett": (dunnett, 4, "Dunnett"),
}
#: those for means of balanced least-squares fits
RANGE = ("tukey", "snk", "duncan", "dunnett")


def method(word: str, known: Sequence[str] = tuple(METHODS)) -> str:
    """The method that a word abbreviates.  Errors: r(198)."""
    for name in known:
        if name.startswith(word) and len(word) >= min(METHODS[name][1], len(name)):
            return name
    raise InvalidSyntax(f"mcompare(): method {word} not allowed")  # unverified: words
