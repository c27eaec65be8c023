"""A well-conditioned basis of the columns of X, and y as its residual.

    X = X_int T,   y = X b + scale * y_int

Squared quantities then keep their digits: y = 1e12 + noise, or a covariate shifted
by 1e8, gives the same estimates.  One pass over the rows (centred cross products)
when X is tame; when the first pass says it is not, the columns are replaced by
orthonormal ones row by row, from a QR decomposition taken block by block.

Letters: n rows, p columns of X, B residual groups, A (p, p) with X_int = X_source A.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.batched import gram
from mixedcli.engine.design import Design
from mixedcli.engine.weights import mean, row_totals
from mixedcli.errors import InitialValues, InsufficientObservations
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROWS = 8192  # rows per block: one block of ten columns stays in the second-level cache
TAME = 1e-4  # smallest squared sine of an angle between columns that one pass may leave


@frozen
class Column:
    """A regressor as the engine uses it: (values - shift) * scale."""

    values: Floats
    shift: float = 0.0
    scale: float = 1.0

    @property
    def is_ones(self) -> bool:
        return self.shift == 0.0 and self.scale == 1.0 and is_ones(self.values)


@frozen
class Frame:
    """X and y prepared.

    columns: the p source columns, y its source; X_int = source columns @ A, y_int = (y_source - source @ b) / y_scale.
    gram: (B, p + 1, p + 1) cross products of [X_int, y_int] by residual group; rows: (B,) counts (sums of weights).
    beta = offset + y_scale * back @ beta_int for the coefficients of the design's own columns.
    """

    columns: tuple[Column, ...]
    y: Column
    A: Floats
    b: Floats
    y_scale: float
    gram: Floats
    rows: NDArray[Any]
    back: Floats
    offset: Floats
    log_det_back: float

    @property
    def n(self) -> float:
        """Observations, or the sum of their weights."""
        return float(self.rows.sum())

    @property
    def p(self) -> int:
        return len(self.columns)


def is_ones(values: Floats) -> bool:
    """Whether a column is the constant (checked cheaply: the first value first)."""
    return len(values) > 0 and values[0] == 1.0 and values[-1] == 1.0 and bool((values == 1.0).all())


def blocks(n: int) -> Iterator[slice]:
    """Row ranges of at most ROWS rows."""
    for start in range(0, n, ROWS):
        yield slice(start, min(start + ROWS, n))


def prepare(design: Design) -> Frame:
    """Choose the basis; raises InsufficientObservations when n <= p, InitialValues when y has no variation left."""
    n, p = float(design.n), design.p
    if n <= p:
        raise InsufficientObservations("insufficient observations")
    w = row_totals(design)
    if w is not None:
        n = float(w.sum())
    originals = [design.columns[k] for k in design.x]
    constant = next((k for k, values in enumerate(originals) if is_ones(values)), None)
    shifts = np.zeros(p)
    y_shift = 0.0
    if constant is not None:
        shifts = np.array([0.0 if k == constant else mean(v, w) for k, v in enumerate(originals)])
        y_shift = mean(design.y, w)
    columns = [Column(v, float(s)) for v, s in zip(originals, shifts, strict=True)]
    y = Column(design.y, y_shift)
    order = ([constant] if constant is not None else []) + [k for k in range(p) if k != constant]

    with np.errstate(over="ignore", invalid="ignore"):
        products = cross_gram(columns, y, design.residual_by, design.residual_groups, w)
    total = products.sum(0)
    if not np.isfinite(total).all():
        raise InitialValues("initial values not feasible")  # squares overflow: values beyond 1e150
    y_size = float(np.sqrt(total[p, p] / n))
    nothing = max(2e-16 * abs(y_shift), 1e-14 * y_size)  # what rounding alone leaves of y
    if y_size <= nothing:
        raise InitialValues("initial values not feasible")  # unverified: what Stata says for a constant outcome

    A, b, tame = _triangular(total, order)
    back, offset = np.eye(p), np.zeros(p)
    if not tame:
        scales = np.sqrt(np.diag(total)[:p] / n)
        scaled = [Column(c.values, c.shift, 1.0 / s if s > 0 else 1.0) for c, s in zip(columns, scales, strict=True)]
        R, fit = block_qr(scaled, y, order, w)
        if np.min(np.abs(np.diag(R))) <= 1e-15 * np.max(np.abs(R)):
            raise InsufficientObservations("insufficient observations")  # fewer rows than columns in effect
        inverse = np.linalg.solve(R, np.eye(p))
        first = np.zeros((p, p))
        first[order] = inverse  # rows follow the design, columns the orthonormal basis
        raw = np.array([c.scale for c in scaled])
        values, rest = _orthonormal_rows(scaled, y, first, fit)
        columns, y = [Column(v) for v in values], Column(rest)
        back = raw[:, None] * first
        offset = back @ fit
        products = cross_gram(columns, y, design.residual_by, design.residual_groups, w)
        total = products.sum(0)
        A, b, _ = _triangular(total, list(range(p)))
    offset = offset + back @ b
    back = back @ A
    turn = np.eye(p + 1)
    turn[:p, :p] = A
    turn[:p, p] = -b
    products = turn.T @ products @ turn
    spread = float(products.sum(0)[p, p])
    if spread <= n * nothing**2:
        raise InitialValues("initial values not feasible")  # unverified: wording for a perfect linear fit
    y_scale = float(np.sqrt(spread / n))
    products[:, p, :] /= y_scale
    products[:, :, p] /= y_scale
    if constant is not None:
        # the constant of the centred columns carries the means
        centre = np.eye(p)
        centre[constant] -= np.where(np.arange(p) == constant, 0.0, shifts)
        back, offset = centre @ back, centre @ offset
        offset[constant] += y_shift
    by, groups = design.residual_by, design.residual_groups
    rows = np.array([n]) if by is None else np.bincount(by, weights=w, minlength=groups)
    log_det = np.linalg.slogdet(back)[1] if p else 0.0
    return Frame(tuple(columns), y, A, b, y_scale, products, rows, back, offset, float(log_det))


def cross_gram(
    columns: Sequence[Column], y: Column, by: Ints | None, groups: int, weights: Floats | None = None
) -> Floats:
    """Cross products of [columns, y] by residual group, shape (B, p + 1, p + 1), in one pass over the rows."""
    wide = [*columns, y]
    out = np.zeros((groups, len(wide), len(wide)))
    buffer = np.empty((len(wide), ROWS))
    for rows in blocks(len(y.values)):
        part = buffer[:, : rows.stop - rows.start]
        for k, column in enumerate(wide):
            fill(column, rows, part[k])
        other = part if weights is None else part * weights[rows]
        if by is None:
            out[0] += gram(part, other)
        else:
            codes = by[rows]
            for g in range(groups):
                chosen = codes == g
                out[g] += gram(part[:, chosen], other[:, chosen])
    return out


def fill(column: Column, rows: slice, out: Floats) -> None:
    """Write a block of a column as the engine uses it."""
    np.subtract(column.values[rows], column.shift, out=out)
    if column.scale != 1.0:
        np.multiply(out, column.scale, out=out)


def _triangular(total: Floats, order: list[int]) -> tuple[Floats, Floats, bool]:
    """From cross products: A with A'X'XA = I, the coefficients b of y, and whether that can be trusted."""
    p = len(order)
    if p == 0:
        return np.zeros((0, 0)), np.zeros(0), True
    norms = np.sqrt(np.diag(total)[:p])
    if not norms.all():
        return np.eye(p), np.zeros(p), False
    C = (total[:p, :p] / np.multiply.outer(norms, norms))[np.ix_(order, order)]
    try:
        L = np.linalg.cholesky(C)
    except np.linalg.LinAlgError:
        return np.eye(p), np.zeros(p), False
    pivots = np.diag(L) ** 2
    A = np.zeros((p, p))
    A[order] = np.linalg.solve(L, np.eye(p)).T
    A /= norms[:, None]
    projection = A.T @ total[:p, p]
    b = A @ projection
    left = total[p, p] - projection @ projection
    return A, b, bool(pivots.min() > TAME and left > TAME * total[p, p])


def block_qr(
    columns: Sequence[Column], y: Column, order: list[int], weights: Floats | None = None
) -> tuple[Floats, Floats]:
    """R of the columns in the given order and Q'y, by QR of stacked blocks (error as cond, not cond^2)."""
    p = len(columns)
    buffer = np.empty((p + 1, ROWS))
    R = np.zeros((0, p + 1))
    for rows in blocks(len(y.values)):
        part = buffer[:, : rows.stop - rows.start]
        for k, index in enumerate(order):
            fill(columns[index], rows, part[k])
        fill(y, rows, part[p])
        if weights is not None:
            part *= np.sqrt(weights[rows])
        R = np.asarray(np.linalg.qr(np.vstack([R, part.T]), mode="r"))
    R = np.vstack([R, np.zeros((max(p - R.shape[0], 0), p + 1))])
    return R[:p, :p], R[:p, p]


def _orthonormal_rows(columns: Sequence[Column], y: Column, first: Floats, fit: Floats) -> tuple[Floats, Floats]:
    """The orthonormal columns (p, n) and the residual of y (n,), written block by block."""
    p, n = len(columns), len(y.values)
    values, rest = np.empty((p, n)), np.empty(n)
    buffer = np.empty((p, ROWS))
    for rows in blocks(n):
        part = buffer[:, : rows.stop - rows.start]
        for k, column in enumerate(columns):
            fill(column, rows, part[k])
        np.matmul(first.T, part, out=values[:, rows])
        fill(y, rows, rest[rows])
        rest[rows] -= fit @ values[:, rows]
    return values, rest
