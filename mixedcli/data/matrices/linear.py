"""Linear algebra of the matrix functions: inverses, factors, sweeps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.matrices.named import symmetric
from mixedcli.errors import Conformability, NotPositiveDefinite, NotSymmetric

Floats = NDArray[np.float64]

_TINY = 1e-13
"""A pivot that has lost so much of its size is zero."""


def square(a: Floats) -> Floats:
    """The matrix itself.  Errors: r(503) it is not square."""
    if a.shape[0] != a.shape[1]:
        raise Conformability("conformability error")
    return a


def same_both_ways(a: Floats) -> Floats:
    """The matrix itself.  Errors: r(503) not square, r(505) not symmetric."""
    if not symmetric(square(a)):
        raise NotSymmetric("matrix not symmetric")
    both: Floats = (a + a.T) / 2
    return both


def inverse(a: Floats) -> Floats:
    """The inverse of a square matrix.  Errors: r(503), r(506) a singular one.

    A singular matrix that is symmetric and has no negative eigenvalues gets its g2 inverse (# stata: Statalist
    2008-02/307, inv() of a covariance matrix of rank one).
    """
    square(a)
    if symmetric(a) and a.size:
        eigenvalues = np.linalg.eigvalsh((a + a.T) / 2)
        if eigenvalues[0] >= -1e-10 * max(eigenvalues[-1], 0.0):
            return generalized_inverse(a)
    scale = np.abs(a).max(initial=0.0)
    try:
        made = np.linalg.inv(a)
    except np.linalg.LinAlgError:
        raise NotPositiveDefinite("matrix is singular") from None  # unverified: words and code
    if not np.isfinite(made).all() or np.linalg.cond(a / scale if scale else a) > 1 / np.finfo(float).eps:
        raise NotPositiveDefinite("matrix is singular")
    if symmetric(a):
        made = (made + made.T) / 2
    return np.asarray(made, dtype=np.float64)


def swept(a: Floats, k: int) -> Floats:
    """The sweep operator on the row and column k."""
    pivot = a[k, k]
    if pivot == 0:
        gone = a.copy()
        gone[k, :] = 0.0
        gone[:, k] = 0.0
        return gone
    out: Floats = a - np.outer(a[:, k], a[k, :]) / pivot
    out[k, :] = a[k, :] / pivot
    out[:, k] = -a[:, k] / pivot
    out[k, k] = 1 / pivot
    return out


def generalized_inverse(a: Floats) -> Floats:
    """Inverse of a symmetric matrix; rows and columns whose pivots are zero or negative are zero (a g2 inverse).

    Errors: r(503), r(505).
    """
    work = same_both_ways(a)
    n = len(work)
    size = np.abs(np.diag(work)).copy()
    # dependence is judged free of units
    done = np.zeros(n, dtype=bool)
    for _ in range(n):
        with np.errstate(all="ignore"):
            left = np.where(size > 0, np.diag(work) / size, 0.0)
        left[done] = -1.0
        k = int(np.argmax(left > _TINY)) if (left > _TINY).any() else -1  # in order, so that the first ones are kept
        if k < 0:
            break
        pivot = work[k, k]
        row = work[k, :].copy()
        work = work - np.outer(row, row) / pivot
        work[k, :] = row / pivot
        work[:, k] = row / pivot
        work[k, k] = -1 / pivot
        done[k] = True
    out = np.where(np.outer(done, done), -work, 0.0)
    both: Floats = (out + out.T) / 2
    return both


def cholesky(a: Floats) -> Floats:
    """The lower triangle whose square is a.  Errors: r(503), r(505), r(506)."""
    try:
        return np.asarray(np.linalg.cholesky(same_both_ways(a)), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise NotPositiveDefinite("matrix not positive definite") from None


def correlation(a: Floats) -> Floats:
    """A covariance matrix as correlations; a variance of zero leaves zeros.  Errors: r(503), r(505), r(506)."""
    v = same_both_ways(a)
    variances = np.diag(v)
    if (variances < 0).any():
        raise NotPositiveDefinite("matrix not positive definite")
    sd = np.sqrt(variances)
    scale = np.where(sd > 0, 1 / np.where(sd > 0, sd, 1.0), 0.0)
    out: Floats = v * np.outer(scale, scale)
    np.fill_diagonal(out, np.where(sd > 0, 1.0, 0.0))
    return out


def eigensystem(a: Floats) -> tuple[Floats, Floats]:
    """Eigenvectors (columns) and eigenvalues of a symmetric matrix, the greatest first.  Errors: r(503), r(505)."""
    values, vectors = np.linalg.eigh(same_both_ways(a))
    order = np.argsort(-values, kind="stable")
    return _signed(vectors[:, order]), values[order]


def _signed(vectors: Floats) -> Floats:
    """The sign of a vector is free: its greatest element is made positive, so that it is always the same."""
    if not vectors.size:
        return vectors
    at = np.argmax(np.abs(vectors) > np.abs(vectors).max(axis=0) * (1 - 1e-9), axis=0)
    signs = np.sign(vectors[at, np.arange(vectors.shape[1])])
    out: Floats = vectors * np.where(signs == 0, 1.0, signs)
    return out
