"""Contrast operators: the levels of a factor -> the contrasts among them.

Each operator is one function of the levels and one row of OPERATORS.  A contrast is a row of coefficients over the
levels and what it compares, by position, for its label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Kind = Literal["pair", "base", "mean", "after", "before", "power", "custom", "level"]


@frozen
class Levels:
    """values (k,): the levels as numbers; weights (k,): how often each occurs; base: position of the base level."""

    values: Floats
    weights: Floats
    base: int


@frozen
class Contrast:
    """row: (k,) coefficients.  first, second: positions of the levels compared (power: the degree).

    kind: "pair" (first vs second), "base" (first vs the base level), "mean" (first vs the mean of all), "after"
    (first vs those behind it), "before" (first vs those before it), "power", "custom" (numbered by first), "level".
    """

    row: Floats
    kind: Kind
    first: int
    second: int = -1


def _unit(k: int, at: int) -> Floats:
    out = np.zeros(k)
    out[at] = 1.0
    return out


def reference(x: Levels, kind: Kind = "pair") -> list[Contrast]:
    """r. : every other level minus the base."""
    k = len(x.values)
    return [Contrast(_unit(k, i) - _unit(k, x.base), kind, i, x.base) for i in range(k) if i != x.base]


def unoperated(x: Levels) -> list[Contrast]:
    """No operator: as r., under another name."""
    return reference(x, "base")


def adjacent(x: Levels) -> list[Contrast]:
    """a. : every level minus the next."""
    k = len(x.values)
    return [Contrast(_unit(k, i) - _unit(k, i + 1), "pair", i, i + 1) for i in range(k - 1)]


def reverse_adjacent(x: Levels) -> list[Contrast]:
    """ar. : every level minus the one before."""
    k = len(x.values)
    return [Contrast(_unit(k, i) - _unit(k, i - 1), "pair", i, i - 1) for i in range(1, k)]


def _share(weights: Floats) -> Floats:
    total = weights.sum()
    return weights / total if total > 0 else weights


def grand(x: Levels) -> list[Contrast]:
    """g. : every level minus the mean of all."""
    k = len(x.values)
    share = _share(x.weights)
    return [Contrast(_unit(k, i) - share, "mean", i) for i in range(k)]


def helmert(x: Levels) -> list[Contrast]:
    """h. : every level minus the mean of those behind it."""
    k = len(x.values)
    out = []
    for i in range(k - 1):
        behind = np.where(np.arange(k) > i, x.weights, 0.0)
        out.append(Contrast(_unit(k, i) - _share(behind), "after", i))
    return out


def reverse_helmert(x: Levels) -> list[Contrast]:
    """j. : every level minus the mean of those before it."""
    k = len(x.values)
    out = []
    for i in range(1, k):
        before = np.where(np.arange(k) < i, x.weights, 0.0)
        out.append(Contrast(_unit(k, i) - _share(before), "before", i))
    return out


def polynomial(x: Levels) -> list[Contrast]:
    """p. : coefficients of the level means on orthogonal polynomials of the levels, each of mean square 1.

    stata: a published log of contrast p.agedec after regress (tests/engine/test_contrasts.py has its numbers).
    """
    w = _share(x.weights)
    z = x.values - w @ x.values
    spread = float(np.sqrt(w @ z**2))
    z = z / spread if spread > 0 else z
    basis = [np.ones(len(z))]
    out = []
    for degree in range(1, len(z)):
        new = basis[-1] * z
        for _ in range(2):  # once more for the rounding of the first pass
            for b in basis:
                new = new - (w @ (new * b)) * b
        new = new / np.sqrt(w @ new**2)
        basis.append(new)
        out.append(Contrast(w * new, "power", degree))
    return out


def _equal(x: Levels) -> Levels:
    return Levels(x.values, np.ones(len(x.values)), x.base)


def _ranked(x: Levels) -> Levels:
    """Levels counted 1, 2, ... whatever their values."""
    return Levels(np.arange(1.0, len(x.values) + 1), x.weights, x.base)


#: operator -> levels to contrasts; those ending in w weight levels by their number of observations
OPERATORS: dict[str, Callable[[Levels], list[Contrast]]] = {
    "": unoperated,
    "i": unoperated,
    "r": reference,
    "a": adjacent,
    "ar": reverse_adjacent,
    "g": lambda x: grand(_equal(x)),
    "gw": grand,
    "h": lambda x: helmert(_equal(x)),
    "hw": helmert,
    "j": lambda x: reverse_helmert(_equal(x)),
    "jw": reverse_helmert,
    "p": lambda x: polynomial(_equal(x)),
    "pw": polynomial,
    "q": lambda x: polynomial(_ranked(_equal(x))),
    "qw": lambda x: polynomial(_ranked(x)),
}


def chosen(operator: str, x: Levels, only: Sequence[int]) -> list[Contrast]:
    """The contrasts of an operator; ``only``: of these levels (or powers), all when empty.

    Errors: r(198) for a level or power without such a contrast.
    """
    made = OPERATORS[operator](x)
    if not only:
        return made
    names = {(c.first if c.kind == "power" else int(x.values[c.first])): c for c in made}
    missing = [v for v in only if v not in names]
    if missing:
        raise InvalidSyntax(f"{operator}{missing[0]}. is not a contrast of this factor")  # unverified: words
    return [names[v] for v in only]


def cells(x: Levels) -> list[Contrast]:
    """Every level by itself: what stands behind @."""
    k = len(x.values)
    return [Contrast(_unit(k, i), "level", i) for i in range(k)]
