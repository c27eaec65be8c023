"""Weights of rows and groups: what each level sees, and what everything adds up to.

A group's weight multiplies its log likelihood, a row's weight that of the row given the random
effects: they count replicates.  A cross product seen by level l is therefore summed with
the weights of the rows times those of all groups between the rows and level l.

Shapes: n rows; weights of a level (G,).
"""

from __future__ import annotations

import numpy as np

from mixedcli.engine.design import Design, Floats
from mixedcli.frozen import frozen


@frozen
class Weights:
    """rows (n,): weight of a row within its lowest-level group; levels: (G,) per level that has effects, top first."""

    rows: Floats
    levels: tuple[Floats, ...]


def row_totals(design: Design) -> Floats | None:
    """Weight (n,) of every row in the whole: its own times those of all its groups; None without weights."""
    if not design.weighted:
        return None
    total = np.ones(design.n) if design.weights is None else design.weights.astype(float)
    for level in design.levels:
        if level.weights is not None:
            total = total * level.weights[level.codes]
    return np.asarray(total)


def mean(values: Floats, weights: Floats | None) -> float:
    """Weighted mean."""
    return float(values.mean()) if weights is None else float(values @ weights / weights.sum())


def effect_weights(design: Design) -> Weights | None:
    """Weights of the levels that have random effects.

    A level without effects integrates nothing: its weights go to the groups below it, which they multiply.
    """
    if not design.weighted:
        return None
    levels: list[Floats] = []
    carried = np.ones(design.n)  # weights of levels without effects, per row, on their way down
    for level in design.levels:
        own = np.ones(level.groups) if level.weights is None else level.weights
        if any(e.z for e in level.equations):
            above = np.ones(level.groups)
            above[level.codes] = carried
            levels.append(np.asarray(own * above, dtype=float))
            carried = np.ones(design.n)
        else:
            carried = carried * own[level.codes]
    rows = carried if design.weights is None else carried * design.weights
    return Weights(np.asarray(rows, dtype=float), tuple(levels))


def group_total(design: Design, number: int) -> int:
    """How many groups a level has in the whole, counted by their weights."""
    if not design.weighted:
        return design.levels[number].groups
    total = np.ones(design.n)
    for level in design.levels[: number + 1]:
        if level.weights is not None:
            total = total * level.weights[level.codes]
    own = design.levels[number]
    each = np.zeros(own.groups)
    each[own.codes] = total
    return max(round(float(each.sum())), 1)
