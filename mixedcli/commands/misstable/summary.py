"""misstable summarize: counts of missing and known values."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mixedcli import numfmt
from mixedcli.blocks import Block, Line, Segment, line
from mixedcli.commands import Options
from mixedcli.commands.newvars import free, numbers
from mixedcli.data.dataset import Dataset
from mixedcli.data.missing import SYSMISS, is_missing
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.numfmt import abbreviate
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

#: more distinct values are not counted
MANY = 500


@frozen
class Counts:
    """Observations that are ".", extended missing values and known; distinct known values (nan: many), their range."""

    dot: int
    extended: int
    known: int
    distinct: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    text: bool = False


def summary(session: Session, names: tuple[str, ...], rows: NDArray[np.int64], options: Options) -> Outcome:
    """Errors: r(110), r(198) generate()."""
    counted = {name: _counts(session, name, rows) for name in names}
    every = bool(options.get("all"))
    shown = {n: c for n, c in counted.items() if every or (not c.text and c.dot + c.extended)}
    blocks: list[Block] = []
    if shown:
        blocks += _table(shown, zeros=bool(options.get("showzeros")))
    else:
        blocks.append(line("(variables nonmissing or string)"))  # stata: logs in public repositories
    r = Stored(_scalars(list(shown.values())[-1]) if shown else _scalars(None), {"vartype": _kind(shown)})
    if "generate" not in options:
        return Outcome(blocks=tuple(blocks), r=r)
    return Outcome(blocks=tuple(blocks), r=r, data=_indicators(session, options["generate"], counted))


def _counts(session: Session, name: str, rows: NDArray[np.int64]) -> Counts:
    column = session.data.column(name)
    if column.is_string:
        empty = int(np.count_nonzero(column.values[rows] == ""))
        return Counts(empty, 0, len(rows) - empty, text=True)
    values = column.numeric()[rows]
    known = values[~is_missing(values)]
    dot = int(np.count_nonzero(values == SYSMISS))
    if not len(known):
        return Counts(dot, len(rows) - dot, 0, 0.0)
    distinct = len(np.unique(known))
    return Counts(
        dot,
        len(rows) - dot - len(known),
        len(known),
        float(distinct) if distinct <= MANY else float("nan"),
        float(known.min()),
        float(known.max()),
    )


def _kind(shown: dict[str, Counts]) -> str:
    return "none" if not shown else "string" if list(shown.values())[-1].text else "numeric"


def _scalars(c: Counts | None) -> dict[str, float]:
    gone = float("nan")
    if c is None:
        return dict.fromkeys(("N_eq_dot", "N_gt_dot", "N_lt_dot", "K_uniq", "min", "max"), gone)
    counts = {"N_eq_dot": float(c.dot), "N_gt_dot": float(c.extended), "N_lt_dot": float(c.known)}
    return counts | {"K_uniq": c.distinct, "min": c.low, "max": c.high}


def _table(shown: dict[str, Counts], *, zeros: bool) -> list[Block]:
    """stata: logs in public repositories."""
    out: list[Block] = [
        line(" " * 63 + "Obs<."),
        line(" " * 48 + "+" + "-" * 30),
        line(" " * 15 + "|" + " " * 32 + "| Unique"),
        line("      Variable |     Obs=.     Obs>.     Obs<.  | values        Min         Max"),
        line("  " + "-" * 13 + "+" + "-" * 32 + "+" + "-" * 30),
    ]
    for name, c in shown.items():
        cells = (f"{k:,}" if k or zeros else "" for k in (c.dot, c.extended, c.known))
        counts = "".join(f"{cell:>10}" for cell in cells)
        if c.text:
            kind = "(string)"  # unverified: what all shows of a string variable
            out.append(
                Line((Segment(f"  {abbreviate(name, 12):>12} |"), Segment(counts, "result"), Segment(f"  | {kind}")))
            )
            continue
        distinct = ">500" if c.known and math.isnan(c.distinct) else f"{c.distinct:.0f}"
        low, high = ("." if math.isnan(v) else numfmt.text(v, "%9.0g").strip() for v in (c.low, c.high))
        out.append(
            Line(
                (
                    Segment(f"  {abbreviate(name, 12):>12} |"),
                    Segment(counts, "result"),
                    Segment("  | "),
                    Segment(f"{distinct:>6}  {low:>9}   {high:>9}", "result"),
                )
            )
        )
    out.append(line("  " + "-" * 77))
    return out


def _indicators(session: Session, text: str, counted: dict[str, Counts]) -> Dataset:
    """A variable stub+name for each numeric variable with missing values.  Errors: r(110), r(198)."""
    stub, _, option = (part.strip() for part in text.partition(","))
    if option not in ("", "exok") or not stub:
        raise InvalidSyntax("option generate() incorrectly specified")
    data = session.data
    wanted = [n for n, c in counted.items() if not c.text and (c.dot if option else c.dot + c.extended)]
    made = []
    for new, name in zip(free((stub + n for n in wanted), data), wanted, strict=True):
        values = data.numeric(name)
        gone = values == SYSMISS if option else is_missing(values)
        made.append(numbers(new, gone.astype(float), "byte", f"({name}{'==' if option else '>='}.)"))
    return data.with_columns(made)
