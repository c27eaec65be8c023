"""One data set below another."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np

from mixedcli.data import types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.stacking import (
    common_type,
    empty_value,
    forced_note,
    joined,
    merged_labels,
    mismatch,
    widened_note,
)


def below(upper: Dataset, lower: Dataset, *, labels: bool = True, force: bool = False) -> tuple[Dataset, list[str]]:
    """The observations of ``lower`` after those of ``upper``, and notes on storage types and value labels.

    Errors: r(106) a variable is a string in one and numeric in the other, without ``force``.
    """
    if not upper.columns:
        # the data set takes over, its settings and labels too
        kept = lower if labels else replace(lower, value_labels={})
        return replace(kept, source=upper.source, timestamp=upper.timestamp, changed=True), []
    notes: list[str] = []
    columns: dict[str, Column] = {}
    for name, column in upper.columns.items():
        other = lower.columns.get(name)
        if other is not None and other.is_string != column.is_string:
            if not force:
                raise mismatch(name, column.type, other.type, "append")
            notes.append(forced_note(name, column.type, other.type))
            other = None
        if other is None:
            other = _nothing(column, lower.n)
        elif (storage := common_type(column.type, other.type)) != column.type:
            notes.append(widened_note(name, column.type, storage))
        columns[name] = joined(column, other)
    for name, column in lower.columns.items():
        if name not in columns:
            values = np.concatenate([_nothing(column, upper.n).values, column.values])
            columns[name] = replace(column, values=values)
    tables, said = merged_labels(upper.value_labels, lower) if labels else (upper.value_labels, ())
    data = replace(
        upper,
        columns=MappingProxyType(columns),
        n=upper.n + lower.n,
        value_labels=tables,
        sorted_by=upper.sorted_by if not lower.n else (),
        changed=True,
    )
    return data, [*notes, *said]


def _nothing(column: Column, n: int) -> Column:
    """n missing values in place of the column's own."""
    dtype = object if column.is_string else types.DTYPES[column.type]
    return replace(column, values=np.full(n, empty_value(column.type), dtype=dtype))
