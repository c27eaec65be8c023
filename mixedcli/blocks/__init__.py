"""What can be shown, as data only.

Commands build blocks; ``render`` turns them into lines (text) or objects (json).
A block knows values, labels and formats, never columns or blanks.
Numbers are floats (nan is Stata's missing, printed "."); text may be str.
A renderer puts no blank line before or after a block: ``Blank`` does.
"""

from __future__ import annotations

from typing import TypeAlias

from mixedcli.blocks.anova import AnovaTable, EpsilonTable
from mixedcli.blocks.coef import CoefRow, CoefTable, RowKind
from mixedcli.blocks.estimation import (
    EstimationHeader,
    GroupInfo,
    HeaderItem,
    HeaderRow,
    IterationLog,
    LrTestLine,
    LrTestTable,
    ParamBlock,
    ParamRow,
    ParamTable,
    WaldTest,
)
from mixedcli.blocks.lines import Blank, Line, Note, Segment, Style, line
from mixedcli.blocks.listing import Description, Listing, VariableInfo
from mixedcli.blocks.margins import ContrastTable, CountTable, MarginsHeader
from mixedcli.blocks.tables import Cell, Column, CrossTable, Grid, MatrixTable, StoredTable, SummaryRow, SummaryTable

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

__all__ = [
    "AnovaTable",
    "Blank",
    "Block",
    "Cell",
    "CoefRow",
    "CoefTable",
    "Column",
    "ContrastTable",
    "CountTable",
    "CrossTable",
    "Description",
    "EpsilonTable",
    "EstimationHeader",
    "Grid",
    "GroupInfo",
    "HeaderItem",
    "HeaderRow",
    "IterationLog",
    "Line",
    "Listing",
    "LrTestLine",
    "LrTestTable",
    "MarginsHeader",
    "MatrixTable",
    "Note",
    "ParamBlock",
    "ParamRow",
    "ParamTable",
    "RowKind",
    "Segment",
    "StoredTable",
    "Style",
    "SummaryRow",
    "SummaryTable",
    "VariableInfo",
    "WaldTest",
    "line",
]
