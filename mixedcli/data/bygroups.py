"""The groups of a by prefix: runs of equal values in sorted data."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray


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
