"""Grouping variables to integer codes, nesting included."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.dataset import Column
from mixedcli.data.missing import is_missing
from mixedcli.engine.design import Ints

#: a lookup table may be this many times longer than the data
TABLE = 4


def missing_groups(column: Column) -> NDArray[np.bool_]:
    """Where a grouping variable is missing: such observations leave the sample."""
    if column.is_string:
        blank: NDArray[np.bool_] = column.values == ""
        return blank
    return is_missing(column.numeric())


def group_codes(column: Column, rows: NDArray[np.bool_] | None) -> tuple[Ints, int]:
    """Codes 0..G-1 of a grouping variable on the given rows (all when None), and G. Code order follows value order."""
    values = column.values if rows is None else column.values[rows]
    if column.is_string:
        return _string_codes(values)
    return number_codes(values)


def number_codes(values: NDArray[Any]) -> tuple[Ints, int]:
    """Codes of a numeric array, in value order, without sorting where the values allow it."""
    n = len(values)
    if n == 0:
        return np.zeros(0, dtype=np.int64), 0
    step = values[1:] != values[:-1]
    if not (values[1:] < values[:-1]).any():  # already sorted, the usual case of panel data
        codes = np.zeros(n, dtype=np.int64)
        np.cumsum(step, out=codes[1:])
        return codes, int(codes[-1]) + 1
    low, high = float(values.min()), float(values.max())
    if high - low <= max(TABLE * n, 1024) and (values.dtype.kind == "i" or bool(np.all(values == np.rint(values)))):
        offset = (values - low).astype(np.int64) if values.dtype.kind == "f" else values.astype(np.int64) - int(low)
        present = np.zeros(int(high - low) + 1, dtype=bool)
        present[offset] = True
        table = np.cumsum(present) - 1
        return table[offset], int(table[-1]) + 1
    _, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int64, copy=False), int(codes.max()) + 1


def _string_codes(values: NDArray[Any]) -> tuple[Ints, int]:
    texts = sorted(set(values.tolist()))
    table = {text: i for i, text in enumerate(texts)}
    return np.fromiter(map(table.__getitem__, values.tolist()), dtype=np.int64, count=len(values)), len(texts)


def nest(parent: Ints, parents: int, child: Ints, children: int) -> tuple[Ints, int]:
    """Codes of child groups made unique within their parents (codes may repeat across parents)."""
    if parents <= 1:
        return child, children
    return number_codes(parent * children + child)


def sizes(codes: Ints, groups: int) -> tuple[int, float, int]:
    """Smallest, average and largest group, in observations."""
    counts = np.bincount(codes, minlength=groups)
    return int(counts.min()), float(counts.mean()), int(counts.max())
