"""Predictions with crossed effects, correlated residuals and weights, against full matrices and replicated data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mixedcli.engine.design import Correlation, Design, Equation, FitOptions, Level
from mixedcli.engine.fit import fit
from mixedcli.engine.predict import fitted_part, random_effects
from mixedcli.engine.predict_residual import covariances, whitened
from mixedcli.engine.recov import STRUCTURES, Exchangeable
from mixedcli.engine.residual.correlated import Correlated
from mixedcli.engine.residual.registry import STRUCTURES as RESIDUALS
from mixedcli.results import MixedResult
from tests.engine.crossed_designs import KINDS, crossed_design
from tests.engine.test_residual_likelihood import design as residual_design

Floats = np.ndarray


def blocks(d: Design, result: MixedResult) -> list[tuple[Floats, Floats]]:
    """(Z, Var(u)) of every equation, in order."""
    out = []
    for level, sigmas in zip(d.levels, result.sigma, strict=True):
        for e, sigma in zip(level.equations, sigmas, strict=True):
            if e.factor is None:
                Z = np.zeros((d.n, level.groups, len(e.z)))
                for a, k in enumerate(e.z):
                    Z[np.arange(d.n), level.codes, a] = d.columns[k]
                out.append((Z.reshape(d.n, -1), np.kron(np.eye(level.groups), sigma)))
                continue
            f = e.factor
            Z = np.zeros((d.n, f.levels))
            Z[np.arange(d.n), f.codes] = 1.0
            owner = np.zeros(f.levels, dtype=int)
            owner[f.codes] = level.codes
            G = np.eye(f.levels) * sigma[0, 0]
            if e.covariance is Exchangeable:
                together = owner[:, None] == owner[None, :]
                G = G + sigma[0, 1] * (together & ~np.eye(f.levels, dtype=bool))
            out.append((Z, G))
    return out


def expected(d: Design, result: MixedResult, R: Floats) -> tuple[list[Floats], list[Floats], Floats]:
    """u and its standard errors per equation, and Z u, from V written out."""
    made = blocks(d, result)
    Z = np.concatenate([z for z, _ in made], axis=1)
    G = np.zeros((Z.shape[1],) * 2)
    at = 0
    for _, g in made:
        G[at : at + len(g), at : at + len(g)] = g
        at += len(g)
    V = np.linalg.inv(Z @ G @ Z.T + R)
    X = np.column_stack([d.columns[k] for k in d.x])
    u = G @ Z.T @ V @ (d.y - X @ result.beta)
    P = V - V @ X @ np.linalg.inv(X.T @ V @ X) @ X.T @ V if result.reml else V
    se = np.sqrt(np.maximum(np.diag(G - G @ Z.T @ P @ Z @ G), 0))
    ends = np.cumsum([z.shape[1] for z, _ in made])[:-1]
    return np.split(u, ends), np.split(se, ends), Z @ u


def diagonal(d: Design, result: MixedResult) -> Floats:
    by = np.zeros(d.n, dtype=int) if d.residual_by is None else d.residual_by
    return np.diag(result.residual_variance[by])


@pytest.mark.parametrize(("kind", "reml"), [(k, i % 2 == 0) for i, k in enumerate(KINDS)])
def test_crossed_effects(kind: str, reml: bool) -> None:
    d = crossed_design(kind)
    result = fit(d, FitOptions(reml=reml))
    u, se, fitted = expected(d, result, diagonal(d, result))
    found = random_effects(d, result)
    assert len(found) == len(u)
    for e, a, b in zip(found, u, se, strict=True):
        np.testing.assert_allclose(e.blup.ravel(), a, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(e.se.ravel(), b, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(fitted_part(d, found), fitted, rtol=1e-7, atol=1e-7)


CASES = [(k, 2 if RESIDUALS[k].ordered else None, 1) for k in sorted(RESIDUALS) if k != "independent"]
CASES += [("ar", 1, 2), ("exponential", None, 2), ("exchangeable", None, 2), ("ma", 1, 2)]


@pytest.mark.parametrize(("keyword", "order", "by"), CASES)
def test_correlated_residuals(keyword: str, order: int | None, by: int) -> None:
    d = residual_design(keyword, order, (0,), by=by, deep=False)
    result = fit(d, FitOptions(iterate=40))
    correlation = d.correlation
    assert isinstance(correlation, Correlation)
    R = np.zeros((d.n, d.n))
    for rows, C in covariances(d, result):
        for r, c in zip(rows, C, strict=True):
            R[np.ix_(r, r)] = c
    for g in range(3):  # one group from the structure itself, at its own times
        mine = np.flatnonzero(correlation.codes == g)
        b = 0 if d.residual_by is None else int(d.residual_by[mine[0]])
        own = Correlated(correlation.structures)
        psi = result.psi[len(result.psi) - own.size :][own.spans()[b]]
        A = correlation.structures[b].matrix(psi[1:] if b else psi, correlation.times[mine]).value
        np.testing.assert_allclose(R[np.ix_(mine, mine)], result.residual_variance[b] * A, rtol=1e-12)
    if np.linalg.cond(R) > 1e10:
        return  # more parameters than the data hold: no digits to compare
    u, se, fitted = expected(d, result, R)
    found = random_effects(d, result)
    np.testing.assert_allclose(found[0].blup.ravel(), u[0], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(found[0].se.ravel(), se[0], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(fitted_part(d, found), fitted, rtol=1e-6, atol=1e-8)
    (turned,) = whitened(d, result, [d.y])
    assert turned @ turned == pytest.approx(d.y @ np.linalg.solve(R, d.y))


def weighted() -> Design:
    rng = np.random.default_rng(8)
    n = 80
    low = np.sort(rng.integers(0, 16, n))
    low = np.unique(low, return_inverse=True)[1]
    top = low // 3
    x, one = rng.standard_normal(n), np.ones(n)
    y = 1 + x + rng.standard_normal(30)[top] + rng.standard_normal(30)[low] * (1 + x) + rng.standard_normal(n)
    slope = Equation((0, 1), STRUCTURES["unstructured"])
    constant = Equation((1,), STRUCTURES["identity"])
    G, H = int(low.max()) + 1, int(top.max()) + 1
    levels = (
        Level(top, H, (constant,), rng.integers(1, 3, H).astype(float)),
        Level(low, G, (slope,), rng.integers(1, 4, G).astype(float)),
    )
    return Design(y, (x, one), (0, 1), levels, weights=rng.integers(1, 3, n).astype(float), frequency=True)


def copied(d: Design) -> tuple[Design, np.ndarray]:
    """The data with every row, group and parent as often as it counts, and for each row the one it is a copy of."""
    rows, tops, lows = [], [], []
    top_id = low_id = 0
    for t in range(d.levels[0].groups):
        for _ in range(int(d.levels[0].weights[t])):
            for g in np.unique(d.levels[1].codes[d.levels[0].codes == t]):
                for _ in range(int(d.levels[1].weights[g])):
                    for i in np.flatnonzero(d.levels[1].codes == g):
                        k = int(d.weights[i])
                        rows += [i] * k
                        tops += [top_id] * k
                        lows += [low_id] * k
                    low_id += 1
            top_id += 1
    at = np.array(rows)
    levels = (
        Level(np.array(tops), top_id, d.levels[0].equations),
        Level(np.array(lows), low_id, d.levels[1].equations),
    )
    return Design(d.y[at], tuple(c[at] for c in d.columns), d.x, levels), at


def test_frequency_weights_are_copies() -> None:
    d = weighted()
    other, at = copied(d)
    a, b = fit(d), fit(other)
    assert a.ll == pytest.approx(b.ll, rel=1e-9)
    mine, theirs = random_effects(d, a), random_effects(other, b)
    for level in (0, 1):
        for i, j in enumerate(at):
            own, copy = d.levels[level].codes[j], other.levels[level].codes[i]
            np.testing.assert_allclose(mine[level].blup[own], theirs[level].blup[copy], rtol=1e-5, atol=1e-6)
            np.testing.assert_allclose(mine[level].se[own], theirs[level].se[copy], rtol=1e-5)


def test_weights_of_one_change_nothing() -> None:
    d = weighted()
    plain = replace(d, weights=None, frequency=False, levels=tuple(replace(x, weights=None) for x in d.levels))
    ones = replace(plain, weights=np.ones(d.n))
    result = fit(plain)
    for a, b in zip(random_effects(plain, result), random_effects(ones, result), strict=True):
        np.testing.assert_allclose(a.blup, b.blup)
        np.testing.assert_allclose(a.se, b.se)
