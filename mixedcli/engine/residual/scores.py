"""What correlated residuals contribute to the scores of lowest-level groups, for robust standard errors.

The residual e = y - X beta is made the one "effect" of every unit, so that the usual products give e'A^-1[e, X]
and its derivatives unit by unit.

Shapes: U units, p columns of X, m residual parameters.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import Correlation, Design, Equation, Level
from mixedcli.engine.nested import Evaluation
from mixedcli.engine.orthogonal import Column, Frame
from mixedcli.engine.recov import Identity
from mixedcli.engine.residual.correlated import Correlated
from mixedcli.engine.residual.structure import Structure
from mixedcli.engine.residual.supply import correlated_products
from mixedcli.engine.weights import row_totals
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@frozen
class UnitScores:
    """By unit, as coded in ``Correlation.codes`` without unused values.

    root (p + 1, U): [X, e]'A^-1 e; slope (m, U): derivatives of its last row; log_det (m, U): of log|A|; rows (U,).
    All are multiplied by the units' weights in the whole.
    """

    root: Floats
    slope: Floats
    log_det: Floats
    rows: Floats


def unit_scores(design: Design, frame: Frame, residual: Correlated, psi: Floats, e: Floats) -> UnitScores:
    """At residual parameters psi (m,); e: shape (n,), in the engine's units."""
    correlation = design.correlation
    assert correlation is not None
    codes, units = _dense(correlation.codes, correlation.groups)
    level = Level(codes, units, (Equation((0,), Identity),))
    total = row_totals(design)
    data = correlated_products(replace(design, levels=(level,), weights=total), frame, ((Column(e),),))
    m, p = residual.size, frame.p
    leaf = residual.leaf(data, 0, psi, 1)
    r = p + 1
    nowhere = Evaluation(
        0.0, np.zeros(m), np.zeros((m, m)), np.zeros((r, r)), np.zeros((m, r, r)), np.zeros((m, m, r, r))
    )
    root, slope = [], []
    for k, chunk in enumerate(data.chunks):
        got = leaf.products(k, chunk, nowhere)
        value = got.value[0][0]  # [e, X, y] by unit
        root.append(np.concatenate([value[1 : 1 + p], value[:1]]))
        slope.append(np.stack([got.first[a][0][0, 0] for a in range(m)]))
    rows, counted = np.bincount(codes, minlength=units).astype(float), np.ones(units)
    if total is not None:
        counted[codes] = total
    return UnitScores(
        np.concatenate(root, axis=1),
        np.concatenate(slope, axis=1),
        counted * _log_det_slopes(design, correlation, residual, psi, codes, units, rows),
        counted * rows,
    )


def _dense(codes: Ints, groups: int) -> tuple[Ints, int]:
    used = np.bincount(codes, minlength=groups) > 0
    return (codes, groups) if used.all() else (np.asarray((np.cumsum(used) - 1)[codes]), int(used.sum()))


def _log_det_slopes(
    design: Design, correlation: Correlation, residual: Correlated, psi: Floats, codes: Ints, units: int, rows: Floats
) -> Floats:
    """Derivatives of every unit's log|A|, shape (m, U)."""
    out = np.zeros((residual.size, units))
    owner = np.zeros(units, dtype=np.int64)
    if design.residual_by is not None:
        owner[codes] = design.residual_by
    order = np.lexsort((correlation.times, codes))
    times = correlation.times[order]
    starts = np.append(0, np.cumsum(rows)).astype(np.int64)
    for b, (structure, span) in enumerate(zip(residual.structures, residual.spans(), strict=True)):
        mine = np.flatnonzero(owner == b)
        at = span.start
        if b:
            out[at, mine] = 2.0 * rows[mine]
            at += 1
        out[at : span.stop, mine] = _slopes(structure, psi[at : span.stop], times, starts, mine)
    return out


def _slopes(structure: Structure, x: Floats, times: Floats, starts: Ints, mine: Ints) -> Floats:
    if structure.layout == "exchangeable":
        _, log_det = structure.weights(x, np.diff(starts)[mine].astype(float))
        return log_det.first
    if structure.layout == "chain":
        lag = np.append(np.inf, np.diff(times))
        lag[starts[:-1]] = np.inf
        _, log_det = structure.weights(x, lag)
        return np.add.reduceat(log_det.first, starts[:-1], axis=1)[:, mine]
    known: dict[bytes, Floats] = {}
    out = np.empty((structure.size, len(mine)))
    for k, unit in enumerate(mine.tolist()):
        own = times[starts[unit] : starts[unit + 1]]
        keys = structure.keys(own)
        pattern = (keys - keys[0] if structure.shifts else keys).tobytes()
        if pattern not in known:
            A = structure.matrix(x, own)
            known[pattern] = np.einsum("ij,aji->a", np.linalg.inv(A.value), A.first)
        out[:, k] = known[pattern]
    return out
