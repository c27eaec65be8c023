"""Elimination of the base: log determinants and the Omegas that turn F'F into Schur complements.

With S = sum_b w_b zz_b, H = Sigma M, M = (I + S Sigma)^-1, K = M S (see nested), the cross products of the other
columns become  S_dd + sum_g F_g' Omega_g F_g,  Omega = -(w w') (x) H, and likewise for [X, y].  Derivatives with
respect to the base's own parameters (directions E_i) and the residual precisions w_b:

    dH    own i      M'E_i M            dH    residual a    -H S_a H
    d2H   own i, j   -M'(E_i K E_j + E_j K E_i) M           own i, residual a   -(H S_a M'E_i M + transpose)
          residual a, b   H S_a H S_b H + transpose

Shapes: q effects, B residual groups, G base groups last; Omega (B q, B q, G).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.batched import inverse_plus, multiply, trace_products
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]


@frozen
class Direction:
    """A parameter of the base or the residual: its place in phi and E_i (q, q), or its slopes of w (B,)."""

    index: int
    E: Floats | None
    slope: Floats | None


@frozen
class BaseElimination:
    """log|I + S Sigma| summed over groups with derivatives by parameter (in the order of ``directions``), and Omegas.

    second: pairs i <= j of positions in ``directions``.
    """

    log_det: float
    log_det1: Floats
    log_det2: Floats
    omega: Floats
    first: tuple[Floats, ...]
    second: dict[tuple[int, int], Floats]


def eliminate_base(
    zz: Floats, weights: Floats, sigma: Floats, directions: Sequence[Direction], order: int
) -> BaseElimination:
    """zz (B, q, q, G), weights (B,), sigma (q, q)."""
    S = np.tensordot(weights, zz, 1)
    M, log_det = inverse_plus(S, sigma)
    H = multiply(np.broadcast_to(sigma[:, :, None], (*sigma.shape, 1)), M)
    H = 0.5 * (H + H.transpose(1, 0, 2))
    P = len(directions)
    log_det1, log_det2 = np.zeros(P), np.zeros((P, P))
    omega = -_kron(np.outer(weights, weights), H)
    if order == 0:
        return BaseElimination(float(log_det.sum()), log_det1, log_det2, omega, (), {})
    Mt = M.transpose(1, 0, 2)
    K = multiply(M, S)
    K = 0.5 * (K + K.transpose(1, 0, 2))
    dH: list[Floats] = []
    dS: list[Floats] = []
    for k, d in enumerate(directions):
        if d.E is not None:
            E = d.E[:, :, None]
            dH.append(multiply(Mt, multiply(E, M)))
            dS.append(np.zeros((0, 0, 0)))
            log_det1[k] = float(np.einsum("st,ts->", d.E, K.sum(2)))
        else:
            assert d.slope is not None
            change = np.tensordot(d.slope, zz, 1)
            dS.append(change)
            dH.append(-multiply(H, multiply(change, H)))
            log_det1[k] = trace_products(H, change)
    first = tuple(_omega1(d, weights, H, dH[k]) for k, d in enumerate(directions))
    second: dict[tuple[int, int], Floats] = {}
    for k in range(P if order > 1 else 0):
        for j in range(k + 1):
            b, a = directions[k], directions[j]
            if a.E is not None and b.E is not None:
                EKE = multiply(a.E[:, :, None], multiply(K, b.E[:, :, None]))
                d2H = -multiply(Mt, multiply(_twice(EKE), M))
                value = -trace_products(multiply(K, np.broadcast_to(b.E[:, :, None], K.shape)), _times(K, a.E))
                change2 = -np.multiply.outer(np.outer(weights, weights), d2H)
            elif a.slope is not None and b.slope is not None:
                left, right = multiply(H, dS[j]), multiply(dS[k], H)
                d2H = _twice(multiply(left, multiply(H, right)))
                value = -trace_products(left, multiply(H, dS[k]))
                change2 = -np.multiply.outer(np.outer(weights, weights), d2H)
                change2 -= np.multiply.outer(_both(a.slope, weights), dH[k])
                change2 -= np.multiply.outer(_both(b.slope, weights), dH[j])
                change2 -= np.multiply.outer(_both(a.slope, b.slope), H)
            else:
                own, leaf = (j, k) if a.E is not None else (k, j)
                slope = directions[leaf].slope
                assert slope is not None
                d2H = -_twice(multiply(H, multiply(dS[leaf], dH[own])))
                value = trace_products(dH[own], dS[leaf])
                change2 = -np.multiply.outer(np.outer(weights, weights), d2H)
                change2 -= np.multiply.outer(_both(slope, weights), dH[own])
            log_det2[j, k] = log_det2[k, j] = value
            second[j, k] = _flat(change2)
    return BaseElimination(float(log_det.sum()), log_det1, log_det2, omega, first, second)


def _omega1(d: Direction, weights: Floats, H: Floats, dH: Floats) -> Floats:
    out = -np.multiply.outer(np.outer(weights, weights), dH)
    if d.slope is not None:
        out -= np.multiply.outer(_both(d.slope, weights), H)
    return _flat(out)


def _both(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.outer(a, b) + np.outer(b, a))


def _twice(A: Floats) -> Floats:
    return np.asarray(A + A.transpose(1, 0, 2))


def _times(K: Floats, E: Floats) -> Floats:
    return multiply(K, np.broadcast_to(E[:, :, None], K.shape))


def _kron(outer: Floats, H: Floats) -> Floats:
    return _flat(np.multiply.outer(outer, H))


def _flat(change: Floats) -> Floats:
    """(B, B, q, q, G) -> (B q, B q, G)."""
    B, _, q, _, G = change.shape
    return np.ascontiguousarray(change.transpose(0, 2, 1, 3, 4)).reshape(B * q, B * q, G)
