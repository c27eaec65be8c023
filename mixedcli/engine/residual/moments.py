"""Moments of the regression's residuals within groups, from which residual structures start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NEIGHBOURS = 32  # pairs of rows at most this far apart in a group are looked at


@frozen
class Moments:
    """Residuals e (n,), sorted by group and time; group (n,) codes; times (n,)."""

    e: Floats
    group: Ints
    times: Floats

    @property
    def variance(self) -> float:
        return float(self.e @ self.e / max(len(self.e), 1))

    def lagged(self, largest: int, unseen: bool = False) -> Floats:
        """Autocorrelations at lags 1..largest; where no pair is that far apart 0, or with ``unseen`` a guess.

        The guess falls off geometrically as the correlation of neighbouring rows does: at 0 a process whose lags are
        all even would be at a saddle point.
        """
        out, count = np.zeros(largest + 1), np.zeros(largest + 1)
        for step in range(1, min(_NEIGHBOURS, len(self.e) - 1) + 1):
            same = self.group[step:] == self.group[:-step]
            if not same.any():
                break
            lag = np.rint(self.times[step:] - self.times[:-step])[same]
            near = lag <= largest
            if not near.any():
                break
            lags = lag[near].astype(np.int64)
            product = (self.e[step:] * self.e[:-step])[same][near]
            out += np.bincount(lags, weights=product, minlength=largest + 1)
            count += np.bincount(lags, minlength=largest + 1)
        r = out / np.maximum(count, 1.0) / max(self.variance, 1e-300)
        if unseen and (count[1:] == 0).any():
            near, distance = self.neighbours()
            guess = np.clip(near, 0.1, 0.9) ** (np.arange(largest + 1) / max(distance, 1.0))
            r = np.where(count == 0, guess, r)
        return np.asarray(r[1:])

    def neighbours(self) -> tuple[float, float]:
        """Correlation of neighbouring residuals and their mean distance in time."""
        same = self.group[1:] == self.group[:-1]
        if not same.any():
            return 0.0, 1.0
        product = float((self.e[1:] * self.e[:-1])[same].mean())
        distance = float((self.times[1:] - self.times[:-1])[same].mean())
        return product / max(self.variance, 1e-300), distance

    def common(self) -> float:
        """Mean correlation of all pairs in a group."""
        size = np.bincount(self.group)
        total = np.bincount(self.group, weights=self.e)
        pairs = float((size * (size - 1)).sum())
        if pairs == 0:
            return 0.0
        return (float(total @ total) - float(self.e @ self.e)) / pairs / max(self.variance, 1e-300)

    def covariances(self, levels: Floats) -> Floats:
        """Mean products of residuals at every pair of times (T, T); pairs never seen together have 0."""
        T = len(levels)
        codes, group = np.unique(self.group, return_inverse=True)
        at = np.searchsorted(levels, self.times)
        total, count = np.zeros((T, T)), np.zeros((T, T))
        step = max(1, 4_000_000 // max(T, 1))
        for low in range(0, len(codes), step):
            part = (group >= low) & (group < low + step)
            wide, seen = np.zeros((min(step, len(codes) - low), T)), np.zeros((min(step, len(codes) - low), T))
            wide[group[part] - low, at[part]] = self.e[part]
            seen[group[part] - low, at[part]] = 1.0
            total += wide.T @ wide
            count += seen.T @ seen
        return np.asarray(total / np.maximum(count, 1.0))
