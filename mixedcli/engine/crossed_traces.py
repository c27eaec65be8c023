"""What one component of the Schur complement contributes to the derivatives (formulas in crossed_evaluate).

Parameters: "own" ones of the dense atoms, with directions E_i, and those "below", of the base and the residual,
through dS and d2S (flat, upper triangles).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossed_schur import Schur
from mixedcli.engine.nested import Evaluation

Floats = NDArray[np.float64]


def component_derivatives(
    out: Evaluation,
    s: Schur,
    W: Floats,
    R: Sequence[Floats],
    index: Sequence[int],
    dS: Sequence[Floats],
    order: int,
) -> None:
    """Add all first derivatives, and for order 2 the second ones of T."""
    own = _own(s)
    EW = [_direct(s, k, E, W) for k, _, E in own]
    diagonal = [s.diagonal_sum(k) for k in range(len(s.blocks))]
    for (k, i, E), right in zip(own, EW, strict=True):
        out.log_det1[i] += float(np.sum(E * diagonal[k]))
        out.T1[i] -= W.T @ right
    for i, change in zip(index, dS, strict=True):
        out.log_det1[i] += s.trace_h(change)
    if order < 2:
        return
    KEW = [s.times_k(x) for x in EW]
    for x, (_, i, _) in enumerate(own):
        for y, (_, j, _) in enumerate(own):
            term = EW[x].T @ KEW[y]
            out.T2[i, j] += term + term.T
    HR = [s.times_h(x) for x in R]
    for x, a in enumerate(index):
        MR = s.times_m(R[x])
        for (_, i, _), right in zip(own, EW, strict=True):
            term = MR.T @ right
            out.T2[a, i] -= term + term.T
            out.T2[i, a] -= term + term.T
        for y, b in enumerate(index):
            term = R[x].T @ HR[y]
            out.T2[a, b] -= term + term.T


def component_traces(
    out: Evaluation, s: Schur, index: Sequence[int], dS: Sequence[Floats], d2S: dict[tuple[int, int], Floats]
) -> None:
    """Add the second derivatives of log|I + S Sigma|."""
    own = _own(s)
    count = len(s.blocks)
    pairs = {(j, k): s.pair_sums(j, k) for k in range(count) for j in range(k + 1)}
    for k, i, E in own:
        for h, j, F in own:
            sums = pairs[k, h] if k <= h else pairs[h, k].transpose(1, 0, 3, 2)
            out.log_det2[i, j] -= float(np.einsum("st,ux,tusx->", E, F, sums))
    U = [s.turned(x) for x in dS]
    for x, a in enumerate(index):
        for k in range(count):
            spread = s.spread(k, U[x], dS[x])
            for h, i, E in own:
                if h == k:
                    value = float(np.sum(E * spread))
                    out.log_det2[a, i] += value
                    out.log_det2[i, a] += value
        for y in range(x + 1):
            value = -_trace(U[x], U[y])
            if (y, x) in d2S:
                value += s.trace_h(d2S[y, x])
            b = index[y]
            out.log_det2[a, b] += value
            if a != b:
                out.log_det2[b, a] += value


def _own(s: Schur) -> list[tuple[int, int, Floats]]:
    """Block, place in phi and direction of every parameter of the dense atoms."""
    return [(k, b.atom.at + i, E) for k, b in enumerate(s.blocks) for i, E in enumerate(b.atom.basis)]


def _direct(s: Schur, k: int, E: Floats, W: Floats) -> Floats:
    """E_i W: rows of block k turned by E, all others zero."""
    b = s.blocks[k]
    out = np.zeros_like(W)
    part = W[b.span].reshape(b.groups, b.atom.q, -1)
    out[b.span] = (E @ part).reshape(-1, W.shape[1])
    return out


def _trace(U: Floats, V: Floats) -> float:
    """tr(U V), a few columns at a time."""
    total = 0.0
    for low in range(0, len(U), 256):
        total += float(np.einsum("ij,ji->", U[:, low : low + 256], V[low : low + 256]))
    return total
