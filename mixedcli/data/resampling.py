"""Drawing observations or clusters of them again, with strata: for bsample, bootstrap and jackknife."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.dataset import Dataset
from mixedcli.data.grouping import grouped
from mixedcli.errors import InsufficientObservations
from mixedcli.frozen import frozen

Ints = NDArray[np.int64]


class Units:
    """What is drawn: clusters, or single observations.

    member (n,): unit of every row, 0 to count - 1; units of one stratum follow each other.
    first (strata + 1,): the first unit of each stratum and, last, the number of units.
    """

    def __init__(self, member: Ints, first: Ints) -> None:
        self.member = member
        self.first = first

    @property
    def count(self) -> int:
        """Number of units in all strata."""
        return int(self.first[-1])

    @property
    def strata(self) -> int:
        return len(self.first) - 1

    @cached_property
    def rows(self) -> Ints:
        """(n,) rows in the order of their units, within units as in the data."""
        return np.argsort(self.member, kind="stable")

    @cached_property
    def starts(self) -> Ints:
        """(count + 1,) where each unit begins in ``rows``."""
        sizes = np.bincount(self.member, minlength=self.count)
        return np.concatenate([[0], np.cumsum(sizes)])

    def rows_of(self, drawn: Ints) -> tuple[Ints, Ints]:
        """All rows of the drawn units, one unit after the other, and for every row its unit's place in ``drawn``."""
        begin = self.starts[drawn]
        sizes = self.starts[drawn + 1] - begin
        place = np.repeat(np.arange(len(drawn)), sizes)
        within = np.arange(len(place)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return self.rows[np.repeat(begin, sizes) + within], place


@frozen
class Drawn:
    """rows (m,) of the data set, unit by unit in the order of drawing; place (m,): the draw each row belongs to, from
    0; units (draws,): what was drawn."""

    rows: Ints
    place: Ints
    units: Ints


def units_of(data: Dataset, cluster: Sequence[str] = (), strata: Sequence[str] = ()) -> Units:
    """The units of a data set; missing values are values like any other, clusters of one name differ by stratum."""
    n = data.n
    if n == 0:
        return Units(np.zeros(0, dtype=np.int64), np.zeros(2, dtype=np.int64))
    stratum = grouped(data, tuple(strata)).member
    if not cluster:
        order = np.argsort(stratum, kind="stable")
        member = np.empty(n, dtype=np.int64)
        member[order] = np.arange(n)
        sizes = np.bincount(stratum)
    else:
        groups = grouped(data, (*strata, *cluster))
        member = groups.member
        sizes = np.bincount(stratum[groups.first])
    return Units(member, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))


def draw(units: Units, generator: np.random.Generator, size: int | None = None) -> Drawn:
    """Units drawn with replacement, in each stratum ``size`` of them or as many as it has.

    Strata come in ascending order, each takes ``generator.integers(0, its units, size)``.
    Errors: r(2001) size is larger than a stratum.
    """
    counts = np.diff(units.first)
    # unverified: wording and code
    if size is not None and (counts < size).any():
        raise InsufficientObservations("resample size must not be greater than number of observations")
    parts = [
        first + generator.integers(0, count, count if size is None else size)
        for first, count in zip(units.first[:-1].tolist(), counts.tolist(), strict=True)
        if count
    ]
    drawn = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    return Drawn(*units.rows_of(drawn), drawn)


def without(units: Units, unit: int) -> Ints:
    """(m,) all rows but those of one unit, as in the data."""
    return np.flatnonzero(units.member != unit)
