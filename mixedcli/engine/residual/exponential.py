"""Exponential residuals: corr(e_s, e_t) = rho^|s - t| with real times, 0 < rho < 1.

The working parameter is log(-log rho): free of the unit of time, and every real value is a valid rho.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from mixedcli.engine.residual.chain import chain_weights
from mixedcli.engine.residual.moments import Moments
from mixedcli.engine.residual.structure import Floats, Layout, ResidualRow, Stack, Structure, TimeRule


class Exponential(Structure):
    """exponential."""

    __slots__ = ()
    keyword: ClassVar[str] = "exponential"
    abbreviation: ClassVar[str] = "exp"
    name: ClassVar[str] = "Exponential"
    time: ClassVar[TimeRule] = "real"

    @property
    def layout(self) -> Layout:
        return "chain"

    @property
    def size(self) -> int:
        return 1

    def rows(self) -> tuple[ResidualRow, ...]:
        return ResidualRow("rho", "", "logit", "r_logitr{}"), ResidualRow("var", "e")

    def natural(self, x: Floats) -> tuple[Floats, Floats]:
        rate = np.exp(x[0])
        rho = np.exp(-rate)
        return np.array([rho, 1.0]), np.array([[-rate * rho, 0.0]])

    def working(self, natural: Floats) -> Floats:
        return np.array([np.log(-np.log(natural[0]))])

    def start(self, moments: Moments) -> Floats:
        r, distance = moments.neighbours()
        return np.array([np.log(-np.log(np.clip(r, 0.05, 0.95)) / max(distance, 1e-300))])

    def weights(self, x: Floats, classes: Floats) -> tuple[Stack, Stack]:
        """classes: distances in time of neighbouring rows (inf: first row of a group)."""
        near = np.isfinite(classes)
        a = np.where(near, classes, 0.0) * np.exp(x[0])
        f = np.where(near, np.exp(-a), 0.0)
        gap = np.where(near, -np.expm1(-a), 1.0)
        return chain_weights(f, gap, -a * f, (a * a - a) * f)

    def kernel(self, x: Floats, distance: Floats) -> Floats:
        return np.asarray(np.exp(-distance * np.exp(x[0])))

    def matrix(self, x: Floats, times: Floats) -> Stack:
        a = np.abs(times[:, None] - times[None, :]) * np.exp(x[0])
        f = np.exp(-a)
        return Stack(f, (-a * f)[None], ((a * a - a) * f)[None, None])
