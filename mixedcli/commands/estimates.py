"""estimates - keep, list and compare estimation results

    estimates store name [, title(text)]   keep the last results under a name
    estimates restore name          make stored results the last ones again
    estimates dir [names]           list what is stored; estimates query tells about the last results
    estimates drop names | _all     forget some or all; estimates clear forgets all
    estimates replay [names]        show results again
    estimates for names [, nostop]: command     run a command after each of them
    estimates stats [names] [, n(#) df(#) aiccorrected aicconsistent all]   log likelihood, AIC and BIC, or others
    estimates table [names] [, options]   coefficients side by side
        b(%fmt) se[(%fmt)] t[(%fmt)] p[(%fmt)] star[(levels)]   what is shown; eform exponentiates
        stats(list) stfmt(%fmt) newpanel   scalars of e(), aic, bic, rank below, or in a table of their own
        keep(list) drop(list)       coefficients by name, "equation:" or "equation:name"
        equations(list)             equations matched by number, as equations(1) for the first of every model
        varlabel varwidth(#) modelwidth(#) title(text) style(oneline|columns|noline) coded
    estimates title: text           give the last results a title
    estimates notes: text           a note on them; estimates notes [list] [in #], estimates notes drop in #
    estimates save file [, replace append]    keep the last results in a file
    estimates use file [, number(#)]   get them back; the data and the estimation sample are not in it
    estimates esample: varlist [if] [in] [, replace]    say which observations they were made from
    estimates describe [name] [using file]              the command that made them

A period stands for the last results.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.estimation import filing, foreach, information, posted
from mixedcli.commands.estimation.directory import directory
from mixedcli.commands.macros.text import unquoted
from mixedcli.data.dataset import Column as Variable
from mixedcli.errors import InvalidSyntax, LastEstimatesNotFound, NotFound
from mixedcli.model.spec import Display, MixedFit
from mixedcli.results import Estimates, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "estimates",
    (
        OptionSpec("title", "t", "text"),
        OptionSpec("nocopy", "nocopy"),
        OptionSpec("n", "n", "int"),
        OptionSpec("df", "df", "int"),
        OptionSpec("aiccorrected", "aiccor"),
        OptionSpec("aicconsistent", "aiccon"),
        OptionSpec("all", "all"),
        OptionSpec("bicdetail", "bicdetail"),
        OptionSpec("b", "b", "text", optional=True),
        OptionSpec("se", "se", "text", optional=True),
        OptionSpec("t", "t", "text", optional=True),
        OptionSpec("p", "p", "text", optional=True),
        OptionSpec("star", "star", "numlist", optional=True),
        OptionSpec("stats", "s", "words"),
        OptionSpec("stfmt", "stf", "text"),
        OptionSpec("newpanel", "newp"),
        OptionSpec("eform", "ef"),
        OptionSpec("equations", "eq", "text"),
        OptionSpec("varlabel", "varl"),
        OptionSpec("label", "la"),
        OptionSpec("varwidth", "varw", "int"),
        OptionSpec("modelwidth", "modelw", "int"),
        OptionSpec("style", "sty", "name"),
        OptionSpec("coded", "coded"),
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
    "for": "for",
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


def several(session: Session, names: list[str]) -> list[tuple[str, Estimates]]:
    """Named results, or the last one when none is named; _all and * are all stored ones, m* those that match."""
    chosen = [n for name in (names or ["."]) for n in _matching(session, name)]
    return [(n, find(session, n)) for n in chosen]


def _matching(session: Session, name: str) -> list[str]:
    if name == "_all":
        return list(session.stored)
    if "*" in name or "?" in name:
        return [n for n in session.stored if fnmatchcase(n, name)]
    return [name]


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
    if options.get("title"):
        # stata: the title belongs to the stored results
        macros = {**last.stored.macros, "_estimates_title": unquoted(options["title"])}
        last = replace(last, stored=replace(last.stored, macros=macros))
    return Outcome(stored={name: last}, data=data)


def _restore(session: Session, names: list[str], options: Options) -> Outcome:
    if len(names) != 1:
        raise InvalidSyntax("invalid syntax")
    return Outcome(blocks=(line(f"(results {names[0]} are active now)"),), estimates=find(session, names[0]))


def _drop(session: Session, names: list[str], options: Options) -> Outcome:
    gone = [n for n, _ in several(session, names or ["_all"])]
    data = session.data
    markers = [m for m in (f"_est_{n}" for n in gone) if m in data]
    if markers:
        data = replace(data.without(markers), changed=data.changed)
    return Outcome(stored=dict.fromkeys(gone), data=data)


def _clear(session: Session, names: list[str], options: Options) -> Outcome:
    return _drop(session, ["_all"], options)


def _dir(session: Session, names: list[str], options: Options) -> Outcome:
    chosen = several(session, names) if names else list(session.stored.items())
    if not chosen:
        return Outcome(r=Stored(macros={"names": ""}))
    r = Stored(macros={"names": " ".join(n for n, _ in chosen)})
    return Outcome(blocks=(Blank(), directory(chosen)), r=r)


def _replay(session: Session, names: list[str], options: Options) -> Outcome:
    from mixedcli.commands.mixed import report

    blocks: list[Block] = []
    rule = "-" * 79
    for name, estimates in several(session, names):
        blocks += [Blank(), line(rule), line("Active results" if name == "." else f"Model {name}"), line(rule)]
        again, level = getattr(estimates.fit, "replay", None), session.settings.level
        if isinstance(estimates.fit, MixedFit):
            blocks += report(estimates.fit, Display(), level)
        elif again is not None:
            blocks += again(level)
        else:  # what ereturn post left
            blocks += [Blank(), posted.table(estimates.stored, level)]
    return Outcome(blocks=tuple(blocks))


def _query(session: Session, names: list[str], options: Options) -> Outcome:
    last = session.estimates
    if last is None:
        raise LastEstimatesNotFound("last estimates not found")
    names = [n for n, e in session.stored.items() if e.fit is last.fit and e.stored == last.stored]
    text = f"active results produced by {session.e.macros.get('cmd', '')}"
    also = f"; also stored as {names[-1]}" if names else "; not yet stored"  # unverified: words
    return Outcome(blocks=(line(f"({text}{also})"),), r=Stored(macros={"names": " ".join(names)}))


def _stats(session: Session, names: list[str], options: Options) -> Outcome:
    chosen = several(session, names)
    for name in ("n", "df"):
        if options.get(name, 1) < 1:
            raise InvalidSyntax(f"option {name}() incorrectly specified")
    asked = information.Asked(options.get("n"), options.get("df"), information.criteria(options))
    r = Stored(matrices={"S": information.matrix(chosen, asked)})
    return Outcome(blocks=(Blank(), *information.table(chosen, asked)), r=r)


def _table(session: Session, names: list[str], options: Options) -> Outcome:
    from mixedcli.commands.estimation.compare import comparison

    made = comparison(several(session, names), options, session.data, session.settings.linesize)
    return Outcome(blocks=(Blank(), *made.blocks), r=made.r)


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
    "for": foreach.each,
}
