"""xtdescribe - which panels are observed when

    xtdescribe [if] [in] [, patterns(#) width(#)]

Shows the panels, the times, how many observations panels have, and the commonest patterns of times: 1 where a panel is
observed, . where it is not.

Example: xtset id week
         xtdescribe
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast, numfmt
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.paneling import Panels, panels, selected, settings_of
from mixedcli.commands.timeunits import unit_of
from mixedcli.data import missing
from mixedcli.data.dataset import Dataset
from mixedcli.data.grouping import Ordered, Sample
from mixedcli.errors import DataAssumption, InvalidSyntax, NoObservations
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "xtdescribe",
    options=(OptionSpec("patterns", "pat", "int"), OptionSpec("width", "w", "int")),
    allows=frozenset({"if", "in"}),
    by="each",
)

_PERCENTILES = (5, 25, 50, 75, 95)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Describe.  Errors: r(459) no panel or time variable, r(2000)."""
    if isinstance(command.body, ast.VarlistBody) and command.body.varlist.terms:
        raise InvalidSyntax("varlist not allowed", command.span)
    data = session.data
    settings = settings_of(data)
    if not settings.time:
        raise DataAssumption("time variable not set; use xtset panelvar timevar")  # unverified: wording
    time = data.numeric(settings.time)
    used = selected(session, command) & ~missing.is_missing(time)
    groups = panels(data, used)
    if not len(groups.rows):
        raise NoObservations("no observations")
    periods = np.rint((time[groups.rows] - time[groups.rows].min()) / settings.delta).astype(np.int64)
    blocks: list[Block] = [Blank(), *_facts(data, groups, time[groups.rows], periods)]
    sizes = np.bincount(groups.member).astype(np.float64)
    spread = _spread(sizes)
    blocks += [
        Blank(),
        line("Distribution of T_i:   min      5%     25%       50%       75%     95%     max"),
        line("".join(f"{text:>{w}}" for text, w in zip(map(_whole, spread), (26, 8, 8, 10, 10, 8, 8), strict=True))),
    ]
    most, width = int(options.get("patterns", 9)), int(options.get("width", 100))
    if most > 0 and periods.max() < width:
        blocks += [Blank(), *_patterns(groups, periods, most)]
    names = ("min", "p5", "p25", "p50", "p75", "p95", "max")
    scalars = {"N": float(len(groups.ids)), **dict(zip(names, spread, strict=True))}
    return Outcome(blocks=tuple(blocks), r=Stored(scalars=scalars))


def _facts(data: Dataset, groups: Panels, time: NDArray[np.float64], periods: NDArray[np.int64]) -> list[Block]:
    settings = settings_of(data)
    shown = data.columns[settings.time].format
    one, many = unit_of(shown)
    times = np.unique(time)
    delta = numfmt.number(settings.delta).strip()
    panel = data.columns[settings.panel].format
    return [
        _listed(settings.panel, [numfmt.text(v, panel).strip() for v in _ends(groups.ids)], len(groups.ids), "n"),
        _listed(settings.time, [numfmt.text(v, shown).strip() for v in _ends(times)], len(times), "T"),
        line(f"           Delta({settings.time}) = {delta} {one if settings.delta == 1 else many}"),
        line(f"           Span({settings.time})  = {int(periods.max()) + 1} periods"),
        line(f"           ({settings.panel}*{settings.time} uniquely identifies each observation)"),
    ]


def _ends(values: NDArray[np.float64]) -> list[float]:
    return values.tolist() if len(values) <= 3 else [*values[:2].tolist(), float(values[-1])]


def _listed(name: str, ends: list[str], count: int, letter: str) -> Block:
    listed = ", ".join(ends) if count <= 3 else f"{ends[0]}, {ends[1]}, ..., {ends[2]}"
    return line(f"{name:>8}:  {listed}".ljust(61) + f"{letter} = {count:>10}")


def _spread(sizes: NDArray[np.float64]) -> list[float]:
    ordered = Ordered(Sample(sizes, np.zeros(len(sizes), dtype=np.int64), 1))
    return [float(sizes.min()), *(float(ordered.percentile(p)[0]) for p in _PERCENTILES), float(sizes.max())]


def _whole(value: float) -> str:
    return numfmt.general(value, 8)


def _patterns(groups: Panels, periods: NDArray[np.int64], most: int) -> list[Block]:
    """The commonest patterns.  stata: logs of xtdescribe."""
    count, span = len(groups.ids), int(periods.max()) + 1
    table = np.zeros((count, span), dtype=np.uint8)
    table[groups.member, periods] = 1
    kinds, freq = np.unique(table, axis=0, return_counts=True)
    order = np.lexsort((-np.arange(len(freq)), -freq))  # ties: what begins earliest first
    rule = f" {'-' * 27}+{'-' * max(9, span + 2)}"
    out: list[Block] = [line("     Freq.  Percent    Cum. |  Pattern"), line(rule)]
    running = 0
    for k in order[:most]:
        running += int(freq[k])
        out.append(_pattern(int(freq[k]), running, count, "".join(".1"[v] for v in kinds[k].tolist())))
    if len(order) > most:
        rest = count - running
        row = f"{rest:>9}{100 * rest / count:>10.2f}{100.0:>8.2f} | (other patterns)"
        out.append(line(row))
    seen = "".join("X" if v else "." for v in table.max(axis=0).tolist())
    return [*out, line(rule), line(f"{count:>9}{100.0:>10.2f}         |  {seen}")]


def _pattern(freq: int, running: int, count: int, shown: str) -> Block:
    return line(f"{freq:>9}{100 * freq / count:>10.2f}{100 * running / count:>8.2f} |  {shown}")
