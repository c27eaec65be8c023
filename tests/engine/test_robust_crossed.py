"""Robust errors with effects crossed inside clusters: nested equivalents, finite differences of dense likelihoods."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from brute import random_design
from numpy.typing import NDArray

from mixedcli.engine.design import Design, Equation, Factor, FitOptions, Level
from mixedcli.engine.fit import fit
from mixedcli.engine.recov import Identity, Unstructured

Floats = NDArray[np.float64]

ROBUST = FitOptions(robust=True)


def regions(by: int, weights: bool = False) -> Design:
    """Ten regions; two factors crossed within them, the regions' own slopes below."""
    n = 300
    rng = np.random.default_rng(5)
    design = random_design([], by=by, n=n, seed=6)
    region = np.sort(rng.integers(0, 10, n))
    first, second = 5 * region + rng.integers(0, 5, n), 4 * region + rng.integers(0, 4, n)
    x = design.columns[1]
    y = design.y + rng.normal(size=10)[region] + 0.5 * rng.normal(size=10)[region] * x
    y = y + 0.9 * rng.normal(size=50)[first] + 0.7 * rng.normal(size=40)[second]
    equations = (
        Equation((), Identity, Factor(first, 50, 5)),
        Equation((), Identity, Factor(second, 40, 4)),
        Equation((1, 0), Unstructured),
    )
    w = rng.integers(1, 4, n).astype(float) if weights else None
    return replace(design, y=y, levels=(Level(region, 10, equations),), weights=w, frequency=weights)


def covariance(design: Design, theta: Floats) -> Floats:
    """V at e(b)'s variance part: two log SDs, log SDs and atanh correlation of the slopes, log residual SDs."""
    (level,) = design.levels
    same = level.codes[:, None] == level.codes[None, :]
    V = np.zeros((design.n, design.n))
    for equation, s in zip(level.equations[:2], theta[:2], strict=True):
        assert equation.factor is not None
        codes = equation.factor.codes
        V += np.exp(2 * s) * (codes[:, None] == codes[None, :])
    sd, r = np.exp(theta[2:4]), np.tanh(theta[4])
    sigma = np.outer(sd, sd) * np.array([[1, r], [r, 1]])
    Z = np.column_stack([design.columns[1], design.columns[0]])
    V += same * (Z @ sigma @ Z.T)
    by = np.zeros(design.n, dtype=int) if design.residual_by is None else design.residual_by
    residual = theta[5] + np.append(0.0, theta[6:])
    return np.asarray(V + np.diag(np.exp(2 * residual[by])))


@pytest.mark.parametrize("by", [1, 2])
def test_sandwich_of_crossed_regions(by: int) -> None:
    design = regions(by)
    result = fit(design, ROBUST)
    assert not result.singular
    assert result.robust is not None
    assert result.robust.clusters == 10
    X = np.column_stack([design.columns[k] for k in design.x])
    codes, p = design.levels[0].codes, design.p

    def logs(at: Floats) -> Floats:
        V, e = covariance(design, at[p:]), design.y - X @ at[:p]
        out = []
        for g in range(10):
            rows = np.flatnonzero(codes == g)
            own, r = V[np.ix_(rows, rows)], e[rows]
            out.append(-0.5 * (np.linalg.slogdet(own)[1] + r @ np.linalg.solve(own, r)))
        return np.array(out)

    at = np.concatenate([result.beta, result.theta])
    h = 1e-5
    scores = np.stack([(logs(at + h * e) - logs(at - h * e)) / (2 * h) for e in np.eye(len(at))], axis=1)
    D = np.zeros((len(at), len(at)))
    D[:p, :p], D[p:, p:] = result.robust.vcov_beta, result.robust.vcov_theta
    expected = D @ scores.T @ scores @ D * 10 / 9
    between = result.robust.between
    whole = np.block([[result.vcov_beta, between], [between.T, result.vcov_theta]])
    scale = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(whole / np.outer(scale, scale), expected / np.outer(scale, scale), atol=1e-4)


def test_a_factor_inside_a_level_is_a_level_below_it() -> None:
    design = regions(2, weights=True)
    (level,) = design.levels
    first = level.equations[0].factor
    assert first is not None
    crossed = replace(design, levels=(replace(level, equations=level.equations[:1]),))
    empty = Level(level.codes, 10, (Equation((), Identity),))
    nested = replace(design, levels=(empty, Level(first.codes, 50, (Equation((0,), Identity),))))
    one, other = fit(crossed, ROBUST), fit(nested, ROBUST)
    assert one.ll == pytest.approx(other.ll, rel=1e-11)
    np.testing.assert_allclose(one.vcov_beta, other.vcov_beta, rtol=1e-6)
    np.testing.assert_allclose(one.vcov_theta, other.vcov_theta, rtol=1e-4, atol=1e-9)
