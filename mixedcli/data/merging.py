"""The columns of a merge, once it is known which rows go together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import missing
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.matching import Pairs, Rows
from mixedcli.data.stacking import common_type, forced_note, mismatch, retyped, taken, widened_note
from mixedcli.frozen import frozen

Mask = NDArray[np.bool_]


@frozen
class Merged:
    """A merge's result.

    codes: (n,) of _merge.  rows: the master's row each comes from, -1 for none; None when nothing moved.
    found, kept: how often each code occurs before and after keep().  notes: on storage types.
    """

    data: Dataset
    codes: NDArray[np.int8]
    rows: Rows | None
    found: Mapping[int, int]
    kept: Mapping[int, int]
    notes: tuple[str, ...]


def merge_columns(
    master: Dataset,
    using: Dataset,
    pairs: Pairs,
    keys: Sequence[str],
    *,
    update: bool = False,
    replacing: bool = False,
    force: bool = False,
    keep: Sequence[int] = (),
) -> Merged:
    """The merged data set, limited to the codes of ``keep`` unless it is empty.

    Errors: r(106) a variable is a string on one side and numeric on the other, without ``force``.
    """
    shared = [name for name in using.names if name in master]
    ours, theirs, notes = _agreed(master, using, shared, force)
    rows, partners = pairs.master, pairs.using
    codes = np.where(rows < 0, 2, np.where(partners < 0, 1, 3)).astype(np.int8)
    values = [name for name in shared if name not in keys and name in theirs]
    if update and values:
        both = np.flatnonzero(codes == 3)
        codes[both] = _compared([(ours[n], theirs[n]) for n in values], rows[both], partners[both])
    found = _counts(codes)
    selection = np.flatnonzero(np.isin(codes, keep)) if keep else None
    if selection is not None and len(selection) < len(codes):
        rows, partners, codes = rows[selection], partners[selection], codes[selection]
    still = pairs.in_place and len(rows) == master.n and (not len(rows) or int(rows[-1]) == master.n - 1)
    absent = rows < 0 if not still and found.get(2) else None
    unmatched = partners < 0 if found.get(1) else None
    straight = np.array_equal(partners, np.arange(using.n))
    columns: dict[str, Column] = {}
    for name, column in ours.items():
        made = column if still else taken(column, rows, absent)
        other = theirs.get(name)
        if other is not None and name in shared:
            made = _filled(made, other, partners, absent, update and name in values, replacing)
        columns[name] = made
    for name, column in theirs.items():
        if name not in columns:
            columns[name] = column if straight else taken(column, partners, unmatched)
    data = replace(
        master,
        columns=MappingProxyType(columns),
        n=len(rows),
        sorted_by=tuple(keys) if pairs.ordered else master.sorted_by if still else (),
        changed=True,
    )
    return Merged(data, codes, None if still else rows, found, _counts(codes), notes)


def _counts(codes: NDArray[np.int8]) -> dict[int, int]:
    return {code: int(k) for code, k in enumerate(np.bincount(codes, minlength=6)) if k}


def _agreed(
    master: Dataset, using: Dataset, shared: Sequence[str], force: bool
) -> tuple[dict[str, Column], dict[str, Column], tuple[str, ...]]:
    """Both sides' columns with one storage type for each name; what ``force`` gives up is left out of the second."""
    ours, theirs = dict(master.columns), dict(using.columns)
    notes: list[str] = []
    for name in shared:
        mine, other = ours[name], theirs[name]
        if mine.is_string != other.is_string:
            if not force:
                raise mismatch(name, mine.type, other.type, "merge")
            notes.append(forced_note(name, mine.type, other.type))
            del theirs[name]
            continue
        storage = common_type(mine.type, other.type)
        if storage != mine.type:
            notes.append(widened_note(name, mine.type, storage))
        ours[name], theirs[name] = retyped(mine, storage), retyped(other, storage)
    return ours, theirs, tuple(notes)


def _filled(made: Column, other: Column, partners: Rows, absent: Mask | None, update: bool, replacing: bool) -> Column:
    """A shared variable: the using data's value in its own rows and, with update, where it is to win."""
    take = np.zeros(len(partners), dtype=np.bool_) if absent is None else absent.copy()
    if update:
        there = np.flatnonzero(partners >= 0)
        value = other.values[partners[there]]
        wanted = ~_empty(value, other.type)
        if not replacing:
            wanted &= _empty(made.values[there], made.type)
        take[there[wanted]] = True
    if not take.any():
        return made
    values = made.values.copy()
    values[take] = other.values[partners[take]]
    return replace(made, values=values)


def _compared(columns: list[tuple[Column, Column]], rows: Rows, partners: Rows) -> NDArray[np.int8]:
    """3, 4 or 5 for matched observations: a missing value the using data fill, or two values that differ."""
    fills = np.zeros(len(rows), dtype=np.bool_)
    conflicts = np.zeros(len(rows), dtype=np.bool_)
    for mine, other in columns:
        a, b = mine.values[rows], other.values[partners]
        empty, known = _empty(a, mine.type), ~_empty(b, other.type)
        fills |= empty & known
        conflicts |= ~empty & known & (a != b)
    return np.where(conflicts, 5, np.where(fills, 4, 3)).astype(np.int8)


def _empty(values: NDArray[Any], storage: str) -> Mask:
    """Where a native column is missing, or "" in a string."""
    if values.dtype == object:
        return np.asarray(values == "", dtype=np.bool_)
    if storage in missing.INTEGER_TYPES:
        return values > missing.INTEGER_TYPES[storage][2]
    return ~(values < (missing.FLOAT_SYSMISS if storage == "float" else missing.SYSMISS))
