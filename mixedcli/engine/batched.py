"""Many small matrices at once, group axis last so that every operation runs along contiguous memory.

Shapes: S (q, q, G) symmetric positive semidefinite, sigma (q, q); G groups.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ONE_THREAD = 250_000  # multiply-adds up to which OpenBLAS stays on the calling thread
_STEEP = 1e4
_WRITTEN_OUT = 4  # up to this q products are written out over arrays; beyond, batched BLAS


def inverse_plus(S: Floats, sigma: Floats) -> tuple[Floats, Floats]:
    """(I + S sigma)^-1, shape (q, q, G), and log |I + S sigma|, shape (G,).

    sigma may be singular.  q <= 3 in closed form; the determinant for q = 2 is summed
    from terms that are never negative, so it keeps its digits for near singular S.
    """
    q = sigma.shape[0]
    if q == 1:
        scale = S[0, 0] * sigma[0, 0]
        return np.asarray(1.0 / (1.0 + scale))[None, None], np.log1p(scale)
    if q == 2:
        N = multiply(S, sigma[:, :, None])
        minor = S[0, 0] * S[1, 1] - S[0, 1] * S[0, 1]
        growth = N[0, 0] + N[1, 1] + np.maximum(minor, 0.0) * (sigma[0, 0] * sigma[1, 1] - sigma[0, 1] ** 2)
        inverse = 1.0 / (1.0 + growth)
        M = np.empty_like(N)
        M[0, 0] = (1.0 + N[1, 1]) * inverse
        M[1, 1] = (1.0 + N[0, 0]) * inverse
        M[0, 1] = -N[0, 1] * inverse
        M[1, 0] = -N[1, 0] * inverse
        return M, np.log1p(growth)
    N = multiply(S, sigma[:, :, None])
    index = np.arange(q)
    N[index, index] += 1.0
    if q == 3 and not steep(S, sigma):  # products of three large numbers would drown the determinant
        M = np.empty_like(N)
        for i in range(3):
            i1, i2 = (i + 1) % 3, (i + 2) % 3
            for j in range(3):
                j1, j2 = (j + 1) % 3, (j + 2) % 3
                M[j, i] = N[i1, j1] * N[i2, j2] - N[i1, j2] * N[i2, j1]
        det = N[0, 0] * M[0, 0] + N[0, 1] * M[1, 0] + N[0, 2] * M[2, 0]
        M /= det
        return M, np.log(det)
    batch = np.ascontiguousarray(N.transpose(2, 0, 1))
    return np.asarray(np.linalg.inv(batch).transpose(1, 2, 0), dtype=float), np.asarray(
        np.linalg.slogdet(batch)[1], dtype=float
    )


def steep(S: Floats, sigma: Floats) -> bool:
    """Whether S sigma is so large somewhere that products with (I + S sigma)^-1 lose digits worth having."""
    return bool((S[np.arange(len(S)), np.arange(len(S))].max(axis=1, initial=0.0) * np.diag(sigma)).max() > _STEEP)


def solve_plus(M: Floats, S: Floats, sigma: Floats, right: Floats) -> Floats:
    """M right for M = (I + S sigma)^-1, the error of M taken out by a step of iterative refinement where it matters."""
    W = multiply(M, right)
    if steep(S, sigma):
        W = W + multiply(M, right - W - multiply(S, multiply(sigma[:, :, None], W)))
    return W


def multiply(A: Floats, B: Floats) -> Floats:
    """Product of (a, b, G) and (b, c, G), shape (a, c, G); a last axis of length 1 broadcasts."""
    a, b = A.shape[:2]
    if b > _WRITTEN_OUT or a > _WRITTEN_OUT:
        left = np.ascontiguousarray(A.transpose(2, 0, 1))
        return np.asarray(np.matmul(left, np.ascontiguousarray(B.transpose(2, 0, 1))).transpose(1, 2, 0))
    out = np.empty((a, B.shape[1], max(A.shape[2], B.shape[2])))
    for i in range(a):
        np.multiply(A[i, 0], B[0], out=out[i])
        for k in range(1, b):
            out[i] += A[i, k] * B[k]
    return out


def gram(A: Floats, B: Floats) -> Floats:
    """A B' of long rows (a, K) and (b, K), cut so that BLAS does not start its threads.

    On matrices this flat the threads gain nothing, and wait for each other when the machine is busy.
    """
    K = A.shape[1]
    step = _ONE_THREAD // max(A.shape[0] * B.shape[0], 1)
    if step < 128 or step >= K:
        return np.asarray(A @ B.T)
    out = A[:, :step] @ B[:, :step].T
    for low in range(step, K, step):
        out += A[:, low : low + step] @ B[:, low : low + step].T
    return np.asarray(out)


def tall_product(A: Floats, B: Floats) -> Floats:
    """A B for many rows of A, cut so that BLAS does not start its threads (see ``gram``)."""
    step = _ONE_THREAD // max(B.shape[0] * B.shape[1], 1)
    if step < 4 or step >= len(A):
        return np.asarray(A @ B)
    return np.concatenate([A[low : low + step] @ B for low in range(0, len(A), step)])


def trace_products(A: Floats, B: Floats) -> float:
    """Sum over groups of tr(A_g B_g)."""
    if len(A) > _WRITTEN_OUT:
        return float(np.einsum("ikg,kig->", A, B))
    return float(sum(np.dot(A[i, k], B[k, i]) for i in range(A.shape[0]) for k in range(A.shape[1])))
