"""Wide data to long and back.  X_ij variables are named by a stub: "inc" or "inc@r", @ where the value of j stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import missing, types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.keys import Codes, ascending_order, joint_codes, starts_of
from mixedcli.data.stacking import common_type, empty_value, retyped
from mixedcli.errors import AlreadyDefined, AssertionFalse, ProgramDefined, StringNumericMismatch, TooManyValues
from mixedcli.frozen import frozen

#: more variables than this no data set has room for
MOST_VALUES = 32_767


@frozen
class Layout:
    """ids: variables of i().  j: name of the j variable.  stubs as typed.  values: of j, as they stand in names.

    text: j holds strings.
    """

    ids: tuple[str, ...]
    j: str
    stubs: tuple[str, ...]
    values: tuple[str, ...]
    text: bool

    def wide(self, stub: str, value: str) -> str:
        """Name of a wide variable."""
        return stub.replace("@", value) if "@" in stub else stub + value

    @staticmethod
    def long(stub: str) -> str:
        """Name of a stub's long variable."""
        return stub.replace("@", "")


def found_values(data: Dataset, stubs: Sequence[str], text: bool) -> tuple[str, ...]:
    """Values of j that names of variables tell, in ascending order; digits only unless ``text``."""
    found: dict[str, None] = {}
    for stub in stubs:
        before, _, after = stub.partition("@") if "@" in stub else (stub, "", "")
        for name in data.names:
            inner = name[len(before) : len(name) - len(after)]
            fits = name.startswith(before) and name.endswith(after) and len(name) > len(before) + len(after)
            if fits and (text or (inner.isascii() and inner.isdecimal())):
                found[inner] = None
    return tuple(sorted(found) if text else sorted(found, key=lambda v: (int(v), v)))


# ---------------------------------------------------------------------- long


def to_long(data: Dataset, layout: Layout) -> Dataset:
    """One observation for each i and j, sorted by them.  A wide variable that is not there gives missing values.

    The caller has checked names.  Errors: r(9) i() does not identify the observations, r(106) strings and numbers.
    """
    (codes,) = joint_codes(layout.ids, data)
    order = ascending_order(codes)
    ordered = codes if order is None else codes[order]
    if bool((ordered[1:] == ordered[:-1]).any()):
        many = "variables" if len(layout.ids) > 1 else "variable"
        verb = "do" if len(layout.ids) > 1 else "does"
        raise AssertionFalse(f"{many} {' '.join(layout.ids)} {verb} not uniquely identify the observations")
    base = data if order is None else data.rows(order, keeps_order=False)
    size = len(layout.values)
    wide = {layout.wide(stub, v): stub for stub in layout.stubs for v in layout.values}
    columns: dict[str, Column] = {name: _repeated(base.columns[name], size) for name in layout.ids}
    columns[layout.j] = _j_column(layout, data.n)
    for name, column in base.columns.items():
        if name in layout.ids:
            continue
        if name not in wide:
            columns[name] = _repeated(column, size)
        elif (long := layout.long(wide[name])) not in columns:
            columns[long] = _stacked(base, layout, wide[name], long)
    return replace(
        base,
        columns=MappingProxyType(columns),
        n=data.n * size,
        sorted_by=(*layout.ids, layout.j),
        changed=True,
    )


def _repeated(column: Column, times: int) -> Column:
    return replace(column, values=np.repeat(column.values, times))


def _j_column(layout: Layout, n: int) -> Column:
    if layout.text:
        texts = np.empty(len(layout.values), dtype=object)
        texts[:] = layout.values
        storage = types.string_type(layout.values)
        return Column(layout.j, storage, np.tile(texts, n), types.default_format(storage))
    numbers = np.array([float(v) for v in layout.values])
    storage = types.whole_type(float(numbers.min()), float(numbers.max()))
    fmt = "%9.0g" if storage in ("byte", "int") else types.default_format(storage)  # unverified: %9.0g
    return Column(layout.j, storage, np.tile(missing.narrow(numbers, storage), n), fmt)


def _stacked(data: Dataset, layout: Layout, stub: str, name: str) -> Column:
    """A long variable: the wide ones side by side, read row by row."""
    parts = [data.columns.get(layout.wide(stub, v)) for v in layout.values]
    there = [c for c in parts if c is not None]
    first = there[0]
    odd = [c for c in there if c.is_string != first.is_string]
    if odd:
        raise StringNumericMismatch(
            f"{first.name} is {first.type} and {odd[0].name} is {odd[0].type}"  # unverified: wording
        )
    storage = reduce(common_type, (c.type for c in there))
    dtype: Any = object if first.is_string else types.DTYPES[storage]
    table = np.empty((data.n, len(parts)), dtype=dtype)
    for k, column in enumerate(parts):
        table[:, k] = empty_value(storage) if column is None else retyped(column, storage).values
    shown = retyped(first, storage)
    kept = first.characteristics.get("ReS_label")
    label = kept if kept is not None else (first.label if len({c.label for c in there}) == 1 else "")
    own = {k: v for k, v in first.characteristics.items() if k != "ReS_label"}
    return replace(shown, name=name, values=table.ravel(), label=label, characteristics=own)


# ---------------------------------------------------------------------- wide


def j_values(column: Column) -> tuple[tuple[str, ...], Codes]:
    """The values of j in ascending order, as text, and each row's place among them.

    Errors: r(498) missing values, r(9) fractions, r(134) more values than there can be variables.
    """
    if column.is_string:
        texts = sorted(set(column.values.tolist()))
        if len(texts) > MOST_VALUES:
            raise TooManyValues("too many values")
        if texts and not texts[0]:
            raise _missing(column.name)
        place = {t: k for k, t in enumerate(texts)}
        return tuple(texts), np.array([place[t] for t in column.values.tolist()], dtype=np.int64)
    values = column.numeric()
    if missing.is_missing(values).any():
        raise _missing(column.name)
    unique, inverse = np.unique(values, return_inverse=True)
    if len(unique) > MOST_VALUES:
        raise TooManyValues("too many values")
    if (unique != np.rint(unique)).any():
        raise AssertionFalse(f"variable {column.name} contains noninteger values")  # unverified: wording
    return tuple(str(int(v)) for v in unique), inverse.astype(np.int64, copy=False)


def _missing(name: str) -> ProgramDefined:
    return ProgramDefined(f"variable {name} contains missing values")


def to_wide(data: Dataset, layout: Layout, places: Codes) -> Dataset:
    """One observation for each i, sorted; the values of stub and j in a variable of their own.

    places: (n,) position of each row's j among ``layout.values``, -1 for values left out.
    Errors: r(9) j repeats within i, other variables vary within i.
    """
    if (places < 0).any():
        inside = places >= 0
        data, places = data.rows(inside), places[inside]
    (codes,) = joint_codes(layout.ids, data)
    order = ascending_order(codes)
    ordered = codes if order is None else codes[order]
    starts = starts_of(ordered)
    group = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    size = len(layout.values)
    cell = group * size + (places if order is None else places[order])
    count = (len(starts) - 1) * size
    used = np.zeros(count, dtype=np.bool_)
    used[cell] = True
    if int(np.count_nonzero(used)) < len(cell):
        raise AssertionFalse(f"values of variable {layout.j} not unique within {' '.join(layout.ids)}")
    stubs = {layout.long(stub): stub for stub in layout.stubs}
    fixed = [c for name, c in data.columns.items() if name not in layout.ids and name != layout.j and name not in stubs]
    first = starts[:-1] if order is None else order[starts[:-1]]
    _check_constant(fixed, layout, order, first, group)
    columns = {name: data.columns[name].take(first) for name in layout.ids}
    tables = {long: _spread(data.columns[long], cell, order, count).reshape(-1, size) for long in stubs}
    for k, value in enumerate(layout.values):
        for long, stub in stubs.items():
            source = data.columns[long]
            name = layout.wide(stub, value)
            if name in columns or (name in data.columns and name not in stubs and name != layout.j):
                raise AlreadyDefined(f"variable {name} already defined")
            made = np.ascontiguousarray(tables[long][:, k])
            own = {**source.characteristics, "ReS_label": source.label}
            label = f"{value} {source.label or long}"[:80]
            columns[name] = replace(source, name=name, values=made, label=label, characteristics=own)
    columns |= {c.name: c.take(first) for c in fixed}
    return replace(data, columns=MappingProxyType(columns), n=len(first), sorted_by=layout.ids, changed=True)


def _spread(column: Column, cell: Codes, order: Codes | None, count: int) -> NDArray[Any]:
    dtype: Any = object if column.is_string else types.DTYPES[column.type]
    out = np.full(count, empty_value(column.type), dtype=dtype)
    out[cell] = column.values if order is None else column.values[order]
    return out


def _check_constant(fixed: list[Column], layout: Layout, order: Codes | None, first: Codes, group: Codes) -> None:
    varying = []
    for column in fixed:
        values = column.values if order is None else column.values[order]
        if bool((values != column.values[first][group]).any()):
            varying.append(column.name)
    if varying:
        within = " ".join(layout.ids)
        raise AssertionFalse("\n".join(f"variable {name} not constant within {within}" for name in varying))
