"""Tables of numbers: the grid that many commands show, matrices, stored results, counts, summaries."""

from __future__ import annotations

from typing import Literal

from mixedcli.blocks.lines import Style
from mixedcli.frozen import frozen


@frozen
class MatrixTable:
    """matrix list: name[r,c] heading, column names ("eq:name"), row names, values by ``format``."""

    name: str
    rownames: tuple[str, ...]
    colnames: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    symmetric: bool = False
    format: str = "%10.0g"
    title: str = ""


@frozen
class StoredTable:
    """return list / ereturn list: scalars, macros, matrices (rows x columns), functions."""

    prefix: Literal["e", "r", "s"]
    scalars: tuple[tuple[str, float], ...] = ()
    macros: tuple[tuple[str, str], ...] = ()
    matrices: tuple[tuple[str, int, int], ...] = ()
    functions: tuple[str, ...] = ()


@frozen
class Cell:
    """A table cell: a number with its format, or text.  align is "left" or "right"."""

    value: float | str
    format: str = "%9.0g"
    align: Literal["left", "right"] = "right"
    style: Style = "result"


@frozen
class Column:
    """A column of a Grid: header lines (top to bottom), fixed width (0: its longest cell), alignment of the header.

    bar: a vertical line behind the column.
    """

    header: tuple[str, ...]
    width: int = 0
    align: Literal["left", "right", "center"] = "right"
    gap: int = 1  # blanks before the column
    bar: bool = False


@frozen
class Grid:
    """Stata's usual small table: a stub column, a bar, columns; rules above and below the header and at the end.

    rows: each row has 1 + len(columns) cells, or is None for a rule.  top/bottom: whether rules are drawn.
    """

    stub: Column
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...] | None, ...]
    top: bool = True
    bottom: bool = True
    indent: int = 0
    tail: int = 0  # blanks behind the last column


@frozen
class CrossTable:
    """Counts by one or two variables, totals included; 0 is shown as nothing.  column_title "": one variable."""

    row_title: str
    column_title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


@frozen
class SummaryRow:
    """One variable's line of summarize."""

    name: str
    n: float
    mean: float
    sd: float
    minimum: float
    maximum: float
    format: str = "%9.0g"
    weight: float = float("nan")


@frozen
class SummaryTable:
    """summarize without detail; ``separator`` rows between rules (0: none)."""

    rows: tuple[SummaryRow, ...]
    separator: int = 5
    weighted: bool = False
