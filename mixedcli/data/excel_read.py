"""Spreadsheets (.xlsx) as ``import excel`` reads them, through openpyxl (the optional extra mixedcli[excel])."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from mixedcli.data import missing, text_columns, types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.errors import FileNotFound, FileReadError, InvalidSyntax, NotYetAvailable
from mixedcli.frozen import frozen

_EPOCH = dt.datetime(1960, 1, 1)
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})\Z")


@frozen
class SheetOptions:
    """sheet: "" is the first.  cells: "A1:D10", an end may be left out.  names: the first row names the variables.
    case: "preserve", "lower" or "upper".  strings: all variables become strings."""

    sheet: str = ""
    cells: str = ""
    names: bool = True
    case: str = "preserve"
    strings: bool = False


def openpyxl_for(name: str) -> Any:
    """The package.  Errors: r(198) it is not installed."""
    try:
        import openpyxl
    except ImportError:
        raise NotYetAvailable(
            f"file {name} needs the Python package openpyxl, which is not installed (pip install 'mixedcli[excel]')"
        ) from None
    return openpyxl


def opened(path: Path, name: str, *, values: bool = False) -> Any:
    """A workbook.  values: for reading only, what formulas come to.  Errors: r(198), r(692), OSError from opening."""
    package = openpyxl_for(name)
    with path.open("rb"):
        pass  # a missing file is told apart from a broken one
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # parts of a workbook openpyxl does not know are no concern here
            return package.load_workbook(path, read_only=values, data_only=values)
    except OSError:
        raise
    except Exception:  # a broken file makes openpyxl raise whatever its parsers raise
        raise FileReadError(f"file {name} could not be loaded") from None


def position(cell: str) -> tuple[int, int]:
    """Column and row of ``B3``, counted from 1.  Errors: r(198)."""
    found = _CELL.match(cell.strip())
    if found is None or int(found[2]) == 0:
        raise InvalidSyntax(f"cell {cell} invalid")  # unverified: wording
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, int(found[2])


def letters(column: int) -> str:
    """Spreadsheet name of a column counted from 1: A, B, ..., Z, AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def read_excel(path: Path, name: str, options: SheetOptions | None = None) -> Dataset:
    """The data set in a worksheet.

    Errors: r(198) openpyxl is not installed or a range is invalid, r(601) no such worksheet, r(692), OSError.
    """
    options = options or SheetOptions()
    first, last = _range(options.cells)
    book = opened(path, name, values=True)
    try:
        if options.sheet and options.sheet not in book.sheetnames:
            raise FileNotFound(f"worksheet {options.sheet} not found")
        sheet = book[options.sheet] if options.sheet else book[book.sheetnames[0]]
        rows = [
            list(row)
            for row in sheet.iter_rows(
                min_col=first[0], min_row=first[1], max_col=last[0] or None, max_row=last[1] or None, values_only=True
            )
        ]
    except FileNotFound:
        raise
    except Exception:  # as above, while the worksheet is parsed
        raise FileReadError(f"file {name} could not be loaded") from None
    finally:
        book.close()
    return _dataset(rows, first[0], options, fixed=bool(last[0]))


def worksheets(path: Path, name: str) -> list[tuple[str, str]]:
    """Names of the worksheets and the range of cells each fills.  Errors: as ``read_excel``."""
    book = opened(path, name)
    try:
        return [(sheet.title, sheet.dimensions) for sheet in book.worksheets]
    finally:
        book.close()


def _range(text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last column and row; 0 is an open end."""
    if not text:
        return (1, 1), (0, 0)
    begin, _, end = text.partition(":")
    first = position(begin) if begin.strip() else (1, 1)
    last = position(end) if end.strip() else (0, 0)
    if end.strip() and (last[0] < first[0] or last[1] < first[1]):
        raise InvalidSyntax("option cellrange() invalid")  # unverified: wording
    return first, last


def _dataset(rows: list[list[Any]], begin: int, options: SheetOptions, *, fixed: bool) -> Dataset:
    while rows and all(v is None for v in rows[-1]) and not fixed:
        rows.pop()
    width = max(map(len, rows), default=0)
    rows = [r + [None] * (width - len(r)) for r in rows]
    heads: Sequence[Any] = rows.pop(0) if options.names and rows else [None] * width
    table = list(zip(*rows, strict=True)) if rows else [() for _ in range(width)]
    if not fixed:
        while table and all(v is None for v in table[-1]) and heads[len(table) - 1] is None:
            table.pop()
    texts = ["" if h is None else str(h) for h in heads[: len(table)]]
    names = _names(texts, begin, options)
    columns = [
        _column(name, text[:80] if options.names else "", values, options)
        for name, text, values in zip(names, texts, table, strict=True)
    ]
    return Dataset(columns=MappingProxyType({c.name: c for c in columns}), n=len(rows), changed=True)


def _names(texts: list[str], begin: int, options: SheetOptions) -> list[str]:
    """Names from the first row, letters of the columns where that gives none."""
    taken: set[str] = set()
    names = []
    for k, text in enumerate(texts):
        name = re.sub(r"\W", "", text)[:32]
        name = name.lower() if options.case == "lower" else name.upper() if options.case == "upper" else name
        if not types.valid_name(name) or name in taken:
            name = letters(begin + k)
        while name in taken:
            name += "_"
        taken.add(name)
        names.append(name)
    return names


def _column(name: str, label: str, values: Sequence[Any], options: SheetOptions) -> Column:
    """Numbers, dates or, as soon as there is one text, strings."""
    filled = [v for v in values if v is not None and v != ""]
    if options.strings or any(isinstance(v, str) for v in filled):
        return text_columns.text_column(name, label, [_text(v) for v in values])
    if filled and all(isinstance(v, (dt.datetime, dt.date, dt.time, dt.timedelta)) for v in filled):
        return _dates(name, label, values)
    numbers = [missing.SYSMISS if v is None or v == "" else _number(v) for v in values]
    return text_columns.numeric_column(name, label, np.array(numbers, dtype=np.float64), "double")


def _number(value: Any) -> float:
    if isinstance(value, (dt.datetime, dt.date, dt.time, dt.timedelta)):
        return _milliseconds(value) / 86_400_000
    number = float(value)
    return number if abs(number) < missing.SYSMISS else missing.SYSMISS


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _milliseconds(value: Any) -> float:
    if isinstance(value, dt.timedelta):
        return value / dt.timedelta(milliseconds=1)
    if isinstance(value, dt.time):
        value = dt.datetime.combine(dt.date(1899, 12, 30), value)
    elif not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)
    return float((value - _EPOCH) / dt.timedelta(milliseconds=1))


def _dates(name: str, label: str, values: Sequence[Any]) -> Column:
    ticks = np.array([missing.SYSMISS if v is None or v == "" else _milliseconds(v) for v in values])
    real = ticks[ticks < missing.SYSMISS]
    if (real % 86_400_000 == 0).all():
        days = np.where(ticks < missing.SYSMISS, ticks / 86_400_000, missing.SYSMISS)
        storage = types.whole_type(float((real / 86_400_000).min()), float((real / 86_400_000).max()))
        storage = storage if storage != "byte" else "int"
        return Column(name, storage, missing.narrow(days, storage), "%td", label)  # stata: %tdD_m_Y is shown as such
    return Column(name, "double", np.rint(ticks), "%tc", label)
