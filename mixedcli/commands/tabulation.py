"""What tabulate and its neighbours share: the values of a variable as table rows or columns, and their layout."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import numfmt
from mixedcli.data.dataset import Dataset
from mixedcli.data.missing import is_missing
from mixedcli.errors import TooManyValues
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@frozen
class Levels:
    """The distinct values of a variable in order: texts as shown, values (nan for strings); codes (n,), -1 unused."""

    name: str
    title: str
    texts: tuple[str, ...]
    values: tuple[float, ...]
    codes: Ints

    @property
    def count(self) -> int:
        return len(self.texts)


def levels_of(
    data: Dataset, name: str, rows: NDArray[np.bool_], *, missing: bool, label: bool = True, most: int = 12000
) -> Levels:
    """The values among the rows (n,); missing ones only when asked for.  Errors: r(134) more than ``most``."""
    column = data.column(name)
    if column.is_string:
        used = rows if missing else rows & (column.values != "")
        texts, inverse = np.unique(column.values[used].astype(object), return_inverse=True)
        shown: tuple[str, ...] = tuple(texts.tolist())
        values = (float("nan"),) * len(shown)
    else:
        x = column.numeric()
        used = rows if missing else rows & ~is_missing(x)
        distinct, inverse = np.unique(x[used], return_inverse=True)
        labels = data.value_labels.get(column.value_label, {}) if label else {}
        values = tuple(distinct.tolist())
        shown = tuple(labels[v] if v in labels else numfmt.text(v, column.format).strip() for v in values)
    if len(shown) > most:
        raise TooManyValues("too many values")
    codes = np.full(data.n, -1, dtype=np.int64)
    codes[used] = inverse
    return Levels(name, column.label or name, shown, values, codes)


def wrapped(text: str, width: int) -> list[str]:
    """A title broken into lines of at most ``width``; a word that is longer is cut."""
    lines: list[str] = []
    for word in text.split():
        piece = word
        while len(piece) > width:
            lines.append(piece[:width])
            piece = piece[width:]
        if lines and len(lines[-1]) + 1 + len(piece) <= width and lines[-1] != word[: len(lines[-1])]:
            lines[-1] += " " + piece
        elif piece:
            lines.append(piece)
    return lines or [""]


def number(value: float) -> str:
    """A frequency: whole numbers with commas, weighted ones with their decimals."""
    if value == round(value):
        return f"{value:,.0f}"
    return numfmt.text(value, "%10.0g").strip()
