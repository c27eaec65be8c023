"""The one pass over the rows of a model with correlated residuals: sorted, cut into chunks, and turned into pieces."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossprod import CHUNK, Chunk, CrossProducts, _dense, _nest, _Nesting, group_shares
from mixedcli.engine.design import Correlation, Design, Level
from mixedcli.engine.orthogonal import Column, Frame
from mixedcli.engine.residual.class_piece import chain_lags, class_piece
from mixedcli.engine.residual.correlated import RowSupply
from mixedcli.engine.residual.moments import Moments
from mixedcli.engine.residual.pattern_piece import pattern_piece
from mixedcli.engine.residual.pieces import Layer, Piece, Slab
from mixedcli.engine.residual.structure import Structure
from mixedcli.engine.weights import effect_weights, row_totals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def correlated_products(design: Design, frame: Frame, effects: Sequence[Sequence[Column]]) -> CrossProducts:
    """Sum over the rows.  ``effects``: the columns of Z per level with effects, top first."""
    correlation = design.correlation
    assert correlation is not None
    own = [level for level in design.levels if any(e.z for e in level.equations)]
    dense = [_dense(x.codes, x.groups) for x in own]
    unit, units = _dense(correlation.codes, correlation.groups)
    codes, counts = [d[0] for d in dense], [d[1] for d in dense]
    nesting = _nest([*codes, unit], [*counts, units])
    arranged = nesting.order[-1]
    rank = unit
    if arranged is not None:
        place = np.empty(units, dtype=np.int64)
        place[arranged] = np.arange(units)
        rank = place[unit]
    rows = _row_order(rank, correlation.times)
    data = _columns(frame, effects, rows)
    sizes = np.bincount(rank, minlength=units)
    starts = np.append(0, np.cumsum(sizes))
    by = design.residual_by
    unit_by = (
        np.zeros(units, dtype=np.int64) if by is None else by[rows if rows is not None else slice(None)][starts[:-1]]
    )
    times = correlation.times if rows is None else correlation.times[rows]
    group = np.repeat(np.arange(units), sizes)
    y = data[-1]
    if own:  # random effects take part of what residuals have in common: half of the units' means is left to them
        mean = np.bincount(group, weights=y) / sizes
        y = y - 0.7 * mean[group]
    classes, moments = _per_group(correlation, unit_by, group, times, y, starts, sizes)
    weights, shares = _weights(design, own, nesting, rows, starts)
    if weights is not None:
        data *= np.sqrt(weights)[group]
    firsts = [nesting.starts[-1][k] for k in range(len(own))]
    chunks, pieces = [], []
    for edges in _edges(nesting, counts, units):
        low, high = edges[-1]
        slab = Slab(
            data[:, starts[low] : starts[high]],
            starts[low:high] - starts[low],
            sizes[low:high],
            times[starts[low] : starts[high]],
            frame.p + 1,
            None if weights is None else weights[low:high],
        )
        layers = _layers(effects, firsts, edges, high - low, weights is not None)
        chunks.append(_chunk(nesting, edges, len(own), shares))
        pieces.append(_pieces(correlation.structures, slab, unit_by[low:high], layers, classes))
    supply = RowSupply(tuple(pieces), classes, moments)
    return CrossProducts(frame, tuple(len(e) for e in effects), tuple(counts), tuple(chunks), supply)


def _weights(
    design: Design, own: Sequence[Level], nesting: _Nesting, rows: Ints | None, starts: Ints
) -> tuple[Floats | None, tuple[tuple[Floats, ...], ...]]:
    """Weights of the units in the whole, and those of the groups (Chunk.shares); rows of a unit weigh the same."""
    total, of_levels = row_totals(design), effect_weights(design)
    if total is None or of_levels is None:
        return None, ()
    ordered = []
    for weights, level, order in zip(of_levels.levels, own, nesting.order[:-1], strict=True):
        used = weights[np.bincount(level.codes, minlength=level.groups) > 0]
        ordered.append(used if order is None else used[order])
    return (total if rows is None else total[rows])[starts[:-1]], group_shares(ordered, nesting)


def _row_order(rank: Ints, times: Floats) -> Ints | None:
    """Order of the rows by unit and time, None when they are in it."""
    step, later = np.diff(rank), np.diff(times)
    if bool(((step > 0) | ((step == 0) & (later >= 0))).all()):
        return None
    return np.lexsort((times, rank))


def _columns(frame: Frame, effects: Sequence[Sequence[Column]], rows: Ints | None) -> Floats:
    """[Z_lowest ... Z_top, X_int, y_int] as rows of one array (w, n), sorted."""
    wide = [z for level in reversed(effects) for z in level] + [*frame.columns, frame.y]
    out = np.empty((len(wide), len(frame.y.values)))
    for k, column in enumerate(wide):
        values = column.values if rows is None else column.values[rows]
        np.subtract(values, column.shift, out=out[k])
        if column.scale != 1.0:
            out[k] *= column.scale
    p = frame.p
    x, y = out[len(wide) - p - 1 : -1], out[-1]
    y -= frame.b @ x
    y /= frame.y_scale
    x[...] = frame.A.T @ x
    return out


def _per_group(
    correlation: Correlation, unit_by: Ints, group: Ints, times: Floats, y: Floats, starts: Ints, sizes: Ints
) -> tuple[tuple[Floats, ...], tuple[Moments, ...]]:
    """Classes of rows or units, and moments, for every by() group."""
    classes, moments = [], []
    for b, structure in enumerate(correlation.structures):
        mine = unit_by == b
        rows = mine[group]
        moments.append(Moments(y[rows], group[rows], times[rows]))
        if structure.layout == "chain":
            lag = chain_lags(Slab(np.zeros((0, 0)), starts[:-1], sizes, times, 0))
            classes.append(np.unique(lag[rows]))
        elif structure.layout == "exchangeable":
            classes.append(np.unique(sizes[mine].astype(float)))
        else:
            classes.append(np.zeros(0))
    return tuple(classes), tuple(moments)


def _edges(nesting: _Nesting, counts: list[int], units: int) -> list[tuple[tuple[int, int], ...]]:
    """For every chunk the range of groups per level, units last."""
    if not counts:
        return [((0, units),)]
    first = [np.arange(counts[0]), *(nesting.starts[k][0] for k in range(1, len(counts) + 1))]
    sizes = [*counts, units]
    bounds = np.append(first[-1], units)
    cuts = [0]
    while cuts[-1] < counts[0]:
        cut = int(np.searchsorted(bounds, int(bounds[cuts[-1]]) + CHUNK))
        cuts.append(min(max(cut, cuts[-1] + 1), counts[0]))
    return [
        tuple((int(f[low]), int(f[high]) if high < counts[0] else n) for f, n in zip(first, sizes, strict=True))
        for low, high in pairwise(cuts)
    ]


def _chunk(
    nesting: _Nesting, edges: tuple[tuple[int, int], ...], levels: int, shares: tuple[tuple[Floats, ...], ...]
) -> Chunk:
    starts = tuple(
        tuple(nesting.starts[k][m][edges[m][0] : edges[m][1]] - edges[k][0] for m in range(k)) for k in range(levels)
    )
    return Chunk((), starts, tuple(tuple(w[slice(*edges[k])] for w in own) for k, own in enumerate(shares)))


def _layers(
    effects: Sequence[Sequence[Column]],
    firsts: list[Ints],
    edges: tuple[tuple[int, int], ...],
    units: int,
    weighted: bool,
) -> tuple[Layer, ...]:
    """Levels top first; their columns stand in the order lowest level first.  Weighted ones are no ones any more."""
    out = []
    low = edges[-1][0]
    for k, columns in enumerate(effects):
        at = sum(len(e) for e in effects[k + 1 :])
        begins = firsts[k][edges[k][0] : edges[k][1]] - low
        group = np.zeros(units, dtype=np.int64)
        group[begins[1:]] = 1
        ones = tuple(z.is_ones and not weighted for z in columns)
        out.append(Layer(slice(at, at + len(columns)), ones, np.cumsum(group), len(begins)))
    return tuple(out)


def _pieces(
    structures: tuple[Structure, ...], slab: Slab, unit_by: Ints, layers: tuple[Layer, ...], classes: tuple[Floats, ...]
) -> tuple[tuple[Piece, float] | None, ...]:
    out: list[tuple[Piece, float] | None] = []
    for b, structure in enumerate(structures):
        chosen = np.flatnonzero(unit_by == b)
        if not len(chosen):
            out.append(None)
            continue
        piece: Piece = (
            pattern_piece(structure, slab, chosen, layers)
            if structure.layout == "patterns"
            else class_piece(structure, slab, chosen, layers, classes[b])
        )
        of_units = slab.sizes[chosen] if slab.weights is None else slab.sizes[chosen] * slab.weights[chosen]
        out.append((piece, float(of_units.sum())))
    return tuple(out)
