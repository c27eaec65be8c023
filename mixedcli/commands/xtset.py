"""xtset, tsset - declare panel and time variables

    xtset panelvar
    xtset panelvar timevar [, delta(# [units]) unit format(%fmt)]
    tsset timevar [, ...]
    tsset panelvar timevar [, ...]
    xtset | tsset [, clear]

The settings give L. F. D. S. their meaning and are saved with the data.  Setting a time variable sorts the data.
unit is one of clocktime daily weekly monthly quarterly halfyearly yearly generic.

Example: xtset id week
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast, numfmt
from mixedcli.blocks import Blank, Block, Line, Segment
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.rearrange import rearranged
from mixedcli.commands.timeunits import UNITS, unit_of
from mixedcli.data import missing, varlist
from mixedcli.data.dataset import Dataset, TimeSettings
from mixedcli.errors import (
    DataAssumption,
    InvalidSyntax,
    NotFound,
    RepeatedTimes,
    TooManySpecified,
    TypeMismatch,
    VarlistRequired,
)
from mixedcli.frozen import frozen
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

_LEAST = {
    "clocktime": "c",
    "daily": "d",
    "weekly": "w",
    "monthly": "m",
    "quarterly": "q",
    "halfyearly": "h",
    "yearly": "y",
    "generic": "g",
}

SPEC = CommandSpec(
    "xtset",
    options=(
        OptionSpec("clear", "clear"),
        OptionSpec("delta", "del", "text"),
        OptionSpec("format", "f", "text"),
        OptionSpec("noquery", "noquery"),
        *(OptionSpec(unit, _LEAST[unit]) for unit in UNITS),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Set, show or clear.  Errors: r(109) string variable, r(451) repeated or odd times, r(459)/r(111) nothing set."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    series = command.name.startswith("ts")
    data = session.data
    if options.get("clear"):
        return Outcome(data=replace(data, settings=None, changed=True))
    if not body.varlist.terms:
        return _show(data, series)
    names = varlist.names(body.varlist, data)
    if len(names) > 2:
        raise TooManySpecified("too many variables specified", body.varlist.span)
    for name in names:
        if data.columns[name].is_string:
            raise TypeMismatch(f"string variables not allowed in varlist;\n{name} is a string variable")
    panel, time = (names[0], "") if len(names) == 1 else (names[0], names[1])
    if series and len(names) == 1:
        panel, time = "", names[0]
    return _set(session, panel, time, options)


def _show(data: Dataset, series: bool) -> Outcome:
    if data.settings is None or (series and not data.settings.time):
        if series:
            raise NotFound("time variable not set, use tsset varname ...")
        raise DataAssumption("panel variable not set; use xtset varname ...")
    facts = _facts(data, data.settings)
    return Outcome(blocks=_report(data, data.settings, facts), r=_returned(data.settings, facts))


def _set(session: Session, panel: str, time: str, options: Options) -> Outcome:
    data = session.data
    delta = _delta(options, data.columns[time].format if time else "")
    if not time and ("delta" in options or any(options.get(u) for u in UNITS)):
        raise VarlistRequired("timevar required")  # unverified: wording
    if not 0 < delta < missing.SYSMISS:
        raise InvalidSyntax("delta() must be greater than 0")  # unverified: wording
    settings = TimeSettings(panel=panel, time=time, delta=delta)
    wanted = next((UNITS[u][0] for u in UNITS if options.get(u)), str(options.get("format") or ""))
    if time and wanted:
        numfmt.parse(wanted)
        data = data.with_metadata([replace(data.columns[time], format=wanted)])
    data = replace(data, settings=settings, changed=data.changed or settings != data.settings)
    facts = _facts(data, settings)
    blocks, returned = _report(data, settings, facts), _returned(settings, facts)
    keys = (panel, time) if panel and time else (time,) if time else ()
    if not keys or data.sorted_by[: len(keys)] == keys:
        return Outcome(blocks=blocks, data=data, r=returned)
    order = np.lexsort([data.columns[k].values for k in keys[::-1]])
    moved = replace(data.rows(order, keeps_order=False), sorted_by=keys)
    return replace(rearranged(session, moved, order, blocks), r=returned)


#: units of delta() for a clock time, in milliseconds
_CLOCK = {"second": 1e3, "minute": 6e4, "hour": 3.6e6, "day": 8.64e7, "week": 6.048e8}


def _delta(options: Options, shown: str) -> float:
    """delta(2), delta(7 days), delta(1 hour).  Errors: r(198)."""
    words = str(options.get("delta", "1")).split()
    unit = words[1].rstrip("s").lower() if len(words) == 2 else ""
    try:
        number = float(words[0]) if len(words) in (1, 2) else float("nan")
    except ValueError:
        number = float("nan")
    if unit:
        clock = bool(options.get("clocktime")) or shown.lower().startswith(("%tc", "%-tc"))
        known = _CLOCK if clock else {unit_of(shown)[0]: 1.0, "unit": 1.0}
        number *= known.get(
            "minute" if unit in ("min", "minute") else "second" if unit == "sec" else unit, float("nan")
        )
    if not number == number:
        raise InvalidSyntax("option delta() incorrectly specified")
    return number


@frozen
class _Facts:
    """What xtset reports.

    balance: "strongly balanced" ..., "" without panels.  gaps: holes inside panels.  panels, times: first and last.
    """

    balance: str
    gaps: int
    panels: tuple[float, float]
    times: tuple[float, float]
    unit: tuple[str, str]


def _facts(data: Dataset, settings: TimeSettings) -> _Facts:
    """What the settings mean for the data.  Errors: r(451)."""
    time = data.numeric(settings.time) if settings.time else np.zeros(data.n)
    panel = data.numeric(settings.panel) if settings.panel else np.zeros(data.n)
    known = ~(missing.is_missing(time) | missing.is_missing(panel))
    time, panel = time[known], panel[known]
    order = np.lexsort((time, panel))
    time, panel = time[order], panel[order]
    gaps = 0
    if settings.time:
        gaps = _gaps(time, panel, settings)
    balance = _balance(time, panel, bool(settings.time)) if settings.panel else ""
    return _Facts(
        balance, gaps, _range(panel), _range(time), unit_of(data.columns[settings.time].format if settings.time else "")
    )


def _range(values: NDArray[Any]) -> tuple[float, float]:
    return (float(values.min()), float(values.max())) if len(values) else (missing.SYSMISS, missing.SYSMISS)


def _gaps(time: NDArray[Any], panel: NDArray[Any], settings: TimeSettings) -> int:
    step = np.diff(time)[np.diff(panel) == 0]
    if (step == 0).any():
        raise RepeatedTimes(f"repeated time values {'within panel' if settings.panel else 'in sample'}")
    if settings.delta == 1.0 and (time != np.rint(time)).any():
        raise RepeatedTimes("time variable must contain only integer values")  # unverified: wording
    periods = step / settings.delta
    if (np.abs(periods - np.rint(periods)) > 1e-6).any():
        raise RepeatedTimes("time values with periods less than delta() found")  # unverified: wording
    return int(np.count_nonzero(np.rint(periods) > 1))


def _balance(time: NDArray[Any], panel: NDArray[Any], timed: bool) -> str:
    _, counts = np.unique(panel, return_counts=True)
    even = len(counts) == 0 or bool((counts == counts[0]).all())
    if not timed:
        return "balanced" if even else "unbalanced"
    if not even:
        return "unbalanced"
    table = time.reshape(len(counts), -1) if len(counts) else time
    return "strongly balanced" if bool((table == table[:1]).all()) else "weakly balanced"


def _report(data: Dataset, settings: TimeSettings, facts: _Facts) -> tuple[Block, ...]:
    """stata: logs of release 17: labels end in one column, which depends on whether there are panels."""
    lines: list[Block] = [Blank()]
    if settings.panel:
        lines.append(_fact("Panel variable: ", f"{settings.panel} ({facts.balance})"))
    if settings.time:
        lead = " " if settings.panel else ""
        shown = data.columns[settings.time].format
        first, last = (numfmt.text(t, shown).strip() for t in facts.times)
        gaps = ", but with gaps" if facts.gaps > 1 else ", but with a gap" if facts.gaps else ""
        delta = numfmt.number(settings.delta).strip()
        one, many = facts.unit
        lines.append(_fact(f"{lead}Time variable: ", f"{settings.time}, {first} to {last}{gaps}"))
        lines.append(_fact(f"{lead}        Delta: ", f"{delta} {one if settings.delta == 1 else many}"))
    return tuple(lines)


def _fact(label: str, value: str) -> Line:
    return Line((Segment(label), Segment(value, "result")))


def _returned(settings: TimeSettings, facts: _Facts) -> Stored:
    scalars: dict[str, float] = {}
    macros: dict[str, str] = {}
    if settings.panel:
        scalars |= {"imin": facts.panels[0], "imax": facts.panels[1]}
        macros |= {"panelvar": settings.panel, "balanced": facts.balance}
    if settings.time:
        scalars |= {"tmin": facts.times[0], "tmax": facts.times[1], "tdelta": settings.delta}
        macros |= {"timevar": settings.time, "unit": facts.unit[0]}
    scalars = {k: float("nan") if v >= missing.SYSMISS else v for k, v in scalars.items()}
    return Stored(scalars=scalars, macros=macros)
