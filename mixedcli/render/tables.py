"""Grid, the table of summarize, return list and describe."""

from __future__ import annotations

from collections.abc import Iterator

from mixedcli import numfmt
from mixedcli.blocks import Cell, Column, Description, Grid, Line, Segment, StoredTable, SummaryTable
from mixedcli.numfmt import abbreviate
from mixedcli.render.notes import wrap
from mixedcli.render.segments import r, row, rule, t


def grid(block: Grid, linesize: int) -> Iterator[Line]:
    """Stub, bar, columns; a full rule above and below (stata: ex10.log)."""
    pad = t(" " * block.indent)
    shown = [[_text(c) for c in cells] for cells in block.rows if cells is not None]
    columns = (block.stub, *block.columns)
    widths = [c.width or max(len(x) for x in (*c.header, *(line[k] for line in shown))) for k, c in enumerate(columns)]
    rest = sum(w + c.gap + 2 * c.bar for w, c in zip(widths[1:], block.columns, strict=True)) + block.tail
    full = row(pad, t("-" * (widths[0] + 2 + rest)))
    if block.top:
        yield full
    height = max((len(c.header) for c in columns), default=0)
    for k in range(height):
        heads = [_head(c, k, height, w) for c, w in zip(columns, widths, strict=True)]
        text = "".join(heads[1:])
        yield row(
            pad, t(f"{heads[0][block.stub.gap :]} |" + (text + " " * block.tail if block.tail else text.rstrip()))
        )
    middle = row(pad, t(_rule(block, widths)))
    if height:
        yield middle
    for cells in block.rows:
        yield middle if cells is None else _grid_row(cells, columns, widths, pad, block.tail)
    if block.bottom:
        yield full


def _rule(block: Grid, widths: list[int]) -> str:
    """A rule with a crossing below every vertical line."""
    out = "-" * (widths[0] + 1) + "+"
    for column, width in zip(block.columns, widths[1:], strict=True):
        out += "-" * (width + column.gap) + ("-+" if column.bar else "")
    return out + "-" * block.tail


def _text(cell: Cell) -> str:
    return cell.value if isinstance(cell.value, str) else numfmt.text(cell.value, cell.format)


def _place(text: str, width: int, align: str) -> str:
    return {"left": text.ljust, "right": text.rjust, "center": text.center}[align](width)


def _head(column: Column, k: int, height: int, width: int) -> str:
    lines = ("",) * (height - len(column.header)) + column.header
    return " " * column.gap + _place(abbreviate(lines[k], width), width, column.align) + " |" * column.bar


def _grid_row(cells: tuple[Cell, ...], columns: tuple[Column, ...], widths: list[int], pad: Segment, tail: int) -> Line:
    first, *others = cells
    out = [pad, t(_place(abbreviate(_text(first), widths[0]), widths[0], first.align) + " |")]
    for cell, column, width in zip(others, columns[1:], widths[1:], strict=True):
        out.append(Segment(" " * column.gap + _place(_text(cell), width, cell.align), cell.style))
        if column.bar:
            out.append(t(" |"))
    return row(*out, t(" " * tail))


def summary(block: SummaryTable, linesize: int) -> Iterator[Line]:
    """summarize without detail (OUTPUT.md 4)."""
    if block.weighted:
        yield row(t("    Variable |     Obs      Weight        Mean   Std. dev.       Min        Max"))
    else:
        yield row(t("    Variable |        Obs        Mean    Std. dev.       Min        Max"))
    joint = rule(13, 65 if block.weighted else 57)
    for k, x in enumerate(block.rows):
        if k == 0 or (block.separator and k % block.separator == 0):
            yield joint
        name = abbreviate(x.name, 12)
        obs = f"{x.n:>8,.0f}" if block.weighted else f"{x.n:>11,.0f}"
        cells = [obs]
        if x.n > 0:
            if block.weighted:
                cells.append(numfmt.text(x.weight, "%9.0g").rjust(12))
            cells.append(numfmt.text(x.mean, x.format).rjust(12))
            cells.append(numfmt.text(x.sd, x.format).rjust(12))
            cells.append(numfmt.text(x.minimum, x.format).rjust(10 if block.weighted else 11))
            cells.append(numfmt.text(x.maximum, x.format).rjust(11))
        yield row(t(f"{name:>12} |"), r("".join(cells)))


def stored(block: StoredTable, linesize: int) -> Iterator[Line]:
    """return list / ereturn list: one group per kind, blank lines between."""
    groups: list[tuple[str, list[Line]]] = []

    def entry(name: str, between: str, value: str) -> Line:
        return row(t(f"{block.prefix + '(' + name + ')':>22}{between}"), r(value))

    if block.scalars:
        groups.append(("scalars", [entry(n, " =  ", numfmt.general(v, 18)) for n, v in block.scalars]))
    if block.macros:
        groups.append(("macros", [entry(n, " : ", f'"{v}"') for n, v in block.macros]))
    if block.matrices:
        groups.append(("matrices", [entry(n, " :  ", f"{i} x {j}") for n, i, j in block.matrices]))
    if block.functions:
        groups.append(("functions", [entry(n, "   ", "") for n in block.functions]))
    for k, (title, lines) in enumerate(groups):
        if k:
            yield row()
        yield row(t(f"{title}:"))
        yield from lines


_LABEL = 46
"""Column where variable labels start."""


def description(block: Description, linesize: int) -> Iterator[Line]:
    """describe (stata: ex04.log, ex12.log)."""
    full = row(t("-" * max(79, 0)))
    if block.header:
        yield from _description_header(block)
    if block.rows:
        if block.header:
            yield full
        yield row(t("Variable      Storage   Display    Value"))
        yield row(t("    name         type    format    label      Variable label"))
        yield full
    for x in block.rows:
        label = _wrapped_label(x.label)
        name = abbreviate(x.name, 15)
        yield row(r(f"{name:<16}"), t(f"{x.type:<8}{x.format:<11}{abbreviate(x.value_label, 10):<11}"), r(label[0]))
        for more in label[1:]:
            yield row(r(" " * _LABEL + more))
    if not block.header:
        return
    if block.rows:
        yield full
    yield row(t("Sorted by: "), r("  ".join(block.sorted_by)))
    if block.changed:
        yield row(t("     Note: Dataset has changed since last saved."))


def _description_header(block: Description) -> Iterator[Line]:
    yield row(t("Contains data"), *((t(" from "), r(block.source)) if block.source else ()))
    facts = _wrapped_label(block.label)
    yield from _fact(" Observations:", block.observations, facts)
    yield from _fact("    Variables:", block.variables, [block.timestamp] if block.timestamp else [""])
    if block.has_notes:
        yield row(t(" " * _LABEL + "(_dta has notes)"))


def _wrapped_label(label: str) -> list[str]:
    """A label cut at 33 characters, its further lines two columns in."""
    return wrap(label, 79 - _LABEL, "  ") if label else [""]


def _fact(name: str, count: int, texts: list[str]) -> Iterator[Line]:
    first = texts[0]
    yield row(t(name), r(f"{count:>14,}"), *((r(" " * 18 + first),) if first else ()))
    for more in texts[1:]:
        yield row(r(" " * _LABEL + more))
