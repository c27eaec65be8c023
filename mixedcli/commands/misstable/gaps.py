"""Where numeric variables are missing: the variables that have gaps, and the patterns of these."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.commands import Options
from mixedcli.data.dataset import Dataset
from mixedcli.data.missing import SYSMISS, is_missing
from mixedcli.frozen import frozen


@frozen
class Gaps:
    """names (k): variables with missing values; missing (n, k)."""

    names: tuple[str, ...]
    missing: NDArray[np.bool_]

    @property
    def counts(self) -> NDArray[np.int64]:
        """(k,) how often each is missing."""
        total: NDArray[np.int64] = self.missing.sum(axis=0)
        return total

    def sorted(self, *, most_first: bool) -> Gaps:
        """The variables by how often they are missing, ties as they were."""
        order = np.argsort(-self.counts if most_first else self.counts, kind="stable")
        return Gaps(tuple(self.names[k] for k in order), self.missing[:, order])


def gaps_in(data: Dataset, names: Sequence[str], rows: NDArray[np.int64], options: Options) -> Gaps:
    """The numeric variables among ``names`` that have missing values in the rows; with exok only "." counts."""
    found, columns = [], []
    for name in dict.fromkeys(names):
        if data.column(name).is_string:
            continue
        values = data.numeric(name)[rows]
        gone = values == SYSMISS if options.get("exok") else is_missing(values)
        if gone.any():
            found.append(name)
            columns.append(gone)
    return Gaps(tuple(found), np.column_stack(columns) if columns else np.zeros((len(rows), 0), dtype=bool))
