"""summarize - summary statistics

    summarize [varlist] [if] [in] [weight] [, detail meanonly format separator(#)]

Number of observations, mean, standard deviation, minimum and maximum of
every variable; detail adds percentiles, skewness and kurtosis.  The last
variable's results stay in r(): N, mean, sd, Var, min, max, sum, p50 ...

aweights (the default), fweights and iweights are allowed, iweights not with detail.

Example: summarize weight if week == 1, detail
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Line, Segment, SummaryRow, SummaryTable, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.data import sample, varlist
from mixedcli.data.dataset import Column
from mixedcli.data.missing import is_missing
from mixedcli.data.moments import figures
from mixedcli.errors import InvalidSyntax
from mixedcli.model.regression import assumed, weight_values, weighted_rows
from mixedcli.numfmt import text
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "summarize",
    (
        OptionSpec("detail", "d"),
        OptionSpec("meanonly", "mean"),
        OptionSpec("format", "f"),
        OptionSpec("separator", "sep", "int"),
    ),
    allows=frozenset({"if", "in", "weight"}),
    by="each",
)

Floats = NDArray[np.float64]


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Summarize every variable; r() is about the last one."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    data = session.data
    names = varlist.names(body.varlist, data) if body.varlist.terms else data.names
    context = expression_context(session)
    selected = sample.mask(data, command.condition, command.in_range, context)
    kind, w = weight_values(command, data, context, ("aweight", "fweight", "iweight"))
    detail = "detail" in options
    if kind == "iweight" and detail:
        raise InvalidSyntax("iweights may not be used with the detail option")  # unverified: words
    if w is not None:
        selected = weighted_rows(selected, w, kind)
    columns = [data.column(name) for name in names]
    values = [_values(column, selected, w) for column in columns]
    blocks: list[Block] = [line(text) for text in assumed(command.weight, kind)]
    if "meanonly" not in options:
        if detail:
            for column, (x, v) in zip(columns, values, strict=True):
                blocks += [] if column.is_string else [Blank(), *_detail(column, x, v, kind)]
        else:
            blocks.append(Blank())
            shown = (_row(c, *v, kind, "format" in options) for c, v in zip(columns, values, strict=True))
            blocks.append(SummaryTable(tuple(shown), options.get("separator", 5), weighted=kind == "aweight"))
    if not values:
        return Outcome(blocks=tuple(blocks), r=Stored(), settings=settings_after(session, context))
    scalars = figures(*values[-1], kind, detail=detail)
    if "meanonly" in options:
        scalars = {k: v for k, v in scalars.items() if k not in ("sd", "Var")}
    return Outcome(blocks=tuple(blocks), r=Stored(scalars), settings=settings_after(session, context))


def _values(column: Column, selected: NDArray[np.bool_], w: Floats | None) -> tuple[Floats, Floats | None]:
    """The non-missing numbers of the sample with their weights; none of a string variable."""
    if column.is_string:
        return np.empty(0), None
    x = column.numeric()
    used = selected & ~is_missing(x)
    return x[used], None if w is None else w[used]


def _row(column: Column, x: Floats, w: Floats | None, kind: str, own_format: bool) -> SummaryRow:
    s = figures(x, w, kind)
    fmt = column.format if own_format and not column.is_string else "%9.0g"
    mean, sd, low, high = (s.get(k, math.nan) for k in ("mean", "sd", "min", "max"))
    row = SummaryRow(column.name, s["N"], mean, sd, low, high, format=fmt)
    return replace(row, weight=s["sum_w"]) if kind == "aweight" else row


def _detail(column: Column, x: Floats, w: Floats | None, kind: str) -> list[Block]:
    title = column.label or column.name
    rule = line("-" * 61)
    head = [line(" " * max((61 - len(title)) // 2, 0) + title), rule]
    if len(x) == 0:
        return [*head, line("no observations")]
    s = figures(x, w, kind, detail=True)
    ordered = np.sort(x)
    low = [float(v) for v in ordered[:4]] + [math.nan] * max(0, 4 - len(x))
    high = [math.nan] * max(0, 4 - len(x)) + [float(v) for v in ordered[-4:]]
    right: dict[int, tuple[str, str]] = {
        10: ("Obs", f"{s['N']:,.0f}"),
        25: ("Sum of wgt.", _sum(s["sum_w"])),
        90: ("Variance", text(s["Var"], "%9.0g")),
        95: ("Skewness", text(s["skewness"], "%9.0g")),
        99: ("Kurtosis", text(s["kurtosis"], "%9.0g")),
    }
    out: list[Block] = [*head, line("      Percentiles      Smallest")]
    for k, p in enumerate((1, 5, 10, 25)):
        out.append(_detail_row(p, s[f"p{p}"], low[k], right.get(p)))
    out += [
        Blank(),
        _pair(f"{'50%':>3}", text(s["p50"], "%9.0g"), "", ("Mean", text(s["mean"], "%9.0g"))),
        _pair("", "", "Largest", ("Std. dev.", text(s["sd"], "%9.0g"))),
    ]
    for k, p in enumerate((75, 90, 95, 99)):
        out.append(_detail_row(p, s[f"p{p}"], high[k], right.get(p)))
    return out


def _sum(total: float) -> str:
    return f"{total:,.0f}" if total == round(total) else text(total, "%9.0g")


def _detail_row(p: int, value: float, extreme: float, right: tuple[str, str] | None) -> Line:
    return _pair(f"{p:>2}%", text(value, "%9.0g"), text(extreme, "%9.0g"), right)


def _pair(label: str, value: str, middle: str, right: tuple[str, str] | None) -> Line:
    left = Segment(f"{label:<3}{value:>13}", "result")
    if right is None:
        return Line((left, Segment(f"{middle:>15}", "result")))
    return Line(
        (
            left,
            Segment(f"{middle:>15}", "result"),
            Segment(f"       {right[0]:<11}"),
            Segment(f"{right[1]:>12}", "result"),
        )
    )
