"""matrix list: one common column width, panels when the line is too short."""

from __future__ import annotations

from collections.abc import Iterator

from mixedcli import numfmt
from mixedcli.blocks import Line, MatrixTable
from mixedcli.numfmt import abbreviate
from mixedcli.render.segments import r, row, t


def matrix(block: MatrixTable, linesize: int) -> Iterator[Line]:
    """``e(b)[1,4]``, equation names, column names, rows (stata: public logs of matrix list after mixed and logit)."""
    if block.name or block.title:
        size = f"[{len(block.rownames)},{len(block.colnames)}]"
        title = f":  {block.title}" if block.title else ""  # unverified: layout of the title
        yield row(t(("symmetric " if block.symmetric else "") + block.name + size + title))
    cells = [
        [numfmt.text(v, block.format) if j <= i or not block.symmetric else "" for j, v in enumerate(values)]
        for i, values in enumerate(block.values)
    ]
    heads = [_head(name) for name in block.colnames]
    # room for a sign in every column, and two blanks
    texts = [len(c.removeprefix("-")) + 1 for line in cells for c in line]
    width = max((*texts, *(len(x.rstrip(".#:")) for head in heads for x in head)), default=0) + 2
    height = max((len(h) for h in heads), default=0)
    stub = max((len(x) for x in block.rownames), default=0)
    per_panel = max(1, (linesize - stub - 1) // width)
    for start in range(0, len(heads), per_panel):
        part = slice(start, start + per_panel)
        if start:
            yield row()
        for text in _stacked(heads[part], height, stub, width):
            yield row(t(text))
        for i, name in enumerate(block.rownames):
            if block.symmetric and i < start:
                continue  # nothing of this row lies in the lower triangle of this panel
            yield row(t(name.rjust(stub)), r("".join(x.rjust(width) for x in cells[i][part]).rstrip()))


def _head(name: str) -> list[str]:
    """Lines above a column: "lfp:", then "0b." over "wc", "g#" over "c.x", or "" over a plain name."""
    equation, colon, own = name.rpartition(":")
    first = abbreviate(equation, 12) + colon
    if "#" in own:
        *before, last = own.split("#")
        return [first, *(abbreviate(x, 12) + "#" for x in before), abbreviate(last, 12)]
    operator, dot, variable = own.rpartition(".")
    return [first, operator + dot, abbreviate(variable, 12)] if dot else [first, abbreviate(own, 12)]


def _stacked(heads: list[list[str]], height: int, stub: int, width: int) -> Iterator[str]:
    """The header lines of a panel; a closing ":", "." or "#" stands one column to the right of the numbers."""
    full = [[h[0], *[""] * (height - len(h)), *h[1:]] for h in heads]
    for k in range(height):
        line = " " * stub
        for j, head in enumerate(full):
            word = head[k]
            mark = word[-1:] if word[-1:] in (":", ".", "#") else ""
            end = stub + (j + 1) * width
            line = line.ljust(end - len(word) + len(mark)) + word if word else line
        if k or line.strip():
            yield line
