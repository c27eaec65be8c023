"""Numbers that carry their first and second derivatives, for recursions that are tedious to differentiate by hand.

A Jet has value (scalar), first (m,) and second (m, m) with respect to m variables.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.frozen import frozen

Floats = NDArray[np.float64]


@frozen
class Jet:
    """A twice differentiable function at a point."""

    value: float
    first: Floats
    second: Floats

    def __add__(self, other: Jet | float) -> Jet:
        if isinstance(other, Jet):
            return Jet(self.value + other.value, self.first + other.first, self.second + other.second)
        return Jet(self.value + other, self.first, self.second)

    __radd__ = __add__

    def __neg__(self) -> Jet:
        return Jet(-self.value, -self.first, -self.second)

    def __sub__(self, other: Jet | float) -> Jet:
        return self + (-other)

    def __mul__(self, other: Jet | float) -> Jet:
        if not isinstance(other, Jet):
            return Jet(self.value * other, self.first * other, self.second * other)
        cross = np.multiply.outer(self.first, other.first)
        return Jet(
            self.value * other.value,
            self.value * other.first + other.value * self.first,
            self.value * other.second + other.value * self.second + cross + cross.T,
        )

    __rmul__ = __mul__

    def inverse(self) -> Jet:
        """1 / self."""
        v = 1.0 / self.value
        return Jet(
            v,
            -v * v * self.first,
            2.0 * v**3 * np.multiply.outer(self.first, self.first) - v * v * self.second,
        )


def variables(x: Floats) -> list[Jet]:
    """The variables themselves."""
    m = len(x)
    return [Jet(float(v), np.eye(m)[i], np.zeros((m, m))) for i, v in enumerate(x)]


def constant(value: float, m: int) -> Jet:
    """A constant of m variables."""
    return Jet(value, np.zeros(m), np.zeros((m, m)))


def tanh(a: Jet) -> Jet:
    """tanh of a jet."""
    t = float(np.tanh(a.value))
    d = 1.0 - t * t
    return Jet(t, d * a.first, d * a.second - 2.0 * t * d * np.multiply.outer(a.first, a.first))
