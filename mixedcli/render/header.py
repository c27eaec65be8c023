"""Iteration log and header of an estimation command (stata: ex01.log, ex04.log, ex13.log)."""

from __future__ import annotations

from collections.abc import Iterator

from mixedcli import numfmt
from mixedcli.blocks import EstimationHeader, GroupInfo, HeaderItem, HeaderRow, IterationLog, Line
from mixedcli.numfmt import abbreviate
from mixedcli.render.segments import WIDTH, r, row, t


def iteration_log(block: IterationLog, linesize: int) -> Iterator[Line]:
    """``Iteration 10: Log likelihood = -1014.9268  (not concave)``: numbers from 10 take one blank."""
    texts = [numfmt.text(v, "%10.0g") for v in block.values]
    width = max((len(x) for x in texts), default=0)
    for number, value, note in zip(block.numbers, texts, block.notes, strict=True):
        start = f"Iteration {number}:".ljust(13)
        yield row(t(f"{start} {block.label} = "), r(value.rjust(width)), t(f"  {note}"))


def header(block: EstimationHeader, linesize: int) -> Iterator[Line]:
    """The grid of left-hand texts and right-hand "label = value" items, flush right at 78."""
    items = [h.right for h in (*block.before, *block.after) if h.right is not None]
    labels = max((len(i.label + i.sublabel) + (1 if i.sublabel else 0) for i in items), default=0)
    values = max((len(i.value) for i in items if i.value is not None), default=0)
    start = WIDTH - labels - 3 - values
    for h in block.before:
        yield _header_row(h, start, labels, values)
    if block.groups:
        if block.before:
            yield row()
        yield from _groups(block.groups)
        if block.after:
            yield row()
    for h in block.after:
        yield _header_row(h, start, labels, values)


def _header_row(h: HeaderRow, start: int, labels: int, values: int) -> Line:
    if h.right is None:
        return row(t(h.left))
    left = h.left
    if len(left) >= start:  # a long group variable (unverified: where Stata cuts it)
        before, blank, name = left.rpartition(" ")
        left = before + blank + abbreviate(name, max(start - len(before) - 2, 5))
    return row(t(left.ljust(start)), *_item(h.right, labels, values))


def _item(item: HeaderItem, labels: int, values: int) -> tuple:  # type: ignore[type-arg]
    if item.sublabel:
        label = item.label + item.sublabel.rjust(labels - len(item.label))
    else:
        label = item.label.rjust(labels) if item.indent else item.label.ljust(labels)
    if item.value is None:
        return (t(label.rstrip()),)
    return t(f"{label} = "), r(item.value.rjust(values))


def _groups(groups: tuple[GroupInfo, ...]) -> Iterator[Line]:
    pad = " " * 8
    yield row(t(pad + "Grouping information"))
    yield row(t(pad + "-" * 61))
    yield row(t(pad + " " * 16 + "|     No. of       Observations per group"))
    yield row(t(pad + " Group variable |     groups    Minimum    Average    Maximum"))
    yield row(t(pad + "-" * 16 + "+" + "-" * 44))
    for g in groups:
        # unverified: commas in counts of 1,000 and more, as in the header
        cells = f"{g.groups:>11,}{g.minimum:>11,}{g.average:>11,.1f}{g.maximum:>11,}"
        yield row(t(f"{pad}{abbreviate(g.name, 14):>15} |"), r(cells))
    yield row(t(pad + "-" * 61))
