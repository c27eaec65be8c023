"""Degrees of freedom straight from the formulas, with dense V and V_i = dV/dsigma_i in the natural (co)variances.

Shares nothing with the engine: n x n matrices, products written down one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import Design
from mixedcli.engine.recov import RandomCovariance

Floats = NDArray[np.float64]


def directions(design: Design) -> list[Floats]:
    """V_i of every (co)variance of the random effects, top level first, then of the residual variances."""
    out: list[Floats] = []
    for level in design.levels:
        together = (level.codes[:, None] == level.codes[None, :]).astype(float)
        for e in level.equations:
            if e.factor is not None:
                same = (e.factor.codes[:, None] == e.factor.codes[None, :]).astype(float)
                out.append(same)
                if e.covariance.keyword == "exchangeable":
                    out.append(together - same)
                continue
            Z = np.column_stack([design.columns[k] for k in e.z])
            structure: RandomCovariance = e.covariance(len(e.z))
            out.extend(together * (Z @ E @ Z.T) for E in structure.basis())
    by = np.zeros(design.n, dtype=int) if design.residual_by is None else design.residual_by
    out.extend(np.diag((by == g).astype(float)) for g in range(design.residual_groups))
    return out


@dataclass
class Dense:
    """All pieces at given V and V_i (only those whose parameter is free)."""

    X: Floats
    y: Floats
    V: Floats
    first: list[Floats]

    def __post_init__(self) -> None:
        X, V = self.X, self.V
        Vi = np.linalg.inv(V)
        self.phi = np.linalg.inv(X.T @ Vi @ X)
        self.beta = self.phi @ X.T @ Vi @ self.y
        K = len(self.first)
        ViX = Vi @ X
        DViX = [D @ ViX for D in self.first]
        self.P = [-ViX.T @ D for D in DViX]
        self.Q = [[D.T @ Vi @ E for E in DViX] for D in DViX]
        ViD = [Vi @ D for D in self.first]
        self.information = np.empty((K, K))
        for i in range(K):
            for j in range(K):
                first = float((ViD[i] * ViD[j].T).sum())  # tr(V^-1 V_i V^-1 V_j)
                second = np.trace(2 * self.phi @ self.Q[i][j] - self.phi @ self.P[i] @ self.phi @ self.P[j])
                self.information[i, j] = 0.5 * (first - second)
        self.W = np.linalg.inv(self.information)

    def one(self, c: Floats) -> float:
        d = np.array([-c @ self.phi @ P @ self.phi @ c for P in self.P])
        return float(2 * (c @ self.phi @ c) ** 2 / (d @ self.W @ d))

    def adjusted(self) -> Floats:
        total = np.zeros_like(self.phi)
        for i, Pi in enumerate(self.P):
            for j, Pj in enumerate(self.P):
                total += self.W[i, j] * (self.Q[i][j] - Pi @ self.phi @ Pj)
        return self.phi + 2 * self.phi @ total @ self.phi

    def satterthwaite(self, C: Floats) -> tuple[float, float]:
        """F and ddf of rows C (l, p)."""
        A = C @ self.phi @ C.T
        value = C @ self.beta
        F = float(value @ np.linalg.inv(A) @ value) / len(C)
        if len(C) == 1:
            return F, self.one(C[0])
        _, U = np.linalg.eigh(A)
        nu = [self.one(u @ C) for u in U.T]
        E = sum(v / (v - 2) for v in nu if v > 2)
        return F, 2 * E / (E - len(C))

    def kroger(self, C: Floats) -> tuple[float, float]:
        """Scaled F and ddf of rows C (l, p), as printed by Kenward and Roger (1997)."""
        rows = len(C)
        phi = self.phi
        M = C.T @ np.linalg.inv(C @ phi @ C.T) @ C
        A1 = A2 = 0.0
        for i, Pi in enumerate(self.P):
            for j, Pj in enumerate(self.P):
                a, b = M @ phi @ Pi @ phi, M @ phi @ Pj @ phi
                A1 += self.W[i, j] * np.trace(a) * np.trace(b)
                A2 += self.W[i, j] * np.trace(a @ b)
        B = (A1 + 6 * A2) / (2 * rows)
        g = ((rows + 1) * A1 - (rows + 4) * A2) / ((rows + 2) * A2)
        d = 3 * rows + 2 * (1 - g)
        c1, c2, c3 = g / d, (rows - g) / d, (rows + 2 - g) / d
        mean = 1 / (1 - A2 / rows)
        variance = 2 / rows * (1 + c1 * B) / ((1 - c2 * B) ** 2 * (1 - c3 * B))
        rho = variance / (2 * mean**2)
        ddf = 4 + (rows + 2) / (rows * rho - 1)
        scale = ddf / (mean * (ddf - 2))
        value = C @ self.beta
        return float(scale / rows * value @ np.linalg.inv(C @ self.adjusted() @ C.T) @ value), float(ddf)


def observed(log_likelihood: Callable[[Floats], float], sigma: Floats) -> Floats:
    """Minus the Hessian by central differences, once extrapolated."""

    def hessian(step: float) -> Floats:
        K = len(sigma)
        h = step * np.maximum(np.abs(sigma), 0.1)
        out = np.empty((K, K))
        for i in range(K):
            for j in range(K):
                total = 0.0
                for a in (-1, 1):
                    for b in (-1, 1):
                        x = sigma.copy()
                        x[i] += a * h[i]
                        x[j] += b * h[j]
                        total += a * b * log_likelihood(x)
                out[i, j] = total / (4 * h[i] * h[j])
        return out

    coarse, fine = hessian(2e-3), hessian(1e-3)
    return -(fine + (fine - coarse) / 3)
