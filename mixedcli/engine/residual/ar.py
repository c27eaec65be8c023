"""Autoregressive residuals of order p: e_t = phi_1 e_{t-1} + ... + phi_p e_{t-p} + v_t within lowest-level groups.

sigma2 is the variance of e, not of v.  The working vector is the atanh of the partial autocorrelations, so every
x is a stationary process.  Gaps are gaps in lag.  AR(1) needs only neighbouring rows.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from mixedcli.engine.residual.chain import chain_weights
from mixedcli.engine.residual.moments import Moments
from mixedcli.engine.residual.partial import coefficients, partials
from mixedcli.engine.residual.structure import Floats, Ints, Layout, ResidualRow, Stack, Structure, bad_order


class Autoregressive(Structure):
    """ar [#]."""

    __slots__ = ()
    keyword: ClassVar[str] = "ar"
    abbreviation: ClassVar[str] = "ar"
    name: ClassVar[str] = "AR"
    ordered: ClassVar[bool] = True

    @property
    def layout(self) -> Layout:
        return "chain" if self.order == 1 else "patterns"

    @property
    def size(self) -> int:
        return self.order

    @classmethod
    def check_order(cls, order: int | None, levels: int, span: int) -> int:
        p = 1 if order is None else order
        if p < 1:
            raise bad_order("order of ar must be a positive integer")
        if p > max(span, 1):
            raise bad_order(f"order of ar may not exceed the largest time lag, {span}")
        return p

    def rows(self) -> tuple[ResidualRow, ...]:
        last = ResidualRow("var", "e")
        if self.order == 1:
            return ResidualRow("rho", "", "atanh", "r_atr{}"), last
        return (*(ResidualRow(f"phi{k}", "", "identity", f"r_phi{{}}_{k}") for k in range(1, self.order + 1)), last)

    def natural(self, x: Floats) -> tuple[Floats, Floats]:
        phi, _ = coefficients(x)
        values = np.append([p.value for p in phi], 1.0)
        return values, np.column_stack([*(p.first for p in phi), np.zeros(self.size)])

    def working(self, natural: Floats) -> Floats:
        return partials(natural[:-1])

    def start(self, moments: Moments) -> Floats:
        return np.clip(yule_walker(moments.lagged(self.order, unseen=True)), -1.5, 1.5)

    def table(self, x: Floats) -> Stack:
        phi, known = coefficients(x)
        m, K = self.size, self.span
        value, first, second = np.zeros(K + 1), np.zeros((m, K + 1)), np.zeros((m, m, K + 1))
        value[0] = 1.0
        for k, r in enumerate(known[:K], start=1):
            value[k], first[:, k], second[:, :, k] = r.value, r.first, r.second
        P0 = np.array([p.value for p in phi])
        P1 = np.array([p.first for p in phi])  # (p, m)
        P2 = np.array([p.second for p in phi])
        for k in range(m + 1, K + 1):
            back = slice(k - 1, k - m - 1, -1)
            v, f, s = value[back], first[:, back], second[:, :, back]
            cross = f @ P1
            value[k] = P0 @ v
            first[:, k] = v @ P1 + f @ P0
            second[:, :, k] = np.tensordot(v, P2, 1) + s @ P0 + cross + cross.T
        return Stack(value, first, second)

    def entries(self, keys: Ints) -> Ints:
        return np.asarray(np.abs(keys[..., :, None] - keys[..., None, :]))

    def weights(self, x: Floats, classes: Floats) -> tuple[Stack, Stack]:
        """classes: lags of neighbouring rows (inf: first row of a group)."""
        rho = float(np.tanh(x[0]))
        near = 2.0 / (np.exp(2.0 * abs(x[0])) + 1.0)  # 1 - |rho|
        d = np.where(np.isfinite(classes), classes, 0.0)
        f = np.where(np.isfinite(classes), rho**d, 0.0)
        slope = 1.0 - rho * rho if abs(rho) < 0.9 else near * (2.0 - near)
        with np.errstate(divide="ignore", invalid="ignore"):
            f1 = np.where(d > 0, d * np.where(d > 1, rho ** np.maximum(d - 1, 0), 1.0) * slope, 0.0)
            curve = np.where(d > 1, d * (d - 1.0) * rho ** np.maximum(d - 2, 0) * slope**2, 0.0)
        f2 = curve - 2.0 * d * f * slope
        gap = 1.0 - f if rho <= 0.5 else np.where(d > 0, -np.expm1(d * np.log1p(-near)), 1.0)
        return chain_weights(f, gap, f1, f2)

    def kernel(self, x: Floats, distance: Floats) -> Floats:
        return np.asarray(np.tanh(x[0]) ** np.rint(distance))

    def matrix(self, x: Floats, times: Floats) -> Stack:
        if self.order > 1:
            return super().matrix(x, times)
        rho = np.tanh(x[0])
        d = self.entries(self.keys(times)).astype(float)
        s = 1.0 - rho * rho
        first = d * np.where(d > 0, rho ** np.maximum(d - 1, 0), 0.0) * s
        second = d * (d - 1) * np.where(d > 1, rho ** np.maximum(d - 2, 0), 0.0) * s * s - 2.0 * d * rho**d * s
        return Stack(np.asarray(rho**d), first[None], second[None, None])


def yule_walker(r: Floats) -> Floats:
    """atanh partial autocorrelations of the process with autocorrelations r_1..r_p (kept inside the unit interval)."""
    p = len(r)
    full = np.append(1.0, r)
    R = full[np.abs(np.subtract.outer(np.arange(p), np.arange(p)))]
    w, U = np.linalg.eigh(R)
    phi = (U / np.maximum(w, 0.05)) @ U.T @ r
    return partials(np.asarray(phi))
