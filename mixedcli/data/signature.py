"""A checksum of some variables over some observations that does not depend on the order of the observations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.dataset import Column, Dataset

Hashes = NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def signature(data: Dataset, names: Sequence[str], rows: NDArray[np.bool_]) -> int:
    """The sum of one hash per observation, each of all its values.  Variables that are not there count as nothing."""
    chosen: Any = slice(None) if rows.all() else rows
    total = np.zeros(int(rows.sum()), dtype=np.uint64)
    for name in names:
        if name in data:
            total ^= _bits(data.column(name), chosen)
            total *= _STEP
            total ^= total >> np.uint64(29)
    return int(_mixed(total).sum(dtype=np.uint64))


def _bits(column: Column, chosen: Any) -> Hashes:
    if column.is_string:
        from pandas.util import hash_array

        values: NDArray[Any] = column.values[chosen]
        return np.asarray(hash_array(values, categorize=True))
    numbers = column.numeric()[chosen] + 0.0  # -0 is 0; a copy
    return np.asarray(numbers.astype(np.float64, copy=False).view(np.uint64))


def _mixed(x: Hashes) -> Hashes:
    """Every bit of a number spread over all bits (the finaliser of splitmix64)."""
    x = (x ^ (x >> np.uint64(30))) * _FIRST
    x = (x ^ (x >> np.uint64(27))) * _SECOND
    return np.asarray(x ^ (x >> np.uint64(31)))
