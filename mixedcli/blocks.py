"""What can be shown, as data only.

Commands build blocks; ``render`` turns them into lines (text) or objects (json).
A block knows values, labels and formats, never columns or blanks.
Numbers are floats (nan is Stata's missing, printed "."); text may be str.
A renderer puts no blank line before or after a block: ``Blank`` does.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from mixedcli.blocks_anova import AnovaTable, EpsilonTable
from mixedcli.blocks_coef import CoefRow as CoefRow
from mixedcli.blocks_coef import CoefTable as CoefTable
from mixedcli.blocks_coef import RowKind as RowKind
from mixedcli.blocks_margins import ContrastTable, CountTable, MarginsHeader
from mixedcli.frozen import frozen

Style = Literal["text", "result", "error", "input", "command"]


@frozen
class Segment:
    text: str
    style: Style = "text"


@frozen
class Line:
    """One ready line: messages, notes and whatever has no layout of its own.

    open: what comes next goes on in the same line (``display ..., _continue``).
    """

    segments: tuple[Segment, ...]
    open: bool = False

    @property
    def text(self) -> str:
        return "".join(s.text for s in self.segments)


def line(text: str = "", style: Style = "text") -> Line:
    """A line of one style."""
    return Line((Segment(text, style),))


@frozen
class Blank:
    """One empty line."""


@frozen
class IterationLog:
    """``Iteration 0:  Log likelihood = -1014.9268``: values share one width (%10.0g, right aligned); notes follow."""

    label: str  # "Log likelihood", "Log restricted-likelihood", "Log pseudolikelihood"
    numbers: tuple[int, ...]
    values: tuple[float, ...]
    notes: tuple[str, ...]


@frozen
class HeaderItem:
    """One right-hand line of an estimation header: label, value; no value is a bare label ("Obs per group:").

    indent: label right-aligned in the label column ("min", "avg", "max").
    sublabel: a second word flush right in the label column ("DF:" with "min").
    """

    label: str
    value: str | None = None
    indent: bool = False
    sublabel: str = ""


@frozen
class HeaderRow:
    """A header line: text on the left, an item on the right (either may be absent)."""

    left: str = ""
    right: HeaderItem | None = None


@frozen
class GroupInfo:
    """One row of the "Grouping information" table."""

    name: str
    groups: int
    minimum: int
    average: float
    maximum: int


@frozen
class EstimationHeader:
    """Header grid, 78 wide (OUTPUT.md 2.2).  With two or more groupings: ``before`` rows, the table, ``after`` rows.

    All right-hand labels of before and after share one width, all values another.
    """

    before: tuple[HeaderRow, ...]
    groups: tuple[GroupInfo, ...] = ()
    after: tuple[HeaderRow, ...] = ()


@frozen
class ParamRow:
    """A row of the random-effects table. lo/hi nan are printed "."."""

    label: str
    estimate: float
    se: float
    lo: float
    hi: float


@frozen
class ParamBlock:
    """Rows under one heading: "id: Unstructured", "id: (empty)", or none for var(Residual).

    heading may be two lines ("Residual: Independent,", "    by followup").
    """

    heading: tuple[str, ...]
    rows: tuple[ParamRow, ...]


@frozen
class ParamTable:
    """The random-effects table, always 78 wide (OUTPUT.md 2.5)."""

    blocks: tuple[ParamBlock, ...]
    level: float = 95.0
    robust: str = ""
    cformat: str = "%9.0g"
    ci: bool = True
    se: bool = True
    stub: str = ""  # another heading of the name column than "Random-effects parameters"
    estimate: str = "Estimate"
    observed: bool = False  # as in CoefTable


@frozen
class LrTestLine:
    """``LR test vs. linear model: chi2(3) = 764.58    Prob > chi2 = 0.0000`` (78 wide)."""

    statistic: str  # "chi2(3)" or "chibar2(01)"
    chi2: float
    p: float
    chibar: bool


@frozen
class Note:
    """``Note: ...`` wrapped by the renderer with a hanging indent, or exact lines when ``lines`` is given."""

    text: str = ""
    lines: tuple[str, ...] = ()


@frozen
class LrTestTable:
    """Output of lrtest: assumption line and the two right-aligned lines "LR chi2(1) = ..." / "Prob > chi2 = ..."."""

    assumption: str
    df: int
    chi2: float
    p: float


@frozen
class WaldTest:
    """Output of test: numbered constraint lines, chi2( k) = or F( k, d) = , and its p-value."""

    constraints: tuple[str, ...]
    statistic: Literal["chi2", "F"]
    df: int
    value: float
    p: float
    ddf: float = float("nan")
    dropped: tuple[int, ...] = ()


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
class VariableInfo:
    name: str
    type: str
    format: str
    value_label: str
    label: str


@frozen
class Description:
    """describe: header facts and one row per variable (79 wide)."""

    source: str  # file name, or "" for "Contains data"
    observations: int
    variables: int
    label: str
    timestamp: str
    has_notes: bool
    rows: tuple[VariableInfo, ...]
    sorted_by: tuple[str, ...]
    changed: bool = False
    header: bool = True  # False for describe varlist: the table alone


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


@frozen
class Listing:
    """list: values already formatted; widths and page breaks are the renderer's.

    rows: observation number and formatted cells.  separators: a rule before these row indices (sepby(), separator(#)).
    layout: "table" or "display" (a box for each observation), "" whichever fits.  every: the header again after so
    many rows.  totals: further rows below a rule, each with a word in place of the number.  linesize: 0 the session's.
    """

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    separators: frozenset[int] = frozenset()
    clean: bool = False
    noobs: bool = False
    noheader: bool = False
    divider: bool = False
    layout: Literal["", "table", "display"] = ""
    every: int = 0
    totals: tuple[tuple[str, tuple[str, ...]], ...] = ()
    linesize: int = 0


Block: TypeAlias = (
    Line
    | Blank
    | IterationLog
    | EstimationHeader
    | CoefTable
    | ParamTable
    | LrTestLine
    | Note
    | LrTestTable
    | WaldTest
    | MatrixTable
    | StoredTable
    | Description
    | Grid
    | AnovaTable
    | EpsilonTable
    | MarginsHeader
    | ContrastTable
    | CountTable
    | CrossTable
    | SummaryTable
    | Listing
)
