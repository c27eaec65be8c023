"""pandas DataFrame to data set and back."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import missing, text_columns, types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.errors import TypeMismatch

if TYPE_CHECKING:
    import pandas as pd

#: Stata counts days and milliseconds from 1 January 1960
_EPOCH = np.datetime64("1960-01-01", "ms")


def from_frame(frame: pd.DataFrame) -> Dataset:
    """A data set with the frame's columns; nothing is rounded: whole numbers get the smallest integer type.

    Booleans become 0/1, categories 1, 2, ... with a value label, dates %td or %tc, other objects text.
    Column names that Stata does not allow are cleaned (case kept) and the original becomes the label.
    Errors: r(109) for values that are neither numbers nor text (lists, complex numbers).
    """
    names, labels = text_columns.clean_names([str(c) for c in frame.columns], len(frame.columns), "preserve")
    columns: dict[str, Column] = {}
    tables: dict[str, dict[float, str]] = {}
    for i, name in enumerate(names):
        series = frame.iloc[:, i]
        if hasattr(series, "cat"):
            values = series.cat.codes.to_numpy().astype(np.float64) + 1
            values[values == 0] = missing.SYSMISS
            tables[name] = {float(k + 1): str(text) for k, text in enumerate(series.cat.categories)}
            made = text_columns.numeric_column(name, labels[i], values, "double")
            columns[name] = Column(name, made.type, made.values, made.format, labels[i], value_label=name)
        else:
            columns[name] = _column(name, labels[i], series)
    return Dataset(columns=MappingProxyType(columns), n=len(frame), value_labels=tables, changed=True)


def _column(name: str, label: str, series: pd.Series[Any]) -> Column:
    kind = series.dtype.kind
    if kind == "M":
        return _dates(name, label, series)
    if kind in "biuf":
        if str(series.dtype).lower() == "float32":
            values = series.to_numpy(dtype=np.float32, na_value=np.nan)
            coded = missing.narrow(values.astype(np.float64), "float")
            return Column(name, "float", coded, types.default_format("float"), label)
        return _numeric(name, label, series.to_numpy(dtype=np.float64, na_value=np.nan))
    if kind in "cmV":
        raise TypeMismatch(f"{name}: type not supported")
    objects: list[Any] = series.astype(object).where(series.notna().to_numpy(), None).tolist()
    if all(v is None or isinstance(v, (bool, int, float, np.number, np.bool_)) for v in objects):
        try:
            return _numeric(name, label, np.array([np.nan if v is None else float(v) for v in objects]))
        except OverflowError:
            raise TypeMismatch(f"{name}: number too large") from None
    if not all(v is None or isinstance(v, (str, int, float, bool, np.generic)) or _plain(v) for v in objects):
        raise TypeMismatch(f"{name}: type not supported")
    return text_columns.text_column(name, label, ["" if v is None or v != v else str(v) for v in objects])


def _plain(value: object) -> bool:
    """Values whose text is what a reader expects: decimals, dates, paths."""
    return type(value).__str__ is not object.__str__ and not isinstance(value, (list, tuple, dict, set, bytes))


def _numeric(name: str, label: str, values: NDArray[np.float64]) -> Column:
    coded = np.where(np.isfinite(values) & (np.abs(values) < missing.SYSMISS), values, missing.SYSMISS)
    return text_columns.numeric_column(name, label, coded, "double")


def _dates(name: str, label: str, series: pd.Series[Any]) -> Column:
    if getattr(series.dtype, "tz", None) is not None:
        series = series.dt.tz_localize(None)
    stamps = series.to_numpy(dtype="datetime64[ms]")
    unknown = np.isnat(stamps)
    ticks = np.where(unknown, 0, (stamps - _EPOCH).astype(np.int64))
    day = 86_400_000
    if not (ticks % day).any():
        days = np.where(unknown, missing.SYSMISS, (ticks // day).astype(np.float64))
        return Column(name, "float", missing.narrow(days, "float"), "%td", label)
    return Column(name, "double", np.where(unknown, missing.SYSMISS, ticks.astype(np.float64)), "%tc", label)


def to_frame(data: Dataset) -> pd.DataFrame:
    """The data as a DataFrame: missing values become nan, whole-number columns without missing keep integer types."""
    import pandas as pd

    return pd.DataFrame({name: _array(column) for name, column in data.columns.items()}, index=range(data.n))


def _array(column: Column) -> NDArray[Any]:
    if column.is_string:
        return column.values
    values = column.numeric()
    empty = missing.is_missing(values)
    if column.type in missing.INTEGER_TYPES and not empty.any():
        return column.values
    out = np.where(empty, np.nan, values)
    return out.astype(np.float32) if column.type == "float" else out
