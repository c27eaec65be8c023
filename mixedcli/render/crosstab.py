"""Counts of table (stata: manual example 14; columns as wide as their longest entry)."""

from __future__ import annotations

from collections.abc import Iterator

from mixedcli.blocks import CrossTable, Line
from mixedcli.render.segments import r, row, rule, t


def crosstab(block: CrossTable, linesize: int) -> Iterator[Line]:
    """Rows are levels of the first variable, columns of the second."""
    cells = [["" if v == 0 else f"{v:,}" for v in counts] for _, counts in block.rows]
    widths = [max(len(h), *(len(c[k]) for c in cells)) for k, h in enumerate(block.columns)]
    names = [f"  {name}" for name, _ in block.rows]
    stub = max(len(x) for x in (block.row_title, *names))
    rest = 2 + sum(widths) + 3 * (len(widths) - 1)

    def line(values: list[str]) -> str:
        return "  " + "   ".join(v.rjust(w) for v, w in zip(values, widths, strict=True))

    full = row(t("-" * (stub + 2 + rest)))
    yield full
    if block.column_title:
        spare = max(rest - 2 - len(block.column_title), 0)
        title = " " * (spare - spare // 2) + block.column_title + " " * (spare // 2)
        yield row(t(f"{'':{stub}} |  {title}"))
    yield row(t(f"{'':{stub}} |{line(list(block.columns))}"))
    yield rule(stub + 1, rest)
    yield row(t(f"{block.row_title:{stub}} |{' ' * rest}"))
    for name, values in zip(names, cells, strict=True):
        yield row(t(f"{name:{stub}} |"), r(line(values)))
    yield full
