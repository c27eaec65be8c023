"""Satterthwaite's and Kenward and Roger's approximations, from the moments (ENGINE: formulas of the manual entry).

One row c: 2 (c'Phi c)^2 / (d'W d), d_i = c'Phi P_i Phi c.
Several rows: Fai and Cornelius (1996); Kenward and Roger (1997) without the term in the second derivatives of V.

Shapes: L (l, r), rows in the engine's basis; W (K, K).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.dof.moments import Moments

Floats = NDArray[np.float64]

NEAR_TWO = 1e-2  # Kenward and Roger's scale is 1 for so few degrees of freedom (as in Halekoh and Hojsgaard 2014)


def one_row(m: Moments, W: Floats | None, L: Floats) -> Floats:
    """Degrees of freedom (l,) of every row by itself; nan where W is missing or the row has no variance."""
    nothing = np.full(len(L), np.nan)
    if W is None:
        return nothing
    reached = L @ m.phi
    variance = np.einsum("la,la->l", reached, L)
    d = np.einsum("la,iab,lb->li", reached, m.P, reached, optimize=True)
    spread = np.einsum("li,ij,lj->l", d, W, d)
    # a variance that does not depend on the estimated parameters has infinitely many degrees of freedom
    known = (variance > 0) & (spread > 1e-14 * variance**2)
    return np.asarray(np.divide(2.0 * variance**2, spread, out=nothing, where=known))


def adjusted(m: Moments, W: Floats) -> Floats:
    """Kenward and Roger's covariance matrix Phi_A (r, r) in the engine's basis."""
    inner = np.tensordot(W, m.Q, 2) - np.einsum("ij,iab,bc,jcd->ad", W, m.P, m.phi, m.P, optimize=True)
    out = m.phi + 2.0 * m.phi @ inner @ m.phi
    return np.asarray(0.5 * (out + out.T))


def fai_cornelius(m: Moments, W: Floats | None, L: Floats) -> float:
    """Denominator degrees of freedom of the joint test of independent rows; nan when the F has no mean."""
    rows = len(L)
    if rows == 1:
        return float(one_row(m, W, L)[0])
    _, U = np.linalg.eigh(L @ m.phi @ L.T)
    nu = one_row(m, W, U.T @ L)
    if np.isnan(nu).any():
        return math.nan
    above = nu[nu > 2.0]
    E = float((above / (above - 2.0)).sum())
    return 2.0 * E / (E - rows) if rows < E else math.nan


def kenward_roger(m: Moments, W: Floats | None, L: Floats) -> tuple[float, float]:
    """Denominator degrees of freedom and scale of the F of independent rows; nan where there is none."""
    rows = len(L)
    if rows == 1:
        return float(one_row(m, W, L)[0]), 1.0
    if W is None:
        return math.nan, math.nan
    reached = L @ m.phi  # (l, r)
    theta = np.linalg.inv(reached @ L.T)
    S = np.einsum("xy,ya,iab,zb->ixz", theta, reached, m.P, reached, optimize=True)
    first = np.trace(S, axis1=1, axis2=2)
    A1 = float(first @ W @ first)
    A2 = float(np.einsum("ij,ixy,jyx->", W, S, S, optimize=True))
    if not A2 > 0.0:
        return math.nan, math.nan
    B = (A1 + 6.0 * A2) / (2.0 * rows)
    g = ((rows + 1.0) * A1 - (rows + 4.0) * A2) / ((rows + 2.0) * A2)
    d = 3.0 * rows + 2.0 * (1.0 - g)
    c1, c2, c3 = g / d, (rows - g) / d, (rows + 2.0 - g) / d
    left = 1.0 - A2 / rows
    parts = (1.0 + c1 * B, 1.0 - c2 * B, 1.0 - c3 * B)
    if min(abs(left), abs(parts[1]), abs(parts[2])) < 1e-12:
        return math.nan, math.nan
    mean = 1.0 / left
    variance = 2.0 / rows * parts[0] / (parts[1] ** 2 * parts[2])
    ratio = variance / (2.0 * mean**2)
    ddf = 4.0 + (rows + 2.0) / (rows * ratio - 1.0)
    if not (math.isfinite(ddf) and ddf > 0.0):
        return math.nan, math.nan
    return ddf, 1.0 if abs(ddf - 2.0) < NEAR_TWO else ddf / (mean * (ddf - 2.0))
