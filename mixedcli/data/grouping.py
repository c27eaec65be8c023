"""Groups of observations in any order: a number for each, and statistics of a variable within them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.dataset import Dataset
from mixedcli.data.keys import Codes, joint_codes
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]

#: up to so many possible codes for each observation a table is cheaper than sorting
_DENSE = 4


@frozen
class Groups:
    """member: (n,) group of each observation, 0 to count - 1 in ascending order of the keys.

    first: (count,) an observation of each group, the first in the data.
    """

    member: Codes
    count: int
    first: Codes


def grouped(data: Dataset, names: Sequence[str]) -> Groups:
    """The groups of equal values of the named variables; one group without names.  The data are not empty."""
    if not names:
        return Groups(np.zeros(data.n, dtype=np.int64), 1, np.zeros(1, dtype=np.int64))
    (codes,) = joint_codes(names, data)
    return coded(codes)


def coded(codes: Codes) -> Groups:
    """The groups of equal codes."""
    if not len(codes):
        return Groups(codes, 0, codes)
    low, high = int(codes.min()), int(codes.max())
    if high - low <= _DENSE * len(codes) + 1000:
        seen = np.zeros(high - low + 1, dtype=np.int64)
        seen[codes - low] = 1
        count = int(seen.sum())
        member = (np.cumsum(seen) - 1)[codes - low]
    else:
        unique, member = np.unique(codes, return_inverse=True)
        member, count = member.astype(np.int64, copy=False), len(unique)
    first = np.empty(count, dtype=np.int64)
    first[member[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return Groups(member, count, first)


def firsts(codes: Codes) -> Codes:
    """The first place of each distinct code, in the order of the codes."""
    if not len(codes):
        return codes
    low, high, n = int(codes.min()), int(codes.max()), len(codes)
    if high - low > _DENSE * n + 1000:
        return np.unique(codes, return_index=True)[1]
    place = np.full(high - low + 1, n, dtype=np.int64)
    place[codes[::-1] - low] = np.arange(n - 1, -1, -1)
    return place[place < n]


@frozen
class Sample:
    """One variable's observations that count.

    values, member, weights: (m,) numbers without missing values, their groups, their weights (None: all 1).
    """

    values: Floats
    member: Codes
    count: int
    weights: Floats | None = None

    def total(self, values: Floats | None) -> Floats:
        """(count,) weighted sums within groups; None sums the weights."""
        if values is None:
            return np.bincount(self.member, self.weights, minlength=self.count).astype(np.float64)
        weighted = values if self.weights is None else values * self.weights
        return np.bincount(self.member, weighted, minlength=self.count).astype(np.float64, copy=False)

    def frequency(self) -> Floats:
        """(count,) how many observations, whatever their weights."""
        return np.bincount(self.member, minlength=self.count).astype(np.float64)

    def mean(self) -> Floats:
        """(count,) weighted means, nan in empty groups; a second pass takes the rounding out."""
        weight = self.total(None)
        with np.errstate(invalid="ignore", divide="ignore"):
            rough = self.total(self.values) / weight
            return rough + self.total(self.values - rough[self.member]) / weight

    def squares(self) -> Floats:
        """(count,) weighted sums of squared deviations from the mean."""
        return self.total((self.values - self.mean()[self.member]) ** 2)

    def median(self) -> Floats:
        """(count,) medians whatever the weights, nan in empty groups."""
        import pandas as pd

        # codes it need not look for itself
        member = pd.CategoricalIndex(pd.Categorical.from_codes(self.member, categories=pd.RangeIndex(self.count)))
        return np.asarray(pd.Series(self.values).groupby(member, observed=False).median(), dtype=np.float64)

    def extreme(self, *, largest: bool) -> Floats:
        """(count,) maxima or minima, nan in empty groups."""
        out = np.full(self.count, -np.inf if largest else np.inf)
        (np.maximum if largest else np.minimum).at(out, self.member, self.values)
        return np.where(np.isfinite(out), out, np.nan)


class Ordered:
    """A sample sorted by group and value, for percentiles."""

    def __init__(self, sample: Sample) -> None:
        by_value = np.argsort(sample.values)
        order = by_value[_stable(sample.member[by_value], sample.count)]
        self.values = sample.values[order]
        self.weights = None if sample.weights is None else sample.weights[order]
        sizes = np.bincount(sample.member, minlength=sample.count)
        self.starts = np.concatenate([[0], np.cumsum(sizes)])

    def percentile(self, p: float) -> Floats:
        """(count,) Stata's percentile: the first value whose cumulative weight exceeds p percent of the whole, or the
        mean of it and the one before when that one reaches p percent exactly.  nan in empty groups."""
        begin, sizes = self.starts[:-1], np.diff(self.starts)
        if not len(self.values):
            return np.full(len(sizes), np.nan)
        if self.weights is None:
            rank = sizes * p / 100
            above = np.floor(rank).astype(np.int64)
            exact = rank == above
        else:
            running = np.concatenate([[0.0], np.cumsum(self.weights)])
            base = running[begin]
            target = (running[self.starts[1:]] - base) * p / 100 + base
            slack = 1e-12 * np.maximum(np.abs(target), 1.0)
            above = np.searchsorted(running[1:], target + slack, side="right") - begin
            reached = running[begin + np.clip(above, 0, np.maximum(sizes, 1))]
            exact = np.abs(reached - target) <= slack
        last = np.maximum(sizes - 1, 0)
        upper = np.minimum(begin + np.minimum(above, last), len(self.values) - 1)
        lower = np.minimum(begin + np.clip(above - 1, 0, last), len(self.values) - 1)
        out = np.where(exact, (self.values[lower] + self.values[upper]) / 2, self.values[upper])
        return np.where(sizes > 0, out, np.nan)


def _stable(member: Codes, count: int) -> Codes:
    """The order that sorts groups and keeps what was in order within them."""
    n = len(member)
    if count == 1:
        return np.arange(n)
    return np.sort(member * n + np.arange(n)) % max(n, 1)
