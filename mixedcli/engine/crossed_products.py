"""Sums over base groups F_g' Omega_g F_g for changing Omega: the Schur complement and its derivatives.

Three ways, chosen once by their cost: products of dense matrices where F is nearly full; else all pairs of
columns that meet in a group are listed once, and a sum is one sparse matrix times the vector of the groups'
Omegas; a sparse product each time where the pairs would not fit in memory.

Results are flat: per component m_c x m_c numbers, row by row, of which the upper triangle counts.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossed_data import CrossedData

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_DENSE_BYTES = 400_000_000
_MOST_PAIRS = 60_000_000
_PAIR_COST = 250.0  # multiply-adds in a dense product worth one pair's listing


class PairProducts(ABC):
    """``form(omega)``: omega (Q, Q, G) symmetric, Q = B q; result (sum of m_c^2,)."""

    @abstractmethod
    def form(self, omega: Floats) -> Floats: ...


def pair_products(data: CrossedData) -> PairProducts:
    """The cheapest way for these data."""
    if not data.components:
        return _NoProducts()
    Q, G = data.parts * data.q, data.groups
    per_group = np.bincount(_group_columns(data)[0], minlength=G)
    pairs = float((per_group.astype(float) * (per_group + 1) / 2).sum()) * Q * (Q + 1) / 2
    groups_in = np.bincount(data.group_component, minlength=len(data.components))
    size = float(sum(g * Q * c.m for g, c in zip(groups_in.tolist(), data.components, strict=True)))
    work = float(sum(g * Q * c.m**2 for g, c in zip(groups_in.tolist(), data.components, strict=True)))
    if size * 8 <= _DENSE_BYTES and work <= _PAIR_COST * pairs:
        return _DenseProducts(data)
    if pairs <= _MOST_PAIRS:
        return _ListedPairs(data)
    return _SparseProducts(data)


def _group_columns(data: CrossedData) -> tuple[Ints, Ints, Floats]:
    """Group and column of every pair of a group and a dense column in it, and the values (nnz, Q)."""
    Q, m, F = data.parts * data.q, data.m, data.F
    if Q == 1:
        group = np.repeat(np.arange(data.groups), np.diff(F.indptr))
        return group, F.indices.astype(np.int64), F.data[:, None]
    row = np.repeat(np.arange(F.shape[0]), np.diff(F.indptr))
    key, inverse = np.unique((row // Q) * m + F.indices, return_inverse=True)
    values = np.zeros((len(key), Q))
    values[inverse, row % Q] = F.data
    return key // m, key % m, values


def _flat_places(data: CrossedData) -> tuple[Ints, Ints, Ints]:
    """Per component: where its m_c^2 numbers start, m_c, and its first column."""
    m = np.array([c.m for c in data.components], dtype=np.int64)
    begin = np.cumsum(m**2) - m**2
    return begin, m, np.array([c.start for c in data.components], dtype=np.int64)


class _NoProducts(PairProducts):
    """No dense columns: a design that comes down to one grouping."""

    def form(self, omega: Floats) -> Floats:
        return np.zeros(0)


class _ListedPairs(PairProducts):
    def __init__(self, data: CrossedData) -> None:
        from scipy import sparse

        Q, G = data.parts * data.q, data.groups
        group, column, values = _group_columns(data)
        begin, width, first = _flat_places(data)
        total = int((width**2).sum())
        count = np.bincount(group, minlength=G)
        end = np.cumsum(count)
        left_over = end[group] - np.arange(len(group))  # entries of the group from this one on
        combos = [(s, t) for s in range(Q) for t in range(s, Q)]
        pairs = int((count * (count + 1) // 2).sum()) * len(combos)
        kind: Any = np.int32 if max(total, G * len(combos), pairs) < 2**31 - 1 else np.int64
        keys, cells, numbers = np.empty(pairs, dtype=kind), np.empty(pairs, dtype=kind), np.empty(pairs)
        # place of (a, b) in the flat arrays: row[a] + column b
        c = data.group_component[group]
        row = (begin[c] + (column - first[c]) * width[c] - first[c]).astype(np.int64)
        at = 0
        for d in range(int(count.max(initial=0))):
            i = np.flatnonzero(left_over > d)
            for k, (s, t) in enumerate(combos):
                span = slice(at, at + len(i))
                keys[span] = row[i] + column[i + d]
                cells[span] = group[i] + k * G
                np.multiply(values[i, s], values[i + d, t], out=numbers[span])
                if s != t:
                    numbers[span] += values[i, t] * values[i + d, s]
                at += len(i)
        listed = sparse.coo_matrix((numbers, (keys, cells)), shape=(total, G * len(combos)))
        listed.has_canonical_format = True  # every pair occurs once; saves sorting them
        self._pairs = listed.tocsr()
        self._combos = combos

    def form(self, omega: Floats) -> Floats:
        weights = np.concatenate([omega[s, t] for s, t in self._combos])
        return np.asarray(self._pairs @ weights)


class _DenseProducts(PairProducts):
    def __init__(self, data: CrossedData) -> None:
        Q = data.parts * data.q
        order = np.argsort(data.group_component, kind="stable")
        counts = np.bincount(data.group_component, minlength=len(data.components))
        ends = np.cumsum(counts)
        self._parts: list[tuple[Ints, Floats]] = []
        for c, low, high in zip(data.components, (ends - counts).tolist(), ends.tolist(), strict=True):
            groups = order[low:high]
            rows = (groups[:, None] * Q + np.arange(Q)).ravel()
            block = data.F[rows][:, c.span].toarray().reshape(len(groups), Q, c.m)
            self._parts.append((groups, np.ascontiguousarray(block.transpose(1, 0, 2))))

    def form(self, omega: Floats) -> Floats:
        out = []
        for groups, F in self._parts:
            Q, G, m = F.shape
            turned = np.einsum("stg,tgm->sgm", omega[:, :, groups], F, optimize=True)
            out.append((F.reshape(Q * G, m).T @ turned.reshape(Q * G, m)).ravel())
        return np.concatenate(out)


class _SparseProducts(PairProducts):
    def __init__(self, data: CrossedData) -> None:
        self._data = data
        self._transposed = data.F.T.tocsr()

    def form(self, omega: Floats) -> Floats:
        data = self._data
        product = (self._transposed @ (_spread(omega) @ data.F)).tocsr()
        return np.concatenate([product[c.span][:, c.span].toarray().ravel() for c in data.components])


def _spread(omega: Floats) -> Any:
    """Block diagonal sparse matrix of the groups' Omegas."""
    from scipy import sparse

    Q, _, G = omega.shape
    blocks = np.ascontiguousarray(omega.transpose(2, 0, 1))
    return sparse.bsr_matrix((blocks, np.arange(G), np.arange(G + 1)), shape=(G * Q, G * Q)).tocsr()
