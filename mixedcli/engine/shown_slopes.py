"""Derivatives of the rows of the random-effects table by the variance part of e(b), in both metrics shown.

The delta method with them gives the covariances among rows that ``estat sd, post`` puts into e(V).
Shapes: R rows, T elements of e(b)'s variance part (random terms, lnsig_e, residual structure).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.parameters import Term
from mixedcli.engine.residual.shown import Shown, StoredPart

Floats = NDArray[np.float64]


def shown_slopes(
    terms: Sequence[Term], kappa: Floats, sigma2: float, rows: Sequence[Shown], part: StoredPart
) -> tuple[Floats, Floats]:
    """(R, T) as variances and covariances, (R, T) as standard deviations and correlations.

    kappa: variances and covariances of the random terms in the data's units; rows: of the residual structure.
    """
    at = len(kappa)
    natural, other = np.zeros((2, at + len(rows), at + 1 + len(part.values)))
    for t in terms:
        own, v = kappa[t.own], t.structure.variances
        for k in range(v):
            natural[t.at + k, t.at + k] = 2.0 * own[k]
            other[t.at + k, t.at + k] = math.sqrt(max(own[k], 0.0))
        for k, (a, b) in enumerate(t.structure.pairs(), v):
            bound = math.sqrt(max(own[a] * own[b], 0.0))
            r = own[k] / bound if bound > 0 else math.nan
            other[t.at + k, t.at + k] = 1.0 - r * r
            natural[t.at + k, t.at + k] = bound * (1.0 - r * r)
            natural[t.at + k, t.at + a] += own[k]
            natural[t.at + k, t.at + b] += own[k]
    for i, row in enumerate(rows, at):
        scale = sigma2 if row.scaled else 1.0
        slope, bend = (np.linalg.solve(part.J, x) for x in (row.slope, row.bend))
        natural[i, at] = 2.0 * sigma2 * row.value if row.scaled else 0.0
        natural[i, at + 1 :] = scale * slope
        if row.kind == "var":
            other[i] = natural[i] / (2.0 * math.sqrt(scale * row.value))
        elif row.kind == "cov":
            other[i, at + 1 :] = bend
        else:
            other[i] = natural[i]
    return natural, other
