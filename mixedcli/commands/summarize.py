"""summarize - summary statistics

    summarize [varlist] [if] [in] [, detail meanonly format separator(#)]

Number of observations, mean, standard deviation, minimum and maximum of
every variable; detail adds percentiles, skewness and kurtosis.  The last
variable's results stay in r(): N, mean, sd, Var, min, max, sum, p50 ...

Example: summarize weight if week == 1, detail
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Line, Segment, SummaryRow, SummaryTable, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.data import sample, varlist
from mixedcli.data.dataset import Column
from mixedcli.data.missing import is_missing
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
    allows=frozenset({"if", "in"}),
    by="each",
)

Floats = NDArray[np.float64]
PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Summarize every variable; r() is about the last one."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    data = session.data
    names = varlist.names(body.varlist, data) if body.varlist.terms else data.names
    context = expression_context(session)
    selected = sample.mask(data, command.condition, command.in_range, context)
    columns = [data.column(name) for name in names]
    values = [_values(column, selected) for column in columns]
    detail = "detail" in options
    blocks: list[Block] = []
    if "meanonly" not in options:
        if detail:
            for column, x in zip(columns, values, strict=True):
                blocks += [] if column.is_string else [Blank(), *_detail(column, x)]
        else:
            blocks.append(Blank())
            rows = tuple(_row(c, x, "format" in options) for c, x in zip(columns, values, strict=True))
            blocks.append(SummaryTable(rows, options.get("separator", 5)))
    r = Stored(scalars=statistics(values[-1], detail=detail)) if values else Stored()
    return Outcome(blocks=tuple(blocks), r=r, settings=settings_after(session, context))


def _values(column: Column, selected: NDArray[np.bool_]) -> Floats:
    """The non-missing numbers of the sample; none of a string variable."""
    if column.is_string:
        return np.empty(0)
    x = column.numeric()[selected]
    return x[~is_missing(x)]


def _row(column: Column, x: Floats, own_format: bool) -> SummaryRow:
    s = statistics(x)
    fmt = column.format if own_format and not column.is_string else "%9.0g"
    missing = math.nan
    return SummaryRow(
        column.name,
        s["N"],
        s.get("mean", missing),
        s.get("sd", missing),
        s.get("min", missing),
        s.get("max", missing),
        format=fmt,
    )


def statistics(x: Floats, *, detail: bool = False) -> dict[str, float]:
    """What r() holds, in its order.  x: (n,) numbers without missing values."""
    n = len(x)
    if n == 0:
        return {"N": 0.0, "sum_w": 0.0, "sum": 0.0}
    mean = float(np.mean(x))
    centred = x - mean
    # the correction term keeps the two-pass variance exact for numbers far from zero
    squares = float(centred @ centred) - float(centred.sum()) ** 2 / n
    variance = squares / (n - 1) if n > 1 else math.nan
    out = {"N": float(n), "sum_w": float(n), "mean": mean, "Var": variance}
    out["sd"] = math.sqrt(variance) if n > 1 else math.nan
    if detail:
        # in units of the largest deviation, so that powers neither underflow nor overflow
        u = centred / (float(np.max(np.abs(centred))) or math.nan)
        moment = float(np.mean(u**2))
        out["skewness"] = float(np.mean(u**3)) / moment**1.5
        out["kurtosis"] = float(np.mean(u**4)) / moment**2
        out["sum"] = float(x.sum())
        out["min"], out["max"] = float(x.min()), float(x.max())
        ordered = np.sort(x)
        return out | {f"p{p}": percentile(ordered, p) for p in PERCENTILES}
    out["min"], out["max"] = float(x.min()), float(x.max())
    out["sum"] = float(x.sum())
    return out


def percentile(ordered: Floats, p: float) -> float:
    """Stata's definition: the value of rank ceil(np/100), or the mean of two when np/100 is whole."""
    rank = len(ordered) * p / 100
    k = int(rank)
    if rank == k:
        return float((ordered[max(k - 1, 0)] + ordered[min(k, len(ordered) - 1)]) / 2)
    return float(ordered[k])


def _detail(column: Column, x: Floats) -> list[Block]:
    title = column.label or column.name
    rule = line("-" * 61)
    head = [line(" " * max((61 - len(title)) // 2, 0) + title), rule]
    if len(x) == 0:
        return [*head, line("no observations")]
    s = statistics(x, detail=True)
    ordered = np.sort(x)
    low = [float(v) for v in ordered[:4]] + [math.nan] * max(0, 4 - len(x))
    high = [math.nan] * max(0, 4 - len(x)) + [float(v) for v in ordered[-4:]]
    right: dict[int, tuple[str, str]] = {
        10: ("Obs", f"{len(x):,}"),
        25: ("Sum of wgt.", f"{len(x):,}"),
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
