"""Statistics within groups: one value per group from a column of numbers, missing values left out.

``Grouped`` holds the rows that count, put in order of their groups once; every statistic then is one pass.  Letters:
m rows used, G groups, x (m,) values without missing ones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.grouping import Sample
from mixedcli.data.keys import ascending_order
from mixedcli.data.missing import SYSMISS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: a median of more observations is left to pandas, which selects where we sort
_MANY = 20_000


class Grouped:
    """The known values of a column with their groups.

    codes: (n,) in 0..groups-1; values: (n,) in Stata's coding; rows: bool (n,), which observations count.
    """

    def __init__(self, codes: Ints, groups: int, values: Floats, rows: NDArray[np.bool_] | None = None) -> None:
        used = values < SYSMISS
        if rows is not None:
            used &= rows
        self.rows: Ints | None = None if used.all() else np.flatnonzero(used)
        self.codes = codes if self.rows is None else codes[self.rows]
        self.x = values if self.rows is None else values[self.rows]
        self.groups = groups

    @cached_property
    def count(self) -> Floats:
        """(G,) number of values."""
        return np.bincount(self.codes, minlength=self.groups).astype(float)

    @cached_property
    def _order(self) -> Ints | None:
        return ascending_order(self.codes)

    @cached_property
    def _in_order(self) -> Floats:
        return self.x if self._order is None else self.x[self._order]

    @cached_property
    def by_value(self) -> Ints:
        """(m,) the order by group and value, ties in their own order: one plain sort each is faster than lexsort."""
        order = np.argsort(self.x, kind="stable")
        within = ascending_order(self.codes[order])
        return order if within is None else order[within]

    @cached_property
    def _sorted(self) -> tuple[Floats, Ints]:
        """Values ascending within groups, groups one after the other, and the first place of each group."""
        return self.x[self.by_value], np.concatenate([[0], np.cumsum(self.count)]).astype(np.int64)

    def total(self) -> Floats:
        """(G,) sums; 0 for a group without values."""
        out: Floats = np.bincount(self.codes, self.x, self.groups).astype(float, copy=False)
        return out

    def mean(self) -> Floats:
        """(G,) means; missing without values.  A second pass over the remainders keeps all digits."""
        with np.errstate(invalid="ignore", divide="ignore"):
            first = self.total() / self.count
            rest = np.bincount(self.codes, self.x - first[self.codes], self.groups) / self.count
        return _missing(first + rest, self.count > 0)

    def moment(self, k: int) -> Floats:
        """(G,) sums of (x - mean)^k."""
        d = self.x - self.mean()[self.codes]
        out: Floats = np.bincount(self.codes, d**k, self.groups).astype(float, copy=False)
        return out

    def variance(self) -> Floats:
        """(G,) with n - 1; missing with fewer than two values."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return _missing(self.moment(2) / (self.count - 1), self.count > 1)

    def sd(self) -> Floats:
        """(G,) standard deviations."""
        v = self.variance()
        return np.where(v < SYSMISS, np.sqrt(np.where(v < SYSMISS, v, 0.0)), SYSMISS)

    def extreme(self, *, largest: bool) -> Floats:
        """(G,) minima or maxima."""
        out = np.full(self.groups, SYSMISS)
        if len(self.x):
            present = self.count > 0
            starts = np.concatenate([[0], np.cumsum(self.count)[:-1]]).astype(np.int64)[present]
            out[present] = (np.maximum if largest else np.minimum).reduceat(self._in_order, starts)
        return out

    def first(self, *, last: bool = False) -> Floats:
        """(G,) first or last value in the order of the rows."""
        out = np.full(self.groups, SYSMISS)
        present = self.count > 0
        ends = np.cumsum(self.count).astype(np.int64)
        at = ends - 1 if last else ends - self.count.astype(np.int64)
        out[present] = self._in_order[at[present]]
        return out

    def percentile(self, p: float) -> Floats:
        """(G,) p-th percentile: the mean of two neighbours where n p / 100 is whole, as summarize has it."""
        if p == 50 and len(self.x) > _MANY:
            middle = Sample(self.x, self.codes, self.groups).median()
            return np.where(self.count > 0, middle, SYSMISS)
        x, starts = self._sorted
        out = np.full(self.groups, SYSMISS)
        g = np.flatnonzero(self.count > 0)
        n, begin = self.count[g], starts[:-1][g]
        place = n * p / 100
        whole = np.abs(place - np.rint(place)) < 1e-9 * np.maximum(n, 1)
        place = np.where(whole, np.rint(place), np.floor(place))
        low = np.clip(np.where(whole, place - 1, place), 0, n - 1).astype(np.int64)
        high = np.clip(place, 0, n - 1).astype(np.int64)
        out[g] = (x[begin + low] + x[begin + high]) / 2
        return out

    def mode(self, *, pick: Callable[[Floats], float] | None = None) -> tuple[Floats, bool]:
        """(G,) most frequent values and whether a group has several; those are missing, or chosen by ``pick``."""
        x, _ = self._sorted
        out = np.full(self.groups, SYSMISS)
        if not len(x):
            return out, False
        group = np.repeat(np.arange(self.groups), self.count.astype(np.int64))
        new = np.concatenate([[True], (x[1:] != x[:-1]) | (group[1:] != group[:-1])])
        run = np.flatnonzero(new)
        length = np.diff(np.concatenate([run, [len(x)]]))
        owner = group[run]
        most = np.zeros(self.groups, dtype=np.int64)
        np.maximum.at(most, owner, length)
        top = length == most[owner]
        tops = np.bincount(owner[top], minlength=self.groups)
        single = top & (tops[owner] == 1)
        out[owner[single]] = x[run[single]]
        several = np.flatnonzero(tops > 1)
        if pick is not None:
            for g in several.tolist():
                out[g] = pick(x[run[top & (owner == g)]])
        return out, bool(len(several))

    def ranks(self) -> Floats:
        """(m,) ranks within groups, ties sharing their mean rank, in the order of the rows used."""
        order = self.by_value
        x, g = self.x[order], self.codes[order]
        new = np.concatenate([[True], (x[1:] != x[:-1]) | (g[1:] != g[:-1])]) if len(x) else np.zeros(0, bool)
        run = np.cumsum(new) - 1
        first = np.flatnonzero(new)
        length = np.diff(np.concatenate([first, [len(x)]]))
        begin = np.concatenate([[0], np.cumsum(self.count)[:-1]])[g]
        out = np.empty(len(x))
        out[order] = (first + (length - 1) / 2)[run] - begin + 1
        return out

    def spread(self, per_row: Floats, n: int) -> Floats:
        """Values of the rows used (m,) among all n rows; missing elsewhere."""
        if self.rows is None:
            return per_row
        out = np.full(n, SYSMISS)
        out[self.rows] = per_row
        return out


def _missing(values: Floats, known: NDArray[np.bool_]) -> Floats:
    return np.where(known & np.isfinite(values), values, SYSMISS)
