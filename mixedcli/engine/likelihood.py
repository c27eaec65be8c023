"""Log likelihoods (ML and REML) with exact derivatives, from the elimination's results.

    -2 L = N log(2 pi) + N log sigma2 + D(psi) + Q(psi) / sigma2 + constant
    D = log|V / sigma2| (+ log|X'V^-1 X sigma2| for REML),  Q = r'(V / sigma2)^-1 r,  N = n (ML) or n - p (REML)

sigma2 can be profiled out (Q / N) or carried as s = log sigma2.
Source of the two criteria: Searle, Casella and McCulloch (1992), chapter 6.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossprod import CrossProducts
from mixedcli.engine.nested import Evaluation, evaluate
from mixedcli.engine.parameters import Space
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]


@frozen
class Criterion:
    """D and Q at psi with gradients (P,) and Hessians (P, P).

    beta (p,) and phi = (X'V^-1X sigma2)^-1 (p, p) are in the engine's basis.
    """

    N: float
    constant: float
    D: float
    D1: Floats
    D2: Floats
    Q: float
    Q1: Floats
    Q2: Floats
    beta: Floats
    phi: Floats

    @property
    def sigma2(self) -> float:
        """The maximising residual variance (first group's), in the engine's units."""
        return self.Q / self.N

    @property
    def ll(self) -> float:
        """Profile log likelihood."""
        return -0.5 * float(self.N * (np.log(2.0 * np.pi * self.sigma2) + 1.0) + self.D + self.constant)

    def gradient(self) -> Floats:
        """Of the profile log likelihood with respect to psi."""
        return -0.5 * (self.N * self.Q1 / self.Q + self.D1)

    def hessian(self) -> Floats:
        """Of the profile log likelihood with respect to psi."""
        slope = self.Q1 / self.Q
        return -0.5 * (self.N * (self.Q2 / self.Q - np.multiply.outer(slope, slope)) + self.D2)

    def magnitude(self) -> Floats:
        """Size (P,) of the terms whose difference the Hessian's diagonal is: what is far smaller is rounding."""
        slope = self.Q1 / self.Q
        return 0.5 * (self.N * (np.abs(np.diag(self.Q2)) / self.Q + slope**2) + np.abs(np.diag(self.D2)))

    def full(self) -> tuple[Floats, Floats]:
        """Gradient and Hessian with respect to (psi, s), at s = log(Q / N)."""
        P = len(self.Q1)
        g, H = np.zeros(P + 1), np.zeros((P + 1, P + 1))
        per = 1.0 / self.sigma2
        g[:P] = -0.5 * (self.D1 + self.Q1 * per)
        H[:P, :P] = -0.5 * (self.D2 + self.Q2 * per)
        H[P, :P] = H[:P, P] = 0.5 * self.Q1 * per
        H[P, P] = -0.5 * self.Q * per
        return g, H


@frozen
class Likelihood:
    """The criterion of one model and one set of data."""

    data: CrossProducts
    space: Space
    reml: bool

    @property
    def count(self) -> float:
        """N: observations, less the fixed effects for REML."""
        frame = self.data.frame
        return frame.n - frame.p if self.reml else frame.n

    @property
    def constant(self) -> float:
        """What the change of basis of X and y adds to -2 L."""
        frame = self.data.frame
        return 2.0 * self.count * float(np.log(frame.y_scale)) - (2.0 * frame.log_det_back if self.reml else 0.0)

    @property
    def close(self) -> float:
        """EM's end: scaled gradient over |ll| at which the log likelihood prints like the optimum."""
        return 1e-11

    @property
    def enough(self) -> float:
        """Scaled gradient over |ll| at which the estimates have all the digits that are worth their price."""
        return 1e-24

    def exact(self) -> Likelihood:
        """The same criterion with exact second derivatives, where order 2 gives an approximation."""
        return self

    def nothing(self) -> Criterion:
        """The criterion where it cannot be computed."""
        p, P, nan = self.data.frame.p, self.space.size, float("nan")
        zero, square = np.zeros(P), np.zeros((P, P))
        return Criterion(self.count, 0.0, nan, zero, square, nan, zero, square, np.zeros(p), np.zeros((p, p)))

    def evaluate(self, psi: Floats, order: int) -> Evaluation:
        """log|V| and [X, y]'V^-1[X, y] with derivatives."""
        space, at = self.space, self.space.random
        source = space.residual.leaf(self.data, at, psi[at:], order)
        return evaluate(self.data, space.covariances(psi), source, space.size, order)

    def criterion(self, psi: Floats, order: int) -> Criterion:
        """D and Q with ``order`` derivatives (0, 1 or 2; higher ones are zero)."""
        e = self.evaluate(psi, order)
        at, p, P = self.space.random, self.data.frame.p, self.space.size
        log_det_R, R1, R2 = self.space.residual.log_det(psi[at:])
        D, D1, D2 = e.log_det + log_det_R, e.log_det1, e.log_det2
        if order > 0:
            D1[at:] += R1
            D2[at:, at:] += R2
        X, Xy = e.T[:p, :p], e.T[:p, p]
        phi = np.asarray(np.linalg.inv(X), dtype=float)
        beta = phi @ Xy
        v = np.append(-beta, 1.0)
        dv = e.T1 @ v  # (P, r)
        Q1 = dv @ v
        R = dv[:, :p]
        Q2 = (
            np.einsum("a,ijab,b->ij", v, e.T2, v, optimize=True) - 2.0 * R @ phi @ R.T
            if order > 1
            else np.zeros((P, P))
        )
        if self.reml and p:
            D += float(np.linalg.slogdet(X)[1])
            turned = phi @ e.T1[:, :p, :p]
            D1 = D1 + np.trace(turned, axis1=1, axis2=2)
            if order > 1:
                D2 = D2 + np.einsum("ab,ijab->ij", phi, e.T2[:, :, :p, :p]) - np.einsum("iab,jba->ij", turned, turned)
        return Criterion(self.count, self.constant, D, D1, D2, float(v @ e.T @ v), Q1, Q2, beta, phi)


def linear_log_likelihood(data: CrossProducts, reml: bool) -> float:
    """Log likelihood of the linear regression of y on X, same method."""
    frame = data.frame
    gram = frame.gram.sum(0)
    p, n = frame.p, frame.n
    N = n - p if reml else n
    X = gram[:p, :p]
    Q = float(gram[p, p] - gram[:p, p] @ np.linalg.solve(X, gram[:p, p])) if p else float(gram[p, p])
    log_det = float(np.linalg.slogdet(X)[1]) - 2.0 * frame.log_det_back if reml and p else 0.0
    return -0.5 * float(N * (np.log(2.0 * np.pi * Q / N) + 1.0) + log_det + 2.0 * N * float(np.log(frame.y_scale)))
