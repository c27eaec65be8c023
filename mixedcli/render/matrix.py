"""matrix list: one common column width, panels when the line is too short."""

from __future__ import annotations

from collections.abc import Iterator

from mixedcli import numfmt
from mixedcli.blocks import Line, MatrixTable
from mixedcli.render.segments import abbreviate, r, row, t


def matrix(block: MatrixTable, linesize: int) -> Iterator[Line]:
    """``e(b)[1,4]``, equation names ending in ":", column names, rows (stata: a public log of matrix list b)."""
    size = f"[{len(block.rownames)},{len(block.colnames)}]"
    if block.title:
        yield row(t(block.title))
    elif block.name:
        yield row(t(("symmetric " if block.symmetric else "") + block.name + size))
    equations = [c.rpartition(":")[0] for c in block.colnames]
    names = [abbreviate(c.rpartition(":")[2], 12) for c in block.colnames]
    heads = [f"{abbreviate(e, 12)}:" if e else "" for e in equations]
    cells = [
        [numfmt.text(v, block.format) if j <= i or not block.symmetric else "" for j, v in enumerate(values)]
        for i, values in enumerate(block.values)
    ]
    width = max((len(x) for x in (*names, *heads, *(c for line in cells for c in line))), default=0) + 2
    stub = max((len(x) for x in block.rownames), default=0)
    per_panel = max(1, (linesize - stub) // width)
    for start in range(0, len(names), per_panel):
        part = slice(start, start + per_panel)
        if start:
            yield row()
        if any(heads):
            yield row(t(" " * stub + "".join(x.rjust(width) for x in heads[part])))
        yield row(t(" " * stub + "".join(x.rjust(width) for x in names[part])))
        for i, name in enumerate(block.rownames):
            if block.symmetric and i < start:
                continue  # nothing of this row lies in the lower triangle of this panel
            yield row(t(name.rjust(stub)), r("".join(x.rjust(width) for x in cells[i][part]).rstrip()))
