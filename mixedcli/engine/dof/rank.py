"""The rank of [X, Z], from the cross products of the groups: the elimination with pseudo-inverses.

A column whose square, after the columns before it are taken out, is this small a share of what it was, is dependent.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossprod import Chunk, CrossProducts, cross_products
from mixedcli.engine.design import Design
from mixedcli.engine.orthogonal import prepare
from mixedcli.engine.parameters import parameter_space
from mixedcli.errors import NotYetAvailable

Floats = NDArray[np.float64]

LEFT = 1e-9
WIDEST = 4000  # columns of [X, Z] of a crossed model that are taken together


def rank_xz(design: Design) -> int:
    """Rank of the columns of X and of all random effects together."""
    if design.crossed:
        return _dense_rank(design)
    plain = replace(design, residual_by=None, residual_groups=1, correlation=None)
    frame = prepare(plain)
    _, effects = parameter_space(plain, frame.rows)
    data = cross_products(plain, frame, effects)
    root = frame.gram.sum(0)[: frame.p, : frame.p].copy()
    size = np.diag(root).copy()
    found = sum(_eliminate(data, chunk, root) for chunk in data.chunks)
    return found + _own_rank(root, size)


def _eliminate(data: CrossProducts, chunk: Chunk, root: Floats) -> int:
    """Rank of the chunk's columns of Z; what they explain is taken off ``root``."""
    levels = [np.array(S) for S in chunk.parts[0].levels]
    index = [np.arange(q) for q in data.q]
    sizes = [S[i, i].copy() for S, i in zip(levels, index, strict=True)]
    found, p = 0, data.frame.p
    for level in range(len(levels) - 1, -1, -1):
        q, S = data.q[level], levels[level]
        scale = np.sqrt(np.where(sizes[level] > 0, sizes[level], 1.0))
        R = (S[:, :q] / scale[:, None] / scale[None]).transpose(2, 0, 1)
        w, U = np.linalg.eigh(R)
        good = w > LEFT
        found += int(good.sum())
        half = (U * np.sqrt(np.where(good, 1.0 / np.where(good, w, 1.0), 0.0))[:, None]).transpose(1, 2, 0)
        B = np.einsum("acg,abg->cbg", half / scale[:, None], S[:, q:])  # (q, width, G)
        width = B.shape[1]
        for m in range(level):
            at = width - data.root - sum(data.q[: m + 1])
            block = np.einsum("cag,cbg->abg", B[:, at : at + data.q[m]], B[:, at:])
            levels[m] -= np.add.reduceat(block, chunk.starts[level][m], axis=2)
        X = B[:, -data.root : width - data.root + p]
        root -= np.einsum("cag,cbg->ab", X, X, optimize=True)
    return found


def _own_rank(root: Floats, size: Floats) -> int:
    if not len(root):
        return 0
    scale = np.sqrt(np.where(size > 0, size, 1.0))
    return int((np.linalg.eigvalsh(root / np.multiply.outer(scale, scale)) > LEFT).sum())


def _dense_rank(design: Design) -> int:
    """Crossed designs: eigenvalues of the cross products of all columns."""
    from scipy import sparse

    frame = prepare(design)
    X = np.column_stack([(c.values - c.shift) * c.scale for c in frame.columns]) @ frame.A
    blocks = [sparse.csr_matrix(X)]
    rows = np.arange(design.n)
    for level in design.levels:
        for e in level.equations:
            if e.factor is not None:
                blocks.append(sparse.csr_matrix((np.ones(design.n), (rows, e.factor.codes))))
            blocks += [sparse.csr_matrix((design.columns[k], (rows, level.codes))) for k in e.z]
    wide = sparse.hstack(blocks).tocsc()
    if wide.shape[1] > WIDEST:
        raise NotYetAvailable(
            f"dfmethod(anova) is not yet available for crossed models with more than {WIDEST} random effects"
        )
    gram = np.asarray((wide.T @ wide).todense(), dtype=float)
    return _own_rank(gram, np.diag(gram))
