"""Partial autocorrelations: the parametrisation that keeps autoregressive processes stationary.

Every vector in (-1, 1)^p belongs to exactly one stationary process of order p (Barndorff-Nielsen and Schou 1973);
the Durbin-Levinson recursion turns it into coefficients phi and autocorrelations.  With the opposite sign the
same recursion gives the coefficients theta of an invertible moving average.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.residual.jet import Jet, constant, tanh, variables

Floats = NDArray[np.float64]

LIMIT = 1.0 - 1e-12  # partial autocorrelations are not taken nearer to 1 than this


def coefficients(x: Floats) -> tuple[list[Jet], list[Jet]]:
    """phi_1..phi_p and autocorrelations r_1..r_p of the process with partial autocorrelations tanh(x)."""
    phi: list[Jet] = []
    r: list[Jet] = []
    left = constant(1.0, len(x))  # share of the variance that the past does not explain
    for k, a in enumerate(tanh(v) for v in variables(x)):
        ahead = a * left
        for j in range(k):
            ahead = ahead + phi[j] * r[k - 1 - j]
        r.append(ahead)
        phi = [phi[j] - a * phi[k - 1 - j] for j in range(k)] + [a]
        left = left * (1.0 + -(a * a))
    return phi, r


def partials(phi: Floats) -> Floats:
    """atanh of the partial autocorrelations of coefficients phi, brought into the stationary region if need be."""
    current = np.array(phi, dtype=float)
    out = np.zeros(len(current))
    for k in range(len(current) - 1, -1, -1):
        a = float(np.clip(current[k], -LIMIT, LIMIT))
        out[k] = np.arctanh(a)
        head = current[:k]
        current = (head + a * head[::-1]) / (1.0 - a * a)
    return out
