"""The tables of tabstat (# stata: public logs of versions 17 and 18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mixedcli import numfmt
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands.tabulation import Levels
from mixedcli.data.moments import Floats
from mixedcli.frozen import frozen
from mixedcli.numfmt import abbreviate

CELL = 10


@frozen
class Asked:
    """What is to be shown: names of variables, heads of statistics, what stands across, formats of the variables."""

    names: tuple[str, ...]
    titles: tuple[str, ...]
    across: str
    formats: tuple[str, ...]
    total: bool
    longstub: bool
    labels: int
    width: int
    separated: bool

    def turned(self, across: str) -> Asked:
        """The same with other columns."""
        return replace(self, across=across)


def layout(asked: Asked, made: Floats, groups: Levels | None, label: str, linesize: int) -> Iterator[Block]:
    """made: (variables, groups + 1, statistics), the whole sample last."""
    if groups is not None:
        what = "for variables: " + " ".join(asked.names)
        if asked.across == "variables":
            what = "statistics: " + ", ".join(asked.titles)
        yield line(f"Summary {what}")
        yield line(f"Group variable: {groups.name}" + (f" ({label})" if label else ""))
        yield Blank()
    heads = asked.names if asked.across == "variables" else asked.titles
    cell = max(CELL, *(numfmt.display_width(f) + 1 for f in asked.formats))
    stub = _stub(asked, groups)
    room = max(1, (linesize - stub - 3) // cell)
    for start in range(0, len(heads), room):
        if start:
            yield Blank()
        yield from _part(asked, made, groups, stub, cell, range(start, min(start + room, len(heads))))


def _stub(asked: Asked, groups: Levels | None) -> int:
    inner = max(8, *(len(t) for t in asked.titles)) if asked.across == "variables" else asked.width
    if groups is None:
        return inner
    longest = max(len(t) for t in groups.texts)
    labelled = any(not numfmt_like(t) for t in groups.texts)
    outer = min(max(len(groups.name), longest, 6 if labelled else 8), asked.labels)  # unverified: how narrow it gets
    return outer + 2 + inner if asked.longstub else outer


def numfmt_like(text: str) -> bool:
    """Whether a text is a number."""
    return text.replace(".", "", 1).replace("-", "", 1).isdigit() or text == "."


def _part(asked: Asked, made: Floats, groups: Levels | None, stub: int, cell: int, columns: range) -> Iterator[Block]:
    variables = asked.across == "variables"
    heads, lines = (asked.names, asked.titles) if variables else (asked.titles, asked.names)
    inner = "Stats" if variables else "Variable"
    beside = groups is None or asked.longstub
    top = inner if groups is None else groups.name
    if groups is not None and asked.longstub:
        width = asked.width if not variables else max(8, *(len(t) for t in lines))
        top = f"{_cut(groups.name, stub - width - 2)}  {inner:>{width}}"
    yield line(f"{_cut(top, stub):>{stub}} |" + "".join(f"{abbreviate(heads[k], 8):>{cell}}" for k in columns))
    rule = "-" * (stub + 1) + "+" + "-" * (cell * len(columns))
    yield line(rule)
    names = [*(groups.texts if groups is not None else ()), *(["Total"] if asked.total or groups is None else [])]
    several = len(lines) > 1
    for g, name in enumerate(names):
        last = name == "Total" and g == made.shape[1] - 1 and groups is not None
        if g and (last or (several and asked.separated)):
            yield line(rule)
        for i, title in enumerate(lines):
            shown = name if i == 0 else ""
            if beside:
                own = abbreviate(title, 12) if groups is None else title
                shown = (
                    own if groups is None else f"{_cut(shown, stub - width - 2):>{stub - width - 2}}  {own:>{width}}"
                )
            cells = ""
            for k in columns:
                v, s = (k, i) if variables else (i, k)
                row = g if groups is not None else made.shape[1] - 1
                cells += f"{_number(float(made[v, row, s]), asked.formats[v]):>{cell}}"
            yield line(f"{_cut(shown, stub):>{stub}} |{cells}")
    yield line("-" * (stub + 2 + cell * len(columns)))


def _number(value: float, fmt: str) -> str:
    return numfmt.text(value if np.isfinite(value) else float("nan"), fmt)


def _cut(text: str, width: int) -> str:
    return text[:width]
