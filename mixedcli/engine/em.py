"""Expectation-maximisation and where it starts.

The E and M steps together move every covariance matrix by
(2 / G) Sigma (dL/dSigma) Sigma, averaged over the structure's equal elements, with beta
and sigma2 profiled out: one first-order evaluation per iteration.  EM assumes equal
residual variances, so it leaves those parameters alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.likelihood import Likelihood
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]


@frozen
class EmTrace:
    """psi at the end, the log likelihoods on the way (start included) and whether the tolerance was met."""

    psi: Floats
    ll: tuple[float, ...]
    converged: bool


def starting_point(likelihood: Likelihood) -> Floats:
    """Relative variances of a size that a group's data can just tell from zero (as in Bates and Pinheiro 1998)."""
    space = likelihood.space
    psi = np.empty(space.size)
    psi[space.random :] = space.residual.start(likelihood.data)
    for t in space.terms:
        per_group = likelihood.data.frame.n / t.groups
        psi[t.own] = t.structure.start(np.full(t.structure.q, 7.0 / max(per_group, 1.0)))
    return psi


def em(likelihood: Likelihood, psi: Floats, iterations: int, tolerance: float) -> EmTrace:
    """At most ``iterations`` steps; stop when the log likelihood changes by a relative amount below ``tolerance``."""
    space = likelihood.space
    now = likelihood.criterion(psi, 1 if iterations else 0)
    lls = [now.ll]
    converged = False
    for k in range(iterations):
        g = now.gradient()
        following = psi.copy()
        for t in space.terms:
            following[t.own] = t.structure.em_step(psi[t.own], g[t.own], t.groups)
        psi = following
        now = likelihood.criterion(psi, 1 if k + 1 < iterations else 0)
        lls.append(now.ll)
        if abs(lls[-1] - lls[-2]) <= tolerance * (abs(lls[-2]) + 1e-300):
            converged = True
            break
    return EmTrace(psi, tuple(lls), converged)
