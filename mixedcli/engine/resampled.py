"""A fit with standard errors from elsewhere: covariance matrices that resampling has estimated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import Design
from mixedcli.engine.estimates import rows_with
from mixedcli.engine.indicators import with_indicators
from mixedcli.engine.orthogonal import prepare
from mixedcli.engine.parameters import parameter_space
from mixedcli.results import MixedResult, Robust

Floats = NDArray[np.float64]


def with_covariance(design: Design, result: MixedResult, V: Floats, units: int) -> MixedResult:
    """The result with V (p + len(theta), p + len(theta)) as the covariance matrix of (beta, theta).

    Standard errors of variances and covariances follow by the delta method.  units: how many were resampled.
    """
    p = result.p
    design = with_indicators(design)
    space, _ = parameter_space(design, prepare(design).rows)
    assert result.psi is not None
    theta = V[p:, p:]
    return replace(
        result,
        vcov_beta=V[:p, :p],
        vcov_theta=theta,
        rows=rows_with(space, result.theta, result.psi, theta),
        robust=Robust(units, result.vcov_beta, result.vcov_theta, V[:p, p:]),
        rank_theta=int(np.linalg.matrix_rank(theta)) if np.isfinite(theta).all() else 0,
        stderr_failed=False,
    )
