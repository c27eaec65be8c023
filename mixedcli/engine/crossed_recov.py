"""Covariance of the levels of an R.varname term.

Identity: independent levels with one variance (recov.Identity of one effect).
Exchangeable: one variance v and one covariance c between all m levels,

    Sigma = v I + c (J - I),   eigenvalues v - c (m - 1 times) and v + (m - 1) c.

m may be thousands.  Such matrices commute and multiply like the 2 x 2 exchangeable matrices with
the same two eigenvalues, so all links, square roots and eigenvalues are taken of that 2 x 2 image.

Shapes: kappa = (v, c); image (2, 2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import Equation
from mixedcli.engine.recov import Exchangeable, Identity, Link, ParamRow, RandomCovariance

Floats = NDArray[np.float64]


def factor_covariance(equation: Equation) -> RandomCovariance:
    """The structure of an R. term: one variance, and for Exchangeable a covariance among its levels."""
    assert equation.factor is not None
    if equation.covariance is Exchangeable:
        return ExchangeableLevels(max(equation.factor.largest, 2))
    return Identity(1)


class ExchangeableLevels(Exchangeable):
    """Exchangeable covariance of m levels, worked with through its 2 x 2 image."""

    __slots__ = ("m",)

    def __init__(self, m: int) -> None:
        super().__init__(2)
        self.m = m
        self._basis = np.stack([np.eye(2), 0.5 * np.array([[m - 2.0, m], [m, m - 2.0]])])
        self._ones = np.array([float(m), m * (m - 1.0)])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExchangeableLevels) and other.m == self.m

    def __hash__(self) -> int:
        return hash((type(self), self.m))

    def rows(self) -> tuple[ParamRow, ...]:
        return ParamRow("var", (0,)), ParamRow("cov", (0,))

    def elements(self, matrix: Floats) -> Floats:
        """(v, c) of the exchangeable matrix with this image, shape (..., 2)."""
        diagonal = 0.5 * (matrix[..., 0, 0] + matrix[..., 1, 1])
        c = (matrix[..., 0, 1] + matrix[..., 1, 0]) / self.m
        return np.stack([diagonal - 0.5 * (self.m - 2) * c, c], axis=-1)

    def em_step(self, kappa: Floats, gradient: Floats, groups: int) -> Floats:
        """``groups`` counts levels, as for the other structures it counts effects of one kind."""
        return super().em_step(kappa, gradient, max(groups // self.m, 1))

    def reported(self, kappa: Floats) -> Floats:
        """Covariance matrix of two levels."""
        v, c = kappa.tolist()
        return np.array([[v, c], [c, v]])

    def natural(self, x: Floats) -> Link:
        """v = exp(2 a), c = v tanh(z) at x = (a, z), as images."""
        v, r = np.exp(2.0 * x[0]), np.tanh(x[1])
        slope = 1.0 - r * r
        kappa = v * np.array([1.0, r])
        first = v * np.array([[2.0, 2.0 * r], [0.0, slope]])
        second = np.zeros((2, 2, 2))
        second[0, 0] = 4.0 * kappa
        second[0, 1] = second[1, 0] = 0.0, 2.0 * v * slope
        second[1, 1] = 0.0, -2.0 * v * r * slope
        E = self.basis()
        return Link(np.tensordot(kappa, E, 1), np.tensordot(first, E, 1), np.tensordot(second, E, 1))
