"""Which rows of two data sets go together: the pairs of merge and of joinby, from codes of their keys."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.keys import ascending_order, starts_of
from mixedcli.frozen import frozen

Rows = NDArray[np.int64]


@frozen
class Pairs:
    """Rows of the result: the master's row and the using data's row each comes from, -1 for none.

    ordered: the rows are in ascending order of the keys.  in_place: the master's rows come first, all of them, and as
    they were.
    """

    master: Rows
    using: Rows
    ordered: bool
    in_place: bool


@frozen
class Side:
    """One data set's rows in order of their codes.  order: None when they are in order already."""

    codes: Rows
    order: Rows | None

    @staticmethod
    def of(codes: Rows) -> Side:
        order = ascending_order(codes)
        return Side(codes if order is None else codes[order], order)

    @property
    def unique(self) -> bool:
        """Whether no code occurs twice."""
        return not bool((self.codes[1:] == self.codes[:-1]).any())

    def rows(self, places: Rows) -> Rows:
        """Row numbers for places in the order; -1 stays -1."""
        if self.order is None:
            return places
        return np.where(places < 0, -1, self.order[places]) if len(self.order) else places


def merged(master: Side, using: Side) -> Pairs:
    """The rows of a match merge: observations of a key are paired first with first, second with second ...; of the
    shorter side the last one is used again.  With unique keys on a side that is 1:1, m:1 and 1:m.

    The master's rows come first, in order of the keys; what the using data add follows.
    """
    left, right = master.codes, using.codes
    n, m = len(left), len(right)
    begin, found = _places(right, left)
    partner = np.where(found, begin, -1)
    if not master.unique and not using.unique:
        # k-th observation of its key, but no further than the using data go
        sizes = _run_sizes(right)
        within = _within(left)
        partner = np.where(found, begin + np.minimum(within, sizes[np.minimum(begin, m - 1)] - 1), -1) if m else partner
    used = np.zeros(m, dtype=np.bool_)
    used[partner[found]] = True
    extra = np.flatnonzero(~used)
    last, known = _places(left, right[extra], last=True)
    rows = np.concatenate([np.arange(n), np.where(known, last, -1)]) if len(extra) else np.arange(n)
    partners = np.concatenate([partner, extra]) if len(extra) else partner
    return Pairs(master.rows(rows), using.rows(partners), ordered=not len(extra), in_place=master.order is None)


def side_by_side(n: int, m: int) -> Pairs:
    """The rows of merge 1:1 _n: first with first, second with second."""
    rows = np.arange(max(n, m))
    return Pairs(np.where(rows < n, rows, -1), np.where(rows < m, rows, -1), ordered=False, in_place=True)


def joined(master: Side, using: Side, *, master_only: bool, using_only: bool) -> Pairs:
    """Every observation of a key with every one of the other side, in order of the keys."""
    left, right = master.codes, using.codes
    begin, found = _places(right, left)
    sizes = np.where(found, _run_sizes(right)[np.minimum(begin, len(right) - 1)] if len(right) else 0, int(master_only))
    rows = np.repeat(np.arange(len(left)), sizes)
    first = np.cumsum(sizes) - sizes
    step = np.arange(len(rows)) - np.repeat(first, sizes)
    partners = np.where(found[rows], begin[rows] + step, -1)
    if using_only:
        _, known = _places(left, right)
        extra = np.flatnonzero(~known)
        rows = np.concatenate([rows, np.full(len(extra), -1)])
        partners = np.concatenate([partners, extra])
        return Pairs(master.rows(rows), using.rows(partners), ordered=not len(extra), in_place=False)
    return Pairs(master.rows(rows), using.rows(partners), ordered=True, in_place=False)


#: up to so many times the rows, a table of places is smaller than a search is slow
_DENSE = 8


def _places(ordered: Rows, wanted: Rows, *, last: bool = False) -> tuple[Rows, NDArray[np.bool_]]:
    """First (or last) place of each wanted code among ordered ones, and whether it is there."""
    if not len(ordered):
        return np.full(len(wanted), -1, dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    low, high = int(ordered[0]), int(ordered[-1])
    if high - low <= _DENSE * (len(ordered) + len(wanted)):
        # one slot more for everything outside
        table = np.full(high - low + 2, -1, dtype=np.int64)
        if last:
            table[ordered - low] = np.arange(len(ordered))
        else:
            table[ordered[::-1] - low] = np.arange(len(ordered) - 1, -1, -1)
        inside = (wanted >= low) & (wanted <= high)
        at = table[np.where(inside, wanted - low, high - low + 1)]
        return at, at >= 0
    at = np.searchsorted(ordered, wanted, side="right") - 1 if last else np.searchsorted(ordered, wanted)
    clipped = np.clip(at, 0, len(ordered) - 1)
    return clipped, ordered[clipped] == wanted


def _run_sizes(ordered: Rows) -> Rows:
    """(n,) at the first place of each run of equal codes its length; elsewhere anything."""
    starts = starts_of(ordered)
    out = np.zeros(len(ordered), dtype=np.int64)
    out[starts[:-1]] = np.diff(starts)
    return out


def _within(ordered: Rows) -> Rows:
    """(n,) how many equal codes stand before each place."""
    starts = starts_of(ordered)
    return np.arange(len(ordered)) - np.repeat(starts[:-1], np.diff(starts))
