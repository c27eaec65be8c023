"""Scores of clusters in crossed designs: each cluster is a design of its own, evaluated once at the estimates.

Crossed effects join rows that the elimination of ``robust`` keeps apart.  Clusters are whole top-level groups,
of which such designs have few (regions, not persons), so here a loop over them does no harm.

Shapes: M clusters, r = p + 1 columns [X_int, e], P parameters of psi.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossed import crossed_likelihood
from mixedcli.engine.design import Design, FitOptions, Level
from mixedcli.engine.likelihood import Likelihood
from mixedcli.engine.orthogonal import Column, Frame, cross_gram
from mixedcli.engine.parameters import parameter_space
from mixedcli.engine.residual import Independent
from mixedcli.engine.working import Point

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def crossed_scores(design: Design, likelihood: Likelihood, point: Point, codes: Ints, count: int) -> Floats:
    """Scores (M, p + P + 1) with respect to beta (engine's basis), psi and log sigma2; codes (n,): cluster of a row."""
    space, c, psi = likelihood.space, point.criterion, point.psi
    frame, residual, at = likelihood.data.frame, space.residual, space.random
    assert isinstance(residual, Independent)
    _, effects = parameter_space(design, frame.rows)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(count + 1))
    v = np.append(-c.beta, 1.0)
    out = np.empty((count, frame.p + space.size + 1))
    for j in range(count):
        rows = np.sort(order[bounds[j] : bounds[j + 1]])
        part = _rows_of_design(design, rows)
        own = _rows_of_frame(frame, part, rows)
        of_rows = [tuple(_rows_of(column, rows) for column in level) for level in effects]
        e = crossed_likelihood(part, own, space, of_rows, FitOptions()).evaluate(psi, 1)
        log_det = e.log_det1.copy()
        log_det[at:] -= own.rows[1:] / psi[at:]
        root = e.T @ v
        out[j, : frame.p] = root[:-1] / c.sigma2
        out[j, frame.p : -1] = -0.5 * (log_det + (e.T1 @ v) @ v / c.sigma2)
        out[j, -1] = -0.5 * (own.n - float(v @ root) / c.sigma2)
    return out


def _rows_of(column: Column, rows: Ints) -> Column:
    return replace(column, values=column.values[rows])


def _rows_of_design(design: Design, rows: Ints) -> Design:
    """The design of some rows; codes keep their numbers."""
    return replace(
        design,
        y=design.y[rows],
        columns=tuple(values[rows] for values in design.columns),
        levels=tuple(_rows_of_level(level, rows) for level in design.levels),
        residual_by=None if design.residual_by is None else design.residual_by[rows],
        weights=None if design.weights is None else design.weights[rows],
        clusters=None,
    )


def _rows_of_level(level: Level, rows: Ints) -> Level:
    equations = tuple(
        e if e.factor is None else replace(e, factor=replace(e.factor, codes=e.factor.codes[rows]))
        for e in level.equations
    )
    return replace(level, codes=level.codes[rows], equations=equations)


def _rows_of_frame(frame: Frame, design: Design, rows: Ints) -> Frame:
    """The same basis of X and y on some rows."""
    columns: Sequence[Column] = [_rows_of(column, rows) for column in frame.columns]
    y, p, B = _rows_of(frame.y, rows), frame.p, design.residual_groups
    turn = np.eye(p + 1)
    turn[:p, :p] = frame.A
    turn[:p, p] = -frame.b / frame.y_scale
    turn[p, p] = 1.0 / frame.y_scale
    gram = turn.T @ cross_gram(columns, y, design.residual_by, B, design.weights) @ turn
    by = np.zeros(len(rows), dtype=np.int64) if design.residual_by is None else design.residual_by
    counts = np.bincount(by, weights=design.weights, minlength=B).astype(float)
    return replace(frame, columns=tuple(columns), y=y, gram=gram, rows=counts)
