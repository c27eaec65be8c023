"""One component of the Schur complement: the dense atoms' effects integrated out.

S (m, m) is what the base leaves of Z_d'V^-1 Z_d, Sigma the block diagonal covariance of the effects, split as
Sigma = Q J Q with Q positive semidefinite and J = diag(+-1) (-1 only for the negative part of an exchangeable
covariance).  With A = J + Q S Q:

    log|I + S Sigma| = log|det A|        H = (Sigma^-1 + S)^-1 = Q A^-1 Q
    M = (I + S Sigma)^-1 = Q^-1 J A^-1 Q          K = M S = Q^-1 (J - J A^-1 J) Q^-1

Where an atom's covariance is near singular, its rows of M and K are taken from M = I - S H and K = M S instead.
V is positive definite if and only if A has as many negative eigenvalues as J.

Matrices are stored as Fortran-ordered lower triangles (LAPACK's own form); m may be thousands.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossed_data import Component

Floats = NDArray[np.float64]

_SINGULAR = 1e-5  # covariance times cross product below which M and K are taken the long way


class Schur:
    """log_det, and the operators H, M, K; traces with derivatives of S.

    Raises numpy.linalg.LinAlgError where V is not positive definite.
    """

    def __init__(self, component: Component, S: Floats, phi: Floats, inverse: bool) -> None:
        m = component.m
        self.m, self.blocks, self.phi = m, component.blocks, phi
        self._S = S.reshape(m, m).T  # upper rows read as lower columns
        self._full_inverse = False
        diagonal = np.abs(np.diagonal(self._S))
        self.roots: list[Floats] = []
        self.signs: list[float] = []
        self.regular: list[bool] = []
        for b in self.blocks:
            w, U = np.linalg.eigh(b.atom.sigma(phi))
            sign = -1.0 if w[0] < 0 and b.atom.q == 1 else 1.0
            size = np.abs(w) if b.atom.q == 1 else np.maximum(w, 0.0)
            self.roots.append((U * np.sqrt(size)) @ U.T)
            self.signs.append(sign)
            self.regular.append(bool(size.min() * diagonal[b.span].mean() > _SINGULAR))
        A = self.scaled(self._S)
        for b, sign in zip(self.blocks, self.signs, strict=True):
            index = np.arange(b.span.start, b.span.stop)
            A[index, index] += sign
        self._factor(A, inverse)

    def _factor(self, A: Floats, inverse: bool) -> None:
        from scipy.linalg import lapack

        if min(self.signs, default=1.0) > 0:
            factor, info = lapack.dpotrf(A, lower=1, clean=0, overwrite_a=1)
            if info != 0:
                raise np.linalg.LinAlgError("not positive definite")
            self.log_det = 2.0 * float(np.log(np.diagonal(factor)).sum())
            self._cholesky, self._inverse = factor, None
            if inverse:
                self._inverse, info = lapack.dpotri(factor, lower=1, overwrite_c=1)
                self._cholesky = None
            return
        full = _symmetric(A)
        w = np.linalg.eigvalsh(full)
        negative = sum(b.groups for b, sign in zip(self.blocks, self.signs, strict=True) if sign < 0)
        if int((w < 0).sum()) != negative or not np.abs(w).min() > 0:
            raise np.linalg.LinAlgError("not positive definite")
        self.log_det = float(np.log(np.abs(w)).sum())
        self._cholesky, self._inverse = None, np.asfortranarray(np.linalg.inv(full))
        self._full_inverse = True

    # -- operators on (m, r) -------------------------------------------------------------------

    def root(self, x: Floats, inverse: bool = False) -> Floats:
        """Q x (or Q^-1 x where it is regular)."""
        out = np.empty_like(x)
        for b, Q, regular in zip(self.blocks, self.roots, self.regular, strict=True):
            part = x[b.span]
            if inverse and not regular:
                out[b.span] = 0.0
            elif b.atom.q == 1:
                out[b.span] = part / Q[0, 0] if inverse else part * Q[0, 0]
            else:
                turn = np.linalg.inv(Q) if inverse else Q
                shaped = part.reshape(b.groups, b.atom.q, -1)
                out[b.span] = (turn @ shaped).reshape(part.shape)
        return out

    def scaled(self, S: Floats) -> Floats:
        """Q S Q of a lower triangle, as a new Fortran-ordered lower triangle."""
        if all(b.atom.q == 1 for b in self.blocks):
            q = np.concatenate([np.full(b.groups, Q[0, 0]) for b, Q in zip(self.blocks, self.roots, strict=True)])
            out: Floats = np.multiply(S, q[:, None], order="F")
            out *= q[None, :]
            return out
        half = self.root(np.ascontiguousarray(_symmetric(S)))
        return np.asarray(self.root(np.ascontiguousarray(half.T)).T, order="F")

    def solve(self, x: Floats) -> Floats:
        """A^-1 x."""
        from scipy.linalg import blas, lapack

        if self._inverse is not None:
            return np.asarray(blas.dsymm(1.0, self._inverse, np.asfortranarray(x), lower=1))
        solution, _ = lapack.dpotrs(self._cholesky, np.asfortranarray(x), lower=1)
        return np.asarray(solution)

    def times_s(self, x: Floats) -> Floats:
        from scipy.linalg import blas

        return np.asarray(blas.dsymm(1.0, self._S, np.asfortranarray(x), lower=1))

    def times_h(self, x: Floats) -> Floats:
        return self.root(self.solve(self.root(x)))

    def times_m(self, x: Floats) -> Floats:
        """(I + S Sigma)^-1 x, by whichever form keeps the digits of each atom's rows."""
        half = self.solve(self.root(x))
        out = self.root(half, inverse=True)
        for b, sign in zip(self.blocks, self.signs, strict=True):
            if sign < 0:
                out[b.span] *= -1.0
        if not all(self.regular):
            plain = x - self.times_s(self.root(half))
            for b, regular in zip(self.blocks, self.regular, strict=True):
                if not regular:
                    out[b.span] = plain[b.span]
        return out

    def times_k(self, x: Floats) -> Floats:
        return self.times_m(self.times_s(x))

    # -- traces --------------------------------------------------------------------------------

    def inverse(self) -> Floats:
        """A^-1 with both triangles."""
        assert self._inverse is not None
        if not self._full_inverse:
            self._inverse = _symmetric(self._inverse)
            self._full_inverse = True
        return self._inverse

    def information_block(self, i: int, j: int) -> Floats:
        """K between the columns of blocks i and j."""
        a, b = self.blocks[i], self.blocks[j]
        if self.regular[i] and self.regular[j]:
            assert self._inverse is not None
            if i == j:
                part = self._inverse[a.span, a.span]
                part = part if self._full_inverse else _symmetric(part)
            elif self._full_inverse:
                part = self._inverse[a.span, b.span]
            else:
                low, high = (b, a) if a.start < b.start else (a, b)
                part = self._inverse[low.span, high.span]
                part = part.T if a.start < b.start else part
            out = -self.signs[i] * self.signs[j] * part
            if i == j:
                index = np.arange(len(out))
                out[index, index] += self.signs[i]
            out = _left(np.linalg.inv(self.roots[i]), out)
            return _left(np.linalg.inv(self.roots[j]), out.T).T
        if not self.regular[i]:
            return self._rows(i) @ _symmetric(self._S)[:, b.span]
        return self.information_block(j, i).T

    def _rows(self, i: int) -> Floats:
        """Rows of M for block i, the long way."""
        a = self.blocks[i]
        pick = np.zeros((self.m, a.span.stop - a.span.start))
        pick[np.arange(a.span.start, a.span.stop), np.arange(pick.shape[1])] = 1.0
        return np.asarray(pick - self.times_h(_symmetric(self._S)[:, a.span])).T

    def diagonal_sum(self, i: int) -> Floats:
        """Sum over block i's groups of the (q, q) diagonal blocks of K."""
        b = self.blocks[i]
        q = b.atom.q
        out = np.empty((q, q))
        if not self.regular[i]:
            K = self.information_block(i, i)
            return np.array([[float(np.trace(K[s::q, t::q])) for t in range(q)] for s in range(q)])
        assert self._inverse is not None
        first = np.arange(b.span.start, b.span.stop, q)
        for s in range(q):
            for t in range(s + 1):
                out[s, t] = out[t, s] = -float(self._inverse[first + s, first + t].sum())
        out[np.arange(q), np.arange(q)] += self.signs[i] * b.groups
        turn = np.linalg.inv(self.roots[i])
        return np.asarray(turn @ out @ turn)

    def pair_sums(self, i: int, j: int) -> Floats:
        """Sums over groups g of block i, h of block j: K[(g, t), (h, u)] K[(g, s), (h, x)], shape (t, u, s, x)."""
        a, b = self.blocks[i].atom.q, self.blocks[j].atom.q
        if a == b == 1 and self.regular[i] and self.regular[j]:
            part = self.inverse()[self.blocks[i].span, self.blocks[j].span]
            total = float(np.einsum("ij,ij->", part, part))
            if i == j:
                d = np.diagonal(part)
                total += float(np.sum((self.signs[i] - d) ** 2) - d @ d)
            return np.full((1, 1, 1, 1), total / (self.roots[i][0, 0] * self.roots[j][0, 0]) ** 2)
        K = self.information_block(i, j)
        parts = {(t, u): K[t::a, u::b] for t in range(a) for u in range(b)}
        out = np.empty((a, b, a, b))
        for t, u in parts:
            for x, y in parts:
                out[t, u, x, y] = float(np.einsum("ij,ij->", parts[t, u], parts[x, y]))
        return out

    def trace_h(self, dS: Floats) -> float:
        """tr(H dS) of a flat upper triangle dS."""
        assert self._inverse is not None
        return _inner(self._inverse, self.scaled(dS.reshape(self.m, self.m).T))

    def turned(self, dS: Floats) -> Floats:
        """U = A^-1 Q dS Q (full): tr(H dS_a H dS_b) = sum of U_a and the transpose of U_b, elementwise."""
        from scipy.linalg import blas

        C = self.scaled(dS.reshape(self.m, self.m).T)
        return np.asarray(blas.dsymm(1.0, self.inverse(), _symmetric(C), lower=1))

    def spread(self, i: int, U: Floats, dS: Floats) -> Floats:
        """Sum over block i's groups of the (q, q) diagonal blocks of M dS M'."""
        b = self.blocks[i]
        q = b.atom.q
        if self.regular[i]:
            left = U[b.span].reshape(b.groups, q, self.m)
            right = self.inverse()[b.span].reshape(b.groups, q, self.m)
            out = np.array([[float(np.sum(left[:, s] * right[:, t])) for t in range(q)] for s in range(q)])
            turn = np.linalg.inv(self.roots[i])
            return np.asarray(turn @ out @ turn)
        rows = self._rows(i)
        left = (rows @ _symmetric(dS.reshape(self.m, self.m).T)).reshape(b.groups, q, self.m)
        return np.asarray(np.einsum("gsm,gtm->st", left, rows.reshape(b.groups, q, self.m)))


def _left(turn: NDArray[Any], X: NDArray[Any]) -> Floats:
    """Block diagonal I (x) turn times X."""
    if len(turn) == 1:
        return np.asarray(X * turn[0, 0])
    q = len(turn)
    return np.asarray((turn @ X.reshape(-1, q, X.shape[1])).reshape(X.shape))


def _symmetric(lower: NDArray[Any]) -> Floats:
    """Both triangles of a matrix given by its lower one, in Fortran order."""
    m = len(lower)
    out = np.array(lower, dtype=np.float64, order="F")
    step = 512  # columns at a time, so that reading across stays in the cache
    for low in range(0, m, step):
        high = min(low + step, m)
        corner = np.tril(out[low:high, low:high])
        out[low:high, low:high] = corner + np.tril(corner, -1).T
        for at in range(high, m, step):
            out[low:high, at : at + step] = out[at : at + step, low:high].T
    return out


def _inner(A: Floats, B: Floats) -> float:
    """Sum of the elementwise product of two symmetric matrices given by their lower triangles."""
    total = 0.0
    for low in range(0, A.shape[1], 256):
        high = min(low + 256, A.shape[1])
        a, b = A[low:, low:high], B[low:, low:high]
        head = high - low
        total += 2.0 * float(np.einsum("ij,ij->", a[head:], b[head:]))
        corner = np.tril(a[:head] * b[:head])
        total += 2.0 * float(corner.sum()) - float(np.trace(corner))
    return total
