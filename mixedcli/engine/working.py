"""The scale on which the criterion is maximised: matrix square roots (default) or matrix logarithms.

x holds, per equation, the distinct elements of the square root (or logarithm) of the relative
covariance matrix in the engine's units, then log SD ratios of the residual groups.

Shapes: x, psi: (P,); J[i, k] = d psi_k / d x_i; J2[i, j, k] its derivative with respect to x_j.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.likelihood import Criterion, Likelihood
from mixedcli.engine.parameters import Space
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]

COLLAPSED = 1e-13  # residual variance, relative to that of the linear model, below which only rounding is left


@frozen
class WorkingScale:
    """Maps x to psi and back."""

    space: Space
    matlog: bool = False

    def psi(self, x: Floats) -> tuple[Floats, Floats, Floats]:
        """psi with first (P, P) and second (P, P, P) derivatives."""
        P, at = self.space.size, self.space.random
        psi, J, J2 = np.empty(P), np.zeros((P, P)), np.zeros((P, P, P))
        for t in self.space.terms:
            s = t.structure
            link = s.matlog(x[t.own]) if self.matlog else s.matsqrt(x[t.own])
            psi[t.own] = s.elements(link.sigma)
            J[t.own, t.own] = s.elements(link.first)
            J2[t.own, t.own, t.own] = s.elements(link.second)
        index = np.arange(at, P)
        psi[at:], J[index, index], J2[index, index, index] = self.space.residual.link(x[at:])
        return psi, J, J2

    def x(self, psi: Floats) -> Floats:
        """Working vector of psi."""
        x = np.empty(self.space.size)
        for t in self.space.terms:
            s, kappa = t.structure, psi[t.own]
            x[t.own] = s.from_matlog(kappa) if self.matlog else s.from_matsqrt(kappa)
        at = self.space.random
        x[at:] = self.space.residual.unlink(psi[at:])
        return x

    def canonical(self, x: Floats) -> Floats:
        """The same psi by the positive semidefinite square root (A and -A give the same Sigma)."""
        return x if self.matlog else self.x(self.psi(x)[0])


@frozen
class Point:
    """The criterion at a working vector; ``size`` (P,): magnitude of the terms that make up the Hessian's diagonal."""

    x: Floats
    psi: Floats
    ll: float
    gradient: Floats
    hessian: Floats
    size: Floats
    criterion: Criterion


@frozen
class Objective:
    """Profile log likelihood on the working scale."""

    likelihood: Likelihood
    scale: WorkingScale

    def at(self, x: Floats, order: int) -> Point:
        """Evaluate; infeasible points have ll = -inf."""
        with np.errstate(all="ignore"):
            psi, J, J2 = self.scale.psi(x)
            try:
                c = self.likelihood.criterion(psi, order)
            except np.linalg.LinAlgError:  # a covariance beyond what the arithmetic can invert
                P = len(x)
                return Point(x, psi, -np.inf, np.zeros(P), np.zeros((P, P)), np.ones(P), self.likelihood.nothing())
            ll = c.ll if c.sigma2 > COLLAPSED else -np.inf
            g, H = c.gradient(), c.hessian()
            curved = J2 @ g
            size = J**2 @ c.magnitude() + np.abs(np.diag(curved))
        if not np.isfinite(ll):
            ll = -np.inf
        return Point(x, psi, float(ll), J @ g, J @ H @ J.T + curved, size, c)
