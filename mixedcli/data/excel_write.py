"""Spreadsheets (.xlsx) as ``export excel`` writes them, through openpyxl."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any, BinaryIO

from mixedcli import numfmt
from mixedcli.data import missing
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.excel_read import opened, openpyxl_for, position
from mixedcli.data.files import write_atomic
from mixedcli.data.text_write import shortest
from mixedcli.errors import FileExists, FileTypeUnknown, InvalidSyntax
from mixedcli.frozen import frozen

_EPOCH = dt.datetime(1960, 1, 1)

#: rows and columns of a worksheet
ROWS, COLUMNS = 1_048_576, 16_384

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@frozen
class SheetLayout:
    """cell: the upper left one.  header: "" none, "variables" names, "varlabels" labels.  dates: a %t format that
    makes dates texts.  change: "" a new file, "modify" or "replace" a worksheet of an old one, "add" another one."""

    sheet: str = "Sheet1"
    cell: str = "A1"
    header: str = ""
    labels: bool = True
    missing: str = ""
    dates: str = ""
    change: str = ""


def write_excel(data: Dataset, path: Path, name: str, layout: SheetLayout) -> None:
    """Write a worksheet.  Errors: r(198) openpyxl is not installed, no .xlsx or too large; r(602) the worksheet exists;
    r(603), r(693)."""
    if path.suffix.lower() != ".xlsx":
        raise FileTypeUnknown(f"file {name}: only .xlsx files can be written")
    package = openpyxl_for(name)
    column, row = position(layout.cell)
    if data.n + row > ROWS or len(data.columns) + column - 1 > COLUMNS:
        raise InvalidSyntax(f"file {name}: more observations or variables than a worksheet holds")
    keeping = bool(layout.change) and path.exists()
    book = opened(path, name) if keeping else package.Workbook()
    _put(data, _sheet(book, layout, name, keeping=keeping), layout, column, row)

    def write(file: BinaryIO) -> None:
        book.save(file)

    write_atomic(path, name, write)


def _sheet(book: Any, layout: SheetLayout, name: str, *, keeping: bool) -> Any:
    title = layout.sheet
    if not title or len(title) > 31 or re.search(r"[\\/*?:\[\]]", title):
        raise InvalidSyntax(f"worksheet name {title} invalid")  # unverified: wording
    if not keeping:
        book.active.title = title
        return book.active
    if title not in book.sheetnames:
        return book.create_sheet(title)
    if layout.change == "modify":
        return book[title]
    if layout.change != "replace":
        raise FileExists(f"worksheet {title} in file {name} already exists")
    place = book.sheetnames.index(title)
    del book[title]
    return book.create_sheet(title, place)


def _put(data: Dataset, sheet: Any, layout: SheetLayout, column: int, row: int) -> None:
    """Cells from (row, column), both counted from 1; a plain new sheet is written row by row."""
    top = _titles(data, layout)
    cells = [_cells(c, data, layout) for c in data.columns.values()]
    formats = [_number_format(c, layout) for c in data.columns.values()]
    if top:
        for k, title in enumerate(top):
            sheet.cell(row, column + k, title).data_type = "s"
        row += 1
    for k, (values, fmt) in enumerate(zip(cells, formats, strict=True)):
        for i, value in enumerate(values):
            if value is None:
                continue
            cell = sheet.cell(row + i, column + k, value)
            if isinstance(value, str):
                cell.data_type = "s"  # a text that looks like a formula stays a text
            elif fmt:
                cell.number_format = fmt


def _titles(data: Dataset, layout: SheetLayout) -> list[str]:
    if layout.header == "varlabels":
        return [c.label or c.name for c in data.columns.values()]
    return list(data.names) if layout.header else []


def _cells(column: Column, data: Dataset, layout: SheetLayout) -> list[Any]:
    if column.is_string:
        return [_ILLEGAL.sub("", t)[:32767] or None for t in column.values.tolist()]
    table = data.value_labels.get(column.value_label, {}) if layout.labels and column.value_label else {}
    values = column.numeric().tolist()
    unit = _unit(column)
    if unit and layout.dates:
        return [_missing(v, layout) if v >= missing.SYSMISS else numfmt.text(v, layout.dates).strip() for v in values]
    if unit:
        return [_missing(v, layout) if v >= missing.SYSMISS else _moment(v, unit) for v in values]
    whole = column.type in missing.INTEGER_TYPES
    out: list[Any] = []
    for v in values:
        if v in table:
            out.append(table[v])
        elif v >= missing.SYSMISS:
            out.append(_missing(v, layout))
        elif column.type == "float":
            out.append(float(shortest(v, single=True)))
        else:
            out.append(int(v) if whole else v)
    return out


def _missing(value: float, layout: SheetLayout) -> str | None:
    return layout.missing or (None if value == missing.SYSMISS else missing.letter_of(value))


def _unit(column: Column) -> str:
    """d for days, c for milliseconds; other dates are numbers to a spreadsheet."""
    fmt = numfmt.parse(column.format)
    return fmt.unit.lower() if fmt.kind == "t" and fmt.unit in ("d", "c", "C") else ""


def _moment(value: float, unit: str) -> Any:
    try:
        when = _EPOCH + (dt.timedelta(days=int(value)) if unit == "d" else dt.timedelta(milliseconds=value))
    except OverflowError:
        return value
    return when.date() if unit == "d" else when


def _number_format(column: Column, layout: SheetLayout) -> str:
    unit = "" if layout.dates else _unit(column)
    return {"d": "dd/mm/yyyy", "c": "dd/mm/yyyy hh:mm:ss"}.get(unit, "")
