"""The covariance matrix of some observations that a fit implies: V = Z G Z' + R.

Shapes: k observations, m random effects that touch them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli.engine.design import Design, Floats, Ints, Level
from mixedcli.engine.predict_residual import covariances
from mixedcli.frozen import frozen
from mixedcli.results import MixedResult


@frozen
class Within:
    """Z (k, m), G (m, m), R (k, k)."""

    Z: Floats
    G: Floats
    R: Floats

    @property
    def covariance(self) -> Floats:
        """Covariances of the observations."""
        return np.asarray(self.Z @ self.G @ self.Z.T + self.R)


def within(design: Design, result: MixedResult, rows: Ints) -> Within:
    """The parts of V for the rows given, in their order."""
    parts = [
        part
        for level, sigmas in zip(design.levels, result.sigma, strict=True)
        for part in _effects(design, level, sigmas, rows)
    ]
    m = sum(len(g) for _, g in parts)
    Z, G, at = np.zeros((len(rows), m)), np.zeros((m, m)), 0
    for z, g in parts:
        Z[:, at : at + len(g)] = z
        G[at : at + len(g), at : at + len(g)] = g
        at += len(g)
    return Within(Z, G, _residual(design, result, rows))


def _effects(design: Design, level: Level, sigmas: tuple[Floats, ...], rows: Ints) -> list[tuple[Floats, Floats]]:
    out: list[tuple[Floats, Floats]] = []
    for e, sigma in zip(level.equations, sigmas, strict=True):
        if e.factor is None:
            used, code = np.unique(level.codes[rows], return_inverse=True)
            q = len(e.z)
            Z = np.zeros((len(rows), len(used), q))
            for a, k in enumerate(e.z):
                Z[np.arange(len(rows)), code, a] = design.columns[k][rows]
            out.append((np.asarray(Z.reshape(len(rows), -1)), np.asarray(np.kron(np.eye(len(used)), sigma))))
            continue
        used, first, code = np.unique(e.factor.codes[rows], return_index=True, return_inverse=True)
        owner = level.codes[rows][first]
        shared = float(sigma[0, 1]) if len(sigma) > 1 else 0.0
        G = np.where(owner[:, None] == owner[None, :], shared, 0.0)
        np.fill_diagonal(G, sigma[0, 0])
        indicators = (code[:, None] == np.arange(len(used))).astype(np.float64)
        out.append((indicators, np.asarray(G)))
    return out


def _residual(design: Design, result: MixedResult, rows: Ints) -> Floats:
    by = None if design.residual_by is None else design.residual_by[rows]
    if design.correlation is None:
        return np.diag(result.residual_variance[np.zeros(len(rows), np.int64) if by is None else by])
    correlation = replace(
        design.correlation, codes=design.correlation.codes[rows], times=design.correlation.times[rows]
    )
    part = replace(
        design, y=design.y[rows], columns=(), x=(), levels=(), residual_by=by, weights=None, correlation=correlation
    )
    R = np.zeros((len(rows), len(rows)))
    for mine, C in covariances(part, result):
        R[mine[:, :, None], mine[:, None, :]] = C
    return R
