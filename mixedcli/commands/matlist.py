"""matlist - show a matrix as a table

    matlist exp [, format(%fmt) rowtitle(text) title(text) tindent(#) twidth(#) left(#) names(rows|columns|all|none)
                   border(none|all|rows|columns|top|bottom) lines(oneline|none|rows|eq|rowtotal) nohalf noblank
                   underscore]

exp is a matrix or any matrix expression without commas outside parentheses.  Equations stand above their names.

Example: matlist r(table)', format(%9.3f) rowtitle(Term)
"""

from __future__ import annotations

from collections.abc import Iterator

from mixedcli import ast, numfmt
from mixedcli.blocks import Blank, Block, Cell, Column, Grid, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.macros.text import unquoted
from mixedcli.commands.matrices.common import computed
from mixedcli.data.matrices.named import Named, parted, symmetric
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "matlist",
    (
        OptionSpec("format", "f", "text"),
        OptionSpec("rowtitle", "row", "text"),
        OptionSpec("title", "t", "text"),
        OptionSpec("tindent", "ti", "int"),
        OptionSpec("twidth", "tw", "int"),
        OptionSpec("left", "l", "int"),
        OptionSpec("right", "ri", "int"),
        OptionSpec("names", "na", "name"),
        OptionSpec("nonames", "non"),
        OptionSpec("border", "bor", "text", optional=True),
        OptionSpec("lines", "li", "name"),
        OptionSpec("nohalf", "noha"),
        OptionSpec("noblank", "nob"),
        OptionSpec("nodotz", "nod"),
        OptionSpec("underscore", "und"),
        OptionSpec("showcoleq", "show", "name"),
        OptionSpec("aligncolnames", "align", "name"),
        OptionSpec("linesize", "lines", "int"),
    ),
)
_BORDERS = {"none", "all", "rows", "columns", "left", "right", "top", "bottom"}
_LINES = {"oneline", "none", "rows", "eq", "rowtotal", "coltotal", "rctotal", "columns", "cells"}
_NAMES = {"rows", "columns", "all", "none"}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show the table, in panels when the line is too short.  Errors: r(111), r(198), those of expressions."""
    body = command.body
    if not isinstance(body, ast.ExprBody):
        raise InvalidSyntax("invalid syntax", command.span)
    matrix, settings = computed(session, body.expr)
    fmt = options.get("format", "%9.0g")
    if numfmt.parse(fmt).kind not in "fge":
        raise InvalidSyntax("invalid format")
    for option, allowed in (("names", _NAMES), ("lines", _LINES)):
        if options.get(option, next(iter(allowed))) not in allowed:
            raise InvalidSyntax(f"option {option}() incorrectly specified")
    blocks: list[Block] = [] if "noblank" in options else [Blank()]
    if options.get("title"):
        blocks += [line(" " * options.get("tindent", 0) + unquoted(options["title"])), Blank()]
    for k, panel in enumerate(panels(matrix, fmt, options, session.settings.linesize)):
        blocks += [Blank(), panel] if k else [panel]
    return Outcome(blocks=tuple(blocks), settings=settings)


def panels(matrix: Named, fmt: str, options: Options, linesize: int) -> Iterator[Grid]:
    """The matrix as tables that fit the line."""
    width = numfmt.display_width(fmt)
    stub = options.get("twidth", 12)
    room = options.get("linesize", linesize) - stub - 2 - options.get("left", 0)
    per = max(1, room // (width + 2))
    columns = len(matrix.colnames)
    half = symmetric(matrix.values) and matrix.rownames == matrix.colnames and "nohalf" not in options
    for first in range(0, columns, per):
        yield _grid(matrix, range(first, min(first + per, columns)), fmt, options, half=half)


def _shown(name: str, options: Options) -> str:
    """Underscores stand for blanks."""
    return name.replace("_", " ").strip() if "underscore" in options else name


def _grid(matrix: Named, at: range, fmt: str, options: Options, *, half: bool) -> Grid:
    which = "none" if "nonames" in options else options.get("names", "all")
    width = numfmt.display_width(fmt)
    heads, equations = [], []
    for j in at:
        equation, name = parted(matrix.colnames[j])
        new = equation and (j == at[0] or parted(matrix.colnames[j - 1])[0] != equation)
        equations.append(equation if new else "")
        heads.append(_shown(name, options))
    # unverified: where the names of equations stand, in the header and among the rows
    lines = (equations, heads) if any(equations) else (heads,)
    with_names = which in ("all", "columns")
    columns = tuple(
        Column(tuple(row[k] for row in lines) if with_names else (), width, gap=2 if k else 1) for k in range(len(at))
    )
    border = "all" if "border" in options and options["border"] is None else options.get("border", "none") or "none"
    if border not in _BORDERS:
        raise InvalidSyntax("option border() incorrectly specified")
    title = unquoted(options.get("rowtitle", ""))
    stub = Column((title,) if with_names else (), options.get("twidth", 12))
    return Grid(
        stub,
        columns,
        tuple(_rows(matrix, at, fmt, options, half=half, named=which in ("all", "rows"))),
        top=border in ("all", "rows", "top"),
        bottom=border in ("all", "rows", "bottom"),
        indent=options.get("left", 0),
        tail=1,
    )


def _rows(
    matrix: Named, at: range, fmt: str, options: Options, *, half: bool, named: bool
) -> Iterator[tuple[Cell, ...] | None]:
    last = ""
    several = any(parted(name)[0] for name in matrix.rownames)
    lines = options.get("lines", "eq" if several else "oneline")
    for i, full in enumerate(matrix.rownames):
        equation, name = parted(full)
        if several and (equation != last or i == 0):
            if i and lines in ("eq", "rows"):
                yield None
            if named:
                yield (Cell(equation, align="left"), *(Cell("") for _ in at))
            last = equation
        elif i and (lines in ("rows", "cells") or (lines in ("rowtotal", "rctotal") and i == len(matrix.rownames) - 1)):
            yield None
        yield (
            Cell(_shown(name, options) if named else ""),
            *(Cell("") if half and j > i else Cell(float(matrix.values[i, j]), fmt) for j in at),
        )
