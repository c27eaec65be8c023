"""The one pass over the rows: every group's cross products Z'[Z, X, y].

Rows are never sorted: groups are summed by their codes (``bincount``), and only
the groups themselves are put in an order in which a parent's children are
neighbours.  Sums of a lower level are added up, not computed again.

Column layout of level l, lowest level last:  [Z_l | Z_l-1 | ... | Z_0 | X_int | y_int];
the layout of an ancestor is a suffix of it.  Array axes: (q_l, width_l, G_l).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import Design, Level
from mixedcli.engine.orthogonal import Column, Frame, is_ones
from mixedcli.engine.weights import effect_weights
from mixedcli.frozen import frozen

if TYPE_CHECKING:
    from mixedcli.engine.residual.correlated import RowSupply

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHUNK = 2048  # lowest-level groups handled together, so that temporaries stay in the cache


@frozen
class Products:
    """Cross products of a set of whole top-level groups: one array (q_l, width_l, G_l) per level."""

    levels: tuple[Floats, ...]


@frozen
class Chunk:
    """Neighbouring top-level groups with all their descendants.

    parts: one Products per residual group.  starts[l][m]: for level l and ancestor m,
    the first group of level l in every group of level m.
    shares: empty without weights.  shares[l] holds, for every group of level l, its weight in the whole, then its
    weight within each of its ancestors 0..l-1.
    """

    parts: tuple[Products, ...]
    starts: tuple[tuple[Ints, ...], ...]
    shares: tuple[tuple[Floats, ...], ...] = ()


@frozen
class CrossProducts:
    """Everything the likelihood needs from the rows.

    q: effects per level; frame: the basis of X and y; chunks cover all top-level groups.
    """

    frame: Frame
    q: tuple[int, ...]
    groups: tuple[int, ...]
    chunks: tuple[Chunk, ...]
    supply: RowSupply | None = None  # correlated residuals: what the chunks' products are made from

    @property
    def root(self) -> int:
        """Columns that are never eliminated by a level: X and y."""
        return self.frame.p + 1


@frozen
class _Nesting:
    """Order of the groups of every level, and where each parent's children start in it."""

    order: tuple[Ints | None, ...]  # None: codes are in order already
    starts: tuple[tuple[Ints, ...], ...]


def cross_products(design: Design, frame: Frame, effects: Sequence[Sequence[Column]]) -> CrossProducts:
    """Sum over the rows.  ``effects``: the columns of Z per level, top first, every level with at least one."""
    if design.correlation is not None:
        from mixedcli.engine.residual.supply import correlated_products

        return correlated_products(design, frame, effects)
    levels = [level for level in design.levels if any(e.z for e in level.equations)]
    weights = effect_weights(design)
    codes, groups = zip(*(_dense(level.codes, level.groups) for level in levels), strict=True) if levels else ((), ())
    nesting = _nest(codes, groups)
    by, B = design.residual_by, design.residual_groups
    n_levels = len(levels)
    ones = {id(c.values): is_ones(c.values) for c in (*frame.columns, frame.y, *(z for e in effects for z in e))}
    sums: list[Floats] = [np.zeros(0)] * n_levels  # (B, q, width, G)
    known: dict[tuple[int, int], Floats] = {}
    own = _ordered(weights.levels, levels, nesting) if weights is not None else []
    row_weights = weights.rows if weights is not None else None  # of rows within groups of the level
    for level in range(n_levels - 1, -1, -1):
        below, known = known, {}
        across = [z for m in range(level, -1, -1) for z in effects[m]] + list(frame.columns) + [frame.y]
        keys = _keys(across)
        G, order = groups[level], nesting.order[level]
        cell = codes[level] if by is None else codes[level] * B + by
        S = np.empty((B, len(effects[level]), len(across), G))
        if row_weights is not None and level + 1 < n_levels:
            row_weights = row_weights * weights.levels[level + 1][levels[level + 1].codes]  # type: ignore[union-attr]
        work = _RowWork(cell, G * B, ones, row_weights)
        for a, za in enumerate(effects[level]):
            for c in range(len(across)):
                key = (min(keys[a], keys[c]), max(keys[a], keys[c]))
                if key not in known:
                    if key in below:
                        lower = below[key] * own[level + 1] if own else below[key]
                        value = np.add.reduceat(lower, nesting.starts[level + 1][level], axis=1)
                    else:
                        value = work.total(za, across[c]).reshape(G, B).T
                        value = np.ascontiguousarray(value if order is None else value[:, order])
                    known[key] = value
                S[:, a, c] = known[key]
            work.release()
        sums[level] = S
    for level in range(n_levels):
        _to_frame(sums[level], frame)
    chunks = _split(sums, nesting, B, group_shares(own, nesting))
    return CrossProducts(frame, tuple(len(e) for e in effects), tuple(groups), chunks)


class _RowWork:
    """Sums of products of two columns by cell, with two buffers of n rows reused throughout."""

    def __init__(self, cell: Ints, cells: int, ones: dict[int, bool], weights: Floats | None = None) -> None:
        self._cell = cell
        self._weights = weights
        self._known_ones = ones
        self._cells = cells
        self._left: tuple[Column, Floats] | None = None
        self._spare: list[Floats] = [np.empty(len(cell)), np.empty(len(cell))]

    def total(self, a: Column, b: Column) -> Floats:
        scale = a.scale * b.scale
        if self._ones(a) or self._ones(b):
            if self._ones(a) and self._ones(b):
                return np.asarray(
                    np.bincount(self._cell, weights=self._weights, minlength=self._cells) * scale, dtype=float
                )
            other = self._shifted(b if self._ones(a) else a, 1)
            if self._weights is not None:
                other = other * self._weights
            return np.asarray(np.bincount(self._cell, weights=other, minlength=self._cells) * scale, dtype=float)
        if self._left is None or self._left[0] is not a:
            left = self._shifted(a, 0)
            self._left = (a, left if self._weights is None else left * self._weights)
        right = self._shifted(b, 1)
        product = np.multiply(self._left[1], right, out=self._spare[1])
        return np.asarray(np.bincount(self._cell, weights=product, minlength=self._cells) * scale, dtype=float)

    def release(self) -> None:
        self._left = None

    def _ones(self, column: Column) -> bool:
        return column.shift == 0.0 and self._known_ones[id(column.values)]

    def _shifted(self, column: Column, buffer: int) -> Floats:
        if column.shift == 0.0:
            return column.values
        return np.subtract(column.values, column.shift, out=self._spare[buffer])


def _keys(columns: Sequence[Column]) -> list[int]:
    """A number per column; equal columns (same data, shift and scale) share one.

    The numbers depend only on the columns above and the fixed part, read from the
    end, so they agree between a level and its ancestors.
    """
    seen: dict[tuple[int, float, float], int] = {}
    last_first = [seen.setdefault((id(c.values), c.shift, c.scale), len(seen)) for c in reversed(columns)]
    return last_first[::-1]


def _dense(codes: Ints, groups: int) -> tuple[Ints, int]:
    """Codes without unused values."""
    used = np.bincount(codes, minlength=groups) > 0
    if used.all():
        return codes, groups
    return np.asarray((np.cumsum(used) - 1)[codes]), int(used.sum())


def _nest(codes: Sequence[Ints], groups: Sequence[int]) -> _Nesting:
    """Order groups so that children of one parent are neighbours, level by level."""
    order: list[Ints | None] = []
    starts: list[tuple[Ints, ...]] = []
    rank: Ints | None = None
    for level in range(len(codes)):
        if level == 0:
            order.append(None)
            starts.append(())
            continue
        parent = np.zeros(groups[level], dtype=np.int64)
        parent[codes[level]] = codes[level - 1]
        if rank is not None:
            parent = rank[parent]
        if (np.diff(parent) >= 0).all():
            order.append(None)
            rank, ordered = None, parent
        else:
            arranged = np.argsort(parent, kind="stable")
            order.append(arranged)
            rank = np.empty_like(arranged)
            rank[arranged] = np.arange(groups[level])
            ordered = parent[arranged]
        first = np.searchsorted(ordered, np.arange(groups[level - 1]))
        starts.append((*(first[s] for s in starts[level - 1]), first))
    return _Nesting(tuple(order), tuple(starts))


def _ordered(weights: Sequence[Floats], levels: Sequence[Level], nesting: _Nesting) -> list[Floats]:
    """Weights of the groups that occur, in the order of the cross products."""
    out = []
    for own, level, order in zip(weights, levels, nesting.order, strict=True):
        used = own[np.bincount(level.codes, minlength=level.groups) > 0]
        out.append(used if order is None else used[order])
    return out


def group_shares(own: Sequence[Floats], nesting: _Nesting) -> tuple[tuple[Floats, ...], ...]:
    """Weights of the groups of every level in the whole and within each ancestor (see Chunk)."""
    shares: list[tuple[Floats, ...]] = []
    for level, weights in enumerate(own):
        if level == 0:
            shares.append((weights,))
            continue
        size = np.diff(np.append(nesting.starts[level][-1], len(weights)))
        above = shares[-1]  # of the parent: in the whole, in the ancestors above it
        shares.append((*(np.repeat(share, size) * weights for share in above), weights))
    return tuple(shares)


def _to_frame(S: Floats, frame: Frame) -> None:
    """Turn the columns of X and y into the well-conditioned basis, in place."""
    p = frame.p
    x, y = S[..., -p - 1 : -1, :], S[..., -1, :]
    y -= np.einsum("k,...kg->...g", frame.b, x)
    y /= frame.y_scale
    for index in np.ndindex(S.shape[:2]):
        x[index] = frame.A.T @ x[index]


def _split(
    sums: list[Floats], nesting: _Nesting, B: int, shares: tuple[tuple[Floats, ...], ...] = ()
) -> tuple[Chunk, ...]:
    """Cut into chunks of whole top-level groups with about CHUNK lowest-level groups each."""
    if not sums:
        return ()
    n_levels = len(sums)
    top, lowest = sums[0].shape[-1], sums[-1].shape[-1]
    start_of = [nesting.starts[level][0] if level else np.arange(top) for level in range(n_levels)]
    size = [S.shape[-1] for S in sums]
    cuts = [0]
    target = CHUNK
    bounds = np.append(start_of[-1], lowest)
    while cuts[-1] < top:
        cut = int(np.searchsorted(bounds, target))
        cuts.append(min(max(cut, cuts[-1] + 1), top))
        target = int(bounds[cuts[-1]]) + CHUNK
    if len(cuts) > 2 and bounds[cuts[-1]] - bounds[cuts[-2]] < CHUNK // 4:
        del cuts[-2]
    chunks = []
    for low, high in pairwise(cuts):
        edge = [(int(start_of[k][low]), int(start_of[k][high]) if high < top else size[k]) for k in range(n_levels)]
        parts = tuple(
            Products(tuple(np.ascontiguousarray(sums[k][b, ..., edge[k][0] : edge[k][1]]) for k in range(n_levels)))
            for b in range(B)
        )
        starts = tuple(
            tuple(nesting.starts[k][m][edge[m][0] : edge[m][1]] - edge[k][0] for m in range(k)) for k in range(n_levels)
        )
        cut_shares = tuple(tuple(w[edge[k][0] : edge[k][1]] for w in shares[k]) for k in range(len(shares)))
        chunks.append(Chunk(parts, starts, cut_shares))
    return tuple(chunks)
