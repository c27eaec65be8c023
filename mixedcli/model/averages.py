"""Averages of products of covariates over a sample: all that a margin of a linear prediction needs of the data.

A margin's row of coefficients is, term by term, the product of what is held fixed times the average of what is not.
The averages are kept: each family of terms (same variables, all cells of the factors) is one pass over the rows,
whatever the number of margins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import factors
from mixedcli.data.dataset import Dataset
from mixedcli.data.factors import Part
from mixedcli.data.missing import is_missing
from mixedcli.frozen import frozen
from mixedcli.model.linearmodel import Key, key_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.bool_]


@frozen
class Generated:
    """Values over all observations in place of a covariate: at(x = gen(exp)), known by the text of exp."""

    text: str
    values: Floats


Factor: TypeAlias = tuple[Part, Generated | None]
"""A part of a term, and what stands in for its values."""


class Averages:
    """Weighted averages over the rows of a sample, one for each group (over()): float64 (groups,).

    rows: bool (observations,).  weights (rows used,) or None.  codes (rows used,): group of each row.
    """

    def __init__(
        self, data: Dataset, rows: Rows, weights: Floats | None = None, codes: Ints | None = None, groups: int = 1
    ) -> None:
        self._data, self._rows = data, rows
        self._weights, self._codes, self.groups = weights, codes, groups
        self._levels: dict[Key, tuple[Ints, dict[int, int]]] = {}
        self._numbers: dict[tuple[Key, str], Floats] = {}
        self._tables: dict[tuple[object, ...], tuple[Floats, list[dict[int, int]]]] = {}
        self.totals = self._summed(None, np.zeros(int(rows.sum()), dtype=np.int64), 1)[:, 0]
        self._divisor = np.where(self.totals > 0, self.totals, np.nan)

    def of(self, parts: Sequence[Factor]) -> Floats:
        """The average of the product of the parts."""
        chosen: dict[Key, int] = {}
        numbers: list[tuple[Key, str]] = []
        made: dict[str, Generated] = {}
        for part, instead in parts:
            key = key_of(part)
            if part.kind == "c":
                numbers.append((key, "" if instead is None else instead.text))
                if instead is not None:
                    made[instead.text] = instead
            elif part.level is not None and chosen.setdefault(key, part.level) != part.level:
                return np.zeros(self.groups)  # two levels of one factor at once
        if not chosen and not numbers:
            return np.where(self.totals > 0, 1.0, np.nan)
        table, places = self._family(tuple(sorted(chosen, key=repr)), tuple(sorted(numbers, key=repr)), made)
        cell = 0
        for key, at in zip(sorted(chosen, key=repr), places, strict=True):
            if chosen[key] not in at:
                return np.zeros(self.groups)
            cell = cell * len(at) + at[chosen[key]]
        return np.asarray(table[:, cell] / self._divisor)

    def _family(
        self, keys: tuple[Key, ...], numbers: tuple[tuple[Key, str], ...], made: dict[str, Generated]
    ) -> tuple[Floats, list[dict[int, int]]]:
        name = (keys, numbers)
        if name not in self._tables:
            cells, count = np.zeros(int(self._rows.sum()), dtype=np.int64), 1
            places = []
            for key in keys:
                codes, at = self._factor(key)
                cells, count = cells * len(at) + codes, count * len(at)
                places.append(at)
            product: Floats | None = None
            for key, text in numbers:
                x = self._number(key, text, made)
                product = x if product is None else product * x
            self._tables[name] = self._summed(product, cells, count), places
        return self._tables[name]

    def _summed(self, product: Floats | None, cells: Ints, count: int) -> Floats:
        """Weighted sums (groups, count)."""
        if self._codes is not None:
            cells = self._codes * count + cells
        w = self._weights
        if product is not None:
            w = product if w is None else w * product
        return np.bincount(cells, w, self.groups * count).astype(float).reshape(self.groups, count)

    def _factor(self, key: Key) -> tuple[Ints, dict[int, int]]:
        """Codes of the rows and level -> code."""
        if key not in self._levels:
            whole = self._values(key, "", {}).astype(np.int64)
            counts = np.bincount(whole)
            levels = np.flatnonzero(counts)
            position = np.zeros(len(counts), dtype=np.int64)
            position[levels] = np.arange(len(levels))
            self._levels[key] = position[whole], {int(v): k for k, v in enumerate(levels)}
        return self._levels[key]

    def _number(self, key: Key, text: str, made: dict[str, Generated]) -> Floats:
        if (key, text) not in self._numbers:
            self._numbers[key, text] = self._values(key, text, made)
        return self._numbers[key, text]

    def _values(self, key: Key, text: str, made: dict[str, Generated]) -> Floats:
        if text:
            return made[text].values[self._rows]
        term = factors.continuous(*key)
        return factors.values(term, self._data, None if self._rows.all() else self._rows)


def known(data: Dataset, covariates: Sequence[Key]) -> Rows:
    """Observations (n,) with no covariate missing."""
    out = np.ones(data.n, dtype=np.bool_)
    for key in covariates:
        out &= ~is_missing(factors.values(factors.continuous(*key), data, None))
    return out
