"""Predictions of random effects against G Z'V^-1 r with full matrices."""

from __future__ import annotations

import numpy as np
import pytest

from mixedcli.engine.design import Design, Equation, FitOptions, Level
from mixedcli.engine.fit import fit
from mixedcli.engine.predict import fitted_part, random_effects
from mixedcli.engine.recov import STRUCTURES


def design(levels: int, by: bool) -> Design:
    rng = np.random.default_rng(5 + levels)
    n = 90
    low = np.sort(rng.integers(0, 24, n))
    low = np.unique(low, return_inverse=True)[1]
    mid, top = low // 3, low // 6
    x, one = rng.standard_normal(n), np.ones(n)
    y = 1 + x + rng.standard_normal(30)[top] + rng.standard_normal(30)[mid] * x + rng.standard_normal(30)[low]
    y = y + rng.standard_normal(n) * np.where(np.arange(n) % 2, 1.0, 2.0)
    slope = Equation((0, 1), STRUCTURES["unstructured"])
    split = (Equation((0,), STRUCTURES["identity"]), Equation((1,), STRUCTURES["identity"]))
    constant = (Equation((1,), STRUCTURES["identity"]),)
    chosen = {
        1: (Level(low, int(low.max()) + 1, (slope,)),),
        2: (Level(top, int(top.max()) + 1, constant), Level(low, int(low.max()) + 1, (slope,))),
        3: (
            Level(top, int(top.max()) + 1, constant),
            Level(mid, int(mid.max()) + 1, split),
            Level(low, int(low.max()) + 1, constant),
        ),
    }[levels]
    groups = np.arange(n) % 2 if by else None
    return Design(y, (x, one), (0, 1), chosen, residual_by=groups, residual_groups=2 if by else 1)


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("by", [False, True])
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_against_full_matrices(levels: int, by: bool, reml: bool) -> None:
    d = design(levels, by)
    result = fit(d, FitOptions(reml=reml))
    Z_parts, G_parts = [], []
    for level, sigmas in zip(d.levels, result.sigma, strict=True):
        z = [k for e in level.equations for k in e.z]
        sigma = np.zeros((len(z), len(z)))
        at = 0
        for block in sigmas:
            sigma[at : at + len(block), at : at + len(block)] = block
            at += len(block)
        Z = np.zeros((d.n, level.groups, len(z)))
        for a, k in enumerate(z):
            Z[np.arange(d.n), level.codes, a] = d.columns[k]
        Z_parts.append(Z.reshape(d.n, -1))
        G_parts.append(np.kron(np.eye(level.groups), sigma))
    Z = np.concatenate(Z_parts, axis=1)
    G = np.zeros((Z.shape[1], Z.shape[1]))
    at = 0
    for g in G_parts:
        G[at : at + len(g), at : at + len(g)] = g
        at += len(g)
    R = np.diag(result.residual_variance[d.residual_by] if by else np.full(d.n, result.residual_variance[0]))
    V_inverse = np.linalg.inv(Z @ G @ Z.T + R)
    X = np.column_stack([d.columns[k] for k in d.x])
    u = G @ Z.T @ V_inverse @ (d.y - X @ result.beta)
    P = V_inverse
    if reml:
        P = P - V_inverse @ X @ np.linalg.inv(X.T @ V_inverse @ X) @ X.T @ V_inverse
    se = np.sqrt(np.diag(G - G @ Z.T @ P @ Z @ G))
    found = random_effects(d, result)
    np.testing.assert_allclose(np.concatenate([e.blup.ravel() for e in found]), u, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(np.concatenate([e.se.ravel() for e in found]), se, rtol=1e-7)
    np.testing.assert_allclose(fitted_part(d, found), Z @ u, rtol=1e-8, atol=1e-9)


def test_no_random_effects() -> None:
    d = Design(np.array([1.0, 2.0, 4.0, 3.0]), (np.ones(4),), (0,))
    assert random_effects(d, fit(d)) == ()
