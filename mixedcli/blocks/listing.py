"""What shows the data themselves: describe and list."""

from __future__ import annotations

from typing import Literal

from mixedcli.frozen import frozen


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
