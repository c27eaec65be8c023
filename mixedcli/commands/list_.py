"""list - show values of variables

    list [varlist] [if] [in] [, clean noobs noheader nolabel separator(#)
                                sepby(varlist) abbreviate(#) string(#) divider header(#) table display
                                mean sum N labvar(varname) linesize(#)]

One line per observation with its number; value labels are shown in place of
numbers unless nolabel is given.  A rule is drawn every 5 lines, every
separator(#) lines, or where the variables of sepby() change.  A table that is too wide for the line becomes a box
for each observation (display says so for any), with table several tables.  string(#) cuts strings, header(#) repeats
the header after # lines, divider draws lines between the columns; mean, sum and N add such rows.

Example: list id week weight in 1/10, sepby(id)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Blank, Listing
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.data import sample, varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.missing import is_missing
from mixedcli.numfmt import abbreviate, parse, text
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "list",
    (
        OptionSpec("clean", "c"),
        OptionSpec("noobs", "noo"),
        OptionSpec("noheader", "nohead"),
        OptionSpec("nolabel", "nol"),
        OptionSpec("separator", "sep", "int"),
        OptionSpec("sepby", "sepby", "varlist"),
        OptionSpec("abbreviate", "ab", "int"),
        OptionSpec("compress", "comp", no=True),
        OptionSpec("table", "t"),
        OptionSpec("display", "d"),
        OptionSpec("string", "str", "int"),
        OptionSpec("fast", "f"),
        OptionSpec("header", "h", "int", optional=True),
        OptionSpec("header", "h"),
        OptionSpec("divider", "div"),
        OptionSpec("mean", "mean", "varlist", optional=True),
        OptionSpec("sum", "sum", "varlist", optional=True),
        OptionSpec("N", "N", "varlist", optional=True),
        OptionSpec("labvar", "labv", "name"),
        OptionSpec("linesize", "lin", "int"),
        OptionSpec("notrim", "notr"),
        OptionSpec("subvarname", "subv"),
    ),
    allows=frozenset({"if", "in"}),
    by="each",
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Format the chosen cells; widths and rules are the renderer's."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    data = session.data
    names = varlist.names(body.varlist, data) if body.varlist.terms else data.names
    by = varlist.names(options["sepby"], data) if "sepby" in options else ()
    context = expression_context(session)
    rows = np.flatnonzero(sample.mask(data, command.condition, command.in_range, context))
    settings = settings_after(session, context)
    if not names or not len(rows):
        return Outcome(settings=settings)
    columns = [data.column(n) for n in names]
    cells = [_cells(c, data, rows, label="nolabel" not in options, longest=options.get("string", 0)) for c in columns]
    # under by, observations count from the first of the group
    numbers = rows if session.by is None else rows - session.by.starts[session.by.codes[rows]]
    width = max(options.get("abbreviate", 8), 5)
    used = dict(zip(names, columns, strict=True))
    listing = Listing(
        columns=tuple(abbreviate(_shown_name(c, options), width) for c in columns),
        numeric=tuple(parse(c.format).align == "right" for c in columns),
        rows=tuple((int(i) + 1, line) for i, line in zip(numbers, zip(*cells, strict=True), strict=True)),
        separators=_separators(data, rows, by, options.get("separator", 5)),
        clean="clean" in options,
        noobs="noobs" in options,
        noheader="noheader" in options,
        divider="divider" in options,
        layout="table" if "table" in options else "display" if "display" in options else "",
        every=max(options.get("header") or 0, 0) if options.get("header") is not True else 0,
        totals=tuple(_totals(used, rows, data, options)),
        linesize=max(options.get("linesize", 0), 0),
    )
    return Outcome(blocks=(Blank(), listing), settings=settings)


def _cells(column: Column, data: Dataset, rows: NDArray[np.intp], *, label: bool, longest: int) -> list[str]:
    if column.is_string:
        texts = [str(v) for v in column.values[rows]]
        return [t if not longest or len(t) <= longest else t[:longest] + ".." for t in texts]
    values = column.numeric()[rows]
    labels = data.value_labels.get(column.value_label, {}) if label else {}
    return [labels[v] if v in labels else text(v, column.format) for v in values.tolist()]


def _shown_name(column: Column, options: Options) -> str:
    """The name at the head; with subvarname the characteristic varname where there is one."""
    return column.characteristics.get("varname", column.name) if options.get("subvarname") else column.name


def _totals(
    columns: dict[str, Column], rows: NDArray[np.intp], data: Dataset, options: Options
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Rows of means, sums and counts of numeric variables (unverified: their place in the table)."""
    for option, word in (("mean", "Mean"), ("sum", "Sum"), ("N", "N")):
        if option not in options:
            continue
        chosen = columns.keys() if options[option] is None else set(varlist.names(options[option], data))
        cells = []
        for name, column in columns.items():
            if name == options.get("labvar"):
                cells.append(word)
            elif name not in chosen or column.is_string:
                cells.append("")
            else:
                x = column.numeric()[rows]
                x = x[~is_missing(x)]
                value = float(len(x)) if option == "N" else float(x.sum()) / (max(len(x), 1) if option == "mean" else 1)
                cells.append(text(value, "%9.0g" if option == "N" else column.format).strip())
        yield ("" if "labvar" in options else word), tuple(cells)


def _separators(data: Dataset, rows: NDArray[np.intp], by: tuple[str, ...], every: int) -> frozenset[int]:
    """Positions of lines with a rule above them."""
    if not by:
        return frozenset(range(every, len(rows), every)) if every > 0 else frozenset()
    changes = np.zeros(len(rows), dtype=np.bool_)
    for name in by:
        column = data.column(name)
        x = column.values if column.is_string else column.numeric()
        same = x[rows[1:]] == x[rows[:-1]]
        if not column.is_string:
            same = same | (is_missing(x[rows[1:]]) & (x[rows[1:]] == x[rows[:-1]]))
        changes[1:] |= ~same
    return frozenset(int(k) for k in np.flatnonzero(changes))
