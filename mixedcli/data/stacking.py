"""Columns of two data sets in one: common storage types, rows taken from either, value labels brought along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import missing, types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.errors import StringNumericMismatch

Rows = NDArray[np.int64]


def common_type(first: str, second: str) -> str:
    """The storage type that holds both: float and long meet in double, strings take the longer length."""
    if first == second:
        return first
    if first.startswith("str"):
        return "strL" if "strL" in (first, second) else max(first, second, key=lambda t: int(t[3:]))
    if {first, second} == {"long", "float"}:
        return "double"
    return max(first, second, key=types.NUMERIC.index)


def retyped(column: Column, storage: str) -> Column:
    """The column in a type that holds its values; a format that was the old type's default becomes the new one's."""
    if storage == column.type:
        return column
    own = column.format == types.default_format(column.type)
    shown = types.default_format(storage) if own and column.is_string else column.format
    values = column.values if column.is_string else missing.narrow(column.numeric(), storage)
    return replace(column, type=storage, values=values, format=shown)


def empty_value(storage: str) -> Any:
    """What stands for nothing in a native array of that type."""
    if storage.startswith("str"):
        return ""
    if storage in missing.INTEGER_TYPES:
        return missing.INTEGER_TYPES[storage][3]
    return missing.FLOAT_SYSMISS if storage == "float" else missing.SYSMISS


def taken(column: Column, rows: Rows, absent: NDArray[np.bool_] | None = None) -> Column:
    """The rows of a column in that order; "." or "" where ``absent`` (those rows may hold anything valid, or -1)."""
    if not len(column.values):
        fill = empty_value(column.type)
        dtype = object if column.is_string else types.DTYPES[column.type]
        values: NDArray[Any] = np.full(len(rows), fill, dtype=dtype)
        return replace(column, values=values)
    values = column.values[rows]
    if absent is not None:
        values[absent] = empty_value(column.type)
    return replace(column, values=values)


def joined(first: Column, second: Column) -> Column:
    """Two columns of one kind, one below the other, in their common type; everything but values is the first's."""
    storage = common_type(first.type, second.type)
    upper, lower = retyped(first, storage), retyped(second, storage)
    return replace(upper, values=np.concatenate([upper.values, lower.values]))


def mismatch(name: str, master: str, using: str, command: str) -> StringNumericMismatch:
    """r(106): a variable is a string in one data set and numeric in the other."""
    text = master.startswith("str")
    kinds, treated = ("string/numeric", '""') if text else ("numeric/string", "numeric missing value")
    # unverified: where the lines break
    return StringNumericMismatch(
        f"variable {name} is {master} in master but {using} in using data\n"
        f"    You could specify {command}'s force option to ignore this {kinds}\n"
        f"    mismatch.  The using variable would then be treated as if it contained\n    {treated}."
    )


def forced_note(name: str, master: str, using: str) -> str:
    # stata: log of append, force, release 17
    return f"(note: variable {name} was {using} in the using data, but will be {master} now)"


def widened_note(name: str, before: str, now: str) -> str:
    # stata: logs of merge and append, release 17
    return f"(variable {name} was {before}, now {now} to accommodate using data's values)"


def merged_labels(
    master: Mapping[str, Mapping[float, str]], using: Dataset, columns: Iterable[Column] | None = None
) -> tuple[dict[str, Mapping[float, str]], tuple[str, ...]]:
    """Value labels of both, the master's first choice, and "(label x already defined)" for those in both.

    columns: only labels of these columns come along (None: all of the using data).
    """
    wanted = None if columns is None else {c.value_label for c in columns}
    labels = dict(master)
    notes = []
    for name, table in using.value_labels.items():
        if wanted is not None and name not in wanted:
            continue
        if name in labels:
            notes.append(f"(label {name} already defined)")
        else:
            labels[name] = table
    return labels, tuple(notes)


def lengthened(data: Dataset, n: int) -> Dataset:
    """The data set with missing values in further observations, n in all."""
    if n <= data.n:
        return data
    more = n - data.n
    columns = {
        name: replace(c, values=np.concatenate([c.values, np.full(more, empty_value(c.type), dtype=c.values.dtype)]))
        for name, c in data.columns.items()
    }
    return replace(data, columns=columns, n=n, sorted_by=(), changed=True)
