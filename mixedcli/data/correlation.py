"""Covariances and correlations of columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def covariances(x: Floats, w: Floats | None, kind: str) -> tuple[float, Floats]:
    """Number of observations and the covariance matrix (k, k) with n - 1 below; x (n, k)."""
    share = np.full(len(x), 1 / len(x)) if w is None else w / w.sum()
    n = float(w.sum()) if w is not None and kind == "fweight" else float(len(x))
    d = x - share @ x
    d = d - share @ d
    with np.errstate(invalid="ignore", divide="ignore"):
        return n, np.asarray((d * share[:, None]).T @ d * (n / (n - 1) if n > 1 else np.nan))


def correlations(V: Floats) -> Floats:
    """A covariance matrix scaled; missing where a variance is 0."""
    sd = np.sqrt(np.diag(V))
    with np.errstate(invalid="ignore", divide="ignore"):
        C = V / np.outer(sd, sd)
    known_ = sd > 0
    C[np.diag_indices(len(C))] = np.where(known_, 1.0, np.nan)
    C[~np.outer(known_, known_)] = np.nan
    return np.asarray(C)
