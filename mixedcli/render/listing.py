"""list: a boxed table, or one box per observation when the line is too short."""

from __future__ import annotations

from collections.abc import Iterator

from mixedcli.blocks import Line, Listing
from mixedcli.render.segments import r, row, t


def listing(block: Listing, linesize: int) -> Iterator[Line]:
    """Columns as wide as their longest cell, three blanks apart."""
    cells = [*(c for _, c in block.rows), *(c for _, c in block.totals)]
    widths = [max([len(name), *(len(line[k]) for line in cells)]) for k, name in enumerate(block.columns)]
    number = max([3, *(len(str(n)) for n, _ in block.rows)])
    if block.totals:
        number = max(number, *(len(word) for word, _ in block.totals))
    room = block.linesize or linesize
    stub = 2 if block.noobs and not block.totals else number + 2
    inside = sum(widths) + 3 * (len(widths) - 1) + 2
    if block.clean:
        yield from _clean(block, widths, number)
    elif block.layout == "display" or (not block.layout and stub + inside + 2 > room and len(widths) > 1):
        yield from _display(block, widths, stub, number, room)
    else:
        bands = _bands(widths, room - stub - 4)
        for k, band in enumerate(bands):
            if k:
                yield row()
            yield from _table(block, widths, stub, number, band)


def _bands(widths: list[int], room: int) -> list[list[int]]:
    """Columns that stand side by side."""
    bands: list[list[int]] = [[]]
    for k, w in enumerate(widths):
        used = sum(widths[i] + 3 for i in bands[-1])
        if bands[-1] and used + w > room:
            bands.append([])
        bands[-1].append(k)
    return bands


def _table(block: Listing, widths: list[int], stub: int, number: int, band: list[int]) -> Iterator[Line]:
    inside = sum(widths[k] for k in band) + 3 * (len(band) - 1) + 2
    pad = " " * stub
    rule = "+".join("-" * (widths[k] + 2) for k in band) if block.divider else "-" * inside
    gap = " | " if block.divider else "   "

    def texts(cells: tuple[str, ...]) -> str:
        return gap.join(cells[k].rjust(widths[k]) if block.numeric[k] else cells[k].ljust(widths[k]) for k in band)

    head = [row(t(f"{pad}| {texts(block.columns)} |")), row(t(f"{pad}|{rule}|"))]
    yield row(t(f"{pad}+{'-' * inside}+"))
    if not block.noheader:
        yield from head
    for k, (n, cells) in enumerate(block.rows):
        if k and k in block.separators:
            yield row(t(f"{pad}|{rule}|"))
        if k and block.every and k % block.every == 0:
            if k not in block.separators:
                yield head[1]
            yield from head
        start = pad if block.noobs else f"{n:>{number}}. "
        yield row(t(f"{start}| "), r(texts(cells)), t(" |"))
    if block.totals:
        yield row(t(f"{pad}|{rule}|"))
        for word, cells in block.totals:
            yield row(t(f"{word:>{number}}  | "), r(texts(cells)), t(" |"))
    yield row(t(f"{pad}+{'-' * inside}+"))


def _line(cells: tuple[str, ...], numeric: tuple[bool, ...], widths: list[int], gap: int = 3) -> str:
    placed = (c.rjust(w) if right else c.ljust(w) for c, right, w in zip(cells, numeric, widths, strict=True))
    return (" " * gap).join(placed)


def _clean(block: Listing, widths: list[int], number: int) -> Iterator[Line]:
    # unverified: two blanks at the end of every line, four before it without observation numbers
    start = "    " if block.noobs else " " * (number + 4)
    if not block.noheader:
        yield row(t(start + _line(block.columns, block.numeric, widths) + "  "))
    for n, cells in block.rows:
        stub = start if block.noobs else f"{n:>{number}}.   "
        yield row(t(stub), r(_line(cells, block.numeric, widths) + "  "))
    for word, cells in block.totals:
        yield row(t(f"{word:>{len(start) - 3}}   "), r(_line(cells, block.numeric, widths) + "  "))


def _display(block: Listing, widths: list[int], stub: int, number: int, linesize: int) -> Iterator[Line]:
    """Every observation in a box of its own, its variables in as many bands as needed.

    stata: logs in public repositories: narrower bands are stretched to the width of the widest, what does not divide
    evenly goes to the last columns, and within a column half of it to the left.
    """
    # stata: in the same logs a box of 79 columns was too wide for the line
    bands = _bands(widths, linesize - stub - 5)
    inside = max(sum(widths[i] + 3 for i in band) - 1 for band in bands)
    pad = " " * stub
    for k, (n, cells) in enumerate((*block.rows, *block.totals)):
        if k:
            yield row()
        yield row(t(f"{pad}+{'-' * inside}+"))
        for b, band in enumerate(bands):
            if b:
                yield row(t(f"{pad}|{'-' * inside}|"))
            extra = _extra(inside - sum(widths[i] + 3 for i in band) + 1, len(band))
            sources = (cells,) if block.noheader else (block.columns, cells)
            for place, source in enumerate(sources):
                texts = [source[i].rjust(widths[i]) if block.numeric[i] else source[i].ljust(widths[i]) for i in band]
                wide = [" " * (e // 2) + text + " " * (e - e // 2) for text, e in zip(texts, extra, strict=True)]
                first = b == 0 and place == 0 and not block.noobs
                start = (f"{n:>{number}}. " if isinstance(n, int) else f"{n:>{number}}  ") if first else pad
                yield row(t(f"{start}| "), r(" | ".join(wide)), t(" |"))
        yield row(t(f"{pad}+{'-' * inside}+"))


def _extra(width: int, columns: int) -> list[int]:
    """Blanks for each column: evenly, the rest to the last ones."""
    each, rest = divmod(width, columns)
    return [each + (k >= columns - rest) for k in range(columns)]
