"""estimates - keep, list and compare estimation results

    estimates store name            keep the last results under a name
    estimates restore name          make stored results the last ones again
    estimates dir                   list what is stored
    estimates drop names | _all     forget some or all; estimates clear forgets all
    estimates replay [names]        show results again
    estimates stats [names] [, n(#)]   log likelihood, AIC and BIC
    estimates table [names] [, b(%fmt) se[(%fmt)] t[(%fmt)] p[(%fmt)] star stats(list) keep(list) drop(list)
                    title(text)]
    estimates title: text           give the last results a title
    estimates notes: text           a note on them; estimates notes [list] [in #], estimates notes drop in #
    estimates save file [, replace] keep the last results in a file
    estimates use file              get them back; the data and the estimation sample are not in it
    estimates esample: varlist [if] [in] [, replace]    say which observations they were made from
    estimates describe [name] [using file]              the command that made them

A period stands for the last results.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import log

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Cell, Column, Grid, Note, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.estimation import filing
from mixedcli.data.dataset import Column as Variable
from mixedcli.errors import InvalidSyntax, LastEstimatesNotFound, NotFound
from mixedcli.model.spec import Display, MixedFit
from mixedcli.results import Estimates, Matrix, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "estimates",
    (
        OptionSpec("title", "t", "text"),
        OptionSpec("nocopy", "nocopy"),
        OptionSpec("n", "n", "int"),
        OptionSpec("bicdetail", "bicdetail"),
        OptionSpec("b", "b", "text", optional=True),
        OptionSpec("se", "se", "text", optional=True),
        OptionSpec("t", "t", "text", optional=True),
        OptionSpec("p", "p", "text", optional=True),
        OptionSpec("star", "star", "numlist", optional=True),
        OptionSpec("stats", "st", "words"),
        OptionSpec("keep", "keep", "words"),
        OptionSpec("drop", "drop", "words"),
        OptionSpec("replace", "replace"),
        OptionSpec("number", "num", "int"),
        OptionSpec("append", "append"),
    ),
    allows=frozenset({"if", "in", "using"}),
)

#: subcommand -> minimum abbreviation
SUBCOMMANDS = {
    "store": "sto",
    "restore": "res",
    "dir": "dir",
    "drop": "drop",
    "clear": "clear",
    "replay": "r",
    "stats": "stat",
    "table": "tab",
    "title": "title",
    "query": "q",
    "save": "save",
    "use": "use",
    "notes": "note",
    "describe": "d",
    "esample": "es",
}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Find the subcommand and do it."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    words = [w.text for w in body.words]
    if not words:
        words = ["query"]
    first = words[0].rstrip(":")
    name = next(
        (full for full, least in SUBCOMMANDS.items() if full.startswith(first) and len(first) >= len(least)), None
    )
    if name is None:
        raise InvalidSyntax(f"unknown subcommand of estimates: {first}", body.words[0].span if body.words else None)
    if name in LINE_ACTIONS:
        return LINE_ACTIONS[name](session, command, words[1:], options)
    return ACTIONS[name](session, words[1:], options)


def find(session: Session, name: str) -> Estimates:
    """Stored results by name, "." for the last ones.  Errors: r(111), r(301)."""
    if name == ".":
        if session.estimates is None:
            raise LastEstimatesNotFound("last estimates not found")
        return session.estimates
    if name not in session.stored:
        raise NotFound(f"estimation result {name} not found")
    return session.stored[name]


def _several(session: Session, names: list[str]) -> list[tuple[str, Estimates]]:
    """Named results, or the last one when none is named; _all and * are all stored ones."""
    chosen = [n for name in (names or ["."]) for n in (session.stored if name in ("_all", "*") else [name])]
    return [(n, find(session, n)) for n in chosen]


def _store(session: Session, names: list[str], options: Options) -> Outcome:
    if len(names) != 1:
        raise InvalidSyntax("invalid syntax")
    name = names[0]
    if not (name.isidentifier() and len(name) <= 27):
        raise InvalidSyntax(f"{name} invalid name")
    last = find(session, ".")
    data = session.data
    marker = f"_est_{name}"
    if last.sample is not None and len(last.sample) == data.n and data.n:
        # Stata marks the estimation sample of every stored result in the data
        column = Variable(marker, "byte", last.sample.astype(np.int8), "%8.0g", "esample() from estimates store")
        data = replace(data.with_columns([column]), changed=data.changed)
    return Outcome(stored={name: last}, data=data)


def _restore(session: Session, names: list[str], options: Options) -> Outcome:
    if len(names) != 1:
        raise InvalidSyntax("invalid syntax")
    return Outcome(blocks=(line(f"(results {names[0]} are active now)"),), estimates=find(session, names[0]))


def _drop(session: Session, names: list[str], options: Options) -> Outcome:
    gone = [n for n, _ in _several(session, names or ["_all"])]
    data = session.data
    markers = [m for m in (f"_est_{n}" for n in gone) if m in data]
    if markers:
        data = replace(data.without(markers), changed=data.changed)
    return Outcome(stored=dict.fromkeys(gone), data=data)


def _clear(session: Session, names: list[str], options: Options) -> Outcome:
    return _drop(session, ["_all"], options)


def _dir(session: Session, names: list[str], options: Options) -> Outcome:
    chosen = _several(session, names) if names else list(session.stored.items())
    if not chosen:
        return Outcome(r=Stored(macros={"names": ""}))
    rows = tuple(
        (
            Cell(name),
            Cell(e.stored.macros.get("cmd", ""), align="left"),
            Cell(e.stored.macros.get("depvar", ""), align="left"),
            Cell(float(len(e.stored.matrices["b"].colnames)), "%6.0f"),
            Cell(e.stored.macros.get("_estimates_title", ""), align="left"),
        )
        for name, e in chosen
    )
    grid = Grid(
        Column(("", "Name"), 12),
        (
            Column(("", "Command"), 12, "left"),
            Column(("Dependent", "variable"), 12, "left"),
            Column(("Number of", "param."), 9),
            Column(("", "Title"), 25, "left", 2),
        ),
        rows,
    )
    return Outcome(blocks=(Blank(), grid), r=Stored(macros={"names": " ".join(n for n, _ in chosen)}))


def _replay(session: Session, names: list[str], options: Options) -> Outcome:
    from mixedcli.commands.mixed import report

    blocks: list[Block] = []
    rule = "-" * 79
    for name, estimates in _several(session, names):
        again = getattr(estimates.fit, "replay", None)
        if not isinstance(estimates.fit, MixedFit) and again is None:
            raise LastEstimatesNotFound(f"{estimates.stored.macros.get('cmd', 'these results')} cannot be shown again")
        blocks += [Blank(), line(rule), line("Active results" if name == "." else f"Model {name}"), line(rule)]
        level = session.settings.level
        blocks += again(level) if again is not None else report(estimates.fit, Display(), level)
    return Outcome(blocks=tuple(blocks))


def _query(session: Session, names: list[str], options: Options) -> Outcome:
    if session.estimates is None:
        raise LastEstimatesNotFound("last estimates not found")
    return Outcome(blocks=(line(f"(active results produced by {session.e.macros.get('cmd', '')})"),))


def _stats(session: Session, names: list[str], options: Options) -> Outcome:
    chosen = _several(session, names)
    rows = np.array([_information(e, options.get("n")) for _, e in chosen])
    columns = ("N", "ll0", "ll", "df", "AIC", "BIC")
    matrix = Matrix(rows, tuple(n for n, _ in chosen), columns)
    return Outcome(blocks=(Blank(), *stats_blocks(chosen, options.get("n"))), r=Stored(matrices={"S": matrix}))


def _information(estimates: Estimates, n: int | None) -> tuple[float, ...]:
    """N, ll(null) (never fitted by mixed), ll, df, AIC, BIC."""
    scalars = estimates.stored.scalars
    size, ll, df = n or scalars["N"], scalars["ll"], scalars["rank"]
    return scalars["N"] if n is None else n, float("nan"), ll, df, -2 * ll + 2 * df, -2 * ll + log(size) * df


def stats_blocks(chosen: list[tuple[str, Estimates]], n: int | None) -> tuple[Block, ...]:
    """The table of estimates stats (# stata: manual example 10)."""
    formats = ("%10.0fc", "%9.0g", "%9.0g", "%7.0f", "%9.0g", "%9.0g")
    rows = tuple(
        (Cell(name), *(Cell(v, f) for v, f in zip(_information(e, n), formats, strict=True))) for name, e in chosen
    )
    heads = (("N", 10), ("ll(null)", 10), ("ll(model)", 10), ("df", 7), ("AIC", 10), ("BIC", 10))
    return (
        line("Akaike's information criterion and Bayesian information criterion"),
        Blank(),
        Grid(Column(("Model",), 12), tuple(Column((h,), w) for h, w in heads), rows),
        Note("BIC uses N = number of observations. See [R] IC note."),
    )


def _table(session: Session, names: list[str], options: Options) -> Outcome:
    from mixedcli.commands.estimation.compare import comparison

    return Outcome(blocks=(Blank(), *comparison(_several(session, names), options)))


ACTIONS: dict[str, Callable[[Session, list[str], Options], Outcome]] = {
    "store": _store,
    "restore": _restore,
    "dir": _dir,
    "drop": _drop,
    "clear": _clear,
    "replay": _replay,
    "stats": _stats,
    "table": _table,
    "query": _query,
}

#: subcommands that read more of the line than words and options
LINE_ACTIONS: dict[str, Callable[[Session, ast.Command, list[str], Options], Outcome]] = {
    "title": filing.titled,
    "notes": filing.annotate,
    "save": filing.save,
    "use": filing.use,
    "describe": filing.describe,
    "esample": filing.esample,
}
