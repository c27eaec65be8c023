"""Putting the rows of a data set in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.keys import string_ranks


def sort_key(column: Column) -> NDArray[Any]:
    """Numbers that sort as the column does: native codes put missing values last; strings become ranks."""
    if not column.is_string:
        return column.values
    return string_ranks(column.values)


def ascending(data: Dataset, names: Sequence[str]) -> NDArray[np.int64]:
    """The rows in ascending order of the named variables; rows that tie keep their order."""
    return np.lexsort([sort_key(data.columns[name]) for name in names][::-1])
