"""Scores of clusters with correlated residuals, against finite differences of each cluster's own likelihood."""

from __future__ import annotations

from dataclasses import replace

import brute
import numpy as np
import pytest
from numpy.typing import NDArray
from test_residual_likelihood import EFFECTS, MODELS, design, prepared, relative_covariance

from mixedcli.engine.robust import cluster_scores, clusters
from mixedcli.engine.working import Objective, WorkingScale

Floats = NDArray[np.float64]


@pytest.mark.parametrize(("keyword", "order"), MODELS)
@pytest.mark.parametrize(("effects", "by", "deep"), [("none", 2, False), ("slope", 1, True), ("intercept", 2, False)])
def test_scores(keyword: str, order: int | None, effects: str, by: int, deep: bool) -> None:
    d = design(keyword, order, EFFECTS[effects], by=by, deep=deep, seed=2)
    if not deep:
        d = replace(d, clusters=d.correlation.codes // 4)  # clusters above the top level
    likelihood, psi = prepared(d, False)
    objective = Objective(likelihood, WorkingScale(likelihood.space))
    point = objective.at(objective.scale.x(psi), 2)
    where = clusters(d)
    scores = cluster_scores(d, likelihood, point, where)

    frame = likelihood.data.frame
    V = relative_covariance(d, likelihood, psi)
    X = np.column_stack([d.columns[k] for k in d.x]) @ frame.back  # the engine's basis, y in units of y_scale
    beta, _ = brute.fixed_effects(d, V)
    y = (d.y - np.column_stack([d.columns[k] for k in d.x]) @ frame.offset) / frame.y_scale
    inner = point.criterion.beta
    np.testing.assert_allclose(frame.offset + frame.y_scale * frame.back @ inner, beta, rtol=1e-8)

    def cluster_ll(b: Floats, p: Floats, s: float) -> Floats:
        W = np.exp(s) * relative_covariance(d, likelihood, p)
        out = []
        for j in range(where.count):
            rows = where.codes == j
            r = y[rows] - X[rows] @ b
            own = W[np.ix_(rows, rows)]
            out.append(-0.5 * (np.linalg.slogdet(own)[1] + r @ np.linalg.solve(own, r)))
        return np.array(out)

    s = float(np.log(point.criterion.sigma2))
    start = np.concatenate([inner, psi, [s]])
    h = 1e-5
    p = len(inner)

    def split(v: Floats) -> tuple[Floats, Floats, float]:
        return v[:p], v[p:-1], float(v[-1])

    expected = np.stack(
        [(cluster_ll(*split(start + h * e)) - cluster_ll(*split(start - h * e))) / (2 * h) for e in np.eye(len(start))],
        axis=1,
    )
    np.testing.assert_allclose(scores, expected, atol=1e-5 * (1 + np.abs(expected).max()))
