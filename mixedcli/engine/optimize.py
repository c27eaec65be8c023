"""Maximisation in the manner of Stata's maximize: nr, dfp and bfgs, in turns, with its convergence rules.

Converged: the scaled gradient g'(-H)^-1 g is below nrtolerance, and the parameters (mreldif)
or the log likelihood (reldif) have stopped moving.  A step that lowers the likelihood is halved
("backed up"); where the likelihood is not concave, curvature is taken in absolute value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import FitOptions
from mixedcli.engine.working import Objective, Point
from mixedcli.frozen import frozen
from mixedcli.results import Iteration

Floats = NDArray[np.float64]

_HALVINGS = 40
_STUCK = 1e-7  # relative step; three halved ones as short as this in a row end the search


FLAT = 1e-8  # share of its largest curvature below which the log likelihood is flat in some direction


@frozen
class Curvature:
    """-H brought into a form with which a step goes uphill.

    inverse: (P, P); concave: whether -H was positive (semi)definite; rank: directions that carry information.
    """

    inverse: Floats
    concave: bool
    rank: int


@frozen
class Maximum:
    """Where the search ended."""

    point: Point
    iterations: tuple[Iteration, ...]
    converged: bool


def curvature(point: Point, difficult: bool = False) -> Curvature:
    """Invert -H on the scale of its parts; flat directions get zero, wrong-way directions a positive curvature."""
    hessian = point.hessian
    P = len(hessian)
    d = np.sqrt(np.maximum(np.abs(np.diag(hessian)), point.size))
    d = np.where(d > 0, d, 1.0)
    if not np.isfinite(hessian).all():
        return Curvature(np.eye(P), False, 0)
    w, U = np.linalg.eigh(-hessian / np.multiply.outer(d, d))
    largest = max(float(np.abs(w).max(initial=0.0)), 1e-300)
    flat = np.abs(w) <= 1e-13 * max(largest, 1.0)
    wrong = (w < 0) & ~flat
    used = np.abs(w)
    if wrong.any():
        # difficult: steepest ascent on the directions that curve the wrong way, Newton on the others
        used = np.where(wrong, largest, used) if difficult else np.maximum(used, 1e-3 * largest)
    inverse = np.where(flat, 0.0, 1.0 / np.where(flat, 1.0, used))
    V = U / d[:, None]
    return Curvature((V * inverse) @ V.T, not bool(wrong.any()), int((~flat).sum()))


def flat_somewhere(point: Point) -> bool:
    """Whether some (co)variances can be exchanged for others without changing V (a random intercept beside an
    unstructured residual), so that any standard error would be rounding.

    In psi, the engine's own (co)variances: in the metric of e(b) what is left of the gradient hides the flat direction.
    """
    H = point.criterion.full()[1]
    d = np.sqrt(np.abs(np.diag(H)))
    if not (np.isfinite(H).all() and (d > 0).all()):
        return False
    w = np.abs(np.linalg.eigvalsh(H / np.multiply.outer(d, d)))
    return bool(w.min() <= FLAT * w.max())


def maximize(
    objective: Objective,
    start: Point,
    options: FitOptions,
    on_iteration: Callable[[Iteration], None] | None = None,
    good_enough: float = 0.0,
) -> Maximum:
    """Climb from ``start`` (evaluated to second order).

    ``good_enough``: also stop, converged, as soon as the scaled gradient is below this share of |ll|
    (used to bring EM's end near the optimum; 0 switches it off).
    """
    here = start
    log: list[Iteration] = []
    turn = _turns(options.technique)
    technique, inverse = next(turn), None

    def note(number: int, text: str, step: Floats, moved: float, gained: float, scaled: float, name: str) -> None:
        log.append(_iteration(number, here, text, name, step, moved, gained, scaled))
        if on_iteration is not None:
            on_iteration(log[-1])

    curved = curvature(here, options.difficult)
    scaled = float(here.gradient @ curved.inverse @ here.gradient)
    note(0, "", np.zeros_like(here.x), np.nan, np.nan, scaled, technique)
    converged = bool(scaled <= good_enough * (1.0 + abs(here.ll)) and curved.concave and good_enough > 0)
    number = stuck = 0
    while not converged and number < options.iterate:
        number += 1
        words = []
        if technique == "nr":
            inverse = None
            direction = curved.inverse @ here.gradient
            if not curved.concave:
                words.append("(not concave)")
        else:
            if inverse is None:
                inverse = curved.inverse
            direction = inverse @ here.gradient
            if direction @ here.gradient <= 0:
                inverse = curved.inverse
                direction = inverse @ here.gradient
        there, halved = _search(objective, here, _bounded(direction, here.x), not curved.concave)
        if halved:
            words.append("(backed up)")
        step = there.x - here.x
        moved = float(np.max(np.abs(step) / (np.abs(here.x) + 1.0), initial=0.0))
        gained = abs(there.ll - here.ll) / (abs(here.ll) + 1.0)
        if inverse is not None:
            inverse = _update(inverse, step, here.gradient - there.gradient, technique)
        canonical = objective.scale.canonical(there.x)
        if inverse is None and not np.allclose(canonical, there.x, rtol=1e-9, atol=1e-12):
            there = objective.at(canonical, 2)
        here = there
        curved = curvature(here, options.difficult)
        scaled = float(here.gradient @ curved.inverse @ here.gradient)
        stopped = moved < options.tolerance or gained < options.ltolerance
        level = options.nrtolerance is None or scaled < options.nrtolerance
        converged = stopped and level and (curved.concave or options.nrtolerance is None)
        if good_enough > 0:
            converged = curved.concave and scaled <= good_enough * (1.0 + abs(here.ll))
        note(number, " ".join(words), step, moved, gained, scaled, technique)
        stuck = stuck + 1 if halved and moved < _STUCK else 0
        if not converged and inverse is None and (moved == 0.0 or stuck == 3):
            break  # nowhere to go: no step worth the name improves the likelihood
        technique = next(turn)
    return Maximum(here, tuple(log), converged)


def _search(objective: Objective, here: Point, direction: Floats, stretch: bool) -> tuple[Point, bool]:
    """Full step, halved until the likelihood does not fall; lengthened while it pays where it was not concave."""
    least = here.ll - 1e-13 * (1.0 + abs(here.ll))
    there = objective.at(here.x + direction, 2)
    t, ll = 1.0, there.ll
    for _ in range(_HALVINGS - 1):  # trials need no derivatives
        if ll >= least:
            break
        t *= 0.5
        ll = objective.at(here.x + t * direction, 0).ll
    if not ll >= least:
        return here, True
    halved = t < 1.0
    while stretch and not halved and t < 64.0:
        further = objective.at(here.x + 2.0 * t * direction, 0).ll
        if further <= ll:
            break
        t, ll = 2.0 * t, further
    return there if t == 1.0 else objective.at(here.x + t * direction, 2), halved


def _bounded(direction: Floats, x: Floats) -> Floats:
    """No element may move by more than 1.5 or 1.5 times its size: Newton steps from afar overshoot.

    Not by twice its size: x and -x are one and the same matrix, so that step would lead back to where it began.
    """
    excess = float(np.max(np.abs(direction) / np.maximum(1.5, 1.5 * np.abs(x)), initial=0.0))
    return direction if excess <= 1.0 else direction / excess


def _update(inverse: Floats, s: Floats, y: Floats, technique: str) -> Floats:
    """Quasi-Newton update of the inverse of -H from a step s and the drop y of the gradient along it."""
    sy = float(s @ y)
    if sy <= 1e-12 * float(np.sqrt((s @ s) * (y @ y))):
        return inverse
    By = inverse @ y
    if technique == "dfp":
        return np.asarray(inverse + np.outer(s, s) / sy - np.outer(By, By) / float(y @ By))
    cross = np.outer(s, By)
    return np.asarray(inverse + (1.0 + float(y @ By) / sy) * np.outer(s, s) / sy - (cross + cross.T) / sy)


def _turns(technique: Sequence[tuple[str, int]]) -> Iterator[str]:
    """The algorithm of every iteration: each for its number of iterations, then the next, round and round."""
    while True:
        for name, count in technique:
            for _ in range(max(count, 1)):
                yield name


def _iteration(
    number: int, at: Point, text: str, technique: str, step: Floats, moved: float, gained: float, scaled: float
) -> Iteration:
    return Iteration(
        number,
        at.ll,
        text,
        technique,
        tuple(at.x.tolist()),
        tuple(at.gradient.tolist()),
        tuple(step.tolist()),
        tuple(map(tuple, at.hessian.tolist())),
        moved,
        gained,
        scaled,
    )
