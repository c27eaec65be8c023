"""Cross products of a chunk's rows through A^-1, for the structures of one by() group, by either of two routes.

    S = [Z, A]'A^-1[Z, A] per group of every level and summed over all rows,  log|A|,  with derivatives

Slots of a quantity: value, the m first derivatives, then the second ones of the pairs a <= b.
Letters: U units (lowest-level groups), n rows of a unit, w columns [Z_lowest ... Z_top, X, y], r of them X and y.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.residual.structure import Stack
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@frozen
class Layer:
    """A level with effects, as seen by a chunk: its columns of Z among the w, and its groups.

    columns: of its own effects; the columns from ``columns.start`` on are its width.
    group: of every unit of the chunk; groups: how many.
    """

    columns: slice
    ones: tuple[bool, ...]
    group: Ints
    groups: int


@frozen
class Slab:
    """The rows of a chunk, sorted by unit and time: data (w, rows); starts of units; times; root: r.

    weights: of the units in the whole; their roots are in ``data`` already, so that they count only for log|A|.
    """

    data: Floats
    starts: Ints
    sizes: Ints
    times: Floats
    root: int
    weights: Floats | None = None

    def count(self, units: Ints, kind: Ints, kinds: int) -> Floats:
        """How many of the units are of each kind, counted by their weights."""
        return np.bincount(kind, None if self.weights is None else self.weights[units], kinds).astype(float)


@frozen
class PieceValue:
    """levels: (slots, q, width, groups) per layer; root (slots, r, r); log_det (slots,)."""

    levels: list[Floats]
    root: Floats
    log_det: Floats


class Piece(Protocol):
    """Rows of one by() group in one chunk."""

    def evaluate(self, prepared: Sequence[Stack], order: int) -> PieceValue:
        """With the structure's table, or its weights and log determinants, at some x."""


def slot_count(m: int, order: int) -> int:
    """Number of slots for m parameters and ``order`` derivatives."""
    return 1 + (m if order > 0 else 0) + (m * (m + 1) // 2 if order > 1 else 0)


def packed(stack: Stack, order: int) -> Floats:
    """Slots of a stack, shape (slots, ...)."""
    parts = [stack.value[None]]
    if order > 0:
        parts.append(stack.first)
    if order > 1:
        a, b = np.triu_indices(len(stack.first))
        parts.append(stack.second[a, b])
    return np.concatenate(parts) if len(parts) > 1 else parts[0]


def scaled(value: PieceValue, m: int, ratio: float, rows: float, order: int) -> PieceValue:
    """The same with the group's log ratio of standard deviations as one more parameter, the first."""
    t = float(np.exp(-2.0 * ratio))

    def stretch(S: Floats) -> Floats:
        parts = [t * S[:1]]
        if order > 0:
            parts += [-2.0 * t * S[:1], t * S[1 : 1 + m]]
        if order > 1:
            parts += [4.0 * t * S[:1], -2.0 * t * S[1 : 1 + m], t * S[1 + m :]]
        return np.concatenate(parts)

    log_det = np.zeros(slot_count(m + 1, order))
    log_det[0] = value.log_det[0] + 2.0 * rows * ratio
    if order > 0:
        log_det[1] = 2.0 * rows
        log_det[2 : 2 + m] = value.log_det[1 : 1 + m]
    if order > 1:
        log_det[2 + m + 1 + m :] = value.log_det[1 + m :]
    return PieceValue([stretch(S) for S in value.levels], stretch(value.root), log_det)


def gather(S: Floats, groups: Ints, count: int) -> Floats:
    """Sum the last axis by group; ``groups`` is sorted."""
    if len(groups) == count and (count == 0 or (groups[0] == 0 and (np.diff(groups) == 1).all())):
        return S
    out = np.zeros((*S.shape[:-1], count))
    if len(groups):
        starts = np.flatnonzero(np.append(True, groups[1:] != groups[:-1]))
        out[..., groups[starts]] = np.add.reduceat(S, starts, axis=-1)
    return out
