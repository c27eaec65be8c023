"""Log likelihood, score and information with correlated residuals, against full n x n matrices."""

from __future__ import annotations

import itertools

import brute
import numpy as np
import pytest
from numpy.typing import NDArray

from mixedcli.engine.crossprod import cross_products
from mixedcli.engine.design import Correlation, Design, Equation, Level
from mixedcli.engine.likelihood import Likelihood
from mixedcli.engine.orthogonal import prepare
from mixedcli.engine.parameters import parameter_space
from mixedcli.engine.recov import STRUCTURES as COVARIANCES
from mixedcli.engine.residual.registry import STRUCTURES

Floats = NDArray[np.float64]
MODELS = [("exchangeable", None), ("ar", 1), ("ar", 2), ("ma", 1), ("ma", 2), ("unstructured", None), ("banded", 1)]
MODELS += [("toeplitz", 2), ("exponential", None)]
EFFECTS = {"none": (), "intercept": (0,), "slope": (2, 0)}


def design(keyword: str, order: int | None, z: tuple[int, ...], *, by: int, deep: bool, seed: int = 0) -> Design:
    """30 groups of 1 to 6 rows in shuffled order, times with gaps; every by() group has its own structure."""
    rng = np.random.default_rng(seed)
    kind = STRUCTURES[keyword]
    groups = 30
    codes, times = [], []
    for g in range(groups):
        n = int(rng.integers(1, 7)) if g > 1 else 6
        pool = rng.uniform(0, 5, 8) if kind.time == "real" else np.array([0.0, 1.0, 2.0, 4.0, 5.0, 7.0])
        codes += [g] * n
        times += rng.choice(pool, n, replace=False).tolist()
    arranged = rng.permutation(len(codes))
    code, time = np.array(codes)[arranged], np.array(times)[arranged]
    x = rng.normal(size=len(code)) * 3 + 5
    y = 2 + x + rng.normal(size=groups)[code] + rng.normal(size=len(code))
    owner = code % by
    structures = []
    for b in range(by):
        mine = owner == b
        levels = np.unique(time[mine])
        structures.append(
            kind(levels, kind.check_order(order, len(levels), 7), int(np.bincount(code[mine]).max()), 7, None)
        )
    levels_ = [Level(code, groups, (Equation(z, COVARIANCES["unstructured"]),))]
    if deep:
        levels_.insert(0, Level(code // 5, 6, (Equation((1, 0), COVARIANCES["unstructured"]),)))
    return Design(
        y,
        (np.ones(len(code)), x, time.copy()),
        (1, 2, 0),
        tuple(levels_),
        residual_by=owner if by > 1 else None,
        residual_groups=by,
        correlation=Correlation(tuple(structures), code, groups, time),
    )


def relative_covariance(d: Design, likelihood: Likelihood, psi: Floats) -> Floats:
    """V / sigma2 written down group by group."""
    assert d.correlation is not None
    space, c = likelihood.space, d.correlation
    sigmas = {(t.level, t.equation): t.structure.matrix(t.U @ psi[t.own]) for t in space.terms}
    empty = np.zeros((0, 0))
    V = brute.covariance(
        d,
        [[sigmas.get((i, j), empty) for j in range(len(x.equations))] for i, x in enumerate(d.levels)],
        np.zeros(d.residual_groups),
    )
    at = 0
    ratios, vectors = [], []
    rest = psi[space.random :]
    for b, s in enumerate(c.structures):
        ratios.append(rest[at] if b else 0.0)
        at += b > 0
        vectors.append(rest[at : at + s.size])
        at += s.size
    by = d.residual_by if d.residual_by is not None else np.zeros(d.n, dtype=int)
    for g in range(c.groups):
        rows = np.flatnonzero(c.codes == g)
        b = int(by[rows[0]])
        A = c.structures[b].matrix(vectors[b], c.times[rows]).value
        V[np.ix_(rows, rows)] += np.exp(2 * ratios[b]) * A
    return V


def profile(d: Design, V: Floats, reml: bool) -> float:
    """The log likelihood with sigma2 at its maximum."""
    beta, _ = brute.fixed_effects(d, V)
    X = np.column_stack([d.columns[k] for k in d.x])
    r = d.y - X @ beta
    sigma2 = float(r @ np.linalg.solve(V, r)) / (d.n - d.p if reml else d.n)
    return brute.log_likelihood(d, sigma2 * V, reml)


def prepared(d: Design, reml: bool) -> tuple[Likelihood, Floats]:
    frame = prepare(d)
    space, effects = parameter_space(d, frame.rows)
    likelihood = Likelihood(cross_products(d, frame, effects), space, reml)
    rng = np.random.default_rng(7)
    psi = np.zeros(space.size)
    for t in space.terms:
        psi[t.own] = t.structure.elements(np.diag(np.full(t.structure.q, 0.5)) + 0.1)
    psi[space.random :] = rng.normal(size=space.residual.size) * 0.15
    return likelihood, psi


def cases() -> list[tuple[str, int | None, str, int, bool, bool]]:
    """Every structure x effects; by(), depth and method take turns."""
    turns = itertools.cycle(itertools.product((1, 2), (False, True), (False, True)))
    return [(k, order, e, *next(turns)) for (k, order), e in itertools.product(MODELS, EFFECTS)]


@pytest.mark.parametrize(("keyword", "order", "effects", "by", "deep", "reml"), cases())
def test_against_full_matrices(keyword: str, order: int | None, effects: str, by: int, deep: bool, reml: bool) -> None:
    d = design(keyword, order, EFFECTS[effects], by=by, deep=deep)
    likelihood, psi = prepared(d, reml)
    now = likelihood.criterion(psi, 2)
    assert now.ll == pytest.approx(profile(d, relative_covariance(d, likelihood, psi), reml), abs=1e-8)

    h = 1e-5
    steps = h * np.eye(len(psi))
    gradient = [(likelihood.criterion(psi + e, 0).ll - likelihood.criterion(psi - e, 0).ll) / (2 * h) for e in steps]
    hessian = np.array(
        [
            (likelihood.criterion(psi + e, 1).gradient() - likelihood.criterion(psi - e, 1).gradient()) / (2 * h)
            for e in steps
        ]
    )
    np.testing.assert_allclose(now.gradient(), gradient, atol=1e-5 * (1 + np.abs(gradient).max()))
    np.testing.assert_allclose(now.hessian(), hessian, atol=1e-5 * (1 + np.abs(hessian).max()))


def test_many_distinct_distances_take_the_rows_themselves() -> None:
    """More than 64 distances in time: no table of cross products per class."""
    d = design("exponential", None, (0,), by=1, deep=False, seed=3)
    assert d.correlation is not None
    likelihood, psi = prepared(d, True)
    assert likelihood.data.supply is not None
    assert len(likelihood.data.supply.classes[0]) > 64
    V = relative_covariance(d, likelihood, psi)
    assert likelihood.criterion(psi, 2).ll == pytest.approx(profile(d, V, True), abs=1e-8)


def test_a_correlation_near_one_keeps_its_digits() -> None:
    """At rho = 1 - 1e-5, where the parts of the chain nearly cancel."""
    d = design("exponential", None, (), by=1, deep=False, seed=4)
    likelihood, _ = prepared(d, False)
    x = np.array([np.log(1e-5)])
    V = relative_covariance(d, likelihood, x)
    assert likelihood.criterion(x, 0).ll == pytest.approx(profile(d, V, False), abs=1e-5)
