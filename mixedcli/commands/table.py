"""table - tables of counts and statistics

    table (rowspec) (colspec) [if] [in] [weight] [, options]
    table rowvar [colvar [supercolvar]] [if] [in] [weight] [, contents(clist) options]

    statistic(stat varlist)   frequency percent proportion mean sd variance cv semean skewness kurtosis count total min
                              max range median iqr p# q1 q3; may be repeated; counts without any
    nformat(%fmt [stats])     number formats, of all or of the named statistics
    sformat("text" [stats])   text around them: "(%s)"
    nototals                  without totals
    missing                   missing values are levels

    contents(stat var ...)    as before version 17: mean y sd y freq ...; totals only with row and col
    row col format(%fmt) by(varlist)

A specification names variables, and result or var for where statistics and variables go.  fweights, aweights, iweights
and pweights are allowed.

Example: table (patient) (tooth), statistic(mean gcf) nformat(%8.2f)
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, CrossTable
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.sampling import used_rows
from mixedcli.commands.table_layout import Axis, layout
from mixedcli.commands.table_stats import Item, cells, parse, parse_contents, statistic
from mixedcli.commands.tabulation import Levels, levels_of
from mixedcli.data import varlist
from mixedcli.data.dataset import Dataset
from mixedcli.errors import InvalidSyntax, NoObservations, NotYetAvailable, TooManySpecified, VarlistRequired
from mixedcli.frozen import frozen
from mixedcli.numfmt import text
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "table",
    (
        OptionSpec("statistic", "stat", "text", repeat=True),
        OptionSpec("nformat", "nformat", "text", repeat=True),
        OptionSpec("sformat", "sformat", "text", repeat=True),
        OptionSpec("nototals", "nototal"),
        OptionSpec("missing", "m"),
        OptionSpec("contents", "c", "text"),
        OptionSpec("row", "row"),
        OptionSpec("column", "col"),
        OptionSpec("format", "f", "text"),
        OptionSpec("by", "by", "varlist"),
        OptionSpec("center", "cen"),
        OptionSpec("left", "left"),
        OptionSpec("style", "style", "text"),
        OptionSpec("name", "name", "text"),
        OptionSpec("replace", "replace"),
        OptionSpec("append", "append"),
        OptionSpec("totals", "totals", "text"),
        OptionSpec("command", "command", "text", repeat=True),
    ),
    allows=frozenset({"if", "in", "weight"}),
    by="each",
)


@frozen
class Dimension:
    """A side's part: a variable's levels with its place among the codes, or the statistics, or the variables."""

    kind: str  # "levels", "result", "var"
    title: str
    texts: tuple[str, ...]
    place: int = -1
    total: bool = False


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show the table.  Errors: r(103), r(111), r(198), r(2000)."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    for word in ("command", "totals"):
        if word in options:
            raise NotYetAvailable(f"table, {word}() is not yet available")
    data = session.data
    row_names, column_names = _sides(body.varlist, data, options)
    variables = [n for n in (*row_names, *column_names) if n not in ("result", "var")]
    if not (row_names or column_names or {"statistic", "contents"} & set(options)):
        raise VarlistRequired("varlist required")
    used = used_rows(session, command, ("fweight", "aweight", "iweight", "pweight"))
    rows = used.rows
    for name in variables:
        rows = rows & (levels_of(data, name, rows, missing="missing" in options).codes >= 0)
    n = int(np.count_nonzero(rows))
    if not n:
        raise NoObservations("no observations")
    levels = [levels_of(data, name, rows, missing="missing" in options) for name in variables]
    scalars = Stored({"N": float(n)})
    items = _items(data, options)
    plain = items == [Item("frequency", "")] and len(row_names) == 1 and len(column_names) < 2 and used.w is None
    if plain and not {"nformat", "sformat", "contents", "by"} & set(options) and "result" not in row_names:
        return Outcome(blocks=(Blank(), _counts(levels, rows, options)), r=scalars)
    codes = [x.codes[rows] for x in levels]
    if used.weight == "pweight" and any(i.statistic in ("sd", "variance", "semean", "cv") for i in items):
        raise InvalidSyntax("pweights not allowed with this statistic")  # unverified: words
    columns = {i.variable: data.numeric(i.variable)[rows] for i in items if i.variable}
    weight = "aweight" if used.weight == "pweight" else used.weight
    found = cells(items, columns, codes or [np.zeros(n, dtype=np.int64)], [x.count for x in levels] or [1],
                  used.weights(rows), weight)  # fmt: skip
    sides = _dimensions(data, row_names, column_names, variables, levels, items, options)
    keys = [_entries(side, items) for side in sides]
    texts = [[_cell(r, c, found, items, max(len(codes), 1), options) for c in keys[1]] for r in keys[0]]
    axes = [
        Axis(tuple(d.title for d in side), tuple(tuple(d.texts[k] for d, k in zip(side, e, strict=True)) for e in key))
        for side, key in zip(sides, ([[k for _, k in e] for e in key] for key in keys), strict=True)
    ]
    return Outcome(
        blocks=(*used.notes, Blank(), *layout(axes[0], axes[1], texts, session.settings.linesize)), r=scalars
    )


def _sides(terms: ast.Varlist, data: Dataset, options: Options) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the rows and of the columns."""
    grouped = [t for t in terms.terms if isinstance(t, ast.Group)]
    if grouped:
        if len(terms.terms) > 2:
            raise TooManySpecified("too many variables specified")
        sides = [_names(t, data) for t in terms.terms]
        return sides[0], sides[1] if len(sides) > 1 else ()
    names = [n for t in terms.terms for n in _names(t, data)]
    outer = varlist.names(options["by"], data) if "by" in options else ()
    if len(names) > 3 or (len(names) > 2 and "contents" not in options):
        raise TooManySpecified("too many variables specified", terms.terms[2].span)
    return (*outer, *names[:1]), tuple(reversed(names[1:]))


def _names(term: ast.Term, data: Dataset) -> tuple[str, ...]:
    if isinstance(term, ast.Group):
        return tuple(n for t in term.terms for n in _names(t, data))
    if isinstance(term, ast.VarRef) and not term.ops and term.pattern in ("result", "var") and term.pattern not in data:
        return (term.pattern,)
    if not isinstance(term, ast.VarRef | ast.VarRange) or term.ops:
        raise InvalidSyntax("table: only variables can be tabulated", term.span)  # unverified: words
    return varlist.names(ast.Varlist((term,)), data)


def _items(data: Dataset, options: Options) -> list[Item]:
    def resolve(word: str) -> tuple[str, ...]:
        return varlist.names(ast.Varlist((ast.VarRef(word),)), data)

    if "contents" in options:
        return parse_contents(options["contents"], resolve)
    return parse(options["statistic"], resolve) if "statistic" in options else [Item("frequency", "")]


def _counts(levels: list[Levels], rows: np.ndarray, options: Options) -> CrossTable:
    """The plain table of counts."""
    first = levels[0]
    width = levels[1].count if len(levels) > 1 else 1
    place = first.codes[rows] * width + (levels[1].codes[rows] if len(levels) > 1 else 0)
    counts = np.bincount(place, minlength=first.count * width).reshape(first.count, width)
    columns = levels[1].texts if len(levels) > 1 else ("Frequency",)
    texts = first.texts
    if not options.get("nototals"):
        texts = (*texts, "Total")
        counts = np.vstack([counts, counts.sum(0)])
        if len(levels) > 1:
            columns = (*columns, "Total")
            counts = np.column_stack([counts, counts.sum(1)])
    return CrossTable(
        row_title=first.title,
        column_title=levels[1].title if len(levels) > 1 else "",
        columns=columns,
        rows=tuple((t, tuple(int(v) for v in row)) for t, row in zip(texts, counts, strict=True)),
    )


def _dimensions(
    data: Dataset, row_names: tuple[str, ...], column_names: tuple[str, ...], variables: list[str],
    levels: list[Levels], items: list[Item], options: Options,
) -> tuple[list[Dimension], list[Dimension]]:  # fmt: skip
    """The dimensions of both sides; statistics and variables that no side names go where there is room."""
    results = tuple(dict.fromkeys(i.label for i in items))
    names = tuple(dict.fromkeys(i.variable for i in items))
    labels = tuple((data.column(v).label or v) if v else "" for v in names)
    old = "contents" in options

    def side(wanted: tuple[str, ...], *, columns: bool) -> list[Dimension]:
        out = []
        for name in wanted:
            if name == "result":
                out.append(Dimension("result", "", results))
            elif name == "var":
                out.append(Dimension("var", "", labels))
            else:
                k = variables.index(name)
                total = not options.get("nototals") if not old else bool(options.get("column" if columns else "row"))
                texts = (*levels[k].texts, "Total") if total else levels[k].texts
                out.append(Dimension("levels", levels[k].title, texts, k, total))
        return out

    sides = side(row_names, columns=False), side(column_names, columns=True)
    named = (*row_names, *column_names)
    room = sides[0] if column_names and row_names else sides[1]
    if "result" not in named and (len(results) > 1 or not sides[1]):
        room.append(Dimension("result", "", results))
    if "var" not in named and len([v for v in names if v]) > 1:
        room.append(Dimension("var", "", labels))
    return sides


def _entries(side: list[Dimension], items: list[Item]) -> list[list[tuple[Dimension, int]]]:
    """Every combination of the side's parts that some statistic fills."""
    results = tuple(dict.fromkeys(i.label for i in items))
    names = tuple(dict.fromkeys(i.variable for i in items))
    known = {(results.index(i.label), names.index(i.variable)) for i in items}
    out = []
    for ks in product(*(range(len(d.texts)) for d in side)):
        entry = list(zip(side, ks, strict=True))
        result = next((k for d, k in entry if d.kind == "result"), None)
        name = next((k for d, k in entry if d.kind == "var"), None)
        if result is not None and name is not None and (result, name) not in known:
            continue
        out.append(entry)
    return out


def _cell(
    row: list[tuple[Dimension, int]], column: list[tuple[Dimension, int]], found: dict[tuple[int, ...], list[float]],
    items: list[Item], dimensions: int, options: Options,
) -> str:  # fmt: skip
    place = [-1] * dimensions
    wanted: dict[str, int] = {}
    for d, k in (*row, *column):
        if d.kind == "levels":
            place[d.place] = -1 if d.total and k == len(d.texts) - 1 else k
        else:
            wanted[d.kind] = k
    results = tuple(dict.fromkeys(i.label for i in items))
    names = tuple(dict.fromkeys(i.variable for i in items))
    for at, item in enumerate(items):
        if results[wanted.get("result", results.index(item.label))] != item.label:
            continue
        if names[wanted.get("var", names.index(item.variable))] != item.variable:
            continue
        values = found.get(tuple(place))
        return "" if values is None else _text(values[at], item, options)
    return ""


def _text(value: float, item: Item, options: Options) -> str:
    fmt = "%9.0fc" if item.statistic in ("frequency", "count") else "%9.2f" if item.statistic == "percent" else "%9.0g"
    fmt = options.get("format", fmt) if not item.counts and item.statistic != "count" else fmt
    for given in options.get("nformat", ()):
        first, *names = given.split()
        if not names or item.statistic in {statistic(n) for n in names}:
            fmt = first
    if not math.isfinite(value):
        return "." if not item.counts else ""
    shown = text(value, fmt)
    for given in options.get("sformat", ()):
        pattern, _, names = given.strip().removeprefix('"').partition('"')
        if not names.split() or item.statistic in {statistic(n) for n in names.split()}:
            shown = pattern.replace("%s", shown)
    return shown
