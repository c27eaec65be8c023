"""Linear constraints R beta = r on the fixed effects, by reparametrisation.

    beta = A gamma + a,   y - X a = (X A) gamma + ...

The model is fitted without constraints in gamma.  The columns of A are orthonormal, so that REML's
log|X'V^-1 X| is the one of [P] makecns' eigenvectors whatever basis is chosen.

Shapes: p coefficients, k constraints of rank m; R (k, p), r (k,), A (p, p - m), a (p,).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import Design, FitOptions
from mixedcli.engine.fit import fit
from mixedcli.errors import Inconsistent
from mixedcli.frozen import frozen
from mixedcli.results import MixedResult, Robust

Floats = NDArray[np.float64]

TOLERANCE = 1e-10  # of a constraint, scaled to length 1, that follows from those before it


@frozen
class Reduced:
    """beta = A gamma + a; kept: which constraints are not redundant."""

    A: Floats
    a: Floats
    kept: tuple[int, ...]


def reduce(R: Floats, r: Floats) -> Reduced:
    """Solve the constraints, first come first kept.  Errors: r(412) when they contradict each other."""
    p = R.shape[1]
    rows: list[Floats] = []  # orthonormal
    values: list[float] = []
    kept: list[int] = []
    for i, (row, value) in enumerate(zip(R, r, strict=True)):
        size = float(np.sqrt(row @ row))
        rest, left = (row / size, float(value) / size) if size > 0 else (row, float(value))
        largest = abs(left)
        for _ in range(2):
            for known, its in zip(rows, values, strict=True):
                part = float(known @ rest)
                rest, left = rest - part * known, left - part * its
                largest = max(largest, abs(part * its))
        length = float(np.sqrt(rest @ rest))
        if length > TOLERANCE:
            rows.append(rest / length)
            values.append(left / length)
            kept.append(i)
        elif abs(left) > TOLERANCE * max(largest, 1e-300):
            raise Inconsistent("redundant or inconsistent constraints")
    found = np.array(rows).reshape(len(rows), p)
    touched = np.flatnonzero(np.abs(found).max(axis=0, initial=0.0) > 0)
    free = [k for k in range(p) if k not in set(touched.tolist())]
    null = np.linalg.svd(found[:, touched])[2][len(rows) :] if len(touched) else np.zeros((0, 0))
    null = np.where(np.abs(null) < 1e-14, 0.0, null)  # a coefficient that is fixed has no variance at all
    A = np.zeros((p, len(free) + len(null)))
    A[free, np.arange(len(free))] = 1.0
    if len(touched):
        A[np.ix_(touched, np.arange(len(free), A.shape[1]))] = null.T
    return Reduced(A, found.T @ np.array(values), tuple(kept))


def reduced_design(design: Design, reduced: Reduced) -> Design:
    """The design of the free coefficients gamma: X A and y - X a."""
    columns, x = list(design.columns), []
    for column in reduced.A.T:
        used = np.flatnonzero(column)
        if len(used) == 1 and column[used[0]] == 1.0:
            x.append(design.x[used[0]])
            continue
        x.append(len(columns))
        columns.append(np.asarray(sum(column[k] * design.columns[design.x[k]] for k in used)))
    y = design.y
    for k in np.flatnonzero(reduced.a):
        y = y - reduced.a[k] * design.columns[design.x[k]]
    return replace(design, y=y, columns=tuple(columns), x=tuple(x))


def fit_constrained(design: Design, options: FitOptions, reduced: Reduced) -> MixedResult:
    """Fit under the constraints; beta and its covariance matrix are those of all p coefficients."""
    A, a = reduced.A, reduced.a
    result = fit(reduced_design(design, reduced), options)
    robust = result.robust
    if robust is not None:
        robust = Robust(robust.clusters, A @ robust.vcov_beta @ A.T, robust.vcov_theta, A @ robust.between)
    small = result.small
    if small is not None:
        from mixedcli.engine.dof.methods import constrained

        small = constrained(small, A)
    return replace(
        result,
        p=design.p,
        beta=A @ result.beta + a,
        vcov_beta=A @ result.vcov_beta @ A.T,
        robust=robust,
        small=small,
    )
