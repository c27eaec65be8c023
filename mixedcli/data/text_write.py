"""Delimited text as ``export delimited`` writes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mixedcli import numfmt
from mixedcli.data import missing
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.files import write_atomic
from mixedcli.frozen import frozen

#: lines put together at a time
BLOCK = 50_000


@frozen
class TextLayout:
    """delimiter; names: a first line with the variables' names; labels: value labels in place of numbers; formats:
    numbers by display format; quote: every string in quotes.  missing: what stands for the system missing value."""

    delimiter: str = ","
    names: bool = True
    labels: bool = True
    formats: bool = False
    quote: bool = False
    missing: str = ""


def write_text(data: Dataset, path: Path, name: str, layout: TextLayout) -> None:
    """Write all observations.  Errors: r(603), r(693); the old file, if any, is then untouched."""
    write_atomic(path, name, lambda file: _write(data, file, layout))


def _write(data: Dataset, file: BinaryIO, layout: TextLayout) -> None:
    if layout.names:
        file.write((layout.delimiter.join(data.names) + "\n").encode())
    columns = list(data.columns.values())
    for start in range(0, data.n, BLOCK):
        rows = np.arange(start, min(start + BLOCK, data.n))
        texts = [cells(column.take(rows), data, layout) for column in columns]
        lines = map(layout.delimiter.join, zip(*texts, strict=True))
        file.write(("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))


def cells(column: Column, data: Dataset, layout: TextLayout) -> list[str]:
    """A column's values as they stand in the file."""
    if column.is_string:
        return _quoted(column.values.tolist(), layout)
    table = data.value_labels.get(column.value_label, {}) if layout.labels and column.value_label else {}
    shown = number_text(column, layout)
    values = column.numeric()
    if not table:
        return _many(values.tolist(), shown)
    unique = np.unique(values).tolist()
    labels = dict(
        zip([v for v in unique if v in table], _quoted([table[v] for v in unique if v in table], layout), strict=True)
    )
    known = {v: labels.get(v) if v in labels else shown(v) for v in unique}
    return [str(known[v]) for v in values.tolist()]


def _many(values: list[float], shown: Callable[[float], str]) -> list[str]:
    """Texts of numbers, each different one worked out once when they repeat."""
    unique = set(values)
    if len(unique) * 4 < len(values):
        known = {v: shown(v) for v in unique}
        return [known[v] for v in values]
    return [shown(v) for v in values]


def _quoted(texts: list[str], layout: TextLayout) -> list[str]:
    """Strings that hold the delimiter, a quote or a line end stand in quotes."""
    if layout.quote:
        return ['"' + t.replace('"', '""') + '"' for t in texts]
    special = (layout.delimiter, '"', "\n", "\r")
    return ['"' + t.replace('"', '""') + '"' if any(c in t for c in special) else t for t in texts]


def number_text(column: Column, layout: TextLayout) -> Callable[[float], str]:
    """How a column's numbers are written: dates and, with datafmt, all by format; else all digits that count."""
    if layout.formats or numfmt.parse(column.format).kind == "t":
        fmt = column.format

        def formatted(value: float) -> str:
            return _missing(value, layout) if value >= missing.SYSMISS else numfmt.text(value, fmt).strip()

        return formatted
    single = column.type == "float"

    def digits(value: float) -> str:
        return _missing(value, layout) if value >= missing.SYSMISS else shortest(value, single=single)

    return digits


def _missing(value: float, layout: TextLayout) -> str:
    return layout.missing if value == missing.SYSMISS else missing.letter_of(value)


def shortest(value: float, *, single: bool = False) -> str:
    """The fewest digits that read back as the value (``single``: as a float); no zero before the point."""
    if value == int(value) and abs(value) < 1e16:
        return str(int(value))
    text = str(np.float32(value)) if single else repr(value)
    if text.startswith("0."):
        return text[1:]
    return "-" + text[2:] if text.startswith("-0.") else text
