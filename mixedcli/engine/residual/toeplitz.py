"""Toeplitz residuals of order q: correlations depend on the lag, and are 0 beyond q.

The working vector holds the atanh of the correlation at every observed lag up to q.  Not every vector gives a
positive definite matrix (the matrices of the observed patterns form the set, larger than that of moving averages), so
the structure is guarded: a step that leaves the set is cut back until the Cholesky factors exist.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from mixedcli.engine.residual.moments import Moments
from mixedcli.engine.residual.structure import Floats, Ints, ResidualRow, Stack, Structure, bad_order


class Toeplitz(Structure):
    """toeplitz [#]."""

    __slots__ = ()
    keyword: ClassVar[str] = "toeplitz"
    abbreviation: ClassVar[str] = "to"
    name: ClassVar[str] = "Toeplitz"
    ordered: ClassVar[bool] = True
    guarded: ClassVar[bool] = True
    by_lag: ClassVar[bool] = True

    @property
    def used(self) -> list[int]:
        """The lags that have a parameter."""
        lags = range(1, self.span + 1) if self.lags is None else self.lags
        return [k for k in lags if k <= self.order]

    @property
    def size(self) -> int:
        return len(self.used)

    @classmethod
    def check_order(cls, order: int | None, levels: int, span: int) -> int:
        q = span if order is None else order
        if order is not None and order < 1:
            raise bad_order("order of toeplitz must be a positive integer")
        if q > max(span, 1):
            raise bad_order(f"order of toeplitz may not exceed the largest time lag, {span}")
        return q

    def rows(self) -> tuple[ResidualRow, ...]:
        # stata: e(b) has r_atr1_1, r_atr1_2 ... (a users' program)
        return (*(ResidualRow(f"rho{k}", "", "atanh", f"r_atr{{}}_{k}") for k in self.used), ResidualRow("var", "e"))

    def natural(self, x: Floats) -> tuple[Floats, Floats]:
        r = np.tanh(x)
        return np.append(r, 1.0), np.column_stack([np.diag(1.0 - r * r), np.zeros(self.size)])

    def working(self, natural: Floats) -> Floats:
        return np.asarray(np.arctanh(natural[:-1]))

    def start(self, moments: Moments) -> Floats:
        r = np.clip(moments.lagged(self.order), -0.95, 0.95)
        keys = self.keys(self.times)
        lag = np.abs(np.subtract.outer(keys, keys))
        full = np.concatenate([[1.0], r, [0.0]])
        least = float(np.linalg.eigvalsh(full[np.minimum(lag, self.order + 1)]).min())
        if least < 0.05:  # towards independence until every subset of times is well inside
            r = r * (0.95 / (1.0 - least))
        return np.asarray(np.arctanh(r[np.array(self.used) - 1]))

    def table(self, x: Floats) -> Stack:
        """Correlations at lags 0..q; the last element is the 0 of greater lags."""
        m, E = self.size, self.order + 2
        r = np.tanh(x)
        value, first, second = np.zeros(E), np.zeros((m, E)), np.zeros((m, m, E))
        k, at = np.arange(m), np.array(self.used, dtype=np.int64)
        value[0], value[at] = 1.0, r
        first[k, at] = 1.0 - r * r
        second[k, k, at] = -2.0 * r * (1.0 - r * r)
        return Stack(value, first, second)

    def entries(self, keys: Ints) -> Ints:
        return np.asarray(np.minimum(np.abs(keys[..., :, None] - keys[..., None, :]), self.order + 1))
