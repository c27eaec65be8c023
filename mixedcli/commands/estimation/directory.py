"""The directory of stored results: estimates dir and lrtest, dir."""

from __future__ import annotations

from collections.abc import Sequence

from mixedcli.blocks import Cell, Column, Grid
from mixedcli.results import Estimates


def directory(chosen: Sequence[tuple[str, Estimates]]) -> Grid:
    """One line per result: command, outcome, number of parameters, title."""
    rows = tuple(
        (
            Cell(name),
            Cell(e.stored.macros.get("cmd", ""), align="left"),
            Cell(e.stored.macros.get("depvar", ""), align="left"),
            Cell(float(len(e.stored.matrices["b"].colnames) if "b" in e.stored.matrices else 0), "%6.0f"),
            Cell(e.stored.macros.get("_estimates_title", ""), align="left"),
        )
        for name, e in chosen
    )
    return Grid(
        Column(("", "Name"), 12),
        (
            Column(("", "Command"), 12, "left"),
            Column(("Dependent", "variable"), 12, "left"),
            Column(("Number of", "param."), 9),
            Column(("", "Title"), 25, "left", 2),
        ),
        rows,
    )
