"""Functions of the coefficients with their standard errors, tests and intervals: rows of every table of this package.

A quantity is an estimate with its gradient over e(b); for a margin of a linear prediction the gradient is the averaged
design row and the estimate its product with b.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.commands.estimation import smallsample
from mixedcli.engine import comparisons, distributions
from mixedcli.engine.comparisons import Family
from mixedcli.engine.inference import combined_variance, combined_variances
from mixedcli.errors import LastEstimatesNotFound, Unavailable
from mixedcli.frozen import frozen
from mixedcli.model.linearmodel import LinearModel, linear_model
from mixedcli.model.spec import MixedFit
from mixedcli.results import SmallSample, Stored
from mixedcli.session import Session

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@frozen
class Quantities:
    """estimate (m,), gradient (m, k) over e(b), estimable (m,)."""

    estimate: Floats
    gradient: Floats
    estimable: Flags

    def combined(self, matrix: Floats) -> Quantities:
        """Linear combinations, rows of ``matrix`` (c, m); one that uses what is not estimable is not either."""
        # products with nothing must stay nothing where a margin is missing
        estimate = np.where(np.isfinite(self.estimate), self.estimate, 0.0)
        uses = (matrix != 0) @ (~self.estimable).astype(float)
        gradient = np.where(np.isfinite(self.gradient), self.gradient, 0.0)
        return Quantities(matrix @ estimate, matrix @ gradient, uses == 0)

    def some(self, rows: Sequence[int]) -> Quantities:
        """Those of the given rows."""
        at = list(rows)
        return Quantities(self.estimate[at], self.gradient[at], self.estimable[at])


@frozen
class Estimates:
    """Columns of a table: (m,) each; df nan for z.  missing where a quantity is not estimable."""

    b: Floats
    se: Floats
    statistic: Floats
    p: Floats
    lo: Floats
    hi: Floats
    df: Floats
    critical: Floats
    estimable: Flags


@frozen
class WaldTest:
    """chi2, or F where ddf is not nan; df 0: nothing testable."""

    statistic: float
    df: int
    p: float
    ddf: float = math.nan


@frozen
class Basis:
    """What inference after a fit rests on.  df_r: residual degrees of freedom, nan for z.  small: dfmethod()'s."""

    stored: Stored
    model: LinearModel
    b: Floats
    V: Floats
    df_r: float
    level: float
    small: tuple[MixedFit, SmallSample] | None = None


#: what leaves functions of coefficients in e(b) rather than coefficients
_POSTED = ("margins", "contrast", "pwcompare", "nlcom")


def basis(session: Session, command: str, level: float, *, small: bool = False, df: float | None = None) -> Basis:
    """That of the last estimates, for a command.  Errors: r(301); r(198) for small without dfmethod(); r(322)."""
    e = session.e
    if session.estimates is None or "b" not in e.matrices or "V" not in e.matrices:
        raise LastEstimatesNotFound("last estimates not found")
    posted = e.macros.get("cmd", "")
    if command == "margins" and posted in ("mean", "total", "proportion"):
        # unverified: words; there is no linear prediction
        raise Unavailable(f"{command} cannot be used after {posted}")
    if posted in _POSTED:
        own = posted == command
        # unverified: words where the results are another command's
        raise Unavailable(f"{command} cannot work with {'its own' if own else posted + chr(39) + 's'} posted results")
    of = smallsample.required(session.estimates) if small else None
    df_r = e.scalars.get("df_r", math.nan) if df is None else df
    return Basis(e, linear_model(e), e.matrices["b"].values[0], e.matrices["V"].values, df_r, level, of)


def linear(rows: Floats, base: Basis, estimable: Flags | None = None) -> Quantities:
    """Quantities that are linear in the coefficients: rows (m, k)."""
    flags = np.ones(len(rows), dtype=np.bool_) if estimable is None else estimable
    return Quantities(np.where(np.isnan(rows), 0.0, rows) @ base.b, rows, flags & ~np.isnan(rows).any(axis=1))


def covariance(x: Quantities, base: Basis) -> Floats:
    """(m, m)."""
    G = np.where(np.isfinite(x.gradient), x.gradient, 0.0)
    if base.small is None:
        return combined_variance(G, base.V)
    fit, method = base.small
    C = smallsample.on_beta(fit.frame, G)
    return np.asarray(C @ method.vcov @ C.T)


def estimated(
    x: Quantities, base: Basis, adjust: str = "noadjust", family: Family | None = None, *, nose: bool = False
) -> Estimates:
    """Standard errors, tests, p-values and intervals, adjusted for the comparisons of the family."""
    m = len(x.estimate)
    variance = _variances(x, base)
    variance[~(variance > 0)] = np.nan
    se = np.full(m, np.nan) if nose else np.sqrt(variance)
    se[~x.estimable] = np.nan
    b = np.where(x.estimable, x.estimate, np.nan)
    df = _df(x, base)
    with np.errstate(invalid="ignore"):
        t = b / se
    known = ~np.isnan(t)
    p, critical = np.full(m, np.nan), np.full(m, np.nan)
    if known.any():
        method = comparisons.METHODS[adjust][0]
        own = family or Family(1, 1)
        at = np.flatnonzero(known)
        if own.distance:
            own = Family(own.m, own.rank, own.means, tuple(own.distance[i] for i in at), own.correlation)
        if own.correlation is not None:
            own = Family(own.m, own.rank, own.means, own.distance, own.correlation[np.ix_(at, at)])
        made = method(t[at], np.where(np.isnan(df[at]), np.inf, df[at]), own, 1 - base.level / 100)
        p[at], critical[at] = made.p, made.critical
    return Estimates(b, se, t, p, b - critical * se, b + critical * se, df, critical, x.estimable)


def _variances(x: Quantities, base: Basis) -> Floats:
    """The diagonal of ``covariance`` alone."""
    G = np.where(np.isfinite(x.gradient), x.gradient, 0.0)
    V = base.V
    if base.small is not None:
        fit, method = base.small
        G, V = smallsample.on_beta(fit.frame, G), method.vcov
    return combined_variances(G, V)


def _df(x: Quantities, base: Basis) -> Floats:
    """Degrees of freedom of every row; nan for z."""
    if base.small is None:
        return np.full(len(x.estimate), base.df_r)
    from mixedcli.engine.dof.methods import ddf_of_rows

    fit, method = base.small
    return ddf_of_rows(method, smallsample.on_beta(fit.frame, x.gradient))


def wald(x: Quantities, base: Basis) -> WaldTest:
    """All quantities 0 at once; redundant ones left out."""
    if not len(x.estimate) or not x.estimable.all():
        return WaldTest(math.nan, 0, math.nan)
    kept = independent(covariance(x, base))
    if not kept:
        return WaldTest(math.nan, 0, math.nan)
    own = x.some(kept)
    if base.small is not None:
        fit, method = base.small
        told = smallsample.joint(method, own.estimate, smallsample.on_beta(fit.frame, own.gradient))
        if not math.isnan(told.ddf):
            return WaldTest(told.F, told.df, told.p, told.ddf)
        # as in test: without a single denominator the large-sample chi2 is the answer
        return wald(own, Basis(base.stored, base.model, base.b, base.V, math.nan, base.level))
    V = covariance(own, base)
    scale = np.sqrt(np.diag(V))
    z = own.estimate / scale
    chi2 = float(z @ np.linalg.solve(V / np.outer(scale, scale), z))
    k = len(kept)
    if math.isnan(base.df_r):
        return WaldTest(chi2, k, distributions.chi2_tail(chi2, k))
    return WaldTest(chi2 / k, k, distributions.f_tail(chi2 / k, k, base.df_r), base.df_r)


def independent(V: Floats, tolerance: float = 1e-9) -> list[int]:
    """Positions of variables that no earlier ones determine, given their covariance matrix."""
    scale = np.sqrt(np.where(np.diag(V) > 0, np.diag(V), np.nan))
    kept: list[int] = []
    L = np.zeros((0, 0))
    for i in range(len(V)):
        if math.isnan(scale[i]):
            continue
        cross = V[kept, i] / (scale[kept] * scale[i])
        row = np.linalg.solve(L, cross) if kept else np.zeros(0)
        left = 1.0 - float(row @ row)
        if left > tolerance:
            grown = np.zeros((len(kept) + 1, len(kept) + 1))
            grown[:-1, :-1], grown[-1, :-1], grown[-1, -1] = L, row, math.sqrt(left)
            L = grown
            kept.append(i)
    return kept


def stacked(parts: list[Quantities]) -> Quantities:
    """Quantities one below the other."""
    return Quantities(
        np.concatenate([p.estimate for p in parts]),
        np.vstack([p.gradient for p in parts]),
        np.concatenate([p.estimable for p in parts]),
    )
