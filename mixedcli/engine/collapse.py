"""Searches that end where residuals determine each other.

With few groups, residual structures of many parameters can fit some linear combination of a group's residuals
exactly: the likelihood then has no upper bound, and Newton's method runs into that corner.  A maximum inside the
parameter space, where there is one, is what the data have to say (as with mixtures of normal distributions); other
starting values may find it.  Where there is none, convergence is not achieved and the user is told why.

Shapes: psi (P,).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import FitOptions
from mixedcli.engine.em import starting_point
from mixedcli.engine.optimize import Maximum, maximize
from mixedcli.engine.residual import Independent
from mixedcli.engine.residual.exchangeable import Exchangeable
from mixedcli.engine.residual.pattern_piece import PatternPiece
from mixedcli.engine.working import Objective

Floats = NDArray[np.float64]

SINGULAR = 1e-5  # share of a residual's variance that the others of its group leave, below which they determine it
#: other starting values: random effects and correlations as shares of the usual ones
_STARTS = ((0.01, 1.0), (0.05, 0.5), (1.0, 0.5), (0.2, 0.0))
_USUAL = FitOptions(iterate=60)


def collapsed(objective: Objective, psi: Floats) -> bool:
    """Whether the residual covariance matrix of some group is singular for all practical purposes."""
    likelihood = objective.likelihood
    residual, at = likelihood.space.residual, likelihood.space.random
    if isinstance(residual, Independent):
        return False
    leaf = residual.leaf(likelihood.data, at, psi[at:], 0)
    return any(
        piece.least_share(leaf.prepared[b]) < SINGULAR
        for pieces in leaf.supply.pieces
        for b, found in enumerate(pieces)
        if found is not None and isinstance(piece := found[0], PatternPiece)
    ) or any(
        structure.least_share(x) < SINGULAR
        for structure, x in zip(residual.structures, residual.own(psi[at:]), strict=True)
        if isinstance(structure, Exchangeable)
    )


def elsewhere(objective: Objective, found: Maximum) -> Maximum:
    """Where a search goes that did not converge, mostly among singular matrices; ``found`` when it goes nowhere.

    It may still have converged by the usual rules: a maximum at the very limit of the structure.  If not, the best
    maximum from other starting values.
    """
    if found.converged:
        return found
    further = maximize(objective, found.point, _USUAL)
    if further.converged:
        return further
    best: Maximum | None = None
    space = objective.likelihood.space
    typical = starting_point(objective.likelihood)
    for effects, correlations in _STARTS:
        psi = typical.copy()
        psi[: space.random] *= effects
        psi[space.random :] *= correlations
        begin = objective.at(objective.scale.x(psi), 2)
        if not np.isfinite(begin.ll):
            continue
        other = maximize(objective, begin, _USUAL)
        if other.converged and (best is None or other.point.ll > best.point.ll):
            best = other
    return found if best is None else best
