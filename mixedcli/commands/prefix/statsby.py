"""statsby - a command's results for each group, as a data set

    statsby [explist], by(varlist [, missing]) [clear saving(file [, double replace]) total double nodots nolegend force
            noisily]: command

explist: name = exp ..., r(mean), _b (all coefficients), _se; by default _b after an estimation command, else every
scalar in r().  The data become one observation per group, or go to a file with saving().  total adds one for all
observations.  A group in which the command fails has missing values.

Example: statsby _b _se, by(id) clear: regress weight week
"""

from __future__ import annotations

import copy
import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Line, Segment, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import stored_numbers
from mixedcli.commands.macros.text import unplaced
from mixedcli.commands.prefix import saving
from mixedcli.commands.prefix.statistics import Statistic, assumed, statistics, values
from mixedcli.commands.prefix.through import body_of, ran
from mixedcli.data import types, varlist
from mixedcli.data.bygroups import groups_of
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.missing import SYSMISS
from mixedcli.data.ordering import ascending
from mixedcli.data.sample import complete
from mixedcli.errors import DataChanged, InvalidSyntax, NoObservations, StataError, VarlistRequired
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "statsby",
    (
        OptionSpec("by", "by", "text"),
        OptionSpec("clear", "clear"),
        OptionSpec("saving", "sav", "text"),
        OptionSpec("total", "t"),
        OptionSpec("double", "double"),
        OptionSpec("nodots", "nodots"),
        OptionSpec("dots", "dots", "int"),
        OptionSpec("nolegend", "nol"),
        OptionSpec("noheader", "nohead"),
        OptionSpec("noisily", "n"),
        OptionSpec("force", "force"),
        OptionSpec("forcedrop", "forced"),
    ),
    prefix=True,
)

_BLOCK = 50  # dots in a row


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Run the command on all observations, then on each group.  Errors: r(4), r(100), and the command's own."""
    body = body_of(command)
    if body.items is None:
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    if "clear" not in options and "saving" not in options and data.changed:
        raise DataChanged("no; dataset in memory has changed since last saved")
    names, keep_missing = _by(session, options.get("by", ""))
    file = saving.read(options["saving"], session) if "saving" in options else None
    full = ran(session, body.inner)
    word = _word(body.inner)
    wanted = statistics(full.session, body.items or assumed(session, full.session), "_stat_")
    kept = data if keep_missing else data.rows(complete(data, *names))
    if kept.n == 0:
        raise NoObservations("no observations")
    kept = replace(kept.rows(ascending(kept, names), keeps_order=False), sorted_by=names)
    rows, marks, shown = _results(session, kept, names, body.inner, wanted, noisily="noisily" in options)
    if "total" in options:
        rows.append(values(full.session, wanted))
    double = "double" in options or (file is not None and file.double)
    table = _table(kept, names, wanted, rows, word, double=double)
    blocks: list[Block] = [line(f"(running {word} on estimation sample)")]
    if "nolegend" not in options:
        blocks += _legend(body.inner, names, wanted)
    if "nodots" not in options:
        blocks += [Blank(), *_dots(marks)]
    else:
        blocks.append(Blank())
    blocks += shown
    r = Stored(scalars={"N_groups": float(len(marks))}, macros={"by": " ".join(names)})
    if file is not None:
        saved = saving.save(session, file, table)
        if "clear" not in options:
            return Outcome(blocks=(*blocks, *saved), r=r)
    return Outcome(blocks=tuple(blocks), data=table, estimates=None, r=r)


@unplaced()
def _by(session: Session, text: str) -> tuple[tuple[str, ...], bool]:
    front, _, flags = text.partition(",")
    if flags.strip() not in ("", "missing", "miss"):
        raise InvalidSyntax("option by() incorrectly specified")
    assert session.language is not None
    names = varlist.names(session.language.varlist(front), session.data)
    if not names:
        raise VarlistRequired("option by() required")
    return tuple(dict.fromkeys(names)), bool(flags.strip())


def _word(inner: str) -> str:
    found = re.match(r"(?:(?:qui\w*|noi\w*|cap\w*)\s+)*(\w+)", inner)
    return found[1] if found else ""


def _results(
    session: Session, data: Dataset, names: tuple[str, ...], inner: str, wanted: tuple[Statistic, ...], *, noisily: bool
) -> tuple[list[list[float]], str, list[Block]]:
    """The statistics of each group, a dot or x for each, and under noisily the output."""
    groups = groups_of(data, names)
    rows: list[list[float]] = []
    marks = ""
    shown: list[Block] = []
    own = copy.copy(session)
    for first, last in zip(groups.starts[:-1], groups.starts[1:], strict=True):
        own.data = data.rows(np.arange(first, last))
        own.estimates = None
        try:
            done = ran(own, inner)
            rows.append(values(done.session, wanted))
            marks += "."
            if noisily:
                shown += done.blocks
        except StataError as error:
            rows.append([SYSMISS] * len(wanted))
            marks += "x"
            if noisily:
                shown.append(line(error.message, "error"))
    return rows, marks, shown


def _table(
    data: Dataset,
    names: tuple[str, ...],
    wanted: tuple[Statistic, ...],
    rows: list[list[float]],
    word: str,
    *,
    double: bool,
) -> Dataset:
    """One observation per group: the by variables as they are, then the statistics."""
    groups = groups_of(data, names)
    total = len(rows) > len(groups.sizes)
    columns = []
    for name in names:
        column = data.column(name)
        values_: NDArray[np.generic] = column.values[groups.starts[:-1]]
        if total:
            gap = "" if column.is_string else stored_numbers(np.array([SYSMISS]), column.type)[0]
            values_ = np.append(values_, np.array([gap], dtype=values_.dtype))
        columns.append(replace(column, values=values_))
    storage = "double" if double else "float"
    numbers = np.array(rows, dtype=np.float64).reshape(len(rows), len(wanted))
    for k, statistic in enumerate(wanted):
        native = stored_numbers(numbers[:, k], storage)
        columns.append(Column(statistic.name, storage, native, types.default_format(storage), label=statistic.text))
    labels = {c.value_label: data.value_labels[c.value_label] for c in columns if c.value_label in data.value_labels}
    made = Dataset(value_labels=labels, label=f"statsby: {word}").with_columns(columns)
    return replace(made, sorted_by=() if total else names)


def _legend(inner: str, names: tuple[str, ...], wanted: tuple[Statistic, ...]) -> list[Block]:
    # unverified: the legend's words in capitals, as newer releases write them
    rows = [("Command", inner)]
    rows += [(s.name, s.text) for s in wanted if not isinstance(s.expr, ast.Coef)]
    rows.append(("By", " ".join(names)))
    return [Blank(), *(Line((Segment(f"{head:>13}: "), Segment(text, "result"))) for head, text in rows)]


def _dots(marks: str) -> list[Block]:
    # stata: a log of statsby, by(etp) clear: xtreg
    out: list[Block] = [line("Statsby groups"), line("----+--- 1 ---+--- 2 ---+--- 3 ---+--- 4 ---+--- 5 ")]
    for start in range(0, len(marks), _BLOCK):
        row = marks[start : start + _BLOCK]
        out.append(line(row + (f"{start + _BLOCK:6d}" if len(row) == _BLOCK else "")))
    return out
