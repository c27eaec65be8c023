"""Satterthwaite and Kenward-Roger with correlated residuals: dense matrices, V_i by differences of V."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from dense_dof import Dense
from numpy.typing import NDArray
from test_residual_likelihood import MODELS, design, prepared, relative_covariance

from mixedcli.engine.dof import approximate
from mixedcli.engine.dof.moments import moments

Floats = NDArray[np.float64]


PLACES = itertools.cycle([(1, False, ()), (2, False, (1,)), (1, True, (1,)), (2, True, ())])
CASES = [(k, order, *next(PLACES)) for k, order in MODELS for _ in range(3)]


@pytest.mark.parametrize(("keyword", "order", "by", "deep", "z"), CASES)
def test_at_any_parameters(keyword: str, order: int | None, by: int, deep: bool, z: tuple[int, ...]) -> None:
    d = design(keyword, order, z, by=by, deep=deep)
    likelihood, psi = prepared(d, True)
    c = likelihood.criterion(psi, 2)
    m = moments(d, likelihood, psi)
    s = c.sigma2 * likelihood.data.frame.y_scale**2
    V = s * relative_covariance(d, likelihood, psi)
    h = 1e-4
    first = []
    for e in np.eye(len(psi)):
        near, far = (
            relative_covariance(d, likelihood, psi + k * h * e) - relative_covariance(d, likelihood, psi - k * h * e)
            for k in (1, 2)
        )
        first.append(s * (8.0 * near - far) / (12.0 * h))
    X = np.column_stack([d.columns[k] for k in d.x])
    dense = Dense(X, d.y, V, [*first, V])
    np.testing.assert_allclose(m.turn @ m.phi @ m.turn.T, dense.phi, rtol=1e-8)
    assert m.expected is not None
    np.testing.assert_allclose(m.expected, dense.W, rtol=1e-6, atol=1e-6 * np.abs(dense.W).max())
    np.testing.assert_allclose(
        approximate.one_row(m, m.expected, m.turn), [dense.one(row) for row in np.eye(d.p)], rtol=1e-6
    )
    got = m.turn @ approximate.adjusted(m, m.expected) @ m.turn.T
    np.testing.assert_allclose(got, dense.adjusted(), rtol=1e-6, atol=1e-8 * np.abs(got).max())
    rows = np.eye(d.p)[:2]
    ddf, scale = approximate.kenward_roger(m, m.expected, rows @ m.turn)
    F, expected = dense.kroger(rows)
    value = rows @ dense.beta
    assert ddf == pytest.approx(expected, rel=1e-6)
    unscaled = float(value @ np.linalg.inv(rows @ dense.adjusted() @ rows.T) @ value) / len(rows)
    assert scale * unscaled == pytest.approx(F, rel=1e-6)
