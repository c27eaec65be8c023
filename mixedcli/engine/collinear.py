"""Which columns of X to keep: first come, first kept, as Stata omits collinear variables.

A column is omitted when, after regression on the columns kept before it (the constant
first), less than TOLERANCE of its sum of squares is left.  Squares are taken about the mean
when there is a constant, so a covariate shifted by 1e8 keeps its place; where cross products
cannot tell (small remainders lose their digits in squares), a QR decomposition decides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.orthogonal import Column, block_qr, cross_gram, is_ones
from mixedcli.errors import InitialValues

Floats = NDArray[np.float64]

TOLERANCE = 1e-13  # unverified: Stata's own limit; drops sums that were rounded to float storage
_CLEAR = 1e-8  # remainders above this are right when taken from cross products


def independent_columns(columns: Sequence[Floats]) -> tuple[bool, ...]:
    """For each column whether to keep it; a column of ones among them counts as first.

    columns: each shape (n,), finite.  Raises InitialValues (r(1400)) when their squares are not.
    """
    if not columns or not len(columns[0]):
        return (False,) * len(columns)
    constant = next((k for k, values in enumerate(columns) if is_ones(values)), None)
    order = [k for k in range(len(columns)) if k != constant]
    kept = [k == constant for k in range(len(columns))]
    means = [float(columns[k].mean()) if constant is not None else 0.0 for k in order]
    shifted = [Column(columns[k], mean) for k, mean in zip(order, means, strict=True)]
    if not shifted:
        return tuple(kept)
    n = len(columns[0])
    nothing = Column(np.broadcast_to(np.float64(0.0), (n,)))
    with np.errstate(over="ignore", invalid="ignore"):
        squares = cross_gram(shifted, nothing, None, 1)[0][:-1, :-1]
    if not np.isfinite(squares).all():
        raise InitialValues("initial values not feasible")  # squares overflow: values beyond 1e150
    sizes = np.sqrt(np.diag(squares))
    floor = np.array([1e-13 * abs(mean) * np.sqrt(n) for mean in means])
    alive = [k for k in range(len(order)) if sizes[k] > floor[k]]
    C = squares[np.ix_(alive, alive)] / np.multiply.outer(sizes[alive], sizes[alive])
    left = _remainders(_root(C))
    if len(left) and min(left) < _CLEAR:
        scaled = [Column(shifted[k].values, shifted[k].shift, 1.0 / float(sizes[k])) for k in alive]
        R, _ = block_qr(scaled, nothing, list(range(len(alive))))
        left = _remainders(R)
    for k, rest in zip(alive, left, strict=True):
        kept[order[k]] = rest > TOLERANCE
    return tuple(kept)


def _root(C: Floats) -> Floats:
    """A matrix R with R'R = C; C positive semidefinite up to rounding."""
    w, U = np.linalg.eigh(C)
    return np.asarray(np.sqrt(np.maximum(w, 0.0))[:, None] * U.T)


def _remainders(R: Floats) -> list[float]:
    """Share of every column of R left after regression on the earlier columns that were kept."""
    basis: list[Floats] = []
    out: list[float] = []
    for column in R.T:
        size = float(np.sqrt(column @ column))
        rest = column / size
        for _ in range(2):  # twice is enough for full precision
            for b in basis:
                rest = rest - (b @ rest) * b
        share = float(rest @ rest)
        out.append(share)
        if share > TOLERANCE:
            basis.append(rest / np.sqrt(share))
    return out
