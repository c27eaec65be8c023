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
from mixedcli.engine.working import Objective

Floats = NDArray[np.float64]

SINGULAR = 1e-5  # share of a residual's variance that the others of its group leave, below which they determine it
_LARGEST = 400  # times up to which the residuals' matrix is looked at as a whole
#: other starting values: random effects and correlations as shares of the usual ones
_STARTS = ((0.01, 1.0), (0.05, 0.5), (1.0, 0.5), (0.2, 0.0))
_USUAL = FitOptions(iterate=60)


def collapsed(objective: Objective, psi: Floats) -> bool:
    """Whether the residual covariance matrix of some by() group is singular for all practical purposes."""
    space = objective.likelihood.space
    residual = space.residual
    if isinstance(residual, Independent):
        return False
    own = psi[space.random :]
    for b, (structure, span) in enumerate(zip(residual.structures, residual.spans(), strict=True)):
        times = structure.times
        size = structure.largest if structure.layout == "exchangeable" else len(times)
        if structure.layout == "chain" or not 1 < size <= _LARGEST:
            continue
        x = own[span][1:] if b else own[span]
        if structure.layout == "exchangeable":
            A = structure.matrix(x, np.zeros(size)).value
        else:
            A = structure.table(x).value[structure.entries(structure.keys(times))]
        root = np.sqrt(np.diagonal(A))
        if np.linalg.eigvalsh(A / np.multiply.outer(root, root)).min() < SINGULAR:
            return True
    return False


def elsewhere(objective: Objective, found: Maximum) -> Maximum:
    """Where a search goes that ended among singular residual matrices; ``found`` when it goes nowhere else.

    It may still have converged by the usual rules: a maximum at the very limit of the structure.  If not, the best
    maximum from other starting values.
    """
    if found.converged or not collapsed(objective, found.point.psi):
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
