"""Bases of splines of one variable: linear ones, and restricted cubic ones."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.quantiles import percentiles

Floats = NDArray[np.float64]

#: Harrell's places for the knots of restricted cubic splines, in percent, by their number
_PLACES: dict[int, tuple[str, ...]] = {
    3: ("10", "50", "90"),
    4: ("5", "35", "65", "95"),
    5: ("5", "27.5", "50", "72.5", "95"),
    6: ("5", "23", "41", "59", "77", "95"),
    7: ("2.5", "18.33", "34.17", "50", "65.83", "81.67", "97.5"),
}

KNOTS = tuple(_PLACES)


def linear(x: Floats, knots: Sequence[float], *, marginal: bool = False) -> list[Floats]:
    """One variable more than knots.  Their coefficients are slopes, with ``marginal`` the changes of slope."""
    if marginal:
        return [x, *(np.maximum(x - k, 0.0) for k in knots)]
    out = [np.minimum(x, knots[0])]
    for low, high in pairwise(knots):
        out.append(np.clip(x, low, high) - low)
    out.append(np.maximum(x, knots[-1]) - knots[-1])
    return out


def cubic(x: Floats, knots: Sequence[float]) -> list[Floats]:
    """Restricted cubic splines (linear beyond the outer knots): one variable less than knots, the first is x itself."""
    first, last, before = knots[0], knots[-1], knots[-2]
    scale = (last - first) ** 2

    def cube(k: float) -> Floats:
        return np.maximum(x - k, 0.0) ** 3

    out = [x]
    for k in knots[:-2]:
        bend = (cube(before) * (last - k) - cube(last) * (before - k)) / (last - before)
        out.append((cube(k) - bend) / scale)
    return out


def harrell_knots(x: Floats, count: int, weights: Floats | None = None) -> Floats:
    """Knots at Harrell's percentiles; the outer ones no further out than the fifth smallest and largest value."""
    knots = percentiles(x, [Fraction(p) / 100 for p in _PLACES[count]], weights)
    ordered = np.sort(x)
    if len(ordered) >= 5:
        knots[0] = max(knots[0], ordered[4])
        knots[-1] = min(knots[-1], ordered[-5])
    return knots
