"""Covariance structures of random effects: one class per structure, found by Stata's keyword.

Every structure here is linear in its distinct variances and covariances:
Sigma = sum_i kappa_i E_i with 0/1 matrices E_i.  The engine differentiates with
respect to kappa; links map a working vector x to Sigma and its derivatives:

    matsqrt   Sigma = A A, A = sum_i x_i E_i      (Stata's default; may touch the boundary)
    matlog    Sigma = exp(sum_i x_i E_i)          (always positive definite)
    natural   log standard deviations and atanh correlations (the metric of e(b))

Letters: q effects, m parameters; kappa, x: (m,); Sigma: (q, q); E: (m, q, q).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@frozen
class ParamRow:
    """One parameter in table order: a variance of ``terms`` or a covariance between them."""

    kind: Literal["var", "cov"]
    terms: tuple[int, ...]


@frozen
class Link:
    """Sigma (q, q) at a working vector, with first (m, q, q) and second (m, m, q, q) derivatives."""

    sigma: Floats
    first: Floats
    second: Floats


class RandomCovariance:
    """Contract of a structure of q effects.

    A structure is told completely by two index arrays: which log SD each effect
    uses (``scale_index``, shape (q,)) and which correlation parameter each pair
    uses (``corr_index``, shape (q, q), -1 where the covariance is zero).
    variances, size: numbers of variance parameters and of all parameters (m).
    """

    keyword: ClassVar[str]
    abbreviation: ClassVar[str]  # the shortest spelling Stata accepts
    title: ClassVar[str]

    __slots__ = ("_basis", "_corr", "_ones", "_scale", "q", "size", "variances")

    def __init__(self, q: int) -> None:
        self.q = q
        # worked out once from the two index arrays: E_i, their numbers of ones, and the indices themselves
        self._scale, self._corr = self.scale_index(), self.corr_index()
        self.variances = int(self._scale.max(initial=-1)) + 1
        self.size = self.variances + int(self._corr.max(initial=-1)) + 1
        self._basis = np.zeros((self.size, q, q))
        self._basis[self._scale, np.arange(q), np.arange(q)] = 1.0
        i, j = np.nonzero(self._corr >= 0)
        self._basis[self.variances + self._corr[i, j], i, j] = 1.0
        self._ones = self._basis.sum((1, 2))

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, RandomCovariance) and other.q == self.q

    def __hash__(self) -> int:
        return hash((type(self), self.q))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.q})"

    def scale_index(self) -> Ints:
        """Index of the variance parameter of every effect."""
        return np.arange(self.q)

    def corr_index(self) -> Ints:
        """Index (from 0) of the covariance parameter of every pair, -1 for none."""
        return np.full((self.q, self.q), -1)

    def rows(self) -> tuple[ParamRow, ...]:
        """The parameters in table order: variances in column order, then covariances column by column."""
        scale, corr = self._scale, self._corr
        out = [ParamRow("var", tuple(np.flatnonzero(scale == k).tolist())) for k in range(self.variances)]
        for t in range(self.size - self.variances):
            i, j = np.nonzero(corr == t)
            out.append(ParamRow("cov", tuple(sorted(set(i.tolist()) | set(j.tolist())))))
        return tuple(out)

    def basis(self) -> Floats:
        """The matrices E_i, shape (m, q, q)."""
        return self._basis

    def elements(self, matrix: Floats) -> Floats:
        """kappa of the nearest member of the structure (averages over equal elements), shape (..., m)."""
        flat = matrix.reshape(*matrix.shape[:-2], -1)
        return np.asarray(flat @ (self._basis.reshape(self.size, -1).T / self._ones))

    def matrix(self, kappa: Floats) -> Floats:
        """Sigma = sum_i kappa_i E_i."""
        return np.asarray(np.tensordot(kappa, self.basis(), 1))

    def reported(self, kappa: Floats) -> Floats:
        """Sigma as handed out in results."""
        return self.matrix(kappa)

    def em_step(self, kappa: Floats, gradient: Floats, groups: int) -> Floats:
        """One EM update of kappa from the gradient of the log likelihood with respect to kappa.

        The expected complete-data moment is Sigma + (2/G) Sigma (dL/dSigma) Sigma; the
        maximisation step averages it over the structure's equal elements.
        """
        E = self.basis()
        sigma = np.tensordot(kappa, E, 1)
        D = np.tensordot(gradient / self._ones, E, 1)
        return self.elements(sigma + (2.0 / groups) * sigma @ D @ sigma)

    def start(self, variances: Floats) -> Floats:
        """Starting kappa: uncorrelated effects with the given variances (q,), averaged over the structure."""
        return self.elements(np.diag(variances))

    # -- links ---------------------------------------------------------------------------------

    def matsqrt(self, x: Floats) -> Link:
        """Sigma = A A with A = sum x_i E_i."""
        E = self.basis()
        A = np.tensordot(x, E, 1)
        EE = np.einsum("iab,jbc->ijac", E, E)
        return Link(A @ A, E @ A + A @ E, EE + EE.transpose(1, 0, 2, 3))

    def from_matsqrt(self, kappa: Floats) -> Floats:
        """Working vector of the positive semidefinite root of Sigma(kappa)."""
        return self.elements(_spectral(self.matrix(kappa), lambda w: np.sqrt(np.maximum(w, 0.0))))

    def matlog(self, x: Floats) -> Link:
        """Sigma = exp(A), A = sum x_i E_i; derivatives by divided differences of exp at A's eigenvalues."""
        E = self.basis()
        w, U = np.linalg.eigh(np.tensordot(x, E, 1))
        d1, d2 = _divided_exp(w)
        F = U.T @ E @ U
        first = U @ (d1 * F) @ U.T
        half = np.einsum("abc,iab,jbc->ijac", d2, F, F)
        second = U @ (half + half.transpose(1, 0, 2, 3)) @ U.T
        return Link((U * np.exp(w)) @ U.T, first, second)

    def from_matlog(self, kappa: Floats, floor: float = 1e-14) -> Floats:
        """Working vector of log Sigma(kappa); eigenvalues are kept above ``floor``."""
        return self.elements(_spectral(self.matrix(kappa), lambda w: np.log(np.maximum(w, floor))))

    def natural(self, x: Floats) -> Link:
        """Sigma_ij = exp(a_i + a_j) r_ij; x holds the distinct log SDs a, then the atanh of correlations."""
        v, m, q = self.variances, self.size, self.q
        scale, corr = self._scale, self._corr
        r = np.eye(q)
        slope, bend = np.zeros((m, q, q)), np.zeros((m, q, q))
        for t in range(m - v):
            mask = corr == t
            value = np.tanh(x[v + t])
            r[mask] = value
            slope[v + t][mask] = 1.0 - value**2
            bend[v + t][mask] = -2.0 * value * (1.0 - value**2)
        sd = np.exp(x[scale]) if q else np.zeros(0)
        outer = np.multiply.outer(sd, sd)
        sigma = outer * r
        w = np.zeros((m, q, q))  # how often log SD k enters element (i, j)
        for k in range(v):
            hit = (scale == k).astype(float)
            w[k] = hit[:, None] + hit[None, :]
        first = w * sigma + slope * outer
        second = w[:, None] * w[None, :] * sigma
        cross = w[:, None] * (slope * outer)[None, :]
        second = second + cross + cross.transpose(1, 0, 2, 3)
        index = np.arange(m)
        second[index, index] += bend * outer
        return Link(sigma, first, second)

    def from_natural(self, kappa: Floats) -> Floats:
        """Log SDs and atanh correlations of Sigma(kappa); the variances must be positive."""
        v = self.variances
        x = np.empty(self.size)
        with np.errstate(divide="ignore", invalid="ignore"):
            x[:v] = 0.5 * np.log(kappa[:v])
            r = kappa[v:] / np.sqrt(self._variance_products(kappa))
            x[v:] = np.arctanh(np.clip(r, -1.0, 1.0))
        return x

    def correlations(self, kappa: Floats) -> Floats:
        """The correlation of every covariance parameter (nan beside a zero variance)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(kappa[self.variances :] / np.sqrt(self._variance_products(kappa)))

    def pairs(self) -> tuple[tuple[int, int], ...]:
        """For every covariance parameter, the two variance parameters it joins."""
        scale, corr = self._scale, self._corr
        out = []
        for t in range(self.size - self.variances):
            i, j = (int(a[0]) for a in np.nonzero(corr == t))
            out.append((int(scale[i]), int(scale[j])))
        return tuple(out)

    def _variance_products(self, kappa: Floats) -> Floats:
        return np.array([kappa[a] * kappa[b] for a, b in self.pairs()], dtype=float)


class Identity(RandomCovariance):
    """Equal variances, no covariances."""

    __slots__ = ()
    keyword = "identity"
    abbreviation = "id"
    title = "Identity"

    def scale_index(self) -> Ints:
        return np.zeros(self.q, dtype=np.int64)


class Independent(RandomCovariance):
    """Distinct variances, no covariances (Stata's default for several effects)."""

    __slots__ = ()
    keyword = "independent"
    abbreviation = "ind"
    title = "Independent"


class Exchangeable(RandomCovariance):
    """Equal variances, one common covariance; its correlation lies in (-1/(q - 1), 1)."""

    __slots__ = ()
    keyword = "exchangeable"
    abbreviation = "ex"  # stata: "|| class: z2 z3, nocons cov(ex)" in Stata's help; its table says exc
    title = "Exchangeable"

    def scale_index(self) -> Ints:
        return np.zeros(self.q, dtype=np.int64)

    def corr_index(self) -> Ints:
        return np.asarray(np.eye(self.q, dtype=np.int64) * -1)


class Unstructured(RandomCovariance):
    """All variances and covariances distinct."""

    __slots__ = ()
    keyword = "unstructured"
    abbreviation = "un"
    title = "Unstructured"

    def corr_index(self) -> Ints:
        out = np.full((self.q, self.q), -1)
        first, second = np.triu_indices(self.q, 1)
        # triu_indices runs along rows of the upper triangle = down columns of the lower one
        out[first, second] = out[second, first] = np.arange(len(first))
        return out


STRUCTURES: dict[str, type[RandomCovariance]] = {
    s.keyword: s for s in (Independent, Exchangeable, Identity, Unstructured)
}


def resolve(word: str) -> type[RandomCovariance]:
    """The structure whose keyword ``word`` abbreviates; raises InvalidSyntax (r(198))."""
    for keyword, structure in STRUCTURES.items():
        if keyword.startswith(word) and len(word) >= len(structure.abbreviation):
            return structure
    raise InvalidSyntax(f"covariance structure {word} not allowed")  # unverified: wording


def _spectral(matrix: Floats, function: Callable[[Floats], Floats]) -> Floats:
    w, U = np.linalg.eigh(matrix)
    return np.asarray((U * function(w)) @ U.T)


def _divided_exp(w: Floats) -> tuple[Floats, Floats]:
    """First (q, q) and second (q, q, q) divided differences of exp at the points w.

    Second differences are taken as an integral over the simplex when points are close
    (Taylor series), as the recursive quotient otherwise.
    """

    def first(a: Floats, b: Floats) -> Floats:
        half = 0.5 * (a - b)
        safe = np.where(np.abs(half) < 1e-4, 1.0, half)
        ratio = np.where(np.abs(half) < 1e-4, 1.0 + half**2 / 6.0 + half**4 / 120.0, np.sinh(safe) / safe)
        return np.asarray(np.exp(0.5 * (a + b)) * ratio)

    d1 = first(w[:, None], w[None, :])
    a, b, c = np.broadcast_arrays(w[:, None, None], w[None, :, None], w[None, None, :])
    points = np.sort(np.stack([a, b, c]), axis=0)
    low, mid, high = points
    gap = high - low
    close = gap < 0.05
    mean = points.mean(0)
    e = points - mean
    s2, s3 = (e**2).sum(0), (e**3).sum(0)
    # exp(mean) * sum of complete homogeneous polynomials h_k(e)/(k + 2)!, with h_1 = 0
    h2, h3 = s2 / 2.0, s3 / 3.0
    h4 = s2**2 / 8.0 + (e**4).sum(0) / 4.0
    h5 = s2 * s3 / 6.0 + (e**5).sum(0) / 5.0
    series = np.exp(mean) * (0.5 + h2 / 24.0 + h3 / 120.0 + h4 / 720.0 + h5 / 5040.0)
    quotient = (first(high, mid) - first(mid, low)) / np.where(close, 1.0, gap)
    return d1, np.where(close, series, quotient)
