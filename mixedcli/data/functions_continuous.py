"""Distributions with location, scale and shape, and the inverses in their parameters.

cauchy, laplace, logistic, weibull, exponential, inverse Gaussian; negative binomial, hypergeometric; Tukey's range.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.functions import Function

Floats = NDArray[np.float64]


def _sp() -> Any:
    from scipy import special

    return special


def _within(p: Any) -> Any:
    return (p > 0) & (p < 1)


def _scale(ok: Any, out: Any) -> Any:
    return np.where(ok, out, np.nan)


# -------------------------------------------------------------------------------------------- cauchy, laplace, logistic


def _cauchyden(a: Floats, b: Floats, x: Floats) -> Any:
    return _scale(b > 0, 1 / (math.pi * b * (1 + ((x - a) / b) ** 2)))


def _cauchy(a: Floats, b: Floats, x: Floats) -> Any:
    return _scale(b > 0, 0.5 + np.arctan((x - a) / b) / math.pi)


def _invcauchy(a: Floats, b: Floats, p: Floats) -> Any:
    return _scale((b > 0) & _within(p), a + b * np.tan(math.pi * (p - 0.5)))


def _laplace(m: Floats, b: Floats, x: Floats) -> Any:
    z = (x - m) / b
    return _scale(b > 0, np.where(z < 0, 0.5 * np.exp(np.minimum(z, 0)), 1 - 0.5 * np.exp(-np.maximum(z, 0))))


def _invlaplace(m: Floats, b: Floats, p: Floats) -> Any:
    out = np.where(p < 0.5, m + b * np.log(2 * p), m - b * np.log(2 * (1 - p)))
    return _scale((b > 0) & _within(p), out)


def _located(args: tuple[Floats, ...]) -> tuple[Any, Any, Floats]:
    """Mean, scale and argument of logistic(x), (s, x) and (m, s, x)."""
    *front, x = args
    if not front:
        return 0.0, np.ones(()), x
    return (0.0, front[0], x) if len(front) == 1 else (front[0], front[1], x)


def _logistic(*args: Floats) -> Any:
    m, s, x = _located(args)
    return _scale(s > 0, _sp().expit((x - m) / s))


def _logistictail(*args: Floats) -> Any:
    m, s, x = _located(args)
    return _scale(s > 0, _sp().expit(-(x - m) / s))


def _logisticden(*args: Floats) -> Any:
    m, s, x = _located(args)
    z = (x - m) / s
    return _scale(s > 0, _sp().expit(z) * _sp().expit(-z) / s)


def _invlogistic(*args: Floats) -> Any:
    m, s, p = _located(args)
    return _scale((s > 0) & _within(p), m + s * _sp().logit(p))


# ----------------------------------------------------------------------------------------------- weibull, exponential


def _shifted(args: tuple[Floats, ...]) -> tuple[Floats, Floats, Any, Floats]:
    """Shape, scale, location and argument of weibull(a, b, x) and (a, b, g, x)."""
    a, b, *g, x = args
    return a, b, g[0] if g else 0.0, x


def _hazard(args: tuple[Floats, ...], proportional: bool) -> tuple[Any, Any, Any]:
    """Cumulative hazard, density's factor, and where the parameters are right."""
    a, b, g, x = _shifted(args)
    z = np.maximum(x - g, 0)
    ok = (a > 0) & (b > 0)
    if proportional:
        return b * z**a, b * a * z ** (a - 1), ok
    return (z / b) ** a, a / b * (z / b) ** (a - 1), ok


def _weibull(part: str, *, proportional: bool = False) -> Any:
    def body(*args: Floats) -> Any:
        hazard, rate, ok = _hazard(args, proportional)
        if part == "den":
            return _scale(ok & (args[-1] >= _shifted(args)[2]), rate * np.exp(-hazard))
        return _scale(ok, -np.expm1(-hazard) if part == "cdf" else np.exp(-hazard))

    return body


def _invweibull(*, tail: bool, proportional: bool = False) -> Any:
    def body(*args: Floats) -> Any:
        a, b, g, p = _shifted(args)
        hazard = -np.log(p) if tail else -np.log1p(-p)
        out = g + ((hazard / b) ** (1 / a) if proportional else b * hazard ** (1 / a))
        return _scale((a > 0) & (b > 0) & _within(p), out)

    return body


# --------------------------------------------------------------------------------------------------- inverse Gaussian


def _igaussianden(m: Floats, a: Floats, x: Floats) -> Any:
    out = np.sqrt(a / (2 * math.pi * x**3)) * np.exp(-a * (x - m) ** 2 / (2 * m**2 * x))
    return _scale((m > 0) & (a > 0), np.where(x > 0, out, 0.0))


def _igaussian(m: Floats, a: Floats, x: Floats) -> Any:
    sp = _sp()
    root = np.sqrt(a / np.where(x > 0, x, 1.0))
    out = sp.ndtr(root * (x / m - 1)) + np.exp(2 * a / m + sp.log_ndtr(-root * (x / m + 1)))
    return _scale((m > 0) & (a > 0), np.where(x > 0, out, 0.0))


def _igaussiantail(m: Floats, a: Floats, x: Floats) -> Any:
    sp = _sp()
    root = np.sqrt(a / np.where(x > 0, x, 1.0))
    out = sp.ndtr(-root * (x / m - 1)) - np.exp(2 * a / m + sp.log_ndtr(-root * (x / m + 1)))
    return _scale((m > 0) & (a > 0), np.where(x > 0, out, 1.0))


# -------------------------------------------------------------------------------------------------------------- counts


def _nbinomialp(n: Floats, k: Floats, p: Floats) -> Any:
    sp = _sp()
    k = np.floor(k)
    log = sp.gammaln(n + k) - sp.gammaln(k + 1) - sp.gammaln(n) + n * np.log(p) + sp.xlog1py(k, -p)
    return _scale((n > 0) & (p > 0) & (p <= 1), np.where(k >= 0, np.exp(log), 0.0))


def _nbinomial(n: Floats, k: Floats, p: Floats) -> Any:
    k = np.floor(k)
    out = np.where(k < 0, 0.0, _sp().betainc(n, np.maximum(k, 0) + 1, p))
    return _scale((n > 0) & (p > 0) & (p <= 1), out)


def _nbinomialtail(n: Floats, k: Floats, p: Floats) -> Any:
    k = np.floor(k)
    out = np.where(k <= 0, 1.0, _sp().betainc(np.maximum(k, 1), n, 1 - p))
    return _scale((n > 0) & (p > 0) & (p <= 1), out)


def _hypergeometricp(N: Floats, K: Floats, n: Floats, k: Floats) -> Any:
    sp = _sp()
    N, K, n, k = (np.floor(v) for v in (N, K, n, k))

    def comb(top: Any, below: Any) -> Any:
        return sp.gammaln(top + 1) - sp.gammaln(below + 1) - sp.gammaln(top - below + 1)

    inside = (k >= np.maximum(0, n - N + K)) & (k <= np.minimum(K, n))
    out = np.exp(comb(K, k) + comb(N - K, n - k) - comb(N, n))
    return _scale((N >= 1) & (K >= 0) & (K <= N) & (n >= 0) & (n <= N), np.where(inside, out, 0.0))


def _hypergeometric(N: Floats, K: Floats, n: Floats, k: Floats) -> Any:
    from scipy.stats import hypergeom

    N, K, n, k = (np.floor(v) for v in (N, K, n, k))
    ok = (N >= 1) & (K >= 0) & (K <= N) & (n >= 0) & (n <= N) & (N <= 1e5)
    N, K, n, k = np.where(ok, N, 1.0), np.where(ok, K, 0.0), np.where(ok, n, 0.0), np.clip(k, -1, 1e6)
    return _scale(ok, hypergeom.cdf(k, N, K, n))


def _invbinomial(n: Floats, k: Floats, p: Floats) -> Any:
    """The probability of success for which P(X <= k) is p."""
    n, k = np.floor(n), np.floor(k)
    ok = (n >= 1) & (k >= 0) & (k < n) & _within(p)
    return _scale(ok, 1 - _sp().betaincinv(np.where(ok, n - k, 1.0), np.where(ok, k + 1, 1.0), p))


def _invbinomialtail(n: Floats, k: Floats, p: Floats) -> Any:
    n, k = np.floor(n), np.floor(k)
    ok = (n >= 1) & (k >= 1) & (k <= n) & _within(p)
    return _scale(ok, _sp().betaincinv(np.where(ok, k, 1.0), np.where(ok, n - k + 1, 1.0), p))


def _invnbinomial(n: Floats, k: Floats, q: Floats) -> Any:
    return _scale((n > 0) & (k >= 0) & _within(q), _sp().betaincinv(n, np.floor(np.maximum(k, 0)) + 1, q))


def _invnbinomialtail(n: Floats, k: Floats, q: Floats) -> Any:
    return _scale((n > 0) & (k >= 1) & _within(q), 1 - _sp().betaincinv(np.floor(np.maximum(k, 1)), n, q))


def _invpoisson(k: Floats, p: Floats) -> Any:
    return _scale((k >= 0) & _within(p), _sp().gammainccinv(np.floor(np.maximum(k, 0)) + 1, p))


def _invpoissontail(k: Floats, q: Floats) -> Any:
    return _scale((k >= 1) & _within(q), _sp().gammaincinv(np.floor(np.maximum(k, 1)), q))


# ------------------------------------------------------------------------------------------------------------- others


def _binormal(h: Floats, k: Floats, rho: Floats) -> Any:
    """By Owen's T function."""
    sp = _sp()
    h, k, rho = np.broadcast_arrays(h, k, rho)
    root = np.sqrt(np.maximum(1 - rho**2, 0))
    tiny = np.finfo(float).tiny
    hh, kk = np.where(h == 0, tiny, h), np.where(k == 0, tiny, k)
    first = sp.owens_t(hh, (kk / hh - rho) / root)
    second = sp.owens_t(kk, (hh / kk - rho) / root)
    jump = np.where(hh * kk < 0, 0.5, 0.0)
    inner = 0.5 * (sp.ndtr(h) + sp.ndtr(k)) - first - second - jump
    both_zero = 0.25 + np.arcsin(np.clip(rho, -1, 1)) / (2 * math.pi)
    inner = np.where((h == 0) & (k == 0), both_zero, inner)
    out = np.where(rho >= 1, sp.ndtr(np.minimum(h, k)), np.where(rho <= -1, sp.ndtr(h) - sp.ndtr(-k), inner))
    return _scale(np.abs(rho) <= 1, np.clip(out, 0, 1))


def _range_of_means(which: str) -> Any:
    """The studentized range by scipy's numerical integration, within the limits in which it is sound."""

    def body(k: Floats, df: Floats, x: Floats) -> Any:
        from scipy.stats import studentized_range

        ok = (
            (k >= 2)
            & (k <= 1000)
            & (df >= 2)
            & (df <= 1e5)
            & (x <= 1000)
            & ((which == "cdf") | ((x >= 1e-4) & (x <= 0.9999)))
        )
        k, df, at = np.where(ok, k, 2.0), np.where(ok, df, 2.0), np.where(ok & (x > 0), x, 0.5)
        return _scale(ok, np.where(x <= 0, 0.0, getattr(studentized_range, which)(at, k, df)))

    return body


def _dgammapdx(a: Floats, x: Floats) -> Any:
    out = np.exp((a - 1) * np.log(x) - x - _sp().gammaln(a))
    return _scale(a > 0, np.where(x > 0, out, 0.0))


def _lnigammaden(a: Floats, b: Floats, x: Floats) -> Any:
    out = a * np.log(b) - _sp().gammaln(a) - (a + 1) * np.log(x) - b / x
    return _scale((a > 0) & (b > 0) & (x > 0), out)


TABLE: dict[str, Function] = {
    "cauchy": Function("nnn", _cauchy),
    "cauchyden": Function("nnn", _cauchyden),
    "cauchytail": Function("nnn", lambda a, b, x: _cauchy(-a, b, -x)),
    "invcauchy": Function("nnn", _invcauchy),
    "invcauchytail": Function("nnn", lambda a, b, p: _invcauchy(a, b, 1 - p)),
    "lncauchyden": Function("nnn", lambda a, b, x: np.log(_cauchyden(a, b, x))),
    "laplace": Function("nnn", _laplace),
    "laplacetail": Function("nnn", lambda m, b, x: _laplace(-m, b, -x)),
    "laplaceden": Function("nnn", lambda m, b, x: _scale(b > 0, np.exp(-np.abs(x - m) / b) / (2 * b))),
    "lnlaplaceden": Function("nnn", lambda m, b, x: _scale(b > 0, -np.abs(x - m) / b - np.log(2 * b))),
    "invlaplace": Function("nnn", _invlaplace),
    "invlaplacetail": Function("nnn", lambda m, b, p: 2 * m - _invlaplace(m, b, p)),
    "logistic": Function("nnn", _logistic, least=1),
    "logistictail": Function("nnn", _logistictail, least=1),
    "logisticden": Function("nnn", _logisticden, least=1),
    "invlogistic": Function("nnn", _invlogistic, least=1),
    "invlogistictail": Function("nnn", lambda *a: _invlogistic(*a[:-1], 1 - a[-1]), least=1),
    "weibull": Function("nnnn", _weibull("cdf"), least=3),
    "weibulltail": Function("nnnn", _weibull("tail"), least=3),
    "weibullden": Function("nnnn", _weibull("den"), least=3),
    "invweibull": Function("nnnn", _invweibull(tail=False), least=3),
    "invweibulltail": Function("nnnn", _invweibull(tail=True), least=3),
    "weibullph": Function("nnnn", _weibull("cdf", proportional=True), least=3),
    "weibullphtail": Function("nnnn", _weibull("tail", proportional=True), least=3),
    "weibullphden": Function("nnnn", _weibull("den", proportional=True), least=3),
    "invweibullph": Function("nnnn", _invweibull(tail=False, proportional=True), least=3),
    "invweibullphtail": Function("nnnn", _invweibull(tail=True, proportional=True), least=3),
    "exponentialden": Function("nn", lambda b, x: _scale(b > 0, np.where(x < 0, 0.0, np.exp(-x / b) / b))),
    "invexponential": Function("nn", lambda b, p: _scale((b > 0) & (p >= 0) & (p < 1), -b * np.log1p(-p))),
    "invexponentialtail": Function("nn", lambda b, p: _scale((b > 0) & (p > 0) & (p <= 1), -b * np.log(p))),
    "igaussian": Function("nnn", _igaussian),
    "igaussiantail": Function("nnn", _igaussiantail),
    "igaussianden": Function("nnn", _igaussianden),
    "lnigaussianden": Function("nnn", lambda m, a, x: np.log(_igaussianden(m, a, x))),
    "lnigammaden": Function("nnn", _lnigammaden),
    "nbinomial": Function("nnn", _nbinomial),
    "nbinomialp": Function("nnn", _nbinomialp),
    "nbinomialtail": Function("nnn", _nbinomialtail),
    "hypergeometric": Function("nnnn", _hypergeometric),
    "hypergeometricp": Function("nnnn", _hypergeometricp),
    "invbinomial": Function("nnn", _invbinomial),
    "invbinomialtail": Function("nnn", _invbinomialtail),
    "invnbinomial": Function("nnn", _invnbinomial),
    "invnbinomialtail": Function("nnn", _invnbinomialtail),
    "invpoisson": Function("nn", _invpoisson),
    "invpoissontail": Function("nn", _invpoissontail),
    "ibetatail": Function("nnn", lambda a, b, x: _sp().betainc(b, a, 1 - x)),
    "invibetatail": Function("nnn", lambda a, b, p: 1 - _sp().betaincinv(b, a, p)),
    "binormal": Function("nnn", _binormal),
    "tukeyprob": Function("nnn", _range_of_means("cdf")),
    "invtukeyprob": Function("nnn", _range_of_means("ppf")),
    "dgammapdx": Function("nn", _dgammapdx),
}
