"""Crossed effects against full covariance matrices: likelihood, score and information of every kind of R. term."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from crossed_designs import INTERCEPT, KINDS, Floats, Ints, crossed_design, dense_covariance, dense_ll, members

from mixedcli.engine import crossed, crossed_data, crossed_products
from mixedcli.engine.crossed import CrossedLikelihood, crossed_likelihood
from mixedcli.engine.design import Design, Equation, Factor, FitOptions, Level
from mixedcli.engine.fit import fit
from mixedcli.engine.orthogonal import prepare
from mixedcli.engine.parameters import parameter_space
from mixedcli.engine.recov import Identity
from mixedcli.errors import OutOfMemory


def built(design: Design, reml: bool) -> tuple[CrossedLikelihood, Callable[[Floats], float]]:
    frame = prepare(design)
    space, effects = parameter_space(design, frame.rows)
    made = crossed_likelihood(design, frame, space, effects, FitOptions(reml=reml))
    return made, lambda psi: dense_ll(design, space, effects, psi, reml)


def slopes(f: Callable[[Floats], Floats], x: Floats, h: float = 1e-4) -> Floats:
    """Central differences of fourth order, one row per element of x."""
    out = []
    for i in range(len(x)):
        e = np.zeros(len(x))
        e[i] = h
        out.append((8.0 * (f(x + e) - f(x - e)) - (f(x + 2 * e) - f(x - 2 * e))) / (12.0 * h))
    return np.array(out)


@pytest.mark.parametrize("share", [-0.4, 0.6], ids=["positive", "negative"])
@pytest.mark.parametrize("by", [1, 2])
@pytest.mark.parametrize("reml", [False, True], ids=["ML", "REML"])
@pytest.mark.parametrize("kind", KINDS)
def test_likelihood_score_and_information(kind: str, reml: bool, by: int, share: float) -> None:
    likelihood, dense = built(crossed_design(kind, by), reml)
    psi = members(likelihood.space, share)
    c = likelihood.criterion(psi, 2)
    assert c.ll == pytest.approx(dense(psi), abs=1e-9)
    np.testing.assert_allclose(c.gradient(), slopes(lambda x: np.array(dense(x)), psi), atol=2e-7)
    score = slopes(lambda x: likelihood.criterion(x, 1).gradient(), psi)
    np.testing.assert_allclose(c.hessian(), score, atol=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_traces_and_quadratic_forms(kind: str) -> None:
    """tr(V^-1 V_i V^-1 V_j), X'V^-1 V_i V^-1 X and the second-order form: what small-sample inference needs."""
    design = crossed_design(kind)
    likelihood, _ = built(design, True)
    frame = prepare(design)
    space, effects = parameter_space(design, frame.rows)
    psi = members(space, -0.4)
    V = dense_covariance(design, space, effects, psi)
    each = []
    for i in range(space.size):
        step = np.zeros(space.size)
        step[i] = 1.0
        each.append(dense_covariance(design, space, effects, psi + step) - V)  # V is linear in psi
    X = np.column_stack([c.values - c.shift for c in frame.columns]) @ frame.A
    W = np.linalg.inv(V)
    e = likelihood.evaluate(psi, 2)
    p = frame.p
    np.testing.assert_allclose(e.log_det, np.linalg.slogdet(V)[1], atol=1e-10)
    np.testing.assert_allclose(e.T[:p, :p], X.T @ W @ X, atol=1e-10)
    for i, A in enumerate(each):
        np.testing.assert_allclose(e.T1[i, :p, :p], -X.T @ W @ A @ W @ X, atol=1e-10)
        for j, B in enumerate(each):
            assert e.log_det2[i, j] == pytest.approx(-np.trace(W @ A @ W @ B), abs=1e-9)
            form = X.T @ W @ A @ W @ B @ W @ X
            np.testing.assert_allclose(e.T2[i, j, :p, :p], form + form.T, atol=1e-10)


@pytest.mark.parametrize("kind", ["_all: R.a || _all: R.b", "_all: R.a || g: x, un", "_all: R.b, exc || _all: R.a"])
@pytest.mark.parametrize("size", [0.0, 1e-12, 1e-7])
def test_vanishing_variances(kind: str, size: float) -> None:
    """At and near 0 the long way round takes over; the likelihood and its score go on smoothly."""
    likelihood, dense = built(crossed_design(kind), True)
    psi = members(likelihood.space, -0.4)
    for t in likelihood.space.terms:
        if t.structure.size == 1:
            psi[t.own] = size
            break
    else:
        psi *= size
    c = likelihood.criterion(psi, 2)
    assert c.ll == pytest.approx(dense(psi), abs=1e-9)
    ahead = slopes(lambda x: np.array(dense(x + 2.5e-4)), psi)  # all arguments stay positive
    shifted = likelihood.criterion(psi + 2.5e-4, 1).gradient()
    np.testing.assert_allclose(shifted, ahead, atol=5e-6)
    np.testing.assert_allclose(c.gradient() + 2.5e-4 * c.hessian().sum(1), shifted, rtol=5e-3, atol=5e-2)


def test_a_covariance_matrix_that_is_not_positive_definite_is_refused() -> None:
    likelihood, _ = built(crossed_design("g: R.a, exc"), False)
    psi = members(likelihood.space, 0.6)
    psi[1] = -psi[0]  # far below -1/(m - 1)
    with pytest.raises(np.linalg.LinAlgError):
        likelihood.criterion(psi, 1)


@pytest.mark.parametrize("way", ["_DenseProducts", "_ListedPairs", "_SparseProducts"])
@pytest.mark.parametrize("by", [1, 2])
@pytest.mark.parametrize("kind", ["_all: R.a || _all: R.b", "g: R.a || h: x, un", "g: R.a, exc || g: R.b, exc"])
def test_every_way_to_the_schur_complement(kind: str, by: int, way: str) -> None:
    design = crossed_design(kind, by)
    likelihood, dense = built(design, True)
    pairs = getattr(crossed_products, way)(likelihood.crossed)
    psi = members(likelihood.space, -0.4)
    other = replace(likelihood, pairs=pairs, memory={}, pending={}, anchor=[])
    assert other.criterion(psi, 2).ll == pytest.approx(dense(psi), abs=1e-9)
    np.testing.assert_allclose(other.criterion(psi, 2).hessian(), likelihood.criterion(psi, 2).hessian(), atol=1e-8)


@pytest.mark.parametrize("way", ["_DenseProducts", "_ListedPairs", "_SparseProducts"])
@pytest.mark.parametrize("kind", ["g: R.a || g: R.b", "g: R.a, exc || g: R.b, exc", "g: R.a || h: x, un"])
def test_components_apart_and_together(kind: str, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    design = crossed_design(kind, 2)
    together, _ = built(design, True)
    monkeypatch.setattr(crossed_data, "BUNDLE", 1)
    apart, _ = built(design, True)
    assert len(apart.crossed.components) >= 4 > len(together.crossed.components)
    apart = replace(apart, pairs=getattr(crossed_products, way)(apart.crossed))
    psi = members(together.space, -0.4)
    one, other = together.criterion(psi, 2), apart.criterion(psi, 2)
    assert other.ll == pytest.approx(one.ll, abs=1e-10)
    np.testing.assert_allclose(other.gradient(), one.gradient(), atol=1e-9)
    np.testing.assert_allclose(other.hessian(), one.hessian(), atol=1e-9)


@pytest.mark.parametrize("reml", [False, True], ids=["ML", "REML"])
@pytest.mark.parametrize("kind", ["_all: R.a || _all: R.b", "_all: R.a || g: x, un", "g: R.a, exc"])
def test_average_information_ends_at_the_same_estimates(kind: str, reml: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    design = crossed_design(kind, repeat=3)
    if "g: x" in kind:  # slopes that vary, hardly with the intercepts: a correlation well inside (-1, 1)
        slopes_of_g = np.array([1.0, -0.6, -0.9, 0.5])
        design = replace(design, y=design.y + slopes_of_g[design.levels[1].codes] * design.columns[1])
    exact = fit(design, FitOptions(reml=reml))
    assert not exact.singular
    assert not exact.perfect
    monkeypatch.setattr(crossed, "AVERAGE_FROM", 0)
    average = fit(design, FitOptions(reml=reml))
    monkeypatch.setattr(crossed, "CARRY_FROM", 0)
    carried = fit(design, FitOptions(reml=reml))
    for other in (average, carried):
        assert other.trace.converged
        assert other.ll == pytest.approx(exact.ll, abs=1e-10)
        np.testing.assert_allclose(other.theta, exact.theta, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(other.vcov_theta, exact.vcov_theta, rtol=1e-5, atol=1e-9)


def test_a_factor_at_the_top_is_a_nested_level() -> None:
    one = crossed_design("_all: R.a")
    factor = one.levels[0].equations[0].factor
    assert factor is not None
    one = replace(one, y=one.y + 2.0 * np.sin(factor.codes))
    plain = fit(replace(one, levels=(Level(factor.codes, factor.levels, (INTERCEPT,)),)))
    found = fit(one)
    assert found.ll == pytest.approx(plain.ll, abs=1e-10)
    np.testing.assert_allclose(found.theta, plain.theta, atol=1e-9)
    np.testing.assert_allclose(found.vcov_theta, plain.vcov_theta, rtol=1e-7)
    np.testing.assert_allclose(found.vcov_beta, plain.vcov_beta, rtol=1e-9)


@pytest.mark.parametrize("reml", [False, True], ids=["ML", "REML"])
def test_a_variance_estimated_as_zero(reml: bool) -> None:
    """Balanced two-way data whose factor b has a mean square below the error's: the one-way model is the maximum."""
    rng = np.random.default_rng(4)
    a, b = np.repeat(np.arange(8), 6), np.tile(np.arange(6), 8)
    y = 2.0 * rng.normal(size=8)[a] + rng.normal(size=48)
    means = np.array([y[b == k].mean() for k in range(6)])
    y = y - 0.95 * (means - y.mean())[b]
    whole = np.zeros(48, dtype=np.int64)

    def term(codes: Ints, levels: int) -> Equation:
        return Equation((), Identity, Factor(codes, levels, levels))

    both = Design(y, (np.ones(48),), (0,), (Level(whole, 1, (term(b, 6), term(a, 8))),))
    found = fit(both, FitOptions(reml=reml))
    alone = fit(replace(both, levels=(Level(whole, 1, (term(a, 8),)),)), FitOptions(reml=reml))
    assert found.trace.converged
    assert found.singular == ((0, 0, 0),)
    assert found.ll == pytest.approx(alone.ll, abs=1e-8)
    assert found.rows[0].variance.estimate == pytest.approx(0.0, abs=1e-9)
    # balanced: the one-way estimates in closed form
    within = np.sum((y - np.array([y[a == k].mean() for k in range(8)])[a]) ** 2) / 40.0
    assert found.rows[2].variance.estimate == pytest.approx(within, rel=1e-7)


def test_a_schur_complement_beyond_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crossed, "_memory", lambda: 1000.0)
    with pytest.raises(OutOfMemory):
        built(crossed_design("_all: R.a || _all: R.b"), True)
