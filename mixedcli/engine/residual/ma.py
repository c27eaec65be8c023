"""Moving-average residuals of order q: e_t = theta_1 u_{t-1} + ... + theta_q u_{t-q} + u_t within lowest-level groups.

Different theta give the same autocorrelations; the invertible ones are the parametrisation, by the partial
autocorrelations of 1 + theta_1 z + ... read as an autoregression.  Every x is positive definite.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from mixedcli.engine.residual.jet import Jet, constant
from mixedcli.engine.residual.moments import Moments
from mixedcli.engine.residual.partial import coefficients, partials
from mixedcli.engine.residual.structure import Floats, Ints, ResidualRow, Stack, Structure, bad_order


class MovingAverage(Structure):
    """ma [#]."""

    __slots__ = ()
    keyword: ClassVar[str] = "ma"
    abbreviation: ClassVar[str] = "ma"
    name: ClassVar[str] = "MA"
    ordered: ClassVar[bool] = True

    @property
    def size(self) -> int:
        return self.order

    @classmethod
    def check_order(cls, order: int | None, levels: int, span: int) -> int:
        q = 1 if order is None else order
        if q < 1:
            raise bad_order("order of ma must be a positive integer")
        if q > max(span, 1):
            raise bad_order(f"order of ma may not exceed the largest time lag, {span}")
        return q

    def rows(self) -> tuple[ResidualRow, ...]:
        last = ResidualRow("var", "e")
        if self.order == 1:
            # stata: users' programs take theta from tanh(_b[r_att1:_cons]), and several from _b[r_theta1_1:_cons]
            return ResidualRow("theta1", "", "atanh", "r_att{}"), last
        return (*(ResidualRow(f"theta{k}", "", "identity", f"r_theta{{}}_{k}") for k in range(1, self.order + 1)), last)

    @staticmethod
    def _theta(x: Floats) -> list[Jet]:
        phi, _ = coefficients(-x)
        return [Jet(-p.value, p.first, -p.second) for p in phi]

    def natural(self, x: Floats) -> tuple[Floats, Floats]:
        theta = self._theta(x)
        values = np.append([t.value for t in theta], 1.0)
        return values, np.column_stack([*(t.first for t in theta), np.zeros(self.size)])

    def working(self, natural: Floats) -> Floats:
        return -partials(-natural[:-1])

    def start(self, moments: Moments) -> Floats:
        return np.arctanh(np.clip(moments.lagged(self.order), -0.4, 0.4))

    def table(self, x: Floats) -> Stack:
        """Autocorrelations at lags 0..q; the last element is the 0 of greater lags."""
        m = self.size
        theta = [constant(1.0, m), *self._theta(x)]
        sums = [sum((theta[i] * theta[i + k] for i in range(m + 1 - k)), constant(0.0, m)) for k in range(m + 1)]
        per = sums[0].inverse()
        r = [constant(1.0, m), *(s * per for s in sums[1:]), constant(0.0, m)]
        return Stack(
            np.array([a.value for a in r]),
            np.stack([a.first for a in r], axis=-1),
            np.stack([a.second for a in r], axis=-1),
        )

    def entries(self, keys: Ints) -> Ints:
        return np.asarray(np.minimum(np.abs(keys[..., :, None] - keys[..., None, :]), self.order + 1))
