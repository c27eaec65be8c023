"""Best linear unbiased predictions with crossed effects (R. terms): Henderson's equations on the scale of unit effects.

With u = Lambda v, Var(v) = I, and W = Z Lambda,

    A v = W' R^-1 r,   A = I + W' R^-1 W,   Var(u - u_hat) = Lambda A^-1 Lambda' [+ D Phi D' for REML]

The term with the most columns is eliminated (its part of A is block diagonal); the Schur complement of the others is
dense.  An exchangeable R. term is v_i + v_0: independent levels and one effect they share.

Shapes: n rows, Q columns of W, b columns of the eliminated term, r the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mixedcli.engine.design import Design, Floats, Ints
from mixedcli.engine.predict import LevelEffects, precisions
from mixedcli.engine.recov import Exchangeable
from mixedcli.errors import Unavailable
from mixedcli.frozen import frozen
from mixedcli.results import MixedResult

#: the Schur complement's largest side
_LARGEST = 20_000
_CHUNK = 2000


@frozen
class _Term:
    """Columns of W for one set of independent blocks: codes (n,) block of each row, values (n, q), root (q, q)."""

    level: int
    equation: int
    codes: Ints
    groups: int
    values: Floats
    root: Floats

    @property
    def width(self) -> int:
        return int(self.values.shape[1])

    @property
    def size(self) -> int:
        return int(self.groups * self.width)


@frozen
class _Shared:
    """Effect of an exchangeable term that its levels have in common: index of the term, of each level its block."""

    term: int
    owner: Ints


def crossed_effects(design: Design, result: MixedResult) -> tuple[LevelEffects, ...]:
    """Predictions and standard errors, one entry per equation, in order.  Errors: r(322) out of reach."""
    import scipy.sparse as sp

    terms, shared = _terms(design, result)
    if not terms:
        return ()
    w = precisions(design, result)
    if design.weights is not None:
        w = w * design.weights
    n = design.n
    parts = []
    for t in terms:
        indices = (t.codes[:, None] * t.width + np.arange(t.width)).ravel()
        parts.append(sp.csr_matrix((t.values.ravel(), indices, np.arange(n + 1) * t.width), shape=(n, t.size)))
    W = sp.hstack(parts, format="csr")
    A = (W.multiply(w[:, None]).T @ W).tocsr() + sp.identity(W.shape[1], format="csr")
    X = np.column_stack([design.columns[k] for k in design.x]) if design.x else np.zeros((n, 0))
    right = [design.y - X @ result.beta] + ([X[:, j] for j in range(X.shape[1])] if result.reml else [])
    rhs = W.T @ (np.column_stack(right) * w[:, None])
    system = _System(A, terms)
    v = system.solve(rhs)
    starts = np.concatenate([[0], np.cumsum([t.size for t in terms])])
    out = []
    for k, t in enumerate(terms):
        if any(s.term == k for s in shared.values()):
            continue  # reported with its levels
        C = _combination(terms, starts, k, shared.get(k))
        u = C @ v
        variance = system.diagonal(C)
        if result.reml and X.shape[1]:
            D = u[:, 1:]
            variance = variance + np.einsum("ki,ij,kj->k", D, result.vcov_beta, D, optimize=True)
        blup, se = (x.reshape(t.groups, t.width) for x in (u[:, 0], np.sqrt(np.maximum(variance, 0.0))))
        out.append(LevelEffects(t.level, blup, se, t.equation))
    return tuple(out)


def _combination(terms: list[_Term], starts: Ints, k: int, shared: _Shared | None) -> Any:
    """Lambda's rows for the effects of term k (effects, Q), with the shared effect added."""
    import scipy.sparse as sp

    t = terms[k]
    own = sp.kron(sp.identity(t.groups), t.root, format="csr")
    left, right = int(starts[k]), int(starts[-1] - starts[k + 1])
    C = sp.hstack([sp.csr_matrix((t.size, left)), own, sp.csr_matrix((t.size, right))], format="csr")
    if shared is not None:
        s = terms[shared.term]
        extra = sp.csr_matrix(
            (np.full(t.size, s.root[0, 0]), (np.arange(t.size), starts[shared.term] + shared.owner)), shape=C.shape
        )
        C = C + extra
    return C.tocsr()


def _terms(design: Design, result: MixedResult) -> tuple[list[_Term], dict[int, _Shared]]:
    terms: list[_Term] = []
    shared: dict[int, _Shared] = {}
    for i, (level, sigmas) in enumerate(zip(design.levels, result.sigma, strict=True)):
        for j, (equation, sigma) in enumerate(zip(level.equations, sigmas, strict=True)):
            if equation.factor is None:
                if not equation.z:
                    continue
                root = _root(sigma)
                Z = np.column_stack([design.columns[k] for k in equation.z])
                terms.append(_Term(i, j, level.codes, level.groups, Z @ root, root))
                continue
            f, one = equation.factor, np.ones((design.n, 1))
            v = float(sigma[0, 0])
            c = float(sigma[0, 1]) if equation.covariance is Exchangeable and f.largest > 1 else 0.0
            if c < 0:
                raise Unavailable("predictions are not available with a negative covariance of the levels of R.varname")
            sd = np.sqrt(np.array([[max(v - c, 0.0)]]))
            terms.append(_Term(i, j, f.codes, f.levels, one @ sd, sd))
            if c > 0:
                owner = np.zeros(f.levels, dtype=np.int64)
                owner[f.codes] = level.codes
                sd = np.sqrt(np.array([[c]]))
                shared[len(terms) - 1] = _Shared(len(terms), owner)
                terms.append(_Term(i, j, level.codes, level.groups, one @ sd, sd))
    return terms, shared


def _root(sigma: Floats) -> Floats:
    """A square root of a positive semidefinite matrix."""
    values, vectors = np.linalg.eigh(sigma)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


class _System:
    """A factored: the blocks of the largest term inverted, the Schur complement S of the rest inverted."""

    def __init__(self, A: Any, terms: list[_Term]) -> None:
        import scipy.linalg
        import scipy.sparse as sp

        sizes = [t.size for t in terms]
        big = int(np.argmax(sizes))
        start = int(np.sum(sizes[:big]))
        Q = A.shape[0]
        self.big = np.arange(start, start + sizes[big])
        self.rest = np.concatenate([np.arange(start), np.arange(start + sizes[big], Q)])
        if len(self.rest) > _LARGEST:
            raise Unavailable("predictions are not available: the crossed effects have too many levels")
        q, groups = terms[big].width, terms[big].groups
        D = A[self.big][:, self.big]
        block = np.zeros((groups, q, q))
        coo = D.tocoo()
        block[coo.row // q, coo.row % q, coo.col % q] = coo.data
        inverse = np.linalg.inv(block)
        rows = np.repeat(np.arange(groups * q), q)
        columns = (np.arange(groups)[:, None, None] * q + np.zeros((q, 1), int) + np.arange(q)).ravel()
        self.D = sp.csr_matrix((inverse.ravel(), (rows, columns)), shape=D.shape)
        B = A[self.big][:, self.rest]
        self.K = (self.D @ B).tocsr()  # b x r
        S = A[self.rest][:, self.rest].toarray() - (B.T @ self.K).toarray()
        self.B = B
        self.S = scipy.linalg.inv(S, overwrite_a=True, check_finite=False) if len(S) else S

    def solve(self, rhs: Floats) -> Floats:
        """A^-1 rhs, (Q, k)."""
        out = np.empty_like(rhs)
        top, low = rhs[self.big], rhs[self.rest]
        out[self.rest] = self.S @ (low - self.K.T @ top)
        out[self.big] = self.D @ top - self.K @ out[self.rest]
        return out

    def diagonal(self, C: Any) -> Floats:
        """Diagonal of C A^-1 C' for sparse C (m, Q)."""
        Cb, Cr = C[:, self.big], C[:, self.rest]
        out = np.asarray((Cb @ self.D).multiply(Cb).sum(axis=1)).ravel()
        M = (Cr - Cb @ self.K).tocsr()
        for i in range(0, M.shape[0], _CHUNK):
            part = M[i : i + _CHUNK]
            out[i : i + _CHUNK] += np.asarray(part.multiply(part @ self.S).sum(axis=1)).ravel()
        return out
