"""Any block to lines of styled text: one table from block type to renderer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mixedcli import blocks
from mixedcli.blocks import Block, Line
from mixedcli.render import anova, coef, crosstab, header, listing, margins, matrix, notes, params, tables

_RENDERERS: dict[type, Callable[[Any, int], Iterator[Line]]] = {
    blocks.IterationLog: header.iteration_log,
    blocks.EstimationHeader: header.header,
    blocks.CoefTable: coef.coefficient_table,
    blocks.ParamTable: params.parameter_table,
    blocks.LrTestLine: params.lr_line,
    blocks.Note: notes.note,
    blocks.LrTestTable: notes.lr_table,
    blocks.WaldTest: notes.wald,
    blocks.MatrixTable: matrix.matrix,
    blocks.StoredTable: tables.stored,
    blocks.Description: tables.description,
    blocks.Grid: tables.grid,
    blocks.AnovaTable: anova.table,
    blocks.EpsilonTable: anova.epsilons,
    blocks.MarginsHeader: margins.header,
    blocks.ContrastTable: margins.contrast_table,
    blocks.CountTable: margins.count_table,
    blocks.CrossTable: crosstab.crosstab,
    blocks.SummaryTable: tables.summary,
    blocks.Listing: listing.listing,
}


BLANK = Line(())


def render(block: Block, linesize: int = 79) -> list[Line]:
    """The lines of one block; no blank line is added before or after."""
    match block:
        case Line():
            return wrap_line(block, linesize)
        case blocks.Blank():
            return [BLANK]
        case _:
            return list(_RENDERERS[type(block)](block, linesize))


def render_all(shown: Iterable[Block], linesize: int = 79) -> list[Line]:
    """All blocks; what follows an open line goes on in it."""
    out: list[Line] = []
    for block in shown:
        for line in render(block, linesize):
            if out and out[-1].open:
                out[-1] = Line(out[-1].segments + line.segments, open=line.open)
            else:
                out.append(line)
    return out


def plain(lines: Iterable[Line]) -> str:
    """The characters alone."""
    return "".join(line.text + ("" if line.open else "\n") for line in lines)


def wrap_line(line: Line, linesize: int) -> list[Line]:
    """A line longer than the line size goes on after "> ", wherever that cuts it."""
    if sum(len(s.text) for s in line.segments) <= linesize:
        return [line]
    out: list[Line] = []
    now: list[blocks.Segment] = []
    room = linesize
    for segment in line.segments:
        text = segment.text
        while text:
            if room <= 0:
                out.append(Line(tuple(now)))
                now, room = [blocks.Segment("> ")], max(linesize - 2, 1)
            now.append(blocks.Segment(text[:room], segment.style))
            text, room = text[room:], room - len(text[:room])
    return [*out, Line(tuple(now), open=line.open)]
