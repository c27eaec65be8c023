"""Robust standard errors: scores of clusters by finite differences of dense likelihoods, and the sandwich itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from brute import covariance, random_design
from numpy.typing import NDArray

from mixedcli.engine.design import Design, Equation, FitOptions
from mixedcli.engine.fit import fit
from mixedcli.engine.recov import Exchangeable, Identity, Independent, Unstructured
from mixedcli.results import MixedResult

Floats = NDArray[np.float64]

INTERCEPT = Equation((0,), Identity)
SLOPE = Equation((1, 0), Unstructured)
ROBUST = FitOptions(robust=True)

DESIGNS = {
    "linear": ([], 1),
    "linear by": ([], 2),
    "intercept": ([[INTERCEPT]], 1),
    "slope": ([[SLOPE]], 1),
    "slope by": ([[SLOPE]], 2),
    "two equations": ([[Equation((1, 2), Exchangeable), INTERCEPT]], 1),
    "three levels": ([[SLOPE], [INTERCEPT]], 2),
    "four levels": ([[INTERCEPT], [Equation((2, 0), Independent)], [INTERCEPT]], 1),
    "empty on top": ([[Equation((), Identity)], [SLOPE]], 1),
}


def variances(result: MixedResult, theta: Floats, design: Design) -> tuple[list[list[Floats]], Floats]:
    """Covariance matrices and residual variances at another value of e(b)'s variance part."""
    sigmas = [[np.zeros_like(s) for s in level] for level in result.sigma]
    corr: dict[tuple[int, int, tuple[int, ...]], float] = {}
    sd: dict[tuple[int, int], Floats] = {}
    residual = np.zeros(design.residual_groups)
    for name, value in zip(result.theta_names, theta, strict=True):
        place = (name.level, name.equation)
        if name.kind == "lns":
            q = len(result.sigma[name.level][name.equation])
            sd.setdefault(place, np.zeros(q))[list(name.terms)] = np.exp(value)
        elif name.kind == "atr":
            corr[(*place, name.terms)] = float(np.tanh(value))
        elif name.kind == "lnsig_e":
            residual[:] = value
        else:
            residual[name.group] += value
    for (level, equation), s in sd.items():
        matrix = np.diag(s**2)
        for (l2, e2, terms), r in corr.items():
            if (l2, e2) == (level, equation):
                for i in terms:
                    for j in terms:
                        if i != j:
                            matrix[i, j] = r * s[i] * s[j]
        sigmas[level][equation] = matrix
    return sigmas, np.exp(2 * residual)


def cluster_log_likelihoods(
    design: Design, result: MixedResult, codes: NDArray[np.int64], beta: Floats, theta: Floats
) -> Floats:
    sigmas, residual = variances(result, theta, design)
    V = covariance(design, sigmas, residual)
    e = design.y - np.column_stack([design.columns[k] for k in design.x]) @ beta
    out = []
    for g in np.unique(codes):
        rows = np.flatnonzero(codes == g)
        own, r = V[np.ix_(rows, rows)], e[rows]
        out.append(-0.5 * (len(rows) * np.log(2 * np.pi) + np.linalg.slogdet(own)[1] + r @ np.linalg.solve(own, r)))
    return np.array(out)


def brute_sandwich(design: Design, result: MixedResult, codes: NDArray[np.int64]) -> Floats:
    """D (sum s s') D M / (M - 1) with scores by central differences, D block diagonal."""
    at = np.concatenate([result.beta, result.theta])
    p, K = design.p, len(at)
    scores = np.empty((len(np.unique(codes)), K))
    for k in range(K):
        step = 1e-5 * max(1.0, abs(at[k])) * np.eye(K)[k]
        high, low = at + step, at - step
        up = cluster_log_likelihoods(design, result, codes, high[:p], high[p:])
        down = cluster_log_likelihoods(design, result, codes, low[:p], low[p:])
        scores[:, k] = (up - down) / (2 * step[k])
    assert result.robust is not None
    D = np.zeros((K, K))
    D[:p, :p], D[p:, p:] = result.robust.vcov_beta, result.robust.vcov_theta
    M = len(scores)
    return np.asarray(D @ scores.T @ scores @ D * M / (M - 1))


def whole(result: MixedResult) -> Floats:
    assert result.robust is not None
    between = result.robust.between
    return np.block([[result.vcov_beta, between], [between.T, result.vcov_theta]])


@pytest.mark.parametrize("name", DESIGNS)
def test_sandwich_of_top_level_groups(name: str) -> None:
    levels, by = DESIGNS[name]
    design = random_design(levels, by=by, n=120, seed=4, wide=2)
    result, plain = fit(design, ROBUST), fit(design)
    codes = design.levels[0].codes if levels else np.arange(design.n)
    assert result.robust is not None
    assert result.robust.clusters == len(np.unique(codes))
    np.testing.assert_allclose(result.robust.vcov_beta, plain.vcov_beta, rtol=1e-9)
    np.testing.assert_allclose(result.robust.vcov_theta, plain.vcov_theta, rtol=1e-7, atol=1e-10)
    expected = brute_sandwich(design, result, codes)
    scale = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(whole(result) / np.outer(scale, scale), expected / np.outer(scale, scale), atol=2e-5)
    assert result.ll == plain.ll
    assert result.lr is None


def test_clusters_above_the_top_level() -> None:
    design = random_design([[SLOPE]], n=90, seed=2, wide=1)
    above = np.array([3, 1, 3, 7, 1, 7, 9, 9])[design.levels[0].codes]
    design = replace(design, clusters=above)
    result = fit(design, ROBUST)
    assert result.robust is not None
    assert result.robust.clusters == 4
    expected = brute_sandwich(design, result, above)
    scale = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(whole(result) / np.outer(scale, scale), expected / np.outer(scale, scale), atol=2e-5)


def test_rows_as_clusters_give_the_heteroskedasticity_consistent_matrix() -> None:
    """White's (1980) estimator with the factor n / (n - 1)."""
    design = random_design([], n=60, seed=1)
    result = fit(design, ROBUST)
    X = np.column_stack([design.columns[k] for k in design.x])
    e = design.y - X @ result.beta
    bread = np.linalg.inv(X.T @ X)
    expected = bread @ (X.T * e**2) @ X @ bread * 60 / 59
    np.testing.assert_allclose(result.vcov_beta, expected, rtol=1e-8)


def test_one_cluster_has_no_standard_errors() -> None:
    design = random_design([[INTERCEPT]], n=40, seed=3)
    result = fit(replace(design, clusters=np.zeros(40, dtype=np.int64)), ROBUST)
    assert result.robust is not None
    assert result.robust.clusters == 1
    assert not result.vcov_beta.any()
    assert all(np.isnan(row.variance.se) for row in result.rows)


def test_shifted_and_scaled_data_have_the_same_robust_errors() -> None:
    design = random_design([[SLOPE], [INTERCEPT]], n=80, seed=4, wide=2)
    columns = list(design.columns)
    columns[2] = columns[2] * 1e-6 + 1e3
    moved = replace(design, y=1e3 * design.y + 1e9, columns=tuple(columns))
    once, again = fit(design, ROBUST), fit(moved, ROBUST)
    np.testing.assert_allclose(np.sqrt(again.vcov_beta[0, 0]), 1e3 * np.sqrt(once.vcov_beta[0, 0]), rtol=1e-5)
    np.testing.assert_allclose(np.sqrt(again.vcov_beta[1, 1]), 1e9 * np.sqrt(once.vcov_beta[1, 1]), rtol=1e-5)
    np.testing.assert_allclose(again.vcov_theta, once.vcov_theta, rtol=1e-3, atol=1e-8)


def test_a_variance_at_zero_keeps_the_rest() -> None:
    """On the boundary the robust matrix comes by way of the working scale."""
    rng = np.random.default_rng(0)
    design = random_design([[INTERCEPT]], n=120, seed=3)
    flat = replace(design, y=rng.normal(size=120) - 0.0)
    codes = design.levels[0].codes
    means = np.bincount(codes, flat.y) / np.bincount(codes)
    flat = replace(flat, y=flat.y - means[codes], x=(0,))
    result = fit(flat, ROBUST)
    assert result.singular
    assert np.isfinite(result.vcov_beta).all()
    assert result.vcov_theta[-1, -1] > 0
    assert np.isnan(result.rows[0].variance.se)  # no interval around a variance of 0


def test_without_standard_errors_of_variances_the_coefficients_keep_theirs() -> None:
    design = random_design([[SLOPE]], n=80, seed=4)
    full, part = fit(design, ROBUST), fit(design, FitOptions(robust=True, stderr=False))
    np.testing.assert_array_equal(part.vcov_beta, full.vcov_beta)
    assert np.isnan(part.vcov_theta).all()
