"""The groups of a by prefix: runs of equal values in sorted data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.dataset import Dataset


class ByGroups:
    """Groups of consecutive rows.

    names: the variables of ``by``, without those in parentheses.  starts: int64 (G + 1,), the first row of each
    group and, last, the number of rows; groups are never empty.
    """

    def __init__(self, names: tuple[str, ...], starts: NDArray[np.int64]) -> None:
        self.names = names
        self.starts = starts

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(G,) number of rows of each group."""
        return np.diff(self.starts)

    @cached_property
    def codes(self) -> NDArray[np.int64]:
        """(n,) index of the group of each row."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)


def groups_of(data: Dataset, names: Sequence[str]) -> ByGroups:
    """The runs of rows equal in all the named variables; missing values of different codes differ."""
    changes = np.zeros(max(data.n - 1, 0), dtype=np.bool_)
    for name in names:
        values = data.column(name).values
        changes |= values[1:] != values[:-1]
    inner = np.flatnonzero(changes) + 1
    ends = [data.n] if data.n else []
    return ByGroups(tuple(names), np.concatenate([[0], inner, ends]).astype(np.int64))


def cumulated(values: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Running sums (n,) that begin anew where codes (n,), in ascending order, change.

    Groups of similar size are summed side by side in a padded table: each sum is the plain one from its group's first
    row, free of what earlier groups left in the rounding.
    """
    out = np.empty(len(values))
    if not len(values):
        return out
    first = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
    sizes = np.diff(np.concatenate([first, [len(values)]]))
    classes = np.ceil(np.log2(sizes)).astype(np.int64)
    for k in np.unique(classes):
        begin, size = first[classes == k], sizes[classes == k]
        place = begin[:, None] + np.arange(size.max())
        inside = np.arange(size.max()) < size[:, None]
        table = np.where(inside, values[np.where(inside, place, 0)], 0.0)
        out[place[inside]] = np.cumsum(table, axis=1)[inside]
    return out
