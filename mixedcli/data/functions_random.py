"""Random-number functions.

numpy's generator seeded by ``set seed``: the same seed gives the same numbers here, but not those of Stata.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.functions import Function

Floats = NDArray[np.float64]
Generator = np.random.Generator


def _where(ok: Any, draw: Any, *args: Floats) -> Any:
    """Draw with parameters made harmless where they are out of the domain, and "." there."""
    good = np.asarray(ok)
    safe = [np.where(good, a, 1.0) for a in args]
    return np.where(good, draw(*safe), np.nan)


def _uniform(g: Generator, n: int, *ends: Floats) -> Any:
    if not ends:
        return g.random(n)
    low, high = ends
    return np.where(low < high, low + (high - low) * g.random(n), np.nan)


def _uniformint(g: Generator, n: int, low: Floats, high: Floats) -> Any:
    first, last = np.ceil(low), np.floor(high)
    return np.where(first <= last, first + np.floor((last - first + 1) * g.random(n)), np.nan)


def _normal(g: Generator, n: int, *parameters: Floats) -> Any:
    mean: Any = parameters[0] if parameters else 0.0
    sd: Any = parameters[1] if len(parameters) > 1 else 1.0
    return np.where(np.asarray(sd) >= 0, mean + sd * g.standard_normal(n), np.nan)


def _binomial(g: Generator, n: int, trials: Floats, p: Floats) -> Any:
    ok = (trials >= 1) & (trials <= 1e11) & (p >= 0) & (p <= 1)
    return _where(ok, lambda k, q: g.binomial(k.astype(np.int64), q, n), trials, p)


def _poisson(g: Generator, n: int, mean: Floats) -> Any:
    return _where((mean >= 0) & (mean < 1e15), lambda m: g.poisson(m, n), mean)


def _gamma(g: Generator, n: int, a: Floats, b: Floats) -> Any:
    return _where((a > 0) & (b > 0), lambda x, y: g.gamma(x, y, n), a, b)


def _chi2(g: Generator, n: int, df: Floats) -> Any:
    return _where(df > 0, lambda d: g.chisquare(d, n), df)


def _t(g: Generator, n: int, df: Floats) -> Any:
    return _where(df > 0, lambda d: g.standard_t(d, n), df)


def _beta(g: Generator, n: int, a: Floats, b: Floats) -> Any:
    return _where((a > 0) & (b > 0), lambda x, y: g.beta(x, y, n), a, b)


def _exponential(g: Generator, n: int, b: Floats) -> Any:
    return _where(b > 0, lambda x: g.exponential(x, n), b)


def _logistic(g: Generator, n: int, *parameters: Floats) -> Any:
    mean: Any = parameters[0] if len(parameters) > 1 else 0.0
    scale: Any = parameters[-1] if parameters else 1.0
    return np.where(np.asarray(scale) > 0, mean + scale * g.logistic(size=n), np.nan)


def _cauchy(g: Generator, n: int, a: Floats, b: Floats) -> Any:
    return np.where(b > 0, a + b * g.standard_cauchy(n), np.nan)


def _laplace(g: Generator, n: int, m: Floats, b: Floats) -> Any:
    return np.where(b > 0, m + b * g.laplace(size=n), np.nan)


def _weibull(g: Generator, n: int, a: Floats, b: Floats, *at: Floats) -> Any:
    return _where((a > 0) & (b > 0), lambda x, y: y * g.weibull(x, n), a, b) + (at[0] if at else 0.0)


def _weibullph(g: Generator, n: int, a: Floats, b: Floats, *at: Floats) -> Any:
    return _where((a > 0) & (b > 0), lambda x, y: (g.exponential(size=n) / y) ** (1 / x), a, b) + (at[0] if at else 0.0)


def _igaussian(g: Generator, n: int, m: Floats, a: Floats) -> Any:
    return _where((m > 0) & (a > 0), lambda x, y: g.wald(x, y, n), m, a)


def _nbinomial(g: Generator, n: int, size: Floats, p: Floats) -> Any:
    return _where((size > 0) & (size < 1e9) & (p > 1e-6) & (p <= 1), lambda k, q: g.negative_binomial(k, q, n), size, p)


def _hypergeometric(g: Generator, n: int, N: Floats, K: Floats, size: Floats) -> Any:
    ok = (N >= 1) & (N < 1e9) & (K >= 1) & (K < N) & (size >= 1) & (size < N)

    def draw(a: Any, b: Any, c: Any) -> Any:
        good, bad, sample = (np.floor(v).astype(np.int64) for v in (b, np.maximum(a - b, 0), c))
        return g.hypergeometric(good, bad, np.minimum(sample, good + bad), n)

    return _where(ok, draw, N, K, size)


def _row(kinds: str, body: Any, least: int = -1) -> Function:
    return Function(kinds, body, least=least, style="random")


def _two_or_none(g: Generator, n: int, *ends: Floats) -> Any:
    from mixedcli.errors import InvalidSyntax

    if len(ends) == 1:
        raise InvalidSyntax("invalid syntax")
    return _uniform(g, n, *ends)


TABLE: dict[str, Function] = {
    "runiform": _row("nn", _two_or_none, 0),
    "uniform": _row("", _uniform),
    "runiformint": _row("nn", _uniformint),
    "rnormal": _row("nn", _normal, 0),
    "rbinomial": _row("nn", _binomial),
    "rpoisson": _row("n", _poisson),
    "rgamma": _row("nn", _gamma),
    "rchi2": _row("n", _chi2),
    "rt": _row("n", _t),
    "rbeta": _row("nn", _beta),
    "rexponential": _row("n", _exponential),
    "rcauchy": _row("nn", _cauchy),
    "rlaplace": _row("nn", _laplace),
    "rweibull": _row("nnn", _weibull, 2),
    "rweibullph": _row("nnn", _weibullph, 2),
    "rigaussian": _row("nn", _igaussian),
    "rnbinomial": _row("nn", _nbinomial),
    "rhypergeometric": _row("nnn", _hypergeometric),
    "rlogistic": _row("nn", _logistic, 0),
}
