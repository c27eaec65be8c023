"""Elimination of the random effects up the levels: determinants and Schur complements with derivatives.

With S = [Z, A]' V_below^-1 [Z, A] of a group (A: ancestors' Z, X, y), integrating the
group's own effects, Var(u) = Sigma, out gives

    M = (I + S_zz Sigma)^-1,  K = M S_zz,  H = Sigma M,  W = M S_za,  B = Sigma W
    T = S_aa - S_za' B                     handed to the parent
    log det contribution                   log |I + S_zz Sigma|

which needs no inverse of Sigma: it may be singular.  All variance parameters enter
linearly (Sigma = sum kappa_i E_i; residual precisions multiply cross products), so

    own i, j      dT = -W'E_i W        d2T = W'(E_i K E_j + E_j K E_i) W
                  tr(K E_i)                 -tr(K E_i K E_j)
    below a, b    R_a = dS_za - dS_zz B
                  dT = P'dS P          d2T = P'd2S P - R_a'H R_b - R_b'H R_a
                  tr(H dS_zz)               tr(H d2S_zz) - tr(H dS_a H dS_b)
    own i, a      d2T = -(M R_a)'E_i W - W'E_i (M R_a)
                  tr(M dS_zz M' E_i)

Weights: a group's weight multiplies all it hands upward and its log determinant (Chunk.shares).
Shapes: groups last; S (q, q + c, G).  ``order`` says how many derivatives are wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.batched import gram as flat_gram
from mixedcli.engine.batched import inverse_plus, multiply, solve_plus, trace_products
from mixedcli.engine.crossprod import Chunk, CrossProducts, Products
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Triple = tuple[int, int, float]  # a non-zero element (row, column, value) of E_i
_WRITTEN_OUT = 4  # effects of a level up to which sums over elements of E_i are written out
Pairs = list[tuple[Floats, Floats]]  # rows whose outer products are summed, each (c, G)


@frozen
class LevelCovariance:
    """Sigma (q, q) of a level and the directions of its own parameters.

    index[i] is the place of parameter i in the whole parameter vector, basis[i] its E_i.
    """

    sigma: Floats
    index: tuple[int, ...]
    basis: tuple[tuple[Triple, ...], ...]


@frozen
class RowProducts:
    """A chunk's cross products through the inverse of R, one array (q_l, width_l, G_l) per level.

    first: derivatives by residual parameter; second: by pair of them, a <= b (pairs left out are zero).
    log_det: log|R| of these rows, where it comes with the products.
    """

    value: list[Floats]
    first: dict[int, list[Floats]]
    second: dict[tuple[int, int], list[Floats]]
    log_det: float = 0.0


class RowSource(Protocol):
    """Where the rows' cross products come from at given residual parameters."""

    def begin(self, data: CrossProducts, out: Evaluation) -> None:
        """Add what all rows together contribute to [X, y]'R^-1[X, y]."""

    def products(self, k: int, chunk: Chunk, out: Evaluation) -> RowProducts:
        """Products of chunk k; may add to ``out`` what ``begin`` did not."""


@frozen
class Leaf:
    """Independent residuals: cross products are linear in the weights of the residual groups.

    weights (B,); slopes: for each residual parameter its index and d weights (B,); order: derivatives wanted.
    """

    weights: Floats
    slopes: tuple[tuple[int, Floats], ...] = ()
    order: int = 2

    def begin(self, data: CrossProducts, out: Evaluation) -> None:
        """See ``RowSource``."""
        out.T[...] += np.tensordot(self.weights, data.frame.gram, 1)
        if self.order > 0:
            for a, slope in self.slopes:
                out.T1[a] += np.tensordot(slope, data.frame.gram, 1)

    def products(self, k: int, chunk: Chunk, out: Evaluation) -> RowProducts:
        """See ``RowSource``."""
        slopes = self.slopes if self.order > 0 else ()
        return RowProducts(
            _combine(chunk.parts, self.weights), {a: _combine(chunk.parts, slope) for a, slope in slopes}, {}
        )


@frozen
class Evaluation:
    """V = sum Z Sigma Z' + R with all its derivatives, seen by [X_int, y_int].

    log_det: log|V| - log|R| (scalar, (P,), (P, P)); T: [X, y]'V^-1[X, y] (r, r), with T1 (P, r, r) and T2 (P, P, r, r).
    """

    log_det: float
    log_det1: Floats
    log_det2: Floats
    T: Floats
    T1: Floats
    T2: Floats


class _Sums:
    """Cross products (or one of their derivatives) handed upwards: an array or None per level, and the root."""

    __slots__ = ("levels", "root")

    def __init__(self, levels: Sequence[Floats | None], root: int) -> None:
        self.levels: list[Floats | None] = list(levels)
        self.root = np.zeros((root, root))

    def add(self, level: int, block: Floats) -> None:
        here = self.levels[level]
        self.levels[level] = block if here is None else here + block


def evaluate(
    data: CrossProducts, levels: Sequence[LevelCovariance], leaf: RowSource, size: int, order: int
) -> Evaluation:
    """Evaluate at given covariances; ``size`` is the length P of the parameter vector."""
    r = data.root
    out = Evaluation(
        0.0,
        np.zeros(size),
        np.zeros((size, size)),
        np.zeros((r, r)),
        np.zeros((size, r, r)),
        np.zeros((size, size, r, r)),
    )
    leaf.begin(data, out)
    log_det = 0.0
    for k, chunk in enumerate(data.chunks):
        given = leaf.products(k, chunk, out)
        log_det += given.log_det + _Elimination(data, chunk, given, out, order).run(levels)
    if order > 1:
        lower = np.tril_indices(size, -1)
        out.T2[lower] = out.T2[lower[::-1]]
        out.log_det2[lower] = out.log_det2.T[lower]
    return Evaluation(log_det, out.log_det1, out.log_det2, out.T, out.T1, out.T2)


class _Elimination:
    """One chunk, lowest level first; results are added into ``out`` (upper triangle of pairs)."""

    def __init__(self, data: CrossProducts, chunk: Chunk, given: RowProducts, out: Evaluation, order: int) -> None:
        self.q, self.r, self.chunk, self.out, self.order = data.q, data.root, chunk, out, order
        self.value = _Sums(given.value, self.r)
        self.first = {a: _Sums(levels, self.r) for a, levels in given.first.items()}
        self.second = {pair: _Sums(levels, self.r) for pair, levels in given.second.items()}

    def run(self, levels: Sequence[LevelCovariance]) -> float:
        log_det = 0.0
        for level in range(len(levels) - 1, -1, -1):
            log_det += self._eliminate(level, levels[level])
        self.out.T[...] += self.value.root
        for a, sums in self.first.items():
            self.out.T1[a] += sums.root
        for (a, b), sums in self.second.items():
            self.out.T2[a, b] += sums.root
        return log_det

    def _eliminate(self, level: int, own: LevelCovariance) -> float:
        S = self.value.levels[level]
        assert S is not None
        q, out = self.q[level], self.out
        Szz, Sza = S[:, :q], S[:, q:]
        M, log_det = inverse_plus(Szz, own.sigma)
        sigma = own.sigma[:, :, None]
        W = solve_plus(M, Szz, own.sigma, Sza)
        B = multiply(sigma, W)
        self._push(self.value, level, _zip(Sza, B), -1.0)
        if self.order > 0:
            H = multiply(sigma, M)
            lower = {a: s.levels[level] for a, s in self.first.items()}
            R: dict[int, Floats] = {}
            for a, dS in lower.items():
                assert dS is not None
                out.log_det1[a] += trace_products(self._counted(level, H), dS[:, :q])
                half = multiply(dS[:, :q], B)
                R[a] = dS[:, q:] - half
                self._push(self.first[a], level, _zip(dS[:, q:] - 0.5 * half, B), -1.0, both=True)
            K = solve_plus(M, Szz, own.sigma, Szz)
            below = list(self.first)
            if self.order > 1:
                self._lower_pairs(level, below, lower, R, B, H)
                self._mixed(level, own, below, lower, R, W, M)
            self._own(level, own, W, K)
        self.value.levels[level] = None
        return float(self._counted(level, log_det).sum())

    def _counted(self, level: int, values: Floats) -> Floats:
        """Values per group (last axis) times the groups' weights in the whole."""
        return values * self.chunk.shares[level][0] if self.chunk.shares else values

    def _own(self, level: int, own: LevelCovariance, W: Floats, K: Floats) -> None:
        out, G = self.out, W.shape[2]
        total_K = self._counted(level, K).sum(2)
        for i, E in zip(own.index, own.basis, strict=True):
            out.log_det1[i] += sum(v * total_K[t, s] for s, t, v in E)
        pairs = {(s, t) for E in own.basis for s, t, _ in E}
        counted = self._counted(level, W)
        grams = self._root_grams(counted, [W], pairs)
        for i, E in zip(own.index, own.basis, strict=True):
            self.first[i] = self._empty()
            root = sum((v * grams[s, t][:, 0] for s, t, v in E), np.zeros((self.r, self.r)))
            self._push(self.first[i], level, [(W[s], v * W[t]) for s, t, v in E], -1.0, root=root)
        if self.order < 2:
            return
        q = K.shape[0]
        wide = q > _WRITTEN_OUT
        KE = [multiply(K, _dense(E, q)) for E in own.basis] if wide else []
        flat = K.reshape(q * q, G)
        KK = np.zeros(0) if wide else flat_gram(self._counted(level, flat), flat).reshape(q, q, q, q)
        Y = [multiply(x, W) for x in KE]
        for E in () if wide else own.basis:
            y = np.zeros_like(W)
            for s, t, v in E:
                for u in range(q):
                    y[u] += (v * K[u, s]) * W[t]
            Y.append(y)
        grams = self._root_grams(counted, Y, pairs)
        for j, (b, F) in enumerate(zip(own.index, own.basis, strict=True)):
            for i in range(j + 1):
                a, E = own.index[i], own.basis[i]
                out.log_det2[a, b] -= (
                    trace_products(self._counted(level, KE[i]), KE[j])
                    if wide
                    else sum(v * w * KK[t, u, x, s] for s, t, v in E for u, x, w in F)
                )
                sums = self.second[a, b] = self._empty()
                root = sum((v * grams[s, t][:, j] for s, t, v in E), np.zeros((self.r, self.r)))
                self._push(sums, level, [(W[s], v * Y[j][t]) for s, t, v in E], 1.0, both=True, root=root)

    def _lower_pairs(
        self, level: int, below: list[int], lower: dict[int, Floats | None], R: dict[int, Floats], B: Floats, H: Floats
    ) -> None:
        q, out = B.shape[0], self.out
        HR = {a: multiply(H, R[a]) for a in below}
        HS = {a: multiply(H, _some(lower[a])[:, :q]) for a in below}
        counted = self._counted(level, H)
        for k, b in enumerate(below):
            for a in below[: k + 1]:
                i, j = (a, b) if a <= b else (b, a)
                out.log_det2[i, j] -= trace_products(self._counted(level, HS[a]), HS[b])
                sums = self.second.get((i, j))
                if sums is None:
                    sums = self.second[i, j] = self._empty()
                d2S = sums.levels[level]
                if d2S is not None:
                    out.log_det2[i, j] += trace_products(counted, d2S[:, :q])
                    half = multiply(d2S[:, :q], B)
                    self._push(sums, level, _zip(d2S[:, q:] - 0.5 * half, B), -1.0, both=True)
                    sums.levels[level] = None
                self._push(sums, level, _zip(R[a], HR[b]), -1.0, both=True)

    def _mixed(
        self,
        level: int,
        own: LevelCovariance,
        below: list[int],
        lower: dict[int, Floats | None],
        R: dict[int, Floats],
        W: Floats,
        M: Floats,
    ) -> None:
        q, out = W.shape[0], self.out
        for a in below:
            N = multiply(M, R[a])
            spread = self._counted(level, multiply(multiply(M, _some(lower[a])[:, :q]), M.transpose(1, 0, 2))).sum(2)
            grams = self._root_grams(self._counted(level, N), [W], {(s, t) for E in own.basis for s, t, _ in E})
            for b, E in zip(own.index, own.basis, strict=True):
                i, j = (a, b) if a <= b else (b, a)
                out.log_det2[i, j] += sum(v * spread[t, s] for s, t, v in E)
                sums = self.second[i, j] = self._empty()
                root = sum((v * grams[s, t][:, 0] for s, t, v in E), np.zeros((self.r, self.r)))
                self._push(sums, level, [(N[s], v * W[t]) for s, t, v in E], -1.0, both=True, root=root)

    def _empty(self) -> _Sums:
        return _Sums([None] * len(self.q), self.r)

    def _root_grams(
        self, left: Floats, right: Sequence[Floats], pairs: set[tuple[int, int]]
    ) -> dict[tuple[int, int], Floats]:
        """Sums over groups of left[s]'right_j[t] at the root for every pair (s, t), each (r, len(right), r)."""
        q, r, G = left.shape[0], self.r, left.shape[2]
        out: dict[tuple[int, int], Floats] = {}
        for t in {t for _, t in pairs}:
            rows = sorted(s for s, other in pairs if other == t)
            wide = (left if len(rows) == q else left[rows])[:, -r:].reshape(len(rows) * r, G)
            tall = right[0][t, -r:] if len(right) == 1 else np.concatenate([x[t, -r:] for x in right])
            grams = flat_gram(wide, tall).reshape(len(rows), r, len(right), r)
            out.update(((s, t), grams[k]) for k, s in enumerate(rows))
        return out

    def _push(
        self,
        sums: _Sums,
        level: int,
        pairs: Pairs,
        factor: float,
        both: bool = False,
        root: Floats | None = None,
    ) -> None:
        """Add factor * sum of left'right (+ its transpose when ``both``) into every ancestor and the root."""
        r = self.r
        shares = self.chunk.shares[level] if self.chunk.shares else ()
        for m in range(level):
            rows = self.q[m]
            block: Floats | None = None
            for left, right in pairs:
                at = left.shape[0] - r - sum(self.q[: m + 1])
                part = left[at : at + rows, None] * right[None, at:]
                if both:
                    part += right[at : at + rows, None] * left[None, at:]
                if block is None:
                    block = part
                else:
                    block += part
            if block is not None:
                if shares:
                    block *= shares[m + 1]
                sums.add(m, factor * np.add.reduceat(block, self.chunk.starts[level][m], axis=2))
        if root is None:
            root = np.zeros((r, r))
            for left, right in pairs:
                root += flat_gram(self._counted(level, left[-r:]), right[-r:])
        sums.root += (factor if both else 0.5 * factor) * (root + root.T)


def _combine(parts: tuple[Products, ...], weights: Floats) -> list[Floats]:
    """Weighted sum of the residual groups' cross products, per level."""
    if len(parts) == 1:
        w = float(weights[0])
        return [a if w == 1.0 else w * a for a in parts[0].levels]
    return [
        np.asarray(sum(w * p.levels[k] for w, p in zip(weights, parts, strict=True)))
        for k in range(len(parts[0].levels))
    ]


def _dense(E: tuple[Triple, ...], q: int) -> Floats:
    """E_i as a matrix (q, q, 1)."""
    out = np.zeros((q, q, 1))
    for s, t, v in E:
        out[s, t] = v
    return out


def _zip(left: Floats, right: Floats) -> Pairs:
    return list(zip(left, right, strict=True))


def _some(array: Floats | None) -> Floats:
    assert array is not None
    return array
