"""The elimination against brute force: likelihood, score and information for every structure and depth."""

from __future__ import annotations

import numpy as np
import pytest
from brute import covariance, fixed_effects, log_likelihood, random_design

from mixedcli.engine import crossprod
from mixedcli.engine.crossprod import cross_products
from mixedcli.engine.design import Design, Equation
from mixedcli.engine.likelihood import Likelihood
from mixedcli.engine.orthogonal import prepare
from mixedcli.engine.parameters import parameter_space
from mixedcli.engine.recov import Exchangeable, Identity, Independent, RandomCovariance, Unstructured

INTERCEPT = Equation((0,), Identity)
CASES: dict[str, tuple[list[list[Equation]], int]] = {
    "intercept": ([[INTERCEPT]], 1),
    "slope un": ([[Equation((1, 0), Unstructured)]], 1),
    "slope ind, by 3": ([[Equation((1, 0), Independent)]], 3),
    "two slopes un": ([[Equation((1, 2, 0), Unstructured)]], 1),
    "four effects un, second equation": ([[Equation((1, 2, 3, 0), Unstructured), INTERCEPT]], 1),
    "exchangeable": ([[Equation((1, 2, 3), Exchangeable), INTERCEPT]], 1),
    "three levels": ([[Equation((1, 0), Independent)], [INTERCEPT]], 1),
    "three levels un exc, by 2": ([[Equation((1, 0), Unstructured)], [Equation((2, 0), Exchangeable)]], 2),
    "repeated equations": ([[Equation((1, 2), Identity), INTERCEPT], [INTERCEPT], [Equation((1, 0), Unstructured)]], 2),
    "an empty level": ([[Equation((1, 0), Unstructured)], [Equation((), Identity)], [INTERCEPT]], 1),
    "four levels": (
        [
            [INTERCEPT],
            [Equation((1, 0), Unstructured)],
            [Equation((1, 2, 3, 0), Exchangeable)],
            [Equation((3, 0), Independent)],
        ],
        1,
    ),
    "no random effects, by 3": ([], 3),
}


def built(name: str, reml: bool) -> tuple[Design, Likelihood, np.ndarray]:
    structures, by = CASES[name]
    design = random_design(structures, by=by, seed=3)
    frame = prepare(design)
    space, effects = parameter_space(design, frame.rows)
    rng = np.random.default_rng(11)
    members = [_member(t.structure, rng) for t in space.terms]
    psi = np.concatenate([*members, np.exp(rng.normal(size=space.residual.size))])
    return design, Likelihood(cross_products(design, frame, effects), space, reml), psi


def _member(structure: RandomCovariance, rng: np.random.Generator) -> np.ndarray:
    A = structure.matrix(rng.normal(size=structure.size))
    return structure.elements(A @ A)


def dense(design: Design, likelihood: Likelihood, psi: np.ndarray) -> np.ndarray:
    """V in the data's units at the engine's psi, with sigma2 = 1."""
    space = likelihood.space
    found = {(t.level, t.equation): t.structure.matrix(t.U @ psi[t.own]) for t in space.terms}
    sigmas = [
        [found.get((k, e), np.zeros((0, 0))) for e in range(len(level.equations))]
        for k, level in enumerate(design.levels)
    ]
    return covariance(design, sigmas, np.append(1.0, 1.0 / psi[space.random :]))


@pytest.mark.parametrize("chunk", [3, 2048])
@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_value_is_the_dense_likelihood(name: str, reml: bool, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crossprod, "CHUNK", chunk)
    design, likelihood, psi = built(name, reml)
    c = likelihood.criterion(psi, 0)
    frame = likelihood.data.frame
    V = dense(design, likelihood, psi)
    sigma2 = c.sigma2 * frame.y_scale**2
    assert c.ll == pytest.approx(log_likelihood(design, sigma2 * V, reml), rel=1e-11)
    beta, cov = fixed_effects(design, sigma2 * V)
    np.testing.assert_allclose(frame.offset + frame.y_scale * frame.back @ c.beta, beta, rtol=1e-10)
    np.testing.assert_allclose(sigma2 * frame.back @ c.phi @ frame.back.T, cov, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("chunk", [3, 2048])
@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_score_is_the_slope_of_the_dense_likelihood(
    name: str, reml: bool, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crossprod, "CHUNK", chunk)
    design, likelihood, psi = built(name, reml)
    score = likelihood.criterion(psi, 1).gradient()
    n = design.n - (design.p if reml else 0)
    h = 1e-5

    def profile(at: np.ndarray) -> float:
        V = dense(design, likelihood, at)
        beta = fixed_effects(design, V)[0]
        r = design.y - np.column_stack([design.columns[k] for k in design.x]) @ beta
        return log_likelihood(design, V * (r @ np.linalg.solve(V, r)) / n, reml)

    slopes = [(profile(psi + h * e) - profile(psi - h * e)) / (2 * h) for e in np.eye(len(psi))]
    np.testing.assert_allclose(score, slopes, rtol=1e-5, atol=1e-6 * (1.0 + np.abs(score).max()))


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_information_is_the_slope_of_the_score(name: str, reml: bool) -> None:
    _, likelihood, psi = built(name, reml)
    c = likelihood.criterion(psi, 2)
    h = 1e-6
    slopes = np.array(
        [
            (likelihood.criterion(psi + h * e, 1).gradient() - likelihood.criterion(psi - h * e, 1).gradient())
            / (2 * h)
            for e in np.eye(len(psi))
        ]
    )
    np.testing.assert_allclose(c.hessian(), slopes, rtol=1e-5, atol=1e-6 * (1.0 + np.abs(slopes).max()))
    np.testing.assert_allclose(c.hessian(), c.hessian().T, rtol=1e-12, atol=1e-12 * np.abs(c.hessian()).max())


def test_covariance_may_be_singular() -> None:
    design = random_design([[Equation((1, 0), Unstructured)]], seed=5)
    frame = prepare(design)
    space, effects = parameter_space(design, frame.rows)
    likelihood = Likelihood(cross_products(design, frame, effects), space, False)
    for sigma in (np.zeros((2, 2)), np.outer([1.0, -0.5], [1.0, -0.5])):
        psi = space.terms[0].C @ space.terms[0].structure.elements(sigma)
        c = likelihood.criterion(psi, 2)
        V = covariance(design, [[sigma]], np.ones(1))
        expected = log_likelihood(design, V * c.sigma2 * frame.y_scale**2, False)
        assert c.ll == pytest.approx(expected, rel=1e-11)
        assert np.isfinite(c.hessian()).all()
