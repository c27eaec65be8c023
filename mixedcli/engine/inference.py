"""Intervals, Wald tests and the likelihood-ratio comparison with the linear model."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.distributions import chi2_tail, normal_quantile
from mixedcli.results import LrTest, Quantity

Floats = NDArray[np.float64]

_ROUNDING = 8 * float(np.finfo(float).eps)


def interval(quantity: Quantity, level: float = 95.0) -> tuple[float, float]:
    """Confidence limits at ``level`` percent, on the quantity's own scale; nan is Stata's missing.

    A variance on the boundary has the limits 0 and missing.
    """
    estimate, se = quantity.estimate, quantity.se
    if math.isnan(estimate) or math.isnan(se):
        if quantity.metric == "log" and estimate == 0.0:
            return 0.0, math.nan
        return math.nan, math.nan
    z = normal_quantile(0.5 + level / 200.0)
    if quantity.metric == "identity":
        return estimate - z * se, estimate + z * se
    if quantity.metric == "log":
        if estimate <= 0.0:
            return 0.0, math.nan
        width = z * se / estimate
        return estimate * _exp(-width), _finite(estimate * _exp(width))
    if quantity.metric == "atanh":
        slope = 1.0 - estimate * estimate
        if slope <= 0.0:
            return math.nan, math.nan
        centre, width = math.atanh(estimate), z * se / slope
        return math.tanh(centre - width), math.tanh(centre + width)
    slope = estimate * (1.0 - estimate)
    if slope <= 0.0:
        return math.nan, math.nan
    centre, width = math.log(estimate / (1.0 - estimate)), z * se / slope
    return 1.0 / (1.0 + _exp(width - centre)), 1.0 / (1.0 + _exp(-centre - width))


def combined_variance(G: Floats, V: Floats) -> Floats:
    """G V G' (k, k) for G (k, p); what is nothing but the rounding of its terms is 0.

    Coefficients that a constraint makes equal have a difference without a variance.
    """
    product: Floats = G @ V @ G.T
    size = np.sqrt(_terms(G, V))
    return np.where(np.abs(product) <= _ROUNDING * np.outer(size, size), 0.0, product)


def combined_variances(G: Floats, V: Floats) -> Floats:
    """The diagonal of ``combined_variance`` alone."""
    found = np.einsum("mk,mk->m", G @ V, G)
    return np.where(np.abs(found) <= _ROUNDING * _terms(G, V), 0.0, found)


def _terms(G: Floats, V: Floats) -> Floats:
    """How large the terms of each variance are together."""
    size = np.abs(G)
    return np.asarray(np.einsum("mk,mk->m", size @ np.abs(V), size))


def wald(beta: Floats, V: Floats, columns: Sequence[int]) -> tuple[float, int, float]:
    """Wald statistic, rank and p-value that the coefficients ``columns`` are zero.

    Columns whose variance is zero or a combination of the others' are left out, as in Stata's test.
    """
    kept, factor = _independent_rows(V, columns)
    if not kept:
        return math.nan, 0, math.nan
    scale = np.sqrt(np.diag(V)[kept])
    half = np.linalg.solve(factor, beta[kept] / scale)
    chi2 = float(half @ half)
    return chi2, len(kept), chi2_tail(chi2, len(kept))


def independent_columns(V: Floats, columns: Sequence[int]) -> list[int]:
    """Those of ``columns`` that a joint test keeps: with a variance, and no combination of the ones before."""
    return _independent_rows(V, columns)[0]


def lr_test(ll: float, ll_c: float, variances: int, parameters: int, random: bool) -> LrTest | None:
    """Comparison with the linear model of log likelihood ``ll_c``.

    ``variances``: of random effects; ``parameters``: all variance parameters beside one residual variance;
    ``random``: whether there are random effects at all.  None when the models are the same.
    """
    if parameters == 0:
        return None
    chi2 = 2.0 * (ll - ll_c)
    if chi2 < 1e-11 * (1.0 + abs(ll)):  # rounding of two equal likelihoods
        chi2 = max(chi2, 0.0)
        return LrTest(
            ll_c, chi2, parameters, 1.0, parameters == 1 and variances == 1, _note(parameters, variances, random)
        )
    p = chi2_tail(chi2, parameters)
    chibar = parameters == 1 and variances == 1
    return LrTest(ll_c, chi2, parameters, 0.5 * p if chibar else p, chibar, _note(parameters, variances, random))


def _note(parameters: int, variances: int, random: bool) -> str | None:
    if parameters == 1 and variances == 1:
        return None
    return "conservative" if random else "boundary"


def _independent_rows(V: Floats, columns: Sequence[int]) -> tuple[list[int], Floats]:
    """Columns with independent estimates, first come first kept, and the Cholesky factor of their correlations."""
    kept: list[int] = []
    rows: list[Floats] = []
    for k in columns:
        if not V[k, k] > 0.0:
            continue
        r = V[k, kept] / np.sqrt(V[k, k] * np.diag(V)[kept])
        L = np.zeros((len(kept), len(kept)))
        for i, row in enumerate(rows):
            L[i, : i + 1] = row
        left = np.linalg.solve(L, r) if kept else np.zeros(0)
        rest = 1.0 - float(left @ left)
        if rest <= 1e-13:
            continue
        kept.append(k)
        rows.append(np.append(left, math.sqrt(rest)))
    factor = np.zeros((len(kept), len(kept)))
    for i, row in enumerate(rows):
        factor[i, : i + 1] = row
    return kept, factor


def _exp(x: float) -> float:
    return math.exp(x) if x < 709.0 else math.inf


def _finite(x: float) -> float:
    return x if math.isfinite(x) else math.nan
