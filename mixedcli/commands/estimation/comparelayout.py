"""Rows and widths of estimates table: equations, blocks of factor levels, labels of variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mixedcli.blocks import Blank, Block, Cell, CoefRow, Column, Grid
from mixedcli.commands import Options
from mixedcli.commands.estimation import coefrows, posted
from mixedcli.data.dataset import Dataset
from mixedcli.data.factors import ModelTerm
from mixedcli.data.matrices.named import parted
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.model.spec import Display
from mixedcli.numfmt import format_value

WIDTH = 13
"""Columns per model: the value right-aligned, two blanks or the stars behind it."""


@frozen
class Style:
    """Widths of the names and of a model's column (what stars add not counted), and the lines drawn."""

    stub: int
    column: int
    lines: str


@frozen
class Row:
    """name: the common name of a coefficient, None for a heading ("" a blank one; equation: with a rule)."""

    stub: str
    name: str | None = None
    equation: bool = False


def style(options: Options) -> Style:
    """Errors: r(198)."""
    lines = options.get("style", "oneline")
    full = next((x for x in ("oneline", "columns", "noline") if x.startswith(lines) and len(lines) > 1), None)
    if full is None:
        raise InvalidSyntax("option style() incorrectly specified")
    stub, column = options.get("varwidth", 12), options.get("modelwidth", WIDTH - 1)
    if not 5 <= stub <= 80 or not 5 <= column <= 80:
        raise InvalidSyntax(f"option {'varwidth' if not 5 <= stub <= 80 else 'modelwidth'}() incorrectly specified")
    if "coded" in options and "modelwidth" not in options:
        column = 8
    return Style(int(stub), int(column) + 1, full)


def labels(data: Dataset, options: Options) -> Mapping[str, str]:
    """Variable -> label, with varlabel."""
    if not (options.get("varlabel") or options.get("label")):
        return {}
    return {n: data.column(n).label for n in data.names if data.column(n).label}


def rows(names: Sequence[str], factor: Mapping[str, Mapping[int, str]], shown: Mapping[str, str]) -> Iterator[Row]:
    """Headings of equations, coefficients, and around blocks of factor levels blank rows."""
    plain = not any(parted(n)[0] for n in names)
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(parted(name)[0], []).append(name)
    for equation, own in groups.items():
        if not plain:
            yield Row(equation, equation=True)
        terms = [_term(parted(n)[1]) for n in own]
        made = coefrows.rows(terms, lambda i: CoefRow("value", coef=float(i)), Display(), factor)
        for x in made:
            if x.kind == "value":
                name = own[int(x.coef)]
                yield Row(shown.get(x.name, f"{x.name} " if x.level else x.name), name)
            else:
                yield Row(shown.get(x.name, x.name))


def _term(name: str) -> ModelTerm | None:
    term = posted.term(name)
    return None if term is None else ModelTerm(term.parts, "value", term.name, term.marks)


def heading(row: Row, count: int, *, first: bool) -> list[tuple[Cell, ...] | None]:
    """The rows a heading takes."""
    align = "left" if row.equation else "right"
    cells = (Cell(row.stub, align=align), *(Cell("") for _ in range(count)))  # type: ignore[arg-type]
    return [cells] if first or not row.equation else [None, cells]


def most(style: Style, linesize: int, *, stars: bool) -> int:
    """Models that fit side by side."""
    count = 1
    while total(count + 1, style, stars=stars) <= linesize:
        count += 1
    return count


def panels(
    head: str,
    models: Sequence[str],
    rows: Sequence[tuple[Cell, ...] | None],
    style: Style,
    linesize: int,
    *,
    stars: bool,
) -> list[Block]:
    """The models in panels one below the other (unverified: how Stata parts a table wider than the line)."""
    size = most(style, linesize, stars=stars)
    out: list[Block] = []
    for k in range(0, len(models), size):
        part = [row if row is None else (row[0], *row[1 + k : 1 + k + size]) for row in rows]
        out += [*([Blank()] if k else []), grid(head, models[k : k + size], part, style, stars=stars)]
    return out


def grid(
    head: str, models: Sequence[str], rows: Sequence[tuple[Cell, ...] | None], style: Style, *, stars: bool
) -> Grid:
    """One panel."""
    width = style.column + 2 * stars
    bars = [style.lines == "columns" and k + 1 < len(models) for k in range(len(models))]
    columns = tuple(Column((n,), width, "center", 0, bar) for n, bar in zip(models, bars, strict=True))
    return Grid(Column((head,), style.stub), columns, tuple(rows))


def total(count: int, style: Style, *, stars: bool) -> int:
    """Columns the table takes."""
    bars = 2 * (count - 1) if style.lines == "columns" else 0
    return style.stub + 2 + count * (style.column + 2 * stars) + bars


def text(value: float, fmt: str) -> str:
    """A number without its padding."""
    return format_value(value, fmt).strip()


def number(value: float, fmt: str) -> Cell:
    """A cell of the statistics."""
    return Cell(f"{text(value, fmt)}  ")
