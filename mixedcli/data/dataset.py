"""The data set in memory: an immutable value; every change makes a new one that shares the unchanged columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import missing
from mixedcli.errors import NotFound, TypeMismatch
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One variable.

    type: "byte" "int" "long" "float" "double" "str1".."str2045" "strL".
    values: shape (n,), the type's own dtype with Stata's missing codes (see ``missing``), or object array of str.
    Arrays are never written to after they enter a Column.
    """

    name: str
    type: str
    values: NDArray[Any]
    format: str = "%9.0g"
    label: str = ""
    value_label: str = ""
    characteristics: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_string(self) -> bool:
        return self.type.startswith("str")

    def numeric(self) -> Floats:
        """float64 in Stata's coding: missing values are >= missing.SYSMISS.  Errors: r(109) for a string variable."""
        if self.is_string:
            raise TypeMismatch("type mismatch")
        return missing.widen(self.values, self.type)

    def take(self, rows: NDArray[Any]) -> Column:
        """The rows selected by a boolean mask or an index array."""
        return replace(self, values=self.values[rows])


def _no_columns() -> Mapping[str, Column]:
    return MappingProxyType({})


@frozen
class TimeSettings:
    """xtset/tsset: panel variable ("" for none), time variable ("" for none), delta and the time unit's format."""

    panel: str = ""
    time: str = ""
    delta: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Columns in order, all of length n.

    value_labels: label name -> {value: text}; values are float64 in Stata's coding.
    sorted_by: names the rows are sorted by.  changed: altered since loaded or saved.
    source: file name as given to use, "" if none.
    """

    columns: Mapping[str, Column] = field(default_factory=_no_columns)
    n: int = 0
    label: str = ""
    timestamp: str = ""
    source: str = ""
    value_labels: Mapping[str, Mapping[float, str]] = field(default_factory=dict)
    sorted_by: tuple[str, ...] = ()
    settings: TimeSettings | None = None
    characteristics: Mapping[str, str] = field(default_factory=dict)  # of _dta; "note0".. are notes
    changed: bool = False
    abbreviations: bool = True  # whether names may be shortened (set varabbrev)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns)

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def column(self, name: str) -> Column:
        """The column of that exact name.  Errors: r(111)."""
        try:
            return self.columns[name]
        except KeyError:
            raise NotFound(f"variable {name} not found") from None

    def numeric(self, name: str) -> Floats:
        """See ``Column.numeric``."""
        return self.column(name).numeric()

    def with_columns(self, columns: Iterable[Column]) -> Dataset:
        """Columns replaced in place or added at the end; an empty data set takes their length."""
        merged = dict(self.columns)
        n = self.n
        for c in columns:
            if not merged:
                n = len(c.values)
            assert len(c.values) == n, f"{c.name}: {len(c.values)} rows, not {n}"
            merged[c.name] = c
        kept = self._sorted_prefix(lambda name: merged[name] is self.columns.get(name))
        return replace(self, columns=MappingProxyType(merged), n=n, sorted_by=kept, changed=True)

    def with_metadata(self, columns: Iterable[Column]) -> Dataset:
        """Columns whose formats or labels changed, not their values: the sort order stands."""
        merged = dict(self.columns)
        merged.update((c.name, c) for c in columns)
        return replace(self, columns=MappingProxyType(merged), changed=True)

    def renamed(self, names: Mapping[str, str]) -> Dataset:
        """Columns under new names (old -> new), in place; sort order and time settings follow."""
        columns = {names.get(k, k): replace(c, name=names.get(k, k)) for k, c in self.columns.items()}
        settings = self.settings
        if settings is not None:
            panel, time = names.get(settings.panel, settings.panel), names.get(settings.time, settings.time)
            settings = replace(settings, panel=panel, time=time)
        order = tuple(names.get(n, n) for n in self.sorted_by)
        return replace(self, columns=MappingProxyType(columns), sorted_by=order, settings=settings, changed=True)

    def without(self, names: Iterable[str]) -> Dataset:
        """Columns dropped; dropping all leaves no observations."""
        gone = set(names)
        left = {k: v for k, v in self.columns.items() if k not in gone}
        kept = self._sorted_prefix(lambda name: name in left)
        n = self.n if left else 0
        settings = self.settings
        if settings and {settings.panel, settings.time} & gone:
            settings = None
        return replace(self, columns=MappingProxyType(left), n=n, sorted_by=kept, settings=settings, changed=True)

    def reorder(self, names: Iterable[str]) -> Dataset:
        """The same columns in another order."""
        return replace(self, columns=MappingProxyType({k: self.columns[k] for k in names}), changed=True)

    def rows(self, rows: NDArray[Any], *, keeps_order: bool = True) -> Dataset:
        """Rows selected by a boolean mask (order kept) or an index array."""
        taken = {k: c.take(rows) for k, c in self.columns.items()}
        n = int(np.count_nonzero(rows)) if rows.dtype == np.bool_ else len(rows)
        kept = self.sorted_by if keeps_order else ()
        return replace(self, columns=MappingProxyType(taken), n=n, sorted_by=kept, changed=True)

    def with_value_label(self, name: str, mapping: Mapping[float, str] | None) -> Dataset:
        """Define, redefine or (None) drop a value label."""
        labels = dict(self.value_labels)
        if mapping is None:
            labels.pop(name, None)
        else:
            labels[name] = dict(sorted(mapping.items()))
        return replace(self, value_labels=labels, changed=True)

    def _sorted_prefix(self, same: Any) -> tuple[str, ...]:
        kept: list[str] = []
        for name in self.sorted_by:
            if not same(name):
                break
            kept.append(name)
        return tuple(kept)
