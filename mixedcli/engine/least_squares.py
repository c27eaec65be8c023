"""Least squares with conventional, robust and clustered covariance matrices.

Letters: X (n, p) of full column rank, y (n,), w (n,) weights or None, e residuals, D = (X'WX)^-1.
Sources: White (1980) with the factor n/(n-p); MacKinnon and White (1985) for HC2 and HC3; for clusters the factor
G/(G-1) (n-1)/(n-p).  Frequency weights count rows; other weights are scaled by the caller to the sum he wants.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@frozen
class LeastSquares:
    """beta (p,); D (p, p); residuals (n,); rss = sum w e^2."""

    beta: Floats
    D: Floats
    residuals: Floats
    rss: float


def fit(X: Floats, y: Floats, w: Floats | None = None) -> LeastSquares:
    """Weighted least squares by QR, with one step of refinement on the residuals."""
    root = None if w is None else np.sqrt(w)
    A = X if root is None else X * root[:, None]
    if not A.shape[1]:
        return LeastSquares(np.zeros(0), np.zeros((0, 0)), y.copy(), float(y @ y if w is None else (w * y) @ y))
    scale = np.sqrt(np.einsum("ij,ij->j", A, A))
    Q, R = np.linalg.qr(A / scale)

    def solve(v: Floats) -> Floats:
        return np.asarray(np.linalg.solve(R, Q.T @ (v if root is None else v * root)) / scale)

    beta = solve(y)
    beta = beta + solve(y - X @ beta)
    e = y - X @ beta
    half = np.linalg.solve(R, np.eye(len(R))) / scale[:, None]
    return LeastSquares(beta, half @ half.T, e, float(e @ e if w is None else (w * e) @ e))


def robust(X: Floats, ls: LeastSquares, w: Floats | None, *, frequency: bool, kind: str = "hc1") -> Floats:
    """Huber-White covariance matrix; kind: hc1, hc2 or hc3.  frequency: w counts rows."""
    n, p = _size(X, w, frequency), X.shape[1]
    e = ls.residuals
    if kind != "hc1":
        h = np.einsum("ij,jk,ik->i", X, ls.D, X, optimize=True)
        h = h if w is None or frequency else h * w
        e = e / (np.sqrt(1 - h) if kind == "hc2" else 1 - h)
    square = e * e if w is None else w * e * e if frequency else (w * e) ** 2
    meat = (X * square[:, None]).T @ X
    return np.asarray(ls.D @ meat @ ls.D * (n / (n - p) if kind == "hc1" else 1.0))


def clustered(X: Floats, ls: LeastSquares, w: Floats | None, codes: Ints, clusters: int, *, frequency: bool) -> Floats:
    """Covariance matrix from sums of scores over clusters; codes (n,) in 0..clusters-1."""
    n, p = _size(X, w, frequency), X.shape[1]
    scores = X * (ls.residuals if w is None else w * ls.residuals)[:, None]
    sums = np.column_stack([np.bincount(codes, scores[:, k], clusters) for k in range(p)]) if p else np.zeros((1, 0))
    return np.asarray(ls.D @ (sums.T @ sums) @ ls.D * (clusters / (clusters - 1) * (n - 1) / (n - p)))


def _size(X: Floats, w: Floats | None, frequency: bool) -> float:
    return float(w.sum()) if w is not None and frequency else float(len(X))


def log_likelihood(n: float, rss: float, w: Floats | None = None) -> float:
    """Normal log likelihood at the maximum; w (n,): analytic weights summing to n."""
    extra = 0.0 if w is None else 0.5 * float(np.sum(np.log(w)))
    return extra - 0.5 * n * (math.log(2 * math.pi) + math.log(rss / n) + 1) if rss > 0 else math.nan
