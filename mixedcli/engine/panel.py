"""Panel estimators of one-way error components: within, between, and feasible GLS (Swamy and Arora 1972).

Letters: N rows in n panels of T_i rows; X (N, k) without the constant; u_i the panel effects, e the rest.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine import least_squares
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@frozen
class Panel:
    """codes (N,) in 0..n-1, and T (n,), the rows of each panel."""

    codes: Ints
    T: Floats

    def means(self, values: Floats) -> Floats:
        """Panel means (n,) of values (N,)."""
        out: Floats = np.bincount(self.codes, values, len(self.T)) / self.T
        return out


@frozen
class PanelFit:
    """beta (k+1,) with the constant last; V (k+1, k+1).

    Z, ls: regressors and fit of the transformed regression, for robust covariance matrices.
    df: residual degrees of freedom; theta: (smallest, 5th, 50th, 95th percentile, largest) of GLS, else empty.
    """

    beta: Floats
    V: Floats
    Z: Floats
    ls: least_squares.LeastSquares
    sigma_u: float
    sigma_e: float
    df: float
    rss: float
    theta: tuple[float, ...] = ()

    @property
    def rho(self) -> float:
        """Share of the variance due to u_i."""
        total = self.sigma_u**2 + self.sigma_e**2
        return self.sigma_u**2 / total if total else math.nan


def panel(codes: Ints, panels: int) -> Panel:
    """The panels of integer codes, none of them empty."""
    return Panel(codes, np.bincount(codes, minlength=panels).astype(float))


def within(y: Floats, X: Floats, groups: Panel) -> PanelFit:
    """Fixed effects: deviations from panel means, with the grand means added back for the constant.

    sigma_u: standard deviation over panels of the estimated effects.
    """
    N, n, k = len(y), len(groups.T), X.shape[1]
    Z = np.column_stack([_deviations(x, groups) for x in X.T] + [np.ones(N)])
    ls = least_squares.fit(Z, _deviations(y, groups))
    df = float(N - n - k)
    s2 = ls.rss / df if df > 0 else math.nan
    effects = groups.means(y - X @ ls.beta[:k]) - ls.beta[k]
    sigma_u = float(effects.std(ddof=1)) if n > 1 else math.nan
    return PanelFit(ls.beta, ls.D * s2, Z, ls, sigma_u, math.sqrt(s2) if df > 0 else math.nan, df, ls.rss)


def _deviations(values: Floats, groups: Panel) -> Floats:
    out: Floats = values - groups.means(values)[groups.codes] + values.mean()
    return out


def between(y: Floats, X: Floats, groups: Panel) -> PanelFit:
    """Regression on the panel means, one row for each panel."""
    Z = np.column_stack([groups.means(x) for x in X.T] + [np.ones(len(groups.T))])
    ls = least_squares.fit(Z, groups.means(y))
    df = float(len(groups.T) - Z.shape[1])
    s2 = ls.rss / df if df > 0 else math.nan
    return PanelFit(ls.beta, ls.D * s2, Z, ls, math.nan, math.nan, df, ls.rss)


def gls(y: Floats, X: Floats, groups: Panel) -> PanelFit:
    """Random effects by feasible GLS.

    sigma_u^2 from the between regression with the harmonic mean of T_i, at least 0; regressors whose panel means are
    collinear (time in balanced panels) are no part of that regression.
    """
    N, n, k = len(y), len(groups.T), X.shape[1]
    inside = _varying(X, groups)
    w = within(y, X[:, inside], groups)
    b = between(y, X[:, estimable_between(X, groups)], groups)
    s2e = w.rss / (N - n - int(inside.sum())) if N - n - int(inside.sum()) > 0 else math.nan
    harmonic = n / float(np.sum(1 / groups.T))
    s2u = max(0.0, b.rss / b.df - s2e / harmonic) if b.df > 0 else math.nan
    theta = 1 - np.sqrt(s2e / (groups.T * s2u + s2e))
    by_row = theta[groups.codes]

    def quasi(values: Floats) -> Floats:
        out: Floats = values - by_row * groups.means(values)[groups.codes]
        return out

    Z = np.column_stack([quasi(x) for x in X.T] + [1 - by_row])
    ls = least_squares.fit(Z, quasi(y))
    V = ls.D * (ls.rss / (N - k - 1))
    ends = tuple(float(np.quantile(theta, q, method="inverted_cdf")) for q in (0, 0.05, 0.5, 0.95, 1))
    return PanelFit(ls.beta, V, Z, ls, math.sqrt(s2u), math.sqrt(s2e), math.nan, ls.rss, ends)


def _varying(X: Floats, groups: Panel) -> NDArray[np.bool_]:
    """Which columns of X (N, k) are independent after the within transformation."""
    from mixedcli.engine.collinear import independent_columns

    if not X.shape[1]:
        return np.zeros(0, dtype=bool)
    columns = [x - groups.means(x)[groups.codes] for x in X.T]
    size = [float(np.abs(x).max()) for x in X.T]
    moving = [float(np.abs(c).max()) > 1e-12 * s for c, s in zip(columns, size, strict=True)]
    at = [k for k, m in enumerate(moving) if m]
    keep = independent_columns([columns[k] for k in at])
    out = np.zeros(X.shape[1], dtype=bool)
    out[[k for k, kept in zip(at, keep, strict=True) if kept]] = True
    return out


def estimable_between(X: Floats, groups: Panel) -> NDArray[np.bool_]:
    """Which columns of X (N, k) a regression on panel means with a constant can estimate."""
    from mixedcli.engine.collinear import independent_columns

    means = [groups.means(x) for x in X.T]
    return np.array(independent_columns([np.ones(len(groups.T)), *means])[1:], dtype=bool)


def varying(X: Floats, groups: Panel) -> NDArray[np.bool_]:
    """Which columns of X (N, k) fixed effects can estimate."""
    return _varying(X, groups)


def r_squared(y: Floats, X: Floats, slopes: Floats, groups: Panel) -> tuple[float, float, float]:
    """Squared correlations within, between and overall of y with X slopes."""
    fitted = X @ slopes
    pairs = [
        (y - groups.means(y)[groups.codes], fitted - groups.means(fitted)[groups.codes]),
        (groups.means(y), groups.means(fitted)),
        (y, fitted),
    ]
    a, b, c = (correlation(p, q) ** 2 for p, q in pairs)
    return a, b, c


def correlation(x: Floats, y: Floats) -> float:
    """Pearson's; nan without variation beyond rounding."""
    # stata: a log of xtreg on a balanced panel shows "between = ." for regressors that vary within panels alone
    rounding = [1e-13 * float(np.abs(v).max(initial=0.0)) * math.sqrt(len(v)) for v in (x, y)]
    x, y = x - x.mean(), y - y.mean()
    sizes = [math.sqrt(float(v @ v)) for v in (x, y)]
    if any(size <= least for size, least in zip(sizes, rounding, strict=True)):
        return math.nan
    size = sizes[0] * sizes[1]
    return float(x @ y) / size if size > 0 else math.nan
