"""Levels of factor variables in a sample, and which combinations of them occur."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.data import timeseries
from mixedcli.data.dataset import Dataset
from mixedcli.data.missing import is_missing
from mixedcli.errors import FactorValues
from mixedcli.frozen import frozen

LARGEST = 32740
"""Greatest value a factor variable may have."""

_DENSE = 5_000_000
"""Up to so many combinations a table of counts is kept; beyond, the sorted codes that occur."""


@frozen
class Factor:
    """A factor in the sample: its levels in order, how often each occurs, and each row's position among them."""

    levels: tuple[int, ...]
    counts: NDArray[np.int64]
    codes: NDArray[np.int64]


class Factors:
    """The factors of one data set and sample, each looked at once."""

    def __init__(self, data: Dataset, sample: NDArray[np.bool_]) -> None:
        self._data = data
        self._sample = sample
        self._known: dict[tuple[str, str], Factor] = {}

    def get(self, var: str, ops: tuple[ast.TimeOp, ...]) -> Factor:
        """Levels of a variable.  Errors: r(452) negative, fractional or too large values; r(109) a string variable."""
        key = (var, timeseries.letters(ops))
        if key not in self._known:
            values = self._data.numeric(var)
            if ops:
                values = timeseries.apply(values, ops, self._data)
            self._known[key] = _factor(var, values[self._sample])
        return self._known[key]

    def observed(self, factors: Sequence[Factor]) -> Callable[[Sequence[int]], bool]:
        """A function telling whether a combination of levels, one per factor, occurs in the sample."""
        known = [{level: k for k, level in enumerate(f.levels)} for f in factors]
        total = 1
        codes = np.zeros(len(factors[0].codes), dtype=np.int64)
        valid = np.ones(len(codes), dtype=np.bool_)
        for f in factors:
            total *= max(len(f.levels), 1)
            codes = codes * max(len(f.levels), 1) + f.codes
            valid &= f.codes >= 0
        codes = codes[valid]
        if total <= _DENSE:
            seen = set(np.flatnonzero(np.bincount(codes, minlength=1)).tolist()) if codes.size else set()
        else:
            seen = set(np.unique(codes).tolist())

        def occurs(levels: Sequence[int]) -> bool:
            code = 0
            for at, level in zip(known, levels, strict=True):
                if level not in at:
                    return False
                code = code * len(at) + at[level]
            return code in seen

        return occurs


def _factor(var: str, values: NDArray[np.float64]) -> Factor:
    missing = is_missing(values)
    real = values[~missing] if missing.any() else values
    if real.size:
        if real.min() < 0:
            raise FactorValues(f"{var}:  factor variables may not contain negative values")
        if not bool((real == np.floor(real)).all()):
            raise FactorValues(f"{var}:  factor variables may not contain noninteger values")
        if real.max() > LARGEST:
            # unverified: wording
            raise FactorValues(f"{var}:  factor variables may not contain values larger than {LARGEST}")
    whole = real.astype(np.int64)
    counts = np.bincount(whole) if whole.size else np.zeros(0, dtype=np.int64)
    levels = np.flatnonzero(counts)
    position = np.full(len(counts), -1, dtype=np.int64)
    position[levels] = np.arange(levels.size)
    codes = np.full(len(values), -1, dtype=np.int64)
    codes[~missing] = position[whole]
    return Factor(tuple(levels.tolist()), counts[levels], codes)
