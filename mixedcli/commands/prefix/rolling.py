"""rolling - a command on windows of time that move or grow

    rolling [explist], window(#) [options]: command

The data must be tsset or xtset.  explist as for statsby: name = exp ..., _b, _se; by default _b after an estimation
command, else every scalar in r().  The result is a data set with one observation for each window, and panel: its
start, its end and the statistics.

    window(#)                consecutive times in a window
    step(#), stepsize(#)     how far it moves each time, 1 by default
    start(#) end(#)          first and last time, numbers or dates like tq(1990q1)
    recursive, rrecursive    windows that grow: the same start, or the same end
    keep(varname [, start])  its value at the end, or at the start, of each window
    saving(file [, double every(#) replace]), clear
    reject(exp)              results for which exp is true do not count
    nodots dots(#) noisily

Example: rolling _b _se, window(30) clear: regress y L.y
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import stored_numbers
from mixedcli.commands.context import expression_context
from mixedcli.commands.prefix import jobs, saving
from mixedcli.commands.prefix.bootstrap import marks
from mixedcli.commands.prefix.replicating import replicate
from mixedcli.commands.prefix.statistics import assumed, statistics
from mixedcli.commands.prefix.subject import word_of
from mixedcli.commands.prefix.through import body_of, ran
from mixedcli.data import varlist
from mixedcli.data.dataset import Column, Dataset, TimeSettings
from mixedcli.data.expression import scalar
from mixedcli.data.missing import SYSMISS, is_missing
from mixedcli.errors import DataChanged, InvalidSyntax, NoObservations, NotFound
from mixedcli.frozen import frozen
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "rolling",
    (
        OptionSpec("window", "w", "int"),
        OptionSpec("step", "st", "int"),
        OptionSpec("stepsize", "stepsize", "int"),
        OptionSpec("start", "start", "expr"),
        OptionSpec("end", "e", "expr"),
        OptionSpec("recursive", "r"),
        OptionSpec("rrecursive", "rr"),
        OptionSpec("keep", "k", "text"),
        OptionSpec("saving", "sa", "text"),
        OptionSpec("clear", "clear"),
        OptionSpec("reject", "reject", "expr"),
        OptionSpec("nodots", "nodots"),
        OptionSpec("dots", "dots", "int"),
        OptionSpec("noisily", "noi"),
        OptionSpec("trace", "tr"),
    ),
    prefix=True,
)


@frozen
class Window:
    """A stretch of time, ends included; rows of the panel that lie in it; panel: a row of its panel."""

    start: float
    end: float
    rows: NDArray[np.int64]
    panel: int


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Run on each window.  Errors: r(111) not tsset, r(198), r(4), r(2000), and those of the command."""
    body = body_of(command)
    data, settings = session.data, session.data.settings
    if body.items is None:
        raise InvalidSyntax("invalid syntax", command.span)
    if settings is None or not settings.time:
        raise NotFound("time variable not set")
    if "clear" not in options and "saving" not in options and data.changed:
        raise DataChanged("no; dataset in memory has changed since last saved")
    file = saving.read(options["saving"], session) if "saving" in options else None
    windows = _windows(session, settings, options)
    keep = _kept(data, options.get("keep", ""))
    full = ran(session, body.inner).session
    wanted = statistics(full, body.items or assumed(session, full), "_stat_")
    own = jobs.run_of(session, body.inner, wanted, (), options.get("reject"), noisily=bool(options.get("noisily")))
    seed = jobs.seed_of(session, None)
    done = replicate(jobs.Windows(own, data, tuple(w.rows for w in windows), seed), len(windows), session)
    shown: list[Block] = [line(f"(running {word_of(body.inner)} on estimation sample)"), line()]
    shown += marks(done, "Rolling replications", options)  # unverified: the title
    statistics_ = saving.columns(wanted, np.array([x.values for x in done]), double=bool(file and file.double))
    made = [*_front(data, settings, windows), *keep(windows), *statistics_]
    label = f"rolling: {word_of(body.inner)}"
    if file is not None:
        return Outcome(blocks=(*shown, *saving.write(session, file, made, label)))
    result = replace(Dataset(label=label).with_columns(made), value_labels=data.value_labels)
    return Outcome(blocks=tuple(shown), data=result, estimates=None)


def _windows(session: Session, settings: TimeSettings, options: Options) -> list[Window]:
    data, size = session.data, options.get("window")
    if size is None:
        raise InvalidSyntax("option window() required")
    step = options.get("stepsize", options.get("step", 1))
    if size < 1 or step < 1:
        raise InvalidSyntax("window() and stepsize() must be positive integers")  # unverified: wording
    if "recursive" in options and "rrecursive" in options:
        raise InvalidSyntax("options recursive and rrecursive may not be combined")
    delta = settings.delta
    times = data.numeric(settings.time)
    known = ~is_missing(times)
    panels = data.numeric(settings.panel) if settings.panel else np.zeros(data.n)
    if not known.any():
        raise NoObservations("no observations")
    made: list[Window] = []
    for panel in np.unique(panels[known]):
        mine = np.flatnonzero(known & (panels == panel))
        mine = mine[np.argsort(times[mine], kind="stable")]
        at = times[mine]
        # unverified: that a panel's windows begin and end with its own times
        low = _time(session, options, "start", float(at[0]))
        high = _time(session, options, "end", float(at[-1]))
        count = round((high - low) / delta) + 1 - size
        for k in range(0, count + 1, step):
            first, last = low + k * delta, low + (k + size - 1) * delta
            if "recursive" in options:
                first = low
            elif "rrecursive" in options:
                first, last = low + k * delta, high
            begin, stop = np.searchsorted(at, first, "left"), np.searchsorted(at, last, "right")
            made.append(Window(first, last, mine[begin:stop], int(mine[0])))
    if not made:
        raise NoObservations("no observations")
    return made


def _time(session: Session, options: Options, name: str, default: float) -> float:
    if name not in options:
        return default
    value = scalar(options[name], expression_context(session))
    if isinstance(value, str) or not value < SYSMISS:
        raise InvalidSyntax(f"option {name}() incorrectly specified")
    return float(value)


def _front(data: Dataset, settings: TimeSettings, windows: list[Window]) -> list[Column]:
    """The panel variable, start and end."""
    time = data.column(settings.time)
    out = []
    if settings.panel:
        out.append(data.column(settings.panel).take(np.array([w.panel for w in windows])))
    for name, values in (("start", [w.start for w in windows]), ("end", [w.end for w in windows])):
        storage = "double" if time.type == "double" else "float"
        out.append(Column(name, storage, stored_numbers(np.array(values), storage), time.format))
    return out


def _kept(data: Dataset, text: str) -> Any:
    """What makes the column of keep()."""
    front, _, flag = text.partition(",")
    if flag.strip() not in ("", "start"):
        raise InvalidSyntax("option keep() incorrectly specified")
    if not front.strip():
        return lambda windows: []
    column = data.column(varlist.resolve(front.strip(), data))
    place = 0 if flag.strip() else -1

    def columns(windows: list[Window]) -> list[Column]:
        rows = np.array([w.rows[place] if len(w.rows) else -1 for w in windows])
        taken = column.take(np.maximum(rows, 0))
        if column.is_string or (rows >= 0).all():
            return [taken]
        values = taken.numeric()
        values[rows < 0] = SYSMISS
        return [replace(taken, type="double", values=values)]

    return columns
