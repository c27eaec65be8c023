"""The route by time patterns: A is factored once per distinct pattern of times, all patterns of one size together.

Q = A^-1, its derivatives -A^-1 A_a A^-1 and A^-1 (A_a A^-1 A_b + A_b A^-1 A_a - A_ab) A^-1 are (n, n) matrices per
pattern.  Sums over all groups of X'Q X need only the cross products of the pattern's stacked rows, taken once; what
the levels need is one product of a group's rows with Q z.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.batched import gram, tall_product
from mixedcli.engine.residual.pieces import Layer, PieceValue, Slab, gather, slot_count
from mixedcli.engine.residual.structure import COLLAPSED, Stack, Structure
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_DOUBLES = 4_000_000  # size of a batch of matrices
_MOMENTS = 1_500_000  # size of a pattern's table of cross products


@frozen
class Bucket:
    """Patterns of one number of rows n.

    entries: (P, n, n) into the structure's table; counts, mass: (P,) units, and the same by weight;
    pattern: (U,) of every unit, sorted; units: (U,) in the chunk;
    data: (U, n, w); moments: (P, n n, r r) or None where the rows themselves are smaller.
    """

    entries: Ints
    counts: Ints
    mass: Floats
    pattern: Ints
    units: Ints
    data: Floats
    moments: Floats | None

    @property
    def repeated(self) -> bool:
        """Whether patterns have several units each."""
        return len(self.units) >= 3 * len(self.counts)

    def batches(self, slots: int) -> Iterator[tuple[slice, slice]]:
        """Ranges of patterns and of their units of a bearable size."""
        P, n = self.entries.shape[:2]
        bounds = np.append(0, np.cumsum(self.counts))
        step = max(1, _DOUBLES // (slots * n * n))
        for low in range(0, P, step):
            high = min(low + step, P)
            yield slice(low, high), slice(int(bounds[low]), int(bounds[high]))


@frozen
class PatternPiece:
    """See ``pieces.Piece``; prepared: the structure's table."""

    buckets: tuple[Bucket, ...]
    layers: tuple[Layer, ...]
    size: int  # m
    units: int  # of the whole chunk
    width: int  # w
    root: int  # r

    def evaluate(self, prepared: Sequence[Stack], order: int) -> PieceValue:
        (table,) = prepared
        m, r = self.size, self.root
        slots = slot_count(m, order)
        root, log_det = np.zeros((slots, r, r)), np.zeros(slots)
        # a single group is summed on the way: it may have many columns of many units
        levels = [
            np.zeros((slots, len(x.ones), self.width - x.columns.start, self.units if x.groups > 1 else 1))
            for x in self.layers
        ]
        for bucket in self.buckets:
            for patterns, units in bucket.batches(slots):
                Q, sums = _inverses(table, bucket.entries[patterns], bucket.mass[patterns], order)
                log_det += sums
                root += _root(bucket, patterns, units, Q, r)
                self._levels(bucket, patterns, units, Q, levels)
        return PieceValue(
            [gather(S, x.group, x.groups) if x.groups > 1 else S for S, x in zip(levels, self.layers, strict=True)],
            root,
            log_det,
        )

    def least_share(self, prepared: Sequence[Stack]) -> float:
        """The smallest share of a residual's variance that the others of its group leave."""
        (table,) = prepared
        least = 1.0
        for bucket in self.buckets:
            for patterns, _ in bucket.batches(1):
                try:
                    _, left = _factored(table.value[bucket.entries[patterns]])
                except np.linalg.LinAlgError:
                    return 0.0
                least = min(least, float(left.min(initial=1.0)))
        return least

    def _levels(self, bucket: Bucket, patterns: slice, units: slice, Q: Floats, levels: list[Floats]) -> None:
        slots, _, n, _ = Q.shape
        for S, layer in zip(levels, self.layers, strict=True):
            if layer.groups == 1 and bucket.repeated:
                S[..., 0] += _one_group(bucket, patterns, Q, layer)
        pending = [x for x in zip(levels, self.layers, strict=True) if x[1].groups > 1 or not bucket.repeated]
        if not pending:
            return
        step = max(1, _DOUBLES // (slots * n * n))
        for low in range(units.start, units.stop, step):
            part = slice(low, min(low + step, units.stop))
            data, pattern = bucket.data[part], bucket.pattern[part] - patterns.start
            at = bucket.units[part]
            for S, layer in pending:
                suffix = data[:, :, layer.columns.start :]
                for j, one in enumerate(layer.ones):
                    if one:
                        Qz = Q.sum(3).transpose(1, 0, 2)[pattern]  # (U, slots, n)
                    else:
                        z = data[:, :, layer.columns.start + j, None]
                        whole = Q.transpose(1, 0, 2, 3).reshape(Q.shape[1], slots * n, n)[pattern]
                        Qz = (whole @ z).reshape(len(z), slots, n)
                    if layer.groups == 1:
                        S[:, j, :, 0] += np.tensordot(Qz, suffix, ((0, 2), (0, 1)))
                    else:
                        S[:, j][..., at] = (Qz @ suffix).transpose(1, 2, 0)


def _one_group(bucket: Bucket, patterns: slice, Q: Floats, layer: Layer) -> Floats:
    """Sum over all units of z'Q [z, ...] by way of each pattern's cross products, shape (slots, q, width)."""
    slots, _, n, _ = Q.shape
    q, width = len(layer.ones), bucket.data.shape[2] - layer.columns.start
    out = np.zeros((slots, q * width))
    bounds = np.append(0, np.cumsum(bucket.counts))
    for p in range(patterns.start, patterns.stop):
        data = bucket.data[bounds[p] : bounds[p + 1], :, layer.columns.start :]
        U = len(data)
        z = np.ascontiguousarray(data[:, :, :q]).reshape(U, n * q)
        M = (z.T @ data.reshape(U, n * width)).reshape(n, q, n, width).transpose(0, 2, 1, 3)
        out += Q[:, p - patterns.start].reshape(slots, n * n) @ M.reshape(n * n, q * width)
    return out.reshape(slots, q, width)


def pattern_piece(structure: Structure, slab: Slab, chosen: Ints, layers: tuple[Layer, ...]) -> PatternPiece:
    """Sort the chosen units into buckets and patterns."""
    r = slab.root
    buckets = []
    keys_of = structure.keys(slab.times)
    for n in np.unique(slab.sizes[chosen]).tolist():
        units = chosen[slab.sizes[chosen] == n]
        rows = slab.starts[units][:, None] + np.arange(n)
        keys = keys_of[rows]
        if structure.shifts:
            keys = keys - keys[:, :1]
        patterns, pattern = np.unique(keys, axis=0, return_inverse=True)
        pattern = pattern.reshape(-1)
        arranged = np.argsort(pattern, kind="stable")
        units, rows, pattern = units[arranged], rows[arranged], pattern[arranged]
        counts = np.bincount(pattern, minlength=len(patterns))
        data = np.ascontiguousarray(slab.data[:, rows].transpose(1, 2, 0))
        table = len(patterns) * (n * r) ** 2
        worth = len(units) * (n + r) > len(patterns) * n * r and table <= max(_MOMENTS, 2 * data.size)
        moments = _moments(data[:, :, -r:], counts) if worth else None
        kept = data if layers or moments is None else data[:0]
        mass = slab.count(units, pattern, len(patterns))
        buckets.append(Bucket(structure.entries(patterns), counts, mass, pattern, units, kept, moments))
    return PatternPiece(tuple(buckets), layers, structure.size, len(slab.sizes), len(slab.data), r)


def _moments(X: Floats, counts: Ints) -> Floats:
    """Sums of x_i x_k' over the units of every pattern, shape (P, n n, r r)."""
    _, n, r = X.shape
    out = np.empty((len(counts), n * n, r * r))
    low = 0
    for p, count in enumerate(counts.tolist()):
        flat = X[low : low + count].reshape(count, n * r)
        across = np.ascontiguousarray(flat.T)
        out[p] = gram(across, across).reshape(n, r, n, r).transpose(0, 2, 1, 3).reshape(n * n, r * r)
        low += count
    return out


def _factored(A: Floats) -> tuple[Floats, Floats]:
    """Cholesky factors and what share of each variance the rows before leave.  Raises LinAlgError."""
    L = np.asarray(np.linalg.cholesky(A), dtype=np.float64)
    return L, np.diagonal(L, axis1=1, axis2=2) ** 2 / np.diagonal(A, axis1=1, axis2=2)


def _inverses(table: Stack, entries: Ints, counts: Floats, order: int) -> tuple[Floats, Floats]:
    """Q with derivatives (slots, P, n, n), and log|A| summed over units (slots,)."""
    P, n = entries.shape[:2]
    A = table.value[entries]
    L, left = _factored(A)
    if left.min(initial=1.0) < COLLAPSED:
        raise np.linalg.LinAlgError("residuals that determine each other")
    inverse = np.linalg.inv(A)
    inverse = 0.5 * (inverse + inverse.transpose(0, 2, 1))
    m = len(table.first)
    slots = slot_count(m, order)
    Q, log_det = np.empty((slots, P, n, n)), np.empty(slots)
    Q[0] = inverse
    log_det[0] = 2.0 * float(np.log(np.diagonal(L, axis1=1, axis2=2)).sum(1) @ counts)
    if order == 0:
        return Q, log_det
    A1 = table.first[:, entries]  # (m, P, n, n)
    F = inverse @ A1
    G = F @ inverse
    Q[1 : 1 + m] = -G
    log_det[1 : 1 + m] = np.trace(F, axis1=2, axis2=3) @ counts
    if order == 1:
        return Q, log_det
    a, b = np.triu_indices(m)
    right = np.ascontiguousarray(G.transpose(1, 2, 0, 3)).reshape(P, n, m * n)
    # A^-1 A_a A^-1 A_b A^-1, by a so that BLAS stays on one thread where matrices are small
    H = np.stack([F[k] @ right for k in range(m)]).reshape(m, P, n, m, n).transpose(0, 3, 1, 2, 4)[a, b]
    traces = np.einsum("apij,bpji->abp", F, F, optimize=True)[a, b]
    Q[1 + m :] = H
    Q[1 + m :] += H.transpose(0, 1, 3, 2)
    bent = np.flatnonzero(np.any(table.second[a, b] != 0.0, axis=1))
    second = np.zeros(len(a))
    if len(bent):
        FA = inverse @ table.second[a[bent], b[bent]][:, entries]
        Q[1 + m + bent] -= FA @ inverse
        second[bent] = np.trace(FA, axis1=2, axis2=3) @ counts
    log_det[1 + m :] = second - traces @ counts
    return Q, log_det


def _root(bucket: Bucket, patterns: slice, units: slice, Q: Floats, r: int) -> Floats:
    """Sum over the units of X'Q X, shape (slots, r, r)."""
    slots, P, n, _ = Q.shape
    if bucket.moments is not None:
        M = bucket.moments[patterns].reshape(P * n * n, r * r)
        return tall_product(Q.reshape(slots, P * n * n), M).reshape(slots, r, r)
    X = bucket.data[units, :, -r:]
    U = len(X)
    if U == P:
        QX = Q @ X
    else:
        QX = np.empty((slots, U, n, r))
        pattern = bucket.pattern[units] - patterns.start
        bounds = np.searchsorted(pattern, np.arange(P + 1))
        for p in range(P):
            own = slice(int(bounds[p]), int(bounds[p + 1]))
            QX[:, own] = Q[:, p, None] @ X[own]
    flat = X.reshape(U * n, r)
    return np.asarray(flat.T @ QX.reshape(slots, U * n, r))
