"""Small-sample inference behind one door: header and tables of mixed, and every command with option small.

A hypothesis is C b = a with the rows of C over all columns of e(b).  ``single`` gives each row its t, ``joint`` all of
them one F; both with the degrees of freedom of the method in force.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine import distributions
from mixedcli.engine.inference import independent_columns
from mixedcli.errors import InvalidSyntax, LastEstimatesNotFound
from mixedcli.frozen import frozen
from mixedcli.model.spec import MixedFit, ModelFrame
from mixedcli.results import Estimates, FTest, MixedResult, SmallSample

Floats = NDArray[np.float64]


@frozen
class TRow:
    """A linear combination: estimate, standard error, t with df, two-sided p, limits."""

    estimate: float
    se: float
    t: float
    df: float
    p: float
    lo: float
    hi: float


def required(estimates: Estimates | None) -> tuple[MixedFit, SmallSample]:
    """The fit and its small-sample inference.

    Errors: r(301) without estimates; r(198) where dfmethod() was not used.
    """
    if estimates is None:
        raise LastEstimatesNotFound("last estimates not found")
    fit = estimates.fit
    if not isinstance(fit, MixedFit) or fit.result.small is None:
        # unverified: words
        raise InvalidSyntax("option small is allowed only after mixed with option dfmethod()")
    return fit, fit.result.small


def on_beta(frame: ModelFrame, rows: Floats) -> Floats:
    """Rows over e(b) (l, k) -> rows over the estimated coefficients (l, p).

    Errors: r(198) for parameters outside the fixed part.
    """
    fixed = len(frame.fixed)
    if rows[:, fixed:].any():
        # unverified: words
        raise InvalidSyntax("option small is allowed only for hypotheses about the fixed effects")
    kept = np.array(frame.kept, dtype=np.int64)
    there = np.flatnonzero(kept >= 0)
    out = np.zeros((len(rows), int(kept.max(initial=-1)) + 1))
    out[:, kept[there]] = rows[:, there]
    return out


def single(small: SmallSample, estimate: float, row: Floats, level: float) -> TRow:
    """One combination; ``row``: (p,) over the estimated coefficients."""
    from mixedcli.engine.dof.methods import ddf_of_rows

    return t_row(estimate, float(row @ small.vcov @ row), float(ddf_of_rows(small, row[None])[0]), level)


def t_row(estimate: float, variance: float, df: float, level: float) -> TRow:
    """The row of a table for an estimate; no variance leaves everything else missing."""
    nan = math.nan
    if not variance > 0:
        return TRow(estimate, nan, nan, df, nan, nan, nan)
    se = math.sqrt(variance)
    half = distributions.t_quantile(0.5 + level / 200.0, df) * se
    t = estimate / se
    return TRow(estimate, se, t, df, distributions.t_p(t, df), estimate - half, estimate + half)


def joint(small: SmallSample, value: Floats, rows: Floats) -> FTest:
    """All rows at once; rows: (l, p), independent; value: C b - a (l,)."""
    from mixedcli.engine.dof.methods import f_test

    return f_test(small, value, rows)


def model_test(frame: ModelFrame, result: MixedResult) -> FTest:
    """F test of all coefficients but the constant; without covariates nothing but df 0."""
    small = result.small
    assert small is not None
    tested = [k for t, k in zip(frame.fixed, frame.kept, strict=True) if t is not None and k >= 0]
    kept = independent_columns(result.vcov_beta, tested)
    if not kept:
        return FTest(math.nan, 0, math.nan, math.nan)
    return joint(small, result.beta[kept], np.eye(len(result.beta))[kept])


def extremes(small: SmallSample) -> tuple[float, float, float]:
    """Smallest, average and largest degrees of freedom over the fixed effects, missing ones left out."""
    known = small.df[np.isfinite(small.df)]
    if not len(known):
        return math.nan, math.nan, math.nan
    return float(known.min()), float(known.mean()), float(known.max())
