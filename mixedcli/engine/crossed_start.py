"""Starting values of large crossed models: the fit of a share of their levels.

A Newton step of the whole model factors a matrix of thousands of columns.  With three tenths of the levels of the
widest dense atom, and their rows, a step costs a thirtieth, and the estimates are within a few percent.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossed import CrossedLikelihood, crossed_likelihood
from mixedcli.engine.crossed_atoms import dense_codes
from mixedcli.engine.design import Design, Equation, Factor, FitOptions, Ints, Level
from mixedcli.engine.em import starting_point
from mixedcli.engine.likelihood import Likelihood
from mixedcli.engine.optimize import maximize
from mixedcli.engine.orthogonal import prepare
from mixedcli.engine.parameters import parameter_space
from mixedcli.engine.working import Objective, WorkingScale
from mixedcli.errors import StataError

Floats = NDArray[np.float64]

FROM = 800  # columns of the Schur complement from which a share is fitted first
SHARE = 0.3  # of the widest dense atom's groups
LEAST = 300  # groups


def crossed_start(design: Design, likelihood: Likelihood, options: FitOptions) -> Floats | None:
    """psi from the fit of a share of the data; None when the data are small or the share will not do."""
    assert isinstance(likelihood, CrossedLikelihood)
    if max((c.m for c in likelihood.crossed.components), default=0) < FROM:
        return None
    widest = max(likelihood.plan.dense, key=lambda a: a.groups)
    if widest.groups < 2 * LEAST:
        return None
    keep = max(LEAST, round(SHARE * widest.groups))
    chosen = np.zeros(widest.groups, dtype=bool)
    chosen[np.random.default_rng(1).permutation(widest.groups)[:keep]] = True
    try:
        share = _share(design, np.flatnonzero(chosen[widest.codes]))
        frame = prepare(share)
        if not np.all(frame.rows):
            return None
        space, effects = parameter_space(share, frame.rows)
        small = crossed_likelihood(share, frame, space, effects, options)
        objective = Objective(small, WorkingScale(space))
        begin = objective.at(objective.scale.x(starting_point(small)), 2)
        found = maximize(objective, begin, FitOptions(), good_enough=1e-8)
    except (StataError, np.linalg.LinAlgError):
        return None
    psi = found.point.psi.copy()
    for mine, theirs in zip(likelihood.space.terms, space.terms, strict=True):
        psi[mine.own] = mine.C @ (theirs.U @ psi[theirs.own])
    return psi


def _share(design: Design, rows: Ints) -> Design:
    """The design on some of its rows."""
    used = set(design.x) | {k for level in design.levels for e in level.equations for k in e.z}
    empty = np.zeros(0)
    return replace(
        design,
        y=design.y[rows],
        columns=tuple(c[rows] if k in used else empty for k, c in enumerate(design.columns)),
        levels=tuple(_level(level, rows) for level in design.levels),
        residual_by=None if design.residual_by is None else design.residual_by[rows],
        weights=None if design.weights is None else design.weights[rows],
    )


def _level(level: Level, rows: Ints) -> Level:
    codes, groups = dense_codes(level.codes[rows], level.groups)
    return replace(
        level, codes=codes, groups=groups, equations=tuple(_equation(e, rows, codes) for e in level.equations)
    )


def _equation(equation: Equation, rows: Ints, parent: Ints) -> Equation:
    factor = equation.factor
    if factor is None:
        return equation
    codes, levels = dense_codes(factor.codes[rows], factor.levels)
    owner = np.zeros(levels, dtype=np.int64)
    owner[codes] = parent
    return replace(equation, factor=Factor(codes, levels, int(np.bincount(owner).max())))
