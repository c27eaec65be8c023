"""Brute force: the log likelihood of a design from full n x n matrices, and designs to try it on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import Design, Equation, Level

Floats = NDArray[np.float64]


def covariance(design: Design, sigmas: Sequence[Sequence[Floats]], residual: Floats) -> Floats:
    """V = sum Z Sigma Z' + R, written down element by element."""
    by = np.zeros(design.n, dtype=int) if design.residual_by is None else design.residual_by
    V = np.diag(residual[by])
    for level, matrices in zip(design.levels, sigmas, strict=True):
        together = level.codes[:, None] == level.codes[None, :]
        for equation, sigma in zip(level.equations, matrices, strict=True):
            if equation.z:
                Z = np.column_stack([design.columns[k] for k in equation.z])
                V = V + together * (Z @ sigma @ Z.T)
    return np.asarray(V)


def log_likelihood(design: Design, V: Floats, reml: bool) -> float:
    """L (or restricted L) with beta at its generalised least-squares estimate."""
    beta, cov = fixed_effects(design, V)
    X = np.column_stack([design.columns[k] for k in design.x])
    r = design.y - X @ beta
    n, p = X.shape
    out = (n - p if reml else n) * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + r @ np.linalg.solve(V, r)
    return float(-0.5 * (out - (np.linalg.slogdet(cov)[1] if reml else 0.0)))


def fixed_effects(design: Design, V: Floats) -> tuple[Floats, Floats]:
    """Generalised least squares: estimates and (X'V^-1X)^-1."""
    X = np.column_stack([design.columns[k] for k in design.x])
    VX = np.linalg.solve(V, X)
    cov = np.linalg.inv(X.T @ VX)
    return cov @ (VX.T @ design.y), cov


def random_design(
    levels: Sequence[Sequence[Equation]], *, by: int = 1, n: int = 60, seed: int = 0, wide: int = 1
) -> Design:
    """Columns 0: ones, 1-3: covariates; nested random groups (``wide``: times as many); effects at every level."""
    rng = np.random.default_rng(seed)
    columns = [np.ones(n)] + [rng.normal(size=n) + k for k in range(3)]
    counts = {0: [], 1: [8]}.get(len(levels), [3 * wide, 7 * wide, 15, 25, 40][: len(levels)])
    codes: list[NDArray[np.int64]] = []
    for count in reversed(counts):
        if not codes:
            code = rng.integers(0, count, n)
            code[:count] = np.arange(count)
        else:
            parent = rng.integers(0, count, int(codes[0].max()) + 1)
            parent[:count] = np.arange(count)
            code = parent[codes[0]]
        codes.insert(0, code)
    y = 5.0 + 2.0 * columns[1] + rng.normal(size=n)
    for code, count in zip(codes, counts, strict=True):
        y = y + rng.normal(size=count)[code] + 0.7 * rng.normal(size=count)[code] * columns[1]
    made = tuple(Level(c, g, tuple(e)) for c, g, e in zip(codes, counts, levels, strict=True))
    groups = rng.integers(0, by, n) if by > 1 else None
    return Design(y, tuple(columns), (1, 2, 0), made, groups, by)
