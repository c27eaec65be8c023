"""Exchangeable residuals: one variance and one covariance of every pair in a lowest-level group.

The correlation r lies in (-1/(M - 1), 1) for groups of at most M rows; the working parameter is its logit within
that range, so A is positive definite for every value.  Deviations from the group's mean and the mean itself are
uncorrelated: a'A^-1 b = within / (1 - r) + between / (1 + (n - 1) r).
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from mixedcli.engine.residual.moments import Moments
from mixedcli.engine.residual.structure import COLLAPSED, Floats, Ints, Layout, ResidualRow, Stack, Structure, TimeRule


class Exchangeable(Structure):
    """exchangeable."""

    __slots__ = ()
    keyword: ClassVar[str] = "exchangeable"
    abbreviation: ClassVar[str] = "exc"
    name: ClassVar[str] = "Exchangeable"
    time: ClassVar[TimeRule] = "none"

    @property
    def layout(self) -> Layout:
        return "exchangeable"

    @property
    def size(self) -> int:
        return 1

    @property
    def lowest(self) -> float:
        """The limit below which the largest group's matrix is not positive definite."""
        return -1.0 / max(self.largest - 1, 1)

    def rows(self) -> tuple[ResidualRow, ...]:
        return ResidualRow("var", "e"), ResidualRow("cov", "e", "identity", "r_atr{}")

    def _correlation(self, x: Floats) -> tuple[float, float, float, float, float]:
        """r, 1 - r, r - lowest, and dr/dx, d2r/dx2."""
        low = self.lowest
        with np.errstate(over="ignore"):
            p, q = 1.0 / (1.0 + np.exp(-x[0])), 1.0 / (1.0 + np.exp(x[0]))
        width = 1.0 - low
        return low + width * p, width * q, width * p, width * p * q, width * p * q * (q - p)

    def natural(self, x: Floats) -> tuple[Floats, Floats]:
        r, _, _, slope, _ = self._correlation(x)
        return np.array([1.0, r]), np.array([[0.0, slope]])

    def working(self, natural: Floats) -> Floats:
        r = natural[1]
        return np.array([np.log(r - self.lowest) - np.log(1.0 - r)])

    def start(self, moments: Moments) -> Floats:
        low = self.lowest
        r = float(np.clip(moments.common(), low + 0.05 * (1.0 - low), 0.95))
        return self.working(np.array([1.0, r]))

    def weights(self, x: Floats, classes: Floats) -> tuple[Stack, Stack]:
        """classes: sizes of groups."""
        _, gap, above, r1, r2 = self._correlation(x)
        # 1 + (n - 1) r, summed from terms that are not negative
        mean = (n1 := classes - 1.0) * above + (1.0 + n1 * self.lowest)
        if min(gap, float(mean.min(initial=1.0))) < COLLAPSED:
            raise np.linalg.LinAlgError("residuals that determine each other")
        u, v = 1.0 / gap, 1.0 / mean
        value = np.stack([np.full_like(v, u), v], axis=1)
        slope = np.stack([np.full_like(v, u * u), -n1 * v * v], axis=1)
        bend = np.stack([np.full_like(v, 2.0 * u**3), 2.0 * n1**2 * v**3], axis=1)
        log_det = n1 * np.log(gap) + np.log(mean)
        g = n1 * (v - u)
        h = -n1 * u * u - (n1 * v) ** 2
        return (
            Stack(value, (slope * r1)[None], (bend * r1**2 + slope * r2)[None, None]),
            Stack(log_det, (g * r1)[None], (h * r1**2 + g * r2)[None, None]),
        )

    def least_share(self, x: Floats) -> float:
        """The smaller of the two eigenvalues of the largest group's matrix."""
        _, gap, above, _, _ = self._correlation(x)
        return min(gap, (self.largest - 1) * above)

    def matrix(self, x: Floats, times: Floats) -> Stack:
        r, _, _, r1, r2 = self._correlation(x)
        n = len(times)
        off = 1.0 - np.eye(n)
        return Stack(np.eye(n) + r * off, (r1 * off)[None], (r2 * off)[None, None])

    def keys(self, times: Floats) -> Ints:
        return np.zeros(len(times), dtype=np.int64)
