"""Unstructured residuals: a variance for every time and a covariance for every pair of times.

The working vector is the Cholesky factor L of A (1 at its first element): logs of the other diagonal elements and
the elements below the diagonal as they are, so every x is positive definite.
A factor with zeros beyond q places below the diagonal belongs to a banded matrix of order q, and the other way round.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from mixedcli.engine.residual.moments import Moments
from mixedcli.engine.residual.structure import Floats, Ints, ResidualRow, Stack, Structure, TimeRule

_LEAST = 0.005  # smallest eigenvalue of the starting correlations


class Unstructured(Structure):
    """unstructured."""

    __slots__ = ()
    keyword: ClassVar[str] = "unstructured"
    abbreviation: ClassVar[str] = "un"
    name: ClassVar[str] = "Unstructured"
    time: ClassVar[TimeRule] = "nonnegative"

    @property
    def band(self) -> int:
        """Number of places below the diagonal that may differ from 0."""
        return len(self.times) - 1

    @property
    def shifts(self) -> bool:
        return False

    @property
    def size(self) -> int:
        return len(self._diagonal()) + len(self._below()[0])

    def _diagonal(self) -> Ints:
        return np.arange(1, len(self.times))

    def _below(self) -> tuple[Ints, Ints]:
        """Places (i, j), i > j, column by column: the order of the table."""
        T = len(self.times)
        j, i = np.triu_indices(T, 1)
        near = i - j <= self.band
        return i[near], j[near]

    def rows(self) -> tuple[ResidualRow, ...]:
        names = [f"e{t:g}" for t in self.times]
        i, j = self._below()
        variances = [ResidualRow("var", n, "log", f"r_lns{{}}_{k + 1}ose") for k, n in enumerate(names)]
        pairs = [
            ResidualRow("cov", f"{names[b]},{names[a]}", "identity", f"r_atr{{}}_{b + 1}_{a + 1}", (int(b), int(a)))
            for a, b in zip(i.tolist(), j.tolist(), strict=True)
        ]
        return (*variances, *pairs)

    def _factor(self, x: Floats) -> Floats:
        T, d = len(self.times), self._diagonal()
        L = np.zeros((T, T))
        L[0, 0] = 1.0
        L[d, d] = np.exp(x[: len(d)])
        L[self._below()] = x[len(d) :]
        return L

    def _matrix(self, x: Floats) -> Stack:
        T, m, d = len(self.times), self.size, self._diagonal()
        L = self._factor(x)
        E = np.zeros((m, T, T))  # dL / dx
        k = np.arange(len(d))
        E[k, d, d] = L[d, d]
        i, j = self._below()
        E[len(d) + np.arange(len(i)), i, j] = 1.0
        half = E @ L.T
        cross = np.tensordot(E, E, axes=(2, 2)).transpose(0, 2, 1, 3)  # E_a E_b'
        second = cross + cross.transpose(0, 1, 3, 2)
        # log diagonals: the second derivative of an element is the element again
        again = half[k] + half[k].transpose(0, 2, 1)
        second[k, k] += again
        return Stack(L @ L.T, half + half.transpose(0, 2, 1), second)

    def natural(self, x: Floats) -> tuple[Floats, Floats]:
        A = self._matrix(x)
        i, j = self._below()
        t = np.arange(len(self.times))
        values = np.concatenate([A.value[t, t], A.value[i, j]])
        return values, np.concatenate([A.first[:, t, t], A.first[:, i, j]], axis=1)

    def working(self, natural: Floats) -> Floats:
        T = len(self.times)
        A = np.diag(natural[:T])
        i, j = self._below()
        A[i, j] = A[j, i] = natural[T:]
        L = np.linalg.cholesky(A)
        d = self._diagonal()
        return np.concatenate([np.log(L[d, d]), L[i, j]])

    def start(self, moments: Moments) -> Floats:
        T = len(self.times)
        C = moments.covariances(self.times)
        variance = np.diag(C).copy()
        variance[variance <= 1e-6 * moments.variance] = moments.variance
        sd = np.sqrt(variance)
        R = C / np.multiply.outer(sd, sd)
        away = np.abs(np.subtract.outer(np.arange(T), np.arange(T))) > self.band
        R[away] = 0.0
        R[np.arange(T), np.arange(T)] = 1.0
        least = float(np.linalg.eigvalsh(R).min())
        if least < _LEAST:  # pairs seen in different groups need not fit together: towards independence
            R = ((1.0 - 2.0 * _LEAST) / (1.0 - least)) * R
            R[np.arange(T), np.arange(T)] = 1.0
        A = R * np.multiply.outer(sd, sd) / variance[0]
        i, j = self._below()
        return self.working(np.concatenate([np.diag(A), A[i, j]]))

    def table(self, x: Floats) -> Stack:
        A, m = self._matrix(x), self.size
        return Stack(A.value.ravel(), A.first.reshape(m, -1), A.second.reshape(m, m, -1))

    def keys(self, times: Floats) -> Ints:
        return np.searchsorted(self.times, times)

    def entries(self, keys: Ints) -> Ints:
        return keys[..., :, None] * len(self.times) + keys[..., None, :]
