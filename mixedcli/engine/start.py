"""Good starting values: a fit of a share of the groups when there are many, and escapes from false optima.

With 50,000 groups, the estimates from 1,000 of them are within a few percent of the optimum
and cost next to nothing; Newton's method needs three iterations from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossprod import cross_products
from mixedcli.engine.design import Design, FitOptions, Level
from mixedcli.engine.em import starting_point
from mixedcli.engine.likelihood import Likelihood
from mixedcli.engine.optimize import maximize
from mixedcli.engine.orthogonal import prepare
from mixedcli.engine.parameters import Space, parameter_space
from mixedcli.engine.working import Objective, Point, WorkingScale
from mixedcli.errors import StataError

Floats = NDArray[np.float64]

SHARE_ROWS = 40_000  # rows in the share
SHARE_GROUPS = 300  # top-level groups it must have at least


def sampled_start(design: Design, space: Space, reml: bool) -> Floats | None:
    """psi from the fit of a share of the top-level groups; None when the data are small or the share will not do."""
    tops = [level for level in design.levels if any(e.z for e in level.equations)]
    if design.correlation is not None or not tops or design.n < 4 * SHARE_ROWS:
        return None
    every = min(design.n // SHARE_ROWS, tops[0].groups // SHARE_GROUPS)
    if every < 3:
        return None
    try:
        share = _share(design, tops, every)
        frame = prepare(share)
        if not frame.rows.all():
            return None
        small, effects = parameter_space(share, frame.rows)
        likelihood = Likelihood(cross_products(share, frame, effects), small, reml)
        objective = Objective(likelihood, WorkingScale(small))
        found = maximize(
            objective, objective.at(objective.scale.x(starting_point(likelihood)), 2), FitOptions(), good_enough=1e-8
        )
    except (StataError, np.linalg.LinAlgError):
        return None
    psi = found.point.psi.copy()
    for mine, theirs in zip(space.terms, small.terms, strict=True):
        psi[mine.own] = mine.C @ (theirs.U @ psi[theirs.own])
    return psi


def _share(design: Design, levels: Sequence[Level], every: int) -> Design:
    """Every ``every``-th top-level group with all its rows."""
    rows = np.flatnonzero(levels[0].codes % every == 0)
    used = set(design.x) | {k for level in levels for e in level.equations for k in e.z}
    empty = np.zeros(0)
    return replace(
        design,
        y=design.y[rows],
        columns=tuple(c[rows] if k in used else empty for k, c in enumerate(design.columns)),
        levels=tuple(_dense(level, rows) for level in design.levels),
        residual_by=None if design.residual_by is None else design.residual_by[rows],
        weights=None if design.weights is None else design.weights[rows],
        clusters=None,
    )


def _dense(level: Level, rows: NDArray[np.int64]) -> Level:
    codes = level.codes[rows]
    present = np.bincount(codes, minlength=level.groups) > 0
    weights = None if level.weights is None else level.weights[present]
    return replace(level, codes=(np.cumsum(present) - 1)[codes], groups=int(present.sum()), weights=weights)


def opened(space: Space, psi: Floats, typical: Floats) -> Floats:
    """psi with every vanishing direction of a covariance matrix widened to a hundredth of ``typical``.

    The square root's origin is stationary whether or not it is the maximum: a search must not begin there.
    """
    out = psi.copy()
    for t in space.terms:
        w, U = np.linalg.eigh(t.structure.matrix(psi[t.own]))
        least = 0.01 * float(np.min(np.diag(t.structure.matrix(typical[t.own]))))
        if w.min(initial=np.inf) < 0.1 * least:
            out[t.own] = t.structure.elements((U * np.maximum(w, least)) @ U.T)
    return out


def uphill_from_boundary(objective: Objective, point: Point) -> Point | None:
    """A better point off the boundary, when the log likelihood rises in a direction in which Sigma vanishes."""
    c = point.criterion
    g, H = c.gradient(), c.hessian()
    for t in objective.likelihood.space.terms:
        s = t.structure
        w, U = np.linalg.eigh(s.matrix(point.psi[t.own]))
        least = 1e-8 * max(float(w.max(initial=0.0)), t.groups / objective.likelihood.data.frame.n)
        for v in U.T[w <= least]:
            e = s.elements(np.outer(v, v))
            slope, bend = float(e @ g[t.own]), float(e @ H[t.own, t.own] @ e)
            if not slope > 0.0:
                continue
            length = -slope / bend if bend < 0 else 1.0
            for _ in range(30):
                psi = point.psi.copy()
                psi[t.own] += length * e
                there = objective.at(objective.scale.x(psi), 2)
                if there.ll > point.ll + 1e-10 * (1.0 + abs(point.ll)):
                    return there
                length *= 0.25
    return None
