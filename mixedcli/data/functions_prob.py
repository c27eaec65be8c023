"""Distributions: cumulative, upper tail, density and inverse.  scipy is loaded only by those that need it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.functions import Function

Floats = NDArray[np.float64]

_FEW = 2000
"""Up to so many values math.erfc one by one beats importing scipy."""


def _sp() -> Any:
    from scipy import special

    return special


def _normal(z: Floats) -> Any:
    if z.size > _FEW:
        return _sp().ndtr(z)
    return np.reshape([0.5 * math.erfc(-v / math.sqrt(2.0)) for v in z.ravel().tolist()], z.shape)


def _location_scale(more: tuple[Floats, ...]) -> tuple[Any, Any]:
    """Mean and standard deviation of normalden(z), (z, s) and (x, m, s)."""
    return (0.0, 1.0) if not more else (0.0, more[0]) if len(more) == 1 else (more[0], more[1])


def _normalden(x: Floats, *more: Floats) -> Any:
    mean, sd = _location_scale(more)
    out = np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))
    return np.where(np.asarray(sd) > 0, out, np.nan)


def _lnnormalden(x: Floats, *more: Floats) -> Any:
    mean, sd = _location_scale(more)
    return -0.5 * ((x - mean) / sd) ** 2 - np.log(sd) - 0.5 * math.log(2 * math.pi)


def _chi2(df: Floats, x: Floats) -> Any:
    return np.where(df > 0, np.where(x <= 0, 0.0, _sp().gammainc(df / 2, np.maximum(x, 0) / 2)), np.nan)


def _chi2tail(df: Floats, x: Floats) -> Any:
    if df.size == 1 and x.size == 1 and float(df) in (1.0, 2.0):
        value = max(float(x), 0.0)
        tail = math.erfc(math.sqrt(value / 2)) if float(df) == 1.0 else math.exp(-value / 2)
        return np.full(np.broadcast_shapes(df.shape, x.shape), tail)
    return np.where(df > 0, np.where(x <= 0, 1.0, _sp().gammaincc(df / 2, np.maximum(x, 0) / 2)), np.nan)


def _chi2den(df: Floats, x: Floats) -> Any:
    k = df / 2
    return np.where(x > 0, np.exp((k - 1) * np.log(x) - x / 2 - k * math.log(2) - _sp().gammaln(k)), 0.0)


def _f(d1: Floats, d2: Floats, x: Floats) -> Any:
    return np.where(x <= 0, 0.0, _sp().fdtr(d1, d2, np.maximum(x, 0)))


def _ftail(d1: Floats, d2: Floats, x: Floats) -> Any:
    return np.where(x <= 0, 1.0, _sp().fdtrc(d1, d2, np.maximum(x, 0)))


def _fden(d1: Floats, d2: Floats, x: Floats) -> Any:
    a, b = d1 / 2, d2 / 2
    out = np.exp(a * np.log(d1 / d2) + (a - 1) * np.log(x) - (a + b) * np.log1p(d1 * x / d2) - _sp().betaln(a, b))
    return np.where(x > 0, out, 0.0)


def _invftail(d1: Floats, d2: Floats, p: Floats) -> Any:
    y = _sp().betaincinv(d2 / 2, d1 / 2, p)
    return d2 * (1 - y) / (d1 * y)


def _ttail(df: Floats, t: Floats) -> Any:
    return _sp().stdtr(df, -t)


def _tden(df: Floats, t: Floats) -> Any:
    half = (df + 1) / 2
    return np.exp(-half * np.log1p(t * t / df) - 0.5 * np.log(df) - _sp().betaln(df / 2, 0.5))


def _binomial(n: Floats, k: Floats, p: Floats) -> Any:
    n, k = np.floor(n), np.floor(k)
    inside = (k >= 0) & (k < n)
    below = np.where(inside, k, 0.0)
    tail = _sp().betainc(np.where(inside, n - k, 1.0), below + 1, 1 - p)
    return np.where(k < 0, 0.0, np.where(k >= n, 1.0, tail))


def _binomialtail(n: Floats, k: Floats, p: Floats) -> Any:
    n, k = np.floor(n), np.floor(k)
    inside = (k > 0) & (k <= n)
    above = np.where(inside, k, 1.0)
    tail = _sp().betainc(above, np.where(inside, n - k, 0.0) + 1, p)
    return np.where(k <= 0, 1.0, np.where(k > n, 0.0, tail))


def _binomialp(n: Floats, k: Floats, p: Floats) -> Any:
    sp = _sp()
    n, k = np.floor(n), np.floor(k)
    log = sp.gammaln(n + 1) - sp.gammaln(k + 1) - sp.gammaln(n - k + 1) + sp.xlogy(k, p) + sp.xlog1py(n - k, -p)
    return np.where((k >= 0) & (k <= n), np.exp(log), 0.0)


def _poisson(mean: Floats, k: Floats) -> Any:
    return np.where(k < 0, 0.0, _sp().pdtr(np.maximum(np.floor(k), 0), mean))


def _poissonp(mean: Floats, k: Floats) -> Any:
    sp = _sp()
    k = np.floor(k)
    return np.where(k >= 0, np.exp(sp.xlogy(k, mean) - mean - sp.gammaln(k + 1)), 0.0)


def _gammaden(a: Floats, b: Floats, g: Floats, x: Floats) -> Any:
    z = (x - g) / b
    return np.where(z > 0, np.exp((a - 1) * np.log(z) - z - np.log(b) - _sp().gammaln(a)), 0.0)


def _betaden(a: Floats, b: Floats, x: Floats) -> Any:
    inside = (x > 0) & (x < 1)
    return np.where(inside, np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - _sp().betaln(a, b)), 0.0)


def _known(test: Any, body: Any) -> Any:
    """The body where the parameters are in their domain, "." elsewhere."""
    return lambda *args: np.where(test(*args), body(*args), np.nan)


TABLE: dict[str, Function] = {
    "normal": Function("n", _normal),
    "norm": Function("n", _normal),
    "normprob": Function("n", _normal),
    "lnnormal": Function("n", lambda z: _sp().log_ndtr(z)),
    "normalden": Function("nnn", _normalden, least=1),
    "normd": Function("n", _normalden),
    "lnnormalden": Function("nnn", _lnnormalden, least=1),
    "invnormal": Function("n", lambda p: _sp().ndtri(p)),
    "invnorm": Function("n", lambda p: _sp().ndtri(p)),
    "chi2": Function("nn", _chi2),
    "chi2tail": Function("nn", _chi2tail),
    "chi2den": Function("nn", _known(lambda df, x: df > 0, _chi2den)),
    "chiprob": Function("nn", _chi2tail),
    "invchi2": Function("nn", lambda df, p: 2 * _sp().gammaincinv(df / 2, p)),
    "invchi2tail": Function("nn", lambda df, p: 2 * _sp().gammainccinv(df / 2, p)),
    "F": Function("nnn", _known(lambda d1, d2, x: (d1 > 0) & (d2 > 0), _f)),
    "Ftail": Function("nnn", _known(lambda d1, d2, x: (d1 > 0) & (d2 > 0), _ftail)),
    "fprob": Function("nnn", _ftail),
    "Fden": Function("nnn", _known(lambda d1, d2, x: (d1 > 0) & (d2 > 0), _fden)),
    "invF": Function("nnn", lambda d1, d2, p: _sp().fdtri(d1, d2, p)),
    "invFtail": Function("nnn", _invftail),
    "t": Function("nn", _known(lambda df, t: df > 0, lambda df, t: _sp().stdtr(df, t))),
    "ttail": Function("nn", _known(lambda df, t: df > 0, _ttail)),
    "tprob": Function("nn", lambda df, t: 2 * _ttail(df, np.abs(t))),
    "tden": Function("nn", _known(lambda df, t: df > 0, _tden)),
    "invt": Function("nn", _known(lambda df, p: (df > 0) & (p > 0) & (p < 1), lambda df, p: _sp().stdtrit(df, p))),
    "invttail": Function("nn", _known(lambda df, p: (df > 0) & (p > 0) & (p < 1), lambda df, p: -_sp().stdtrit(df, p))),
    "binomial": Function("nnn", _known(lambda n, k, p: (n >= 1) & (p >= 0) & (p <= 1), _binomial)),
    "binomialtail": Function("nnn", _known(lambda n, k, p: (n >= 1) & (p >= 0) & (p <= 1), _binomialtail)),
    "Binomial": Function("nnn", _binomialtail),
    "binomialp": Function("nnn", _known(lambda n, k, p: (n >= 1) & (p >= 0) & (p <= 1), _binomialp)),
    "poisson": Function(
        "nn", _known(lambda m, k: m > 0, lambda m, k: np.where(k < 0, 0.0, _sp().pdtr(np.maximum(np.floor(k), 0), m)))
    ),
    "poissontail": Function(
        "nn",
        _known(lambda m, k: m > 0, lambda m, k: np.where(k <= 0, 1.0, _sp().pdtrc(np.maximum(np.floor(k) - 1, 0), m))),
    ),
    "poissonp": Function("nn", _known(lambda m, k: m > 0, _poissonp)),
    "betaden": Function("nnn", _known(lambda a, b, x: (a > 0) & (b > 0), _betaden)),
    "gammaden": Function("nnnn", _known(lambda a, b, g, x: (a > 0) & (b > 0), _gammaden)),
    "exponential": Function("nn", _known(lambda b, x: b > 0, lambda b, x: np.where(x <= 0, 0.0, -np.expm1(-x / b)))),
    "exponentialtail": Function("nn", _known(lambda b, x: b > 0, lambda b, x: np.where(x <= 0, 1.0, np.exp(-x / b)))),
}
