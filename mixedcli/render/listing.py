"""list: a boxed table, or one box per observation when the line is too short."""

from __future__ import annotations

from collections.abc import Iterator

from mixedcli.blocks import Line, Listing
from mixedcli.render.segments import r, row, t


def listing(block: Listing, linesize: int) -> Iterator[Line]:
    """Columns as wide as their longest cell, three blanks apart."""
    widths = [max([len(name), *(len(cells[k]) for _, cells in block.rows)]) for k, name in enumerate(block.columns)]
    number = max([3, *(len(str(n)) for n, _ in block.rows)])
    if block.clean:
        yield from _clean(block, widths, number)
        return
    inside = sum(widths) + 3 * (len(widths) - 1) + 2
    stub = 2 if block.noobs else number + 2
    if stub + inside + 2 > linesize and len(widths) > 1:
        yield from _display(block, widths, stub, number, linesize)
        return
    pad = " " * stub
    yield row(t(f"{pad}+{'-' * inside}+"))
    if not block.noheader:
        yield row(t(f"{pad}| {_line(block.columns, block.numeric, widths)} |"))
        yield row(t(f"{pad}|{'-' * inside}|"))
    for k, (n, cells) in enumerate(block.rows):
        if k and k in block.separators:
            yield row(t(f"{pad}|{'-' * inside}|"))
        start = pad if block.noobs else f"{n:>{number}}. "
        yield row(t(f"{start}| "), r(_line(cells, block.numeric, widths)), t(" |"))
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


def _display(block: Listing, widths: list[int], stub: int, number: int, linesize: int) -> Iterator[Line]:
    """Every observation in a box of its own, its variables in as many bands as needed (unverified: band widths)."""
    room = linesize - stub - 4
    bands: list[list[int]] = [[]]
    for k, w in enumerate(widths):
        used = sum(widths[i] + 3 for i in bands[-1])
        if bands[-1] and used + w > room:
            bands.append([])
        bands[-1].append(k)
    inside = max(sum(widths[i] for i in band) + 3 * (len(band) - 1) for band in bands) + 2
    pad = " " * stub
    for n, cells in block.rows:
        yield row(t(f"{pad}+{'-' * inside}+"))
        for b, band in enumerate(bands):
            if b:
                yield row(t(f"{pad}|{'-' * inside}|"))
            for source in (block.columns, cells):
                texts = [source[k].rjust(widths[k]) if block.numeric[k] else source[k].ljust(widths[k]) for k in band]
                first = b == 0 and source is block.columns and not block.noobs
                start = f"{n:>{number}}. " if first else pad
                yield row(t(f"{start}| "), r(" | ".join(texts).ljust(inside - 2)), t(" |"))
        yield row(t(f"{pad}+{'-' * inside}+"))
        yield row()
