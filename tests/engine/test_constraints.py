"""Constrained fixed effects: against Lagrange's equations, substitution by hand, and contradictions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from brute import covariance, random_design
from numpy.typing import NDArray

from mixedcli.engine.constraints import fit_constrained, reduce
from mixedcli.engine.design import Equation, FitOptions
from mixedcli.engine.fit import fit
from mixedcli.engine.recov import Identity, Unstructured
from mixedcli.errors import Inconsistent

Floats = NDArray[np.float64]

INTERCEPT = Equation((0,), Identity)
SLOPE = Equation((1, 0), Unstructured)


def matrix(*rows: list[float]) -> tuple[Floats, Floats]:
    whole = np.array(rows, dtype=float)
    return whole[:, :-1], whole[:, -1]


@pytest.mark.parametrize("seed", range(5))
def test_every_solution_and_no_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    R, truth = rng.integers(-2, 3, (3, 6)).astype(float), rng.normal(size=6)
    R[2] = 2 * R[0] - R[1]
    found = reduce(R, R @ truth)
    assert found.kept == (0, 1)
    assert found.A.shape == (6, 4)
    np.testing.assert_allclose(found.A.T @ found.A, np.eye(4), atol=1e-12)
    for _ in range(3):
        beta = found.A @ rng.normal(size=4) + found.a
        np.testing.assert_allclose(R @ beta, R @ truth, atol=1e-10)
    gamma = found.A.T @ (truth - found.a)
    np.testing.assert_allclose(found.A @ gamma + found.a, truth, atol=1e-10)


def test_contradictions_are_refused() -> None:
    with pytest.raises(Inconsistent) as caught:
        reduce(*matrix([1, 0, 0, 6], [2, 0, 0, 13]))
    assert caught.value.rc == 412
    with pytest.raises(Inconsistent):
        reduce(*matrix([0, 0, 0, 1]))
    assert reduce(*matrix([1, 0, 0, 6], [2, 0, 0, 12])).kept == (0,)


@pytest.mark.parametrize("reml", [False, True])
def test_generalised_least_squares_under_constraints(reml: bool) -> None:
    """At the fitted variances beta solves Lagrange's equations, and e(V) is their covariance block."""
    design = random_design([[SLOPE]], n=80, seed=7)
    design = replace(design, x=(1, 2, 3, 0))
    R, r = matrix([1, 0, 0, 0, 1.8], [0, 1, -1, 0, 0.25])
    result = fit_constrained(design, FitOptions(reml=reml), reduce(R, r))
    np.testing.assert_allclose(R @ result.beta, r, atol=1e-12)
    V = covariance(design, result.sigma, result.residual_variance)
    X = np.column_stack([design.columns[k] for k in design.x])
    VX = np.linalg.solve(V, X)
    system = np.block([[X.T @ VX, R.T], [R, np.zeros((2, 2))]])
    solved = np.linalg.solve(system, np.append(VX.T @ design.y, r))
    np.testing.assert_allclose(result.beta, solved[:4], rtol=1e-8)
    np.testing.assert_allclose(result.vcov_beta, np.linalg.inv(system)[:4, :4], rtol=1e-6, atol=1e-12)
    e = design.y - X @ result.beta
    n, free = design.n, 2
    expected = np.linalg.slogdet(V)[1] + e @ np.linalg.solve(V, e)
    expected += (n - free if reml else n) * np.log(2 * np.pi)
    if reml:
        A = reduce(R, r).A
        expected += np.linalg.slogdet(A.T @ X.T @ VX @ A)[1]
    assert result.ll == pytest.approx(-0.5 * float(expected), rel=1e-10)


def test_substitution_by_hand() -> None:
    """x1 = 2 moves 2 x1 to the left side; x1 = x2 is a regression on their sum."""
    design = random_design([[INTERCEPT]], n=70, seed=9)
    fixed = fit_constrained(design, FitOptions(), reduce(*matrix([1, 0, 0, 2])))
    moved = fit(replace(design, y=design.y - 2 * design.columns[1], x=(2, 0)))
    np.testing.assert_allclose(fixed.beta, [2.0, *moved.beta], rtol=1e-9)
    assert fixed.vcov_beta[0, 0] == 0
    assert fixed.ll == pytest.approx(moved.ll, rel=1e-12)
    assert fixed.lr is not None
    assert moved.lr is not None
    assert fixed.lr.chi2 == pytest.approx(moved.lr.chi2, rel=1e-8)

    equal = fit_constrained(design, FitOptions(), reduce(*matrix([1, -1, 0, 0])))
    total = design.columns[1] + design.columns[2]
    summed = fit(replace(design, columns=(*design.columns, total), x=(4, 0)))
    np.testing.assert_allclose(equal.beta, summed.beta[[0, 0, 1]], rtol=1e-9)
    np.testing.assert_allclose(equal.vcov_beta[0, 1], summed.vcov_beta[0, 0], rtol=1e-7)


@pytest.mark.parametrize("method", ["residual", "repeated", "anova"])
def test_degrees_of_freedom_that_count_under_constraints(method: str) -> None:
    """x1 = x2 counts like a regression on their sum, x1 = 2 like one without x1; a fixed coefficient has none."""
    design, options = random_design([[INTERCEPT]], n=70, seed=9), FitOptions(dfmethod=method)
    equal = fit_constrained(design, options, reduce(*matrix([1, -1, 0, 0])))
    total = design.columns[1] + design.columns[2]
    summed = fit(replace(design, columns=(*design.columns, total), x=(4, 0)), options)
    fixed = fit_constrained(design, options, reduce(*matrix([1, 0, 0, 2])))
    without = fit(replace(design, x=(2, 0)), options)
    assert equal.small is not None
    assert summed.small is not None
    assert fixed.small is not None
    assert without.small is not None
    np.testing.assert_array_equal(equal.small.df, summed.small.df[[0, 0, 1]])
    np.testing.assert_array_equal(fixed.small.df, [np.nan, *without.small.df])


def test_robust_errors_under_constraints() -> None:
    design = random_design([[INTERCEPT]], n=70, seed=9)
    options = FitOptions(robust=True)
    fixed = fit_constrained(design, options, reduce(*matrix([1, 0, 0, 2])))
    moved = fit(replace(design, y=design.y - 2 * design.columns[1], x=(2, 0)), options)
    np.testing.assert_allclose(fixed.vcov_beta[1:, 1:], moved.vcov_beta, rtol=1e-8)
    assert fixed.robust is not None
    assert moved.robust is not None
    np.testing.assert_allclose(fixed.robust.between[1:], moved.robust.between, rtol=1e-6, atol=1e-12)
    assert not fixed.robust.between[0].any()
