"""Scores of a fit: the derivatives of every top-level group's log likelihood by the elements of e(b).

They are those whose outer products robust standard errors add up (``robust``), turned from the engine's basis into the
coefficients of the design's own columns and the metric of e(b): log SDs, atanh correlations, log residual SD.  At the
estimates they sum to zero, but for constrained coefficients.

Shapes: M groups, p coefficients, P parameters of psi.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli.engine.design import Design, FitOptions, Floats, Ints
from mixedcli.engine.estimates import stored_slopes
from mixedcli.engine.fit import likelihood_of
from mixedcli.engine.indicators import with_indicators
from mixedcli.engine.orthogonal import prepare
from mixedcli.engine.parameters import parameter_space
from mixedcli.engine.robust import cluster_scores, clusters
from mixedcli.engine.working import Point
from mixedcli.frozen import frozen
from mixedcli.results import MixedResult


@frozen
class Scores:
    """codes (n,): the group of every row; beta (M, p), theta (M, P + 1): scores in the order of e(b)."""

    codes: Ints
    beta: Floats
    theta: Floats


def scores(design: Design, result: MixedResult) -> Scores:
    """Scores of the top-level groups (of the rows where there are none), weights included, at a fit by ML."""
    assert result.psi is not None
    design = replace(with_indicators(design), clusters=None)
    frame = prepare(design)
    space, effects = parameter_space(design, frame.rows)
    likelihood = likelihood_of(design, frame, space, effects, FitOptions())
    turn = frame.y_scale * frame.back
    # beta and sigma2 of the fit itself: under constraints they do not maximise the likelihood of the design
    c = likelihood.criterion(result.psi, 0)
    sigma2 = float(result.residual_variance[0]) / frame.y_scale**2
    c = replace(c, beta=np.asarray(np.linalg.solve(turn, result.beta - frame.offset), dtype=float), Q=sigma2 * c.N)
    nothing = np.zeros(space.size)
    point = Point(nothing, result.psi, c.ll, nothing, np.zeros((space.size, space.size)), nothing, c)
    where = clusters(design)
    found = cluster_scores(design, likelihood, point, where)
    p = frame.p
    beta = np.asarray(np.linalg.solve(turn.T, found[:, :p].T).T if p else found[:, :0], dtype=float)
    return Scores(where.codes, beta, found[:, p:] @ stored_slopes(space, point, frame.y_scale).T)
