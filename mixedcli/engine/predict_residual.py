"""The covariance matrix of correlated residuals at the estimates, and rows turned so that it becomes the identity.

Groups of one size are handled together: C (G, s, s) = sigma2 A at their times, L its Cholesky factor; a column v of
the design becomes L^-1 v within groups, rows in the order of t().
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mixedcli.engine.design import Design, Floats, Ints
from mixedcli.engine.residual.correlated import Correlated
from mixedcli.engine.residual.structure import Structure
from mixedcli.results import MixedResult

#: elements of a batch of matrices at most
_BATCH = 4_000_000
#: whole lags of which values are tabulated
_TABLE = 10_000


def covariances(design: Design, result: MixedResult) -> Iterator[tuple[Ints, Floats]]:
    """Batches (rows (G, s), C (G, s, s)) that cover all rows of a design with correlated residuals once."""
    correlation = design.correlation
    assert correlation is not None and result.psi is not None
    own = Correlated(correlation.structures)
    psi = result.psi[len(result.psi) - own.size :]
    order = np.lexsort((correlation.times, correlation.codes))
    codes = correlation.codes[order]
    starts = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]])) if len(codes) else np.zeros(0, np.int64)
    sizes = np.diff(np.concatenate([starts, [len(codes)]]))
    by = np.zeros(len(starts), dtype=np.int64)
    if design.residual_by is not None:
        by = design.residual_by[order[starts]]
    for b, (structure, span) in enumerate(zip(correlation.structures, own.spans(), strict=True)):
        x = psi[span][1:] if b else psi[span]
        for size in np.unique(sizes[by == b]).tolist():
            chosen = starts[(by == b) & (sizes == size)]
            step = max(_BATCH // (size * size), 1)
            for i in range(0, len(chosen), step):
                rows = order[chosen[i : i + step, None] + np.arange(size)]
                A = _matrices(structure, x, correlation.times[rows])
                yield rows, float(result.residual_variance[b]) * A


def _matrices(structure: Structure, x: Floats, times: Floats) -> Floats:
    """A (G, s, s) at times (G, s)."""
    if structure.layout == "patterns":
        return np.asarray(structure.table(x).value[structure.entries(structure.keys(times))])
    if structure.layout == "exchangeable":
        one = structure.matrix(x, times[0]).value
        return np.broadcast_to(one, (len(times), *one.shape))
    lags = np.abs(times[:, :, None] - times[:, None, :])
    most = float(lags.max(initial=0.0))
    if most < _TABLE and (times == np.floor(times)).all():  # few lags, each many times: look their values up
        return np.asarray(structure.kernel(x, np.arange(most + 1.0))[lags.astype(np.intp)])
    return structure.kernel(x, lags)


def whitened(design: Design, result: MixedResult, columns: list[Floats]) -> list[Floats]:
    """Columns (n,) with unit residual variance and no correlation."""
    out = [np.empty(design.n) for _ in columns]
    for rows, C in covariances(design, result):
        L = np.linalg.cholesky(C)
        turned = np.linalg.solve(L, np.stack([v[rows] for v in columns], axis=-1))
        for k, v in enumerate(out):
            v[rows] = turned[:, :, k]
    return out
