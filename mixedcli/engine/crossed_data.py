"""Cross products of a crossed design: dense blocks per base group, sparse columns for everything else.

With Z_0 the base's columns (q effects, G groups) and Z_d the m columns of the dense atoms, per residual
group b (B of them), all sums over that group's rows:

    zz  Z_0'Z_0   (B, q, q, G)      za  Z_0'[X, y]  (G, B q, r)      F  Z_0'Z_d  sparse (G B q, m)
    dd  Z_d'Z_d   sparse (m, m)     da  Z_d'[X, y]  (m, r)           aa [X, y]'[X, y]  (r, r)

Rows of F and za run over group, residual group, effect.  The dense columns are ordered by component (columns
that no base group joins are in different ones), atom, group and effect.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossed_atoms import Atom, Plan
from mixedcli.engine.design import Design, Ints
from mixedcli.engine.orthogonal import Column, Frame
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]

BUNDLE = 64  # columns up to which small components share a matrix


@frozen
class Block:
    """The columns of one dense atom in one component: they start at ``start`` and belong to ``groups`` groups."""

    atom: Atom
    start: int
    groups: int

    @property
    def span(self) -> slice:
        return slice(self.start, self.start + self.groups * self.atom.q)


@frozen
class Component:
    """Dense columns start .. start + m of the whole, in blocks with their own numbering from 0."""

    start: int
    m: int
    blocks: tuple[Block, ...]

    @property
    def span(self) -> slice:
        return slice(self.start, self.start + self.m)


@frozen
class CrossedData:
    """See the module.  group_component: component of every base group.

    sparse_dd: one sparse matrix per residual group; dd: the same per component, as places in a flat (m_c^2,) array
    and values.
    """

    frame: Frame
    base: tuple[Atom, ...]
    components: tuple[Component, ...]
    group_component: Ints
    zz: Floats
    za: Floats
    F: Any
    sparse_dd: tuple[Any, ...]
    dd: tuple[tuple[tuple[Ints, Floats], ...], ...]
    da: Floats
    aa: Floats

    @property
    def q(self) -> int:
        return int(self.zz.shape[1])

    @property
    def groups(self) -> int:
        return int(self.zz.shape[3])

    @property
    def parts(self) -> int:
        """B: residual groups."""
        return int(self.zz.shape[0])

    @property
    def m(self) -> int:
        return int(self.da.shape[1])


def crossed_data(design: Design, frame: Frame, plan: Plan) -> CrossedData:
    """Sum over the rows."""
    from scipy import sparse

    n, B = design.n, design.residual_groups
    by = np.zeros(n, dtype=np.int64) if design.residual_by is None else design.residual_by
    codes, groups = plan.base[0].codes, plan.base[0].groups
    q = sum(a.q for a in plan.base)
    effects = [c for a in plan.base for c in a.columns or (None,)]
    components, place, label = _components(plan)
    m = sum(c.m for c in components)

    cell = codes * B + by
    columns = [_values(c, n) for c in effects]
    zz = np.empty((B, q, q, groups))
    for s in range(q):
        for t in range(s + 1):
            product = _product(_product(columns[s], columns[t]), design.weights)
            total = np.bincount(cell, weights=product, minlength=groups * B)
            zz[:, s, t] = zz[:, t, s] = total.reshape(groups, B).T
    A = _fixed_columns(frame)
    indices = cell[:, None] * q + np.arange(q)
    Z0 = _rows_of(np.stack([_full(c, n) for c in columns], axis=1), indices, groups * B * q)
    dense = [_values(c, n) for a in plan.dense for c in a.columns or (None,)]
    where = [place[k][a.codes] + s for k, a in enumerate(plan.dense) for s in range(a.q)]
    width = len(dense)
    values = np.stack([_full(c, n) for c in dense], axis=1) if width else np.zeros((n, 0))
    Zd = _rows_of(values, np.stack(where, axis=1) if width else np.zeros((n, 0), dtype=np.int64), m)
    if design.weights is not None:
        Z0 = sparse.diags(design.weights).tocsr() @ Z0
    Z0T = Z0.T.tocsr()
    F = (Z0T @ Zd).tocsr()
    F.sort_indices()
    dd, da = [], np.empty((B, m, A.shape[1]))
    for b in range(B):
        rows = np.ones(n) if design.weights is None else design.weights
        own = Zd if B == 1 and design.weights is None else sparse.diags(rows * (by == b)).tocsr() @ Zd
        T = own.T.tocsr()
        dd.append((T @ Zd).tocsr())
        da[b] = T @ A
    za = np.asarray(Z0T @ A).reshape(groups, B * q, A.shape[1])
    flat = tuple(_flat(x, components) for x in dd)
    return CrossedData(frame, plan.base, components, label, zz, za, F, tuple(dd), flat, da, frame.gram)


def _flat(matrix: Any, components: tuple[Component, ...]) -> tuple[tuple[Ints, Floats], ...]:
    """A block diagonal sparse matrix as places in every component's flat array, and values."""
    found = []
    for c in components:
        part = (matrix if len(components) == 1 else matrix[c.span][:, c.span]).tocoo()
        found.append((part.row.astype(np.int64) * c.m + part.col, part.data))
    return tuple(found)


def _values(column: Column | None, n: int) -> Floats | None:
    """A column of Z in the engine's scale; None for ones."""
    if column is None or column.is_ones:
        return None
    return np.asarray((column.values - column.shift) * column.scale)


def _full(values: Floats | None, n: int) -> Floats:
    return np.ones(n) if values is None else values


def _product(a: Floats | None, b: Floats | None) -> Floats | None:
    if a is None:
        return b
    return a if b is None else a * b


def _fixed_columns(frame: Frame) -> Floats:
    """[X_int, y_int], shape (n, p + 1)."""
    p = frame.p
    source = np.empty((p + 1, len(frame.y.values)))
    for k, c in enumerate((*frame.columns, frame.y)):
        np.subtract(c.values, c.shift, out=source[k])
        if c.scale != 1.0:
            source[k] *= c.scale
    turn = np.zeros((p + 1, p + 1))
    turn[:p, :p] = frame.A
    turn[:p, p] = -frame.b / frame.y_scale
    turn[p, p] = 1.0 / frame.y_scale
    return np.ascontiguousarray((turn.T @ source).T)


def _rows_of(values: Floats, columns: Ints, width: int) -> Any:
    """Sparse matrix (n, width) with the same number of entries in every row."""
    from scipy import sparse

    n, k = values.shape
    index: Any = np.int32 if max(width, n * k) < 2**31 - 1 else np.int64
    pointer = (np.arange(n + 1) * k).astype(index)
    return sparse.csr_matrix((values.ravel(), columns.astype(index).ravel(), pointer), shape=(n, width))


def _bundled(label: Ints, plan: Plan, offsets: Ints) -> tuple[int, Ints]:
    """Neighbouring small components taken together: a matrix of some hundred columns costs less than many tiny ones."""
    sizes = np.zeros(int(label.max()) + 1)
    for k, a in enumerate(plan.dense):
        sizes += a.q * np.bincount(label[offsets[k] : offsets[k + 1]], minlength=len(sizes))
    bundle = np.unique(np.cumsum(sizes) // BUNDLE, return_inverse=True)[1]
    return int(bundle.max()) + 1, bundle[label]


def _components(plan: Plan) -> tuple[tuple[Component, ...], list[Ints], Ints]:
    """Components, the first column of every group of every dense atom, and the component of every base group."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    G = plan.base[0].groups
    offsets = np.cumsum([G, *(a.groups for a in plan.dense)])
    if not plan.dense:
        return (), [], np.zeros(G, dtype=np.int64)
    left = [plan.base[0].codes for _ in plan.dense]
    right = [offsets[k] + a.codes for k, a in enumerate(plan.dense)]
    rows, cols = np.concatenate(left), np.concatenate(right)
    total = int(offsets[-1])
    graph = sparse.coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, cols)), shape=(total, total))
    _, found = connected_components(graph.tocsr(), directed=False)
    count, label = _bundled(found.astype(np.int64), plan, offsets)
    place: list[Ints] = [np.empty(a.groups, dtype=np.int64) for a in plan.dense]
    sizes = np.zeros(count, dtype=np.int64)
    starts_in: list[Ints] = []
    numbers: list[Ints] = []
    for k, a in enumerate(plan.dense):
        own = label[offsets[k] : offsets[k + 1]]
        number = np.bincount(own, minlength=count)
        order = np.argsort(own, kind="stable")
        first = np.cumsum(number) - number
        rank = np.empty(a.groups, dtype=np.int64)
        rank[order] = np.arange(a.groups) - first[own[order]]
        starts_in.append(sizes.copy())
        numbers.append(number)
        place[k] = sizes[own] + rank * a.q
        sizes += number * a.q
    begin = np.cumsum(sizes) - sizes
    components = tuple(
        Component(
            int(begin[c]),
            int(sizes[c]),
            tuple(
                Block(a, int(starts_in[k][c]), int(numbers[k][c])) for k, a in enumerate(plan.dense) if numbers[k][c]
            ),
        )
        for c in range(count)
    )
    for k in range(len(plan.dense)):
        place[k] += begin[label[offsets[k] : offsets[k + 1]]]
    return components, place, label[:G]
