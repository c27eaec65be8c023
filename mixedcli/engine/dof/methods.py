"""The five methods by keyword, what they give for every coefficient, and the joint test of several rows.

A method = one function of ``approximate`` or ``balanced`` and one row of METHODS.
Shapes: p coefficients; C (l, p) rows of a hypothesis C beta = a.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import Design
from mixedcli.engine.distributions import f_tail
from mixedcli.engine.dof import approximate, balanced
from mixedcli.engine.dof.moments import Moments
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.results import FTest, Information, SmallSample

Floats = NDArray[np.float64]


@frozen
class Method:
    """keyword, shortest spelling, title in headers; ``count`` for methods that count, None for approximations."""

    keyword: str
    abbreviation: str
    title: str
    count: Callable[[Design], Floats] | None = None

    @property
    def approximate(self) -> bool:
        """Whether it needs moments, and with them REML."""
        return self.count is None


METHODS: dict[str, Method] = {
    m.keyword: m
    for m in (
        Method("residual", "res", "Residual", balanced.residual),
        Method("repeated", "rep", "Repeated", balanced.repeated),
        Method("anova", "anova", "ANOVA", balanced.anova),
        Method("satterthwaite", "sat", "Satterthwaite"),
        Method("kroger", "kr", "Kenward\u2013Roger"),
    )
}


def resolve(word: str) -> Method:
    """The method that ``word`` abbreviates.  Errors: r(198)."""
    for m in METHODS.values():
        if m.keyword.startswith(word) and len(word) >= len(m.abbreviation):
            return m
    raise InvalidSyntax(f"df_method {word} not allowed")  # unverified: words


def small_sample(
    method: str, information: Information, design: Design, vcov: Floats, moments: Callable[[], Moments]
) -> SmallSample:
    """Degrees of freedom of every coefficient.

    vcov (p, p): X'V^-1X inverse; ``moments`` is called by approximations alone.  Errors: r(198).
    """
    row = METHODS[method]
    if row.count is not None:
        return SmallSample(method, information, row.title, row.count(design), vcov)
    m = moments()
    W = m.covariance(information)
    df = approximate.one_row(m, W, m.turn)
    if method == "kroger" and W is not None:
        vcov = m.turn @ approximate.adjusted(m, W) @ m.turn.T
    return SmallSample(method, information, row.title, df, vcov, W is None, m)


def constrained(small: SmallSample, A: Floats) -> SmallSample:
    """Small-sample inference for beta = A gamma + a from that for gamma; A: (p, p - m).

    The methods that count look at the columns of X A; a coefficient made of several gammas has their common number, or
    none.  unverified: that Stata allows them with constraints.
    """
    vcov = A @ small.vcov @ A.T
    if isinstance(small.moments, Moments):
        m = replace(small.moments, turn=A @ small.moments.turn)
        df = approximate.one_row(m, m.covariance(small.information), m.turn)
        return replace(small, df=df, vcov=vcov, moments=m)
    return replace(small, df=ddf_of_rows(small, A), vcov=vcov)


def ddf_of_rows(small: SmallSample, C: Floats) -> Floats:
    """Degrees of freedom (l,) of every row by itself.

    The methods that count have one for a row whose coefficients share theirs, else none.
    """
    if isinstance(small.moments, Moments):
        m = small.moments
        return approximate.one_row(m, m.covariance(small.information), C @ m.turn)
    out = np.full(len(C), np.nan)
    for k, row in enumerate(C):
        used = small.df[row != 0.0]
        if len(used) and (used == used[0]).all():
            out[k] = used[0]
    return out


def f_test(small: SmallSample, value: Floats, C: Floats) -> FTest:
    """F test that C beta - a, estimated by ``value`` (l,), is 0; the rows of C are independent.

    Without a single denominator (methods that count, unequal ones) F is there and ddf nan.
    """
    rows = len(C)
    middle = C @ small.vcov @ C.T
    if not (rows and np.isfinite(middle).all()):
        return FTest(math.nan, rows, math.nan, math.nan)
    scale = np.sqrt(np.diag(middle))
    half = value / scale
    F = float(half @ np.linalg.solve(middle / np.multiply.outer(scale, scale), half)) / rows
    factor = 1.0
    if isinstance(small.moments, Moments):
        m, L = small.moments, C @ small.moments.turn
        W = m.covariance(small.information)
        if small.method == "kroger":
            ddf, factor = approximate.kenward_roger(m, W, L)
        else:
            ddf = approximate.fai_cornelius(m, W, L)
    else:
        each = ddf_of_rows(small, C)
        ddf = float(each[0]) if (each == each[0]).all() else math.nan
    return FTest(factor * F, rows, ddf, f_tail(factor * F, rows, ddf))
