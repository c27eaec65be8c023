"""Scores of clusters, for robust standard errors.

The log likelihood of cluster j at residual variance sigma2 is

    -2 L_j = N_j log(2 pi sigma2) + D_j(psi) + e'(V_j / sigma2)^-1 e / sigma2,   e = y - X beta

so its score needs X'V_j^-1 e, e'V_j^-1 e and their derivatives: the elimination of ``nested``, first
order only, with X and e as the only columns at the root and sums kept apart by top-level group.

Shapes: M clusters, G groups of a level, r = p + 1 columns [X_int, e]; P parameters of psi.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.batched import inverse_plus, multiply, solve_plus
from mixedcli.engine.crossprod import Chunk, CrossProducts
from mixedcli.engine.design import Design
from mixedcli.engine.likelihood import Likelihood
from mixedcli.engine.nested import Evaluation, LevelCovariance, RowProducts
from mixedcli.engine.orthogonal import Frame
from mixedcli.engine.parameters import Space
from mixedcli.engine.residual import Independent
from mixedcli.engine.weights import row_totals
from mixedcli.engine.working import Point
from mixedcli.frozen import frozen

if TYPE_CHECKING:
    from mixedcli.engine.residual.correlated import Correlated

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pair = tuple[Floats, Floats]


@frozen
class Clusters:
    """Which cluster every row belongs to, codes (n,) 0..count-1; copies (count,): how often each occurs, or None."""

    codes: Ints
    count: int
    copies: Floats | None = None


@frozen
class Meat:
    """Covariance of the scores (p + P + 1, p + P + 1) in the order beta, psi, log sigma2; and how many clusters."""

    matrix: Floats
    clusters: int


def clusters(design: Design) -> Clusters:
    """The design's own clusters, else its top-level groups, else its rows.  Frequency weights repeat the latter two."""
    if design.clusters is not None:
        codes, count = _dense(design.clusters, int(design.clusters.max()) + 1)
        return Clusters(codes, count)
    if not design.levels:
        copies = design.weights if design.frequency else None
        return Clusters(np.arange(design.n), design.n, copies)  # unverified: rows as clusters without random effects
    top = design.levels[0]
    codes, count = _dense(top.codes, top.groups)
    if not design.frequency or top.weights is None:
        return Clusters(codes, count)
    return Clusters(codes, count, top.weights[np.bincount(top.codes, minlength=top.groups) > 0])


def cluster_meat(design: Design, likelihood: Likelihood, point: Point) -> Meat:
    """Sum of outer products of the clusters' scores times M / (M - 1); zero with fewer than two clusters."""
    where = clusters(design)
    scores = cluster_scores(design, likelihood, point, where)
    if where.copies is not None:
        # every copy is a cluster of its own: w s s', where ``scores`` holds w s
        matrix, count = scores.T @ (scores / where.copies[:, None]), round(float(where.copies.sum()))
    else:
        matrix, count = scores.T @ scores, where.count
    return Meat(matrix * (count / (count - 1) if count > 1 else 0.0), count)


def cluster_scores(design: Design, likelihood: Likelihood, point: Point, where: Clusters) -> Floats:
    """Scores (M, p + P + 1) of the clusters, weights included.

    They are derivatives with respect to beta (in the engine's basis), psi and log sigma2.
    """
    space, data, c = likelihood.space, likelihood.data, point.criterion
    if design.crossed:
        from mixedcli.engine.robust_crossed import crossed_scores

        return crossed_scores(design, likelihood, point, where.codes, where.count)
    p, P, psi = data.frame.p, space.size, point.psi
    totals = _row_part(design, data, psi, c.beta, where, space)
    if data.q:
        level_zero = next(level for level in design.levels if any(e.z for e in level.equations))
        codes, groups = _dense(level_zero.codes, level_zero.groups)
        cluster_of = np.zeros(groups, dtype=np.int64)
        cluster_of[codes] = where.codes
        source = space.residual.leaf(data, space.random, psi[space.random :], 1)
        levels = space.covariances(psi)
        done = 0
        for k, chunk in enumerate(data.chunks):
            found = _GroupScores(data, chunk, source.products(k, chunk, _nowhere(P, p)), c.beta, P).run(levels)
            width = found.root.shape[1]
            totals.add(found, cluster_of[done : done + width], chunk.shares[0][0] if chunk.shares else None)
            done += width
    variance = -0.5 * (totals.log_det + totals.slope / c.sigma2)
    scale = -0.5 * (totals.rows - totals.root[p] / c.sigma2)
    return np.concatenate([totals.root[:p] / c.sigma2, variance, scale[None]]).T


@frozen
class _Parts:
    """By cluster or group (last axis): root (r,) = [X, e]'V^-1 e, slope (P,) of its last, log_det (P,) slopes, rows."""

    root: Floats
    slope: Floats
    log_det: Floats
    rows: Floats

    def add(self, other: _Parts, codes: Ints, weights: Floats | None) -> None:
        """Add the groups of ``other`` into their clusters."""
        M = self.root.shape[1]
        for mine, theirs in ((self.root, other.root), (self.slope, other.slope), (self.log_det, other.log_det)):
            for row, values in zip(mine, theirs, strict=True):
                row += np.bincount(codes, values if weights is None else values * weights, M)


def _dense(codes: Ints, groups: int) -> tuple[Ints, int]:
    """Codes without unused values."""
    used = np.bincount(codes, minlength=groups) > 0
    return (codes, groups) if used.all() else (np.asarray((np.cumsum(used) - 1)[codes]), int(used.sum()))


def _nothing(r: int, P: int, groups: int) -> _Parts:
    return _Parts(np.zeros((r, groups)), np.zeros((P, groups)), np.zeros((P, groups)), np.zeros(groups))


def _nowhere(P: int, p: int) -> Evaluation:
    """Where what is already known in total goes."""
    r = p + 1
    return Evaluation(0.0, np.zeros(P), np.zeros((P, P)), np.zeros((r, r)), np.zeros((P, r, r)), np.zeros((P, P, r, r)))


def _row_part(design: Design, data: CrossProducts, psi: Floats, beta: Floats, where: Clusters, space: Space) -> _Parts:
    """What the rows contribute before random effects are integrated out: R is diagonal, by residual group."""
    frame, residual, at = data.frame, space.residual, space.random
    B = design.residual_groups
    out = _nothing(frame.p + 1, space.size, where.count)
    w = row_totals(design)
    # e = y_int - X_int beta, from the source columns
    by_source = frame.b / frame.y_scale + frame.A @ beta
    e = np.asarray((frame.y.values - frame.y.shift) * (frame.y.scale / frame.y_scale))
    for column, b in zip(frame.columns, by_source, strict=True):
        e -= (b * column.scale) * (column.values - column.shift)
    if not isinstance(residual, Independent):
        _correlated_part(design, frame, residual, psi[at:], e, where, out, at)
        return out
    counted = e if w is None else e * w
    cell = where.codes if design.residual_by is None else where.codes * B + design.residual_by

    def by_cell(values: Floats | None) -> Floats:
        return np.asarray(np.bincount(cell, values, where.count * B), dtype=float).reshape(where.count, B)

    precision, slopes = residual.weights(psi[at:]), residual.slopes()
    source = np.zeros((frame.p, where.count))
    for row, column in zip(source, frame.columns, strict=True):
        row += by_cell(((column.values - column.shift) * column.scale) * counted) @ precision
    out.root[:-1] = frame.A.T @ source
    squares, rows = by_cell(e * counted), by_cell(w)
    out.root[-1] = squares @ precision
    out.slope[at:] = slopes @ squares.T
    out.log_det[at:] = -(slopes @ rows.T) / psi[at:, None]
    out.rows[:] = rows.sum(1)
    return out


def _correlated_part(
    design: Design, frame: Frame, residual: Correlated, psi: Floats, e: Floats, where: Clusters, out: _Parts, at: int
) -> None:
    """The same for residuals correlated within lowest-level groups, which lie within clusters; added into ``out``."""
    from mixedcli.engine.residual.scores import unit_scores

    assert design.correlation is not None
    found = unit_scores(design, frame, residual, psi, e)
    codes, units = _dense(design.correlation.codes, design.correlation.groups)
    cluster = np.zeros(units, dtype=np.int64)
    cluster[codes] = where.codes
    pairs = [(out.root, found.root), (out.slope[at:], found.slope), (out.log_det[at:], found.log_det)]
    for total, part in (*pairs, (out.rows[None], found.rows[None])):
        for row, values in zip(total, part, strict=True):
            row += np.bincount(cluster, values, where.count)


class _GroupScores:
    """One chunk, lowest level first, sums by top-level group.

    value holds columns [Z_l, Z_l-1 .. Z_0, X, e] per level, first the derivatives without X.
    """

    def __init__(self, data: CrossProducts, chunk: Chunk, given: RowProducts, beta: Floats, P: int) -> None:
        self.q, self.chunk, self.p, groups = data.q, chunk, data.frame.p, given.value[0].shape[2]
        self.value = [self._residual(S, beta) for S in given.value]
        self.first = {
            a: [np.delete(self._residual(S, beta), self._x(S), axis=1) for S in levels]
            for a, levels in given.first.items()
        }
        self.out = _nothing(self.p + 1, P, groups)

    def _x(self, S: Floats) -> slice:
        return slice(S.shape[1] - self.p - 1, S.shape[1] - 1)

    def _residual(self, S: Floats, beta: Floats) -> Floats:
        """[Z .., X, y] to [Z .., X, e]."""
        S = S.copy()
        S[:, -1] -= np.einsum("k,akg->ag", beta, S[:, self._x(S)])
        return S

    def run(self, levels: Sequence[LevelCovariance]) -> _Parts:
        for level in range(len(levels) - 1, -1, -1):
            self._eliminate(level, levels[level])
        return self.out

    def _eliminate(self, level: int, own: LevelCovariance) -> None:
        S, q, p, out = self.value[level], self.q[level], self.p, self.out
        sigma = own.sigma[:, :, None]
        Szz = S[:, :q]
        M = inverse_plus(Szz, own.sigma)[0]
        Sza = S[:, q:]
        W = solve_plus(M, Szz, own.sigma, Sza)
        B = multiply(sigma, W)
        out.root[:] -= self._top(level, (Sza[:, -p - 1 :] * B[:, -1:]).sum(0))
        self._push(self.value, level, zip(Sza, B, strict=True), -1.0, p + 1)
        K, H = multiply(M, S[:, :q]), multiply(sigma, M)
        W, B = (np.delete(x, self._x(x), axis=1) for x in (W, B))
        for a, sums in self.first.items():
            dS = sums[level]
            out.log_det[a] += self._top(level, np.einsum("ijg,jig->g", H, dS[:, :q])[None])[0]
            left = dS[:, q:] - 0.5 * multiply(dS[:, :q], B)
            out.slope[a] -= 2.0 * self._top(level, (left[:, -1] * B[:, -1]).sum(0)[None])[0]
            self._push(sums, level, zip(left, B, strict=True), -1.0, 1, both=True)
        for a, E in zip(own.index, own.basis, strict=True):
            trace = np.asarray(sum(v * K[t, s] for s, t, v in E))
            square = np.asarray(sum(v * W[s, -1] * W[t, -1] for s, t, v in E))
            out.log_det[a] += self._top(level, trace[None])[0]
            out.slope[a] -= self._top(level, square[None])[0]
            self.first[a] = [np.zeros((x.shape[0], x.shape[1] - p, x.shape[2])) for x in self.value[:level]]
            self._push(self.first[a], level, ((W[s], v * W[t]) for s, t, v in E), -1.0, 1)

    def _top(self, level: int, values: Floats) -> Floats:
        """Sums (rows, top-level groups) of values (rows, groups), by weights within the top-level group."""
        if level == 0:
            return values
        if self.chunk.shares:
            values = values * self.chunk.shares[level][1]
        return np.asarray(np.add.reduceat(values, self.chunk.starts[level][0], axis=1))

    def _push(
        self, sums: list[Floats], level: int, pairs: Iterable[Pair], factor: float, tail: int, both: bool = False
    ) -> None:
        """Add factor * left'right (+ its transpose when ``both``) into every ancestor.

        tail: columns of the pairs that stay at the root.
        """
        kept = list(pairs) if level else []
        for m in range(level):
            rows = self.q[m]
            block = np.zeros((rows, sums[m].shape[1], self.value[level].shape[2]))
            for left, right in kept:
                at = left.shape[0] - tail - sum(self.q[: m + 1])
                block += left[at : at + rows, None] * right[None, at:]
                if both:
                    block += right[at : at + rows, None] * left[None, at:]
            if self.chunk.shares:
                block *= self.chunk.shares[level][m + 1]
            sums[m] = sums[m] + factor * np.add.reduceat(block, self.chunk.starts[level][m], axis=2)
