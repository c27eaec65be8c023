"""The lines of table with statistics (# stata: version 17's frame; nested headings are unverified)."""

from __future__ import annotations

from collections.abc import Sequence

from mixedcli.blocks import Blank, Block, line
from mixedcli.frozen import frozen


@frozen
class Axis:
    """One side of the table: titles of its dimensions ("" none shown) and its entries, a label for each dimension."""

    titles: tuple[str, ...]
    entries: tuple[tuple[str, ...], ...]


def layout(rows: Axis, columns: Axis, cells: Sequence[Sequence[str]], linesize: int) -> list[Block]:
    """cells: texts by rows and columns.  What is wider than the line goes on below, as many columns as fit."""
    stub = max((len(x) for x in _stub(rows)[0]), default=0)
    heads = [e[-1] if e else "" for e in columns.entries]
    widths = [max(len(h), *(len(row[j]) for row in cells)) for j, h in enumerate(heads)]
    out: list[Block] = []
    start = 0
    while start < len(widths):
        stop, room = start + 1, linesize - stub - 4 - widths[start]
        while stop < len(widths) and widths[stop] + 3 <= room:
            room -= widths[stop] + 3
            stop += 1
        part = Axis(columns.titles, columns.entries[start:stop])
        out += [Blank()] if start else []
        out += _panel(rows, part, [row[start:stop] for row in cells])
        start = stop
    return out


def _panel(rows: Axis, columns: Axis, cells: Sequence[Sequence[str]]) -> list[Block]:
    stubs, places = _stub(rows)
    stub = max(len(x) for x in stubs) if stubs else 0
    heads = [[entry[k] for entry in columns.entries] for k in range(len(columns.titles))]
    widths = [
        max([len(row[j]) for row in cells] + ([len(heads[-1][j])] if heads else [0]))
        for j in range(len(columns.entries))
    ]
    for k, head in enumerate(heads[:-1]):  # a heading over several columns
        for start, stop in _runs(columns.entries, k):
            spare = len(head[start]) - (sum(widths[start:stop]) + 3 * (stop - start - 1))
            widths[stop - 1] += max(spare, 0)
    rest = 2 + sum(widths) + 3 * (len(widths) - 1)
    out: list[Block] = [line("-" * (stub + 2 + rest))]
    for k, title in enumerate(columns.titles):
        if title:
            out.append(line(f"{'':{stub}} |  {title:^{rest - 2}}"))
        if k == len(heads) - 1:
            out.append(line(f"{'':{stub}} |  " + "   ".join(h.rjust(w) for h, w in zip(heads[k], widths, strict=True))))
            continue
        spans = []
        for start, stop in _runs(columns.entries, k):
            width = sum(widths[start:stop]) + 3 * (stop - start - 1)
            spans.append(f"{heads[k][start]:^{width}}")
        out.append(line(f"{'':{stub}} |  " + "   ".join(spans)))
    out.append(line("-" * (stub + 1) + "+" + "-" * rest))
    for text, place in zip(stubs, places, strict=True):
        if place is None:
            out.append(line(f"{text:{stub}} |{' ' * rest}"))
        else:
            shown = "   ".join(c.rjust(w) for c, w in zip(cells[place], widths, strict=True))
            out.append(line(f"{text:{stub}} |  {shown}"))
    return [*out, line("-" * (stub + 2 + rest))]


def _runs(entries: Sequence[tuple[str, ...]], k: int) -> list[tuple[int, int]]:
    """Ranges of entries that share their first k + 1 labels."""
    out, start = [], 0
    for j in range(1, len(entries) + 1):
        if j == len(entries) or entries[j][: k + 1] != entries[start][: k + 1]:
            out.append((start, j))
            start = j
    return out


def _stub(rows: Axis) -> tuple[list[str], list[int | None]]:
    """Texts before the bar with the row of cells beside each, None for headings."""
    texts: list[str] = []
    places: list[int | None] = []
    shown = [k for k, t in enumerate(rows.titles) if t]
    last: tuple[str, ...] | None = None
    if not rows.titles:
        return [""] * len(rows.entries), list(range(len(rows.entries)))
    for i, entry in enumerate(rows.entries):
        changed = next((k for k in range(len(entry)) if last is None or entry[k] != last[k]), len(entry) - 1)
        for k in range(changed, len(entry)):
            if k in shown and (last is None or k > changed):
                texts.append("  " * _depth(rows.titles, k) + rows.titles[k])
                places.append(None)
            if k == len(entry) - 1 and not entry[k] and texts and places[-1] is None:
                places[-1] = i  # counts have no variable: their cells stand beside the heading
                continue
            texts.append("  " * (_depth(rows.titles, k) + (1 if k in shown else 0)) + entry[k])
            places.append(i if k == len(entry) - 1 else None)
        last = entry
    return texts, places


def _depth(titles: Sequence[str], k: int) -> int:
    return sum(2 if t else 1 for t in titles[:k])
