"""What the approximations of degrees of freedom are made of, from one evaluation of the likelihood's derivatives.

With V = s V_0(psi), Phi = (X'V^-1 X)^-1 and parameters (psi, log s):

    P_i  = -X'V^-1 V_i V^-1 X                       Q_ij = X'V^-1 V_i V^-1 V_j V^-1 X (symmetric part)
    I_ij = 1/2 {tr(V^-1 V_i V^-1 V_j) - tr(2 Phi Q_ij - Phi P_i Phi P_j)}     expected information, REML

V is linear in the (co)variances, so P, 2 Q and -tr(V^-1 V_i V^-1 V_j) are the first and second derivatives of
X'V^-1 X and log|V| that the elimination returns anyway: no n x n matrix at any n.  Where the residual parameters
enter V otherwise, ``linear`` sees to it.  Results are free of the parameterisation.

Shapes: p coefficients, r columns of the engine's basis, K = P + 1 parameters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import Design
from mixedcli.engine.likelihood import Criterion, Likelihood
from mixedcli.engine.parameters import Space
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]

ZERO = 1e-9  # a variance this small beside what the data could show sits on the boundary (as in ``estimates``)
DEPENDENT = 1e-9  # smallest eigenvalue of a correlation matrix of effects that is not taken for 0
SINGULAR = 1e-10  # share of an information matrix's largest eigenvalue below which it has no inverse


@frozen
class Moments:
    """turn (p, r): beta = offset + turn @ beta_int; phi (r, r); P (K, r, r); Q (K, K, r, r).

    expected, observed: covariance matrices W (K, K) of the parameters from either information, None where the
    information is singular.  Directions that leave the boundary (a variance at 0, a correlation at 1) have none:
    their rows of W are 0, as where the parameter is held fixed.
    """

    turn: Floats
    phi: Floats
    P: Floats
    Q: Floats
    expected: Floats | None
    observed: Floats | None

    def covariance(self, information: str) -> Floats | None:
        """W by keyword: eim or oim."""
        return self.observed if information == "oim" else self.expected


def moments(design: Design, likelihood: Likelihood, psi: Floats, criterion: Criterion | None = None) -> Moments:
    """Evaluate at the optimum ``psi``; ``criterion``: the criterion there, if known to second order."""
    frame, space = likelihood.data.frame, likelihood.space
    c = likelihood.criterion(psi, 2) if criterion is None else criterion
    G: Floats | None = None
    if space.residual.size:
        from mixedcli.engine.dof.linear import connection, evaluate_linear

        e = evaluate_linear(design, likelihood, psi)
        G = connection(likelihood, psi)
    else:
        e = likelihood.evaluate(psi, 2)
    p, size, at = frame.p, space.size, space.random
    _, R1, R2 = space.residual.log_det(psi[at:])
    slope, bend = e.log_det1.copy(), e.log_det2.copy()
    slope[at:] += R1
    bend[at:, at:] += R2
    T, T1, T2 = e.T[:p, :p], e.T1[:, :p, :p], e.T2[:, :, :p, :p].copy()
    if G is not None:  # d2 = -(what is wanted) + what V's own curvature adds
        bend[at:, at:] -= np.tensordot(G, slope[at:], 1)
        T2[at:, at:] -= np.tensordot(G, T1[at:], 1)
    s = c.sigma2
    P, Q = np.empty((size + 1, p, p)), np.empty((size + 1, size + 1, p, p))
    P[:size], P[size] = T1, -T
    Q[:size, :size], Q[size, size] = 0.5 * T2, T
    Q[:size, size] = Q[size, :size] = -T1
    traces = np.empty((size + 1, size + 1))
    traces[:size, :size] = -bend
    traces[:size, size] = traces[size, :size] = slope
    traces[size, size] = frame.n
    phi = np.asarray(np.linalg.inv(T), dtype=float)
    turned = phi @ P
    expected = 0.5 * (
        traces - 2.0 * np.einsum("ab,ijba->ij", phi, Q) + np.einsum("iab,jba->ij", turned, turned, optimize=True)
    )
    gradient, hessian = c.full()
    free = tangent(space, psi, c.N)
    observed = -hessian - _curved(space, psi, free, gradient, c.N)
    return Moments(
        turn=frame.y_scale * frame.back,
        phi=s * phi,
        P=P / s,
        Q=Q / s,
        expected=_inverse(expected, free),
        observed=_inverse(observed, free),
    )


def _inverse(information: Floats, free: Floats) -> Floats | None:
    """B (B'IB)^-1 B' on the free directions B; None when that is singular or not positive."""
    inner = free.T @ information @ free
    d = np.diag(inner)
    if not (np.isfinite(inner).all() and (d > 0).all()):
        return None
    root = np.sqrt(d)
    w, U = np.linalg.eigh(inner / np.multiply.outer(root, root))
    if w.min(initial=1.0) <= SINGULAR * w.max(initial=1.0):
        return None
    half = free @ (U / root[:, None])
    return np.asarray((half / w) @ half.T)


def tangent(space: Space, psi: Floats, N: float) -> Floats:
    """Directions (K, f) in which the parameters can move to both sides: along the boundary, not off it.

    Moving Sigma by D keeps its null space to first order when v'Dw = 0 for all v, w in it: a variance at 0 stays
    there, a correlation of 1 stays 1 (what a Cholesky parameterisation does by itself).
    """
    K = space.size + 1
    columns = []
    for t in space.terms:
        null = _null(t.structure.matrix(psi[t.own]), t.groups, N)
        if not null.shape[1]:
            columns.append(np.eye(K)[:, t.own])
            continue
        E = t.structure.basis()
        bound = np.einsum("ax,iab,by->xyi", null, E, null).reshape(-1, len(E))
        _, w, Vt = np.linalg.svd(bound)
        rank = int((w > 1e-8 * max(float(w.max(initial=0.0)), 1e-300)).sum())
        own = np.zeros((K, len(E) - rank))
        own[t.own] = Vt[rank:].T
        columns.append(own)
    columns.append(np.eye(K)[:, space.random :])
    return np.concatenate(columns, axis=1)


def _null(sigma: Floats, groups: int, N: float) -> Floats:
    """Orthonormal basis (q, m) of the null space of Sigma."""
    d = np.diag(sigma).copy()
    gone = d <= ZERO * min(1.0, groups / max(N, 1))
    size = np.sqrt(np.where(gone, 1.0, d))
    R = sigma / np.multiply.outer(size, size)
    R[gone], R[:, gone] = 0.0, 0.0
    w, U = np.linalg.eigh(R)
    null = U[:, w <= DEPENDENT] / size[:, None]
    return np.asarray(np.linalg.qr(null)[0]) if null.shape[1] else null


def _curved(space: Space, psi: Floats, free: Floats, gradient: Floats, N: float) -> Floats:
    """What the boundary's own curvature adds to the Hessian along it (the gradient does not vanish there).

    A path with velocity D in the tangent space has acceleration 2 N (N'D Sigma^+ D N) N' off it.
    """
    out = np.zeros((len(gradient), len(gradient)))
    for t in space.terms:
        sigma = t.structure.matrix(psi[t.own])
        null = _null(sigma, t.groups, N)
        if not null.shape[1]:
            continue
        inverse = np.linalg.pinv(sigma, rcond=DEPENDENT, hermitian=True)
        into = np.einsum("ax,iab->ixb", null, t.structure.basis())
        bent = 2.0 * np.einsum("ixb,bc,jyc->ijxy", into, inverse, into)
        back = null @ (0.5 * (bent + bent.transpose(1, 0, 2, 3))) @ null.T
        out[t.own, t.own] = t.structure.elements(back) @ gradient[t.own]
    return out
