"""The route by classes: A^-1 is a sum of few fixed parts with weights that depend on a row's or a group's class.

Chains (AR(1), exponential): a row's class is its distance from the row before; parts d d', a b, a_before b_before.
Exchangeable: a group's class is its size; parts within and between.  Products are taken once and summed by group and
class; an evaluation touches no rows, unless there are about as many classes as rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.residual.pieces import Layer, PieceValue, Slab, packed
from mixedcli.engine.residual.structure import Stack, Structure
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_CLASSES = 64  # beyond so many classes their cross products of X and y are not kept apart


@frozen
class Cells:
    """Parts (K, q, width, cells) of a level, summed by group and class; cells are sorted by group.

    kind: class of every cell; groups: those with cells, with the first cell of each; count: all groups of the level.
    """

    parts: Floats
    kind: Ints
    groups: Ints
    starts: Ints
    count: int


@frozen
class ClassPiece:
    """See ``pieces.Piece``; prepared: weights and log determinants of the classes.

    members: number of rows or groups per class.  root: parts of [X, y] per class (C, K, r r), or the vectors of every
    item (K, r, items) with its class ``kind`` when classes are many.
    """

    cells: tuple[Cells, ...]
    members: Floats
    root: Floats
    kind: Ints | None

    def evaluate(self, prepared: Sequence[Stack], order: int) -> PieceValue:
        weights, log_dets = (packed(stack, order) for stack in prepared)  # (slots, C, K), (slots, C)
        slots, _, K = weights.shape
        levels = []
        for cells in self.cells:
            q, width = cells.parts.shape[1:3]
            out = np.zeros((slots, q, width, cells.count))
            whole = len(cells.kind) == len(cells.groups)
            for s in range(slots):
                chosen = weights[s, cells.kind]  # (cells, K)
                total = cells.parts[0] * chosen[:, 0]
                for k in range(1, K):
                    total += cells.parts[k] * chosen[:, k]
                out[s][..., cells.groups] = total if whole else np.add.reduceat(total, cells.starts, axis=-1)
            levels.append(out)
        if self.kind is None:
            r = int(np.sqrt(self.root.shape[-1]))
            root = np.tensordot(weights, self.root, 2).reshape(slots, r, r)
        else:
            r = self.root.shape[1]
            root = np.zeros((slots, r, r))
            for s in range(slots):
                chosen = weights[s, self.kind]
                for k in range(K):
                    root[s] += (self.root[k] * chosen[:, k]) @ self.root[k].T
        return PieceValue(levels, np.asarray(root), np.asarray(log_dets @ self.members))


def chain_lags(slab: Slab) -> Floats:
    """Distance of every row from the one before in its unit, inf for the first."""
    out = np.append(np.inf, np.diff(slab.times))
    out[slab.starts] = np.inf
    return out


def class_piece(
    structure: Structure, slab: Slab, chosen: Ints, layers: tuple[Layer, ...], classes: Floats
) -> ClassPiece:
    """Products of the chosen units; ``classes``: all classes of the by() group, sorted."""
    unit = np.repeat(np.arange(len(slab.sizes)), slab.sizes)
    mine = np.zeros(len(slab.sizes), dtype=bool)
    mine[chosen] = True
    if structure.layout == "chain":
        rows = np.flatnonzero(mine[unit])
        lag = chain_lags(slab)
        first = np.isinf(lag[rows])
        now = slab.data[:, rows]
        before = slab.data[:, rows - 1]
        before[:, first] = 0.0
        vectors = np.stack([now - before, now, before])
        owner, value = unit[rows], lag[rows]
    else:
        n = slab.sizes.astype(float)
        mean = np.add.reduceat(slab.data, slab.starts, axis=1) / n
        rows = np.flatnonzero(mine[unit])
        centred = slab.data[:, rows] - mean[:, unit[rows]]
        owner, value = chosen, n[chosen]
        return _exchangeable(slab, layers, classes, centred, unit[rows], mean[:, chosen] * np.sqrt(value), owner)
    kind = np.searchsorted(classes, value)
    members = slab.count(owner, kind, len(classes))
    r = slab.root
    cells = tuple(_cells(layer, owner, kind, len(classes), vectors) for layer in layers)
    if len(classes) > _CLASSES:
        return ClassPiece(cells, members, np.ascontiguousarray(vectors[:, -r:]), kind)
    root = np.empty((len(classes), 3, r * r))
    for c in range(len(classes)):
        part = vectors[:, -r:, kind == c]
        root[c] = (part @ part.transpose(0, 2, 1)).reshape(3, r * r)
    return ClassPiece(cells, members, root, None)


def _cells(layer: Layer, owner: Ints, kind: Ints, classes: int, vectors: Floats) -> Cells:
    code = layer.group[owner] * classes + kind
    used, cell = np.unique(code, return_inverse=True)
    q, at = layer.columns.stop - layer.columns.start, layer.columns.start
    width = vectors.shape[1] - at
    parts = np.empty((len(vectors), q, width, len(used)))
    for k, V in enumerate(vectors):
        for z in range(q):
            for c in range(width):
                if z > c:
                    parts[k, z, c] = parts[k, c, z]
                    continue
                parts[k, z, c] = np.bincount(cell, weights=V[at + z] * V[at + c], minlength=len(used))
    return _sorted_cells(parts, used, classes, layer)


def _sorted_cells(parts: Floats, used: Ints, classes: int, layer: Layer) -> Cells:
    group = used // classes
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1])) if len(group) else np.zeros(0, dtype=np.int64)
    return Cells(parts, used % classes, group[starts], starts, layer.groups)


def _exchangeable(
    slab: Slab, layers: tuple[Layer, ...], classes: Floats, centred: Floats, row_unit: Ints, mean: Floats, owner: Ints
) -> ClassPiece:
    """Parts within (from centred rows) and between (from unit means times root n)."""
    C, r = len(classes), slab.root
    size = slab.sizes.astype(float)
    kind_of = np.searchsorted(classes, size)
    members = slab.count(owner, kind_of[owner], C)
    cells = []
    for layer in layers:
        within = _cells(layer, row_unit, kind_of[row_unit], C, centred[None])
        between = _cells(layer, owner, kind_of[owner], C, mean[None])
        parts = np.concatenate([within.parts, between.parts])
        cells.append(Cells(parts, within.kind, within.groups, within.starts, within.count))
    root = np.empty((C, 2, r * r))
    for c in range(C):
        a, b = centred[-r:, kind_of[row_unit] == c], mean[-r:, kind_of[owner] == c]
        root[c] = np.stack([(a @ a.T).ravel(), (b @ b.T).ravel()])
    return ClassPiece(tuple(cells), members, root, None)
