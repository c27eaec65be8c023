"""Estimates on the boundary, data with nothing to estimate from, and the best of several optima."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from brute import covariance, log_likelihood, random_design

from mixedcli.engine import fit as fit_module
from mixedcli.engine.design import Design, Equation, FitOptions, Level
from mixedcli.engine.fit import fit
from mixedcli.engine.inference import interval
from mixedcli.engine.recov import Exchangeable, Identity, Independent, Unstructured
from mixedcli.errors import InitialValues, InsufficientObservations

INTERCEPT = Equation((0,), Identity)


def alternating(k: int = 8, m: int = 6) -> Design:
    """Group means exactly equal: the analysis of variance puts the between-group variance below zero."""
    group = np.repeat(np.arange(k), m)
    y = 3.0 + np.tile([-1.0, 1.0, -0.5, 0.5, -2.0, 2.0], k)
    x = np.tile(np.arange(6.0), k)
    return Design(y, (np.ones(k * m), x), (0,), (Level(group, k, (INTERCEPT,)),))


@pytest.mark.parametrize("matlog", [False, True])
@pytest.mark.parametrize("reml", [False, True])
def test_variance_of_zero(reml: bool, matlog: bool) -> None:
    design = alternating()
    result = fit(design, FitOptions(reml=reml, matlog=matlog))
    assert result.trace.converged
    assert result.singular == ((0, 0, 0),)
    assert not result.stderr_failed
    between, residual = result.rows
    assert 0.0 <= between.variance.estimate < 1e-9
    low, high = interval(between.variance)
    assert low == 0.0
    assert np.isnan(high)
    # what is left is the linear model
    n = design.n
    sigma2 = float(((design.y - 3.0) ** 2).sum()) / (n - 1 if reml else n)
    assert residual.variance.estimate == pytest.approx(sigma2, rel=1e-8)
    assert residual.sd.se == pytest.approx(np.sqrt(sigma2 / (2 * (n - 1 if reml else n))), rel=1e-5)
    assert result.vcov_beta[0, 0] == pytest.approx(sigma2 / n, rel=1e-8)
    assert result.lr is not None
    assert result.lr.chibar
    assert result.lr.p == 1.0


@pytest.mark.parametrize("structure", [Independent, Unstructured, Exchangeable, Identity])
def test_slope_and_intercept_of_zero(structure: type[Identity]) -> None:
    design = alternating()
    rng = np.random.default_rng(2)
    x = rng.normal(size=design.n)
    design = replace(
        design,
        columns=(design.columns[0], x),
        levels=(replace(design.levels[0], equations=(Equation((1, 0), structure),)),),
    )
    result = fit(design)
    assert result.trace.converged
    assert np.isfinite(result.theta).all()
    assert np.isfinite(result.vcov_beta).all()
    assert np.isfinite(result.rows[-1].variance.se)
    eigenvalues = np.linalg.eigvalsh(result.sigma[0][0])
    assert eigenvalues.min() >= -1e-12


def test_perfect_correlation_is_said_and_the_rest_keeps_its_standard_errors() -> None:
    """Effects of intercept and slope are the same number: the correlation's estimate is 1."""
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(40), 10)
    x = rng.normal(size=400)
    u = rng.normal(size=40)
    y = 1.0 + u[group] * (1.0 + x) + 0.3 * rng.normal(size=400)
    # remove what would pull the correlation inside: averages of the residual over groups, with and without x
    Z = np.zeros((400, 80))
    Z[np.arange(400), group], Z[np.arange(400), 40 + group] = 1.0, x
    e = y - 1.0 - u[group] * (1.0 + x)
    y = y - Z @ np.linalg.lstsq(Z, e, rcond=None)[0]
    design = Design(y, (np.ones(400), x), (0, 1), (Level(group, 40, (Equation((1, 0), Unstructured),)),))
    result = fit(design)
    assert result.trace.converged
    assert result.perfect == ((0, 0, 0, 1),)
    assert not result.singular
    assert not result.stderr_failed
    slope, constant, both, residual = result.rows
    assert both.sd.estimate == pytest.approx(1.0, abs=1e-9)
    for row in (slope, constant, residual):
        low, high = interval(row.variance)
        assert 0.0 < low < row.variance.estimate < high < np.inf
    assert np.isfinite(both.variance.se)


def test_top_level_of_zero_in_three_levels() -> None:
    rng = np.random.default_rng(5)
    low = np.repeat(np.arange(30), 6)
    u = rng.normal(size=(10, 3))
    u -= u.mean(1, keepdims=True)  # nothing between the top groups
    y = 1.0 + u.ravel()[low] + 0.5 * np.tile([-1.0, 1.0, -0.5, 0.5, -2.0, 2.0], 30)
    design = Design(y, (np.ones(180),), (0,), (Level(low // 3, 10, (INTERCEPT,)), Level(low, 30, (INTERCEPT,))))
    result = fit(design)
    assert result.singular == ((0, 0, 0),)
    two = fit(replace(design, levels=design.levels[1:]))
    assert result.ll == pytest.approx(two.ll, rel=1e-12)
    # the other standard errors are those of the model without the vanished variance
    assert result.rows[1].variance.se == pytest.approx(two.rows[0].variance.se, rel=1e-5)
    assert result.rows[2].variance.se == pytest.approx(two.rows[1].variance.se, rel=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_no_other_start_ends_higher(seed: int) -> None:
    """The likelihood of a small design, climbed by brute force from random places, is nowhere above the fit's."""
    from scipy.optimize import minimize

    rng = np.random.default_rng(seed)
    design = random_design([[Equation((1, 0), Unstructured)]], n=40, seed=seed)
    design = replace(design, y=rng.normal(size=40) + 0.3 * rng.normal(size=8)[design.levels[0].codes])
    result = fit(design)

    def minus_ll(a: np.ndarray) -> float:
        L = np.array([[a[0], 0.0], [a[1], a[2]]])
        return -log_likelihood(design, covariance(design, [[L @ L.T]], np.exp(np.clip(a[3:], -20, 20))), False)

    best = max(
        -minimize(minus_ll, rng.normal(size=4), method="Nelder-Mead", options={"maxiter": 600, "fatol": 1e-9}).fun
        for _ in range(2)
    )
    assert result.ll >= best - 1e-6


def test_leaves_a_boundary_that_is_not_the_maximum(monkeypatch: pytest.MonkeyPatch) -> None:
    """The origin of the square root is stationary; a search that begins there must not end there."""
    design = random_design([[INTERCEPT]], n=80, seed=1)
    good = fit(design)
    assert good.rows[0].variance.estimate > 0.01
    monkeypatch.setattr(fit_module, "starting_point", lambda likelihood: np.zeros(likelihood.space.size))
    again = fit(design)
    assert again.ll == pytest.approx(good.ll, rel=1e-10)


@pytest.mark.parametrize("reml", [False, True])
def test_groups_of_one_cannot_be_told_from_the_residual(reml: bool) -> None:
    rng = np.random.default_rng(0)
    design = Design(rng.normal(size=25), (np.ones(25),), (0,), (Level(np.arange(25), 25, (INTERCEPT,)),))
    result = fit(design, FitOptions(reml=reml))
    total = float(design.y.var()) * (25 / 24 if reml else 1)
    assert sum(row.variance.estimate for row in result.rows) == pytest.approx(total, rel=1e-8)
    assert result.stderr_failed
    assert all(np.isnan(row.variance.se) for row in result.rows)


def test_one_group() -> None:
    rng = np.random.default_rng(1)
    design = Design(rng.normal(size=12), (np.ones(12),), (0,), (Level(np.zeros(12, dtype=np.int64), 1, (INTERCEPT,)),))
    result = fit(design)
    assert result.singular == ((0, 0, 0),)  # by ML the mean explains the one group
    assert result.rows[1].variance.estimate == pytest.approx(design.y.var(), rel=1e-8)


def test_group_codes_may_have_gaps() -> None:
    design = random_design([[INTERCEPT], [INTERCEPT]], n=80, seed=1)
    spread = [replace(v, codes=v.codes * 3 + 1, groups=v.groups * 3 + 5) for v in design.levels]
    assert fit(replace(design, levels=tuple(spread))).ll == pytest.approx(fit(design).ll, rel=1e-12)


@pytest.mark.parametrize("n", [1, 2])
def test_too_few_observations(n: int) -> None:
    design = Design(
        np.arange(n, dtype=float),
        (np.ones(n), np.arange(n) ** 2.0),
        (0, 1),
        (Level(np.zeros(n, dtype=np.int64), 1, (INTERCEPT,)),),
    )
    with pytest.raises(InsufficientObservations) as caught:
        fit(design)
    assert caught.value.rc == 2001


@pytest.mark.parametrize("y", [np.full(30, 4.2), np.zeros(30), np.full(30, 1e12), 2.0 + 0.1 * np.arange(30.0)])
def test_nothing_left_to_explain(y: np.ndarray) -> None:
    """A constant outcome, or one that the fixed part explains entirely."""
    design = Design(y, (np.ones(30), np.arange(30.0)), (0, 1), (Level(np.arange(30) // 5, 6, (INTERCEPT,)),))
    with pytest.raises(InitialValues) as caught:
        fit(design)
    assert caught.value.rc == 1400


def test_outcome_constant_within_groups_does_not_pretend_to_converge() -> None:
    group = np.repeat(np.arange(20), 5)
    y = np.random.default_rng(0).normal(size=20)[group]
    result = fit(Design(y, (np.ones(100),), (0,), (Level(group, 20, (INTERCEPT,)),)))
    assert not result.trace.converged
    assert np.isfinite(result.beta).all()
    assert np.isfinite(result.vcov_beta).all()


def test_values_too_large_to_square() -> None:
    y = np.array([1e200, -1e200, 3e200, 2e199, 5e200, -7e199])
    with pytest.raises(InitialValues):
        fit(Design(y, (np.ones(6),), (0,), (Level(np.arange(6) // 2, 3, (INTERCEPT,)),)))
