"""tabulate - tables of frequencies

    tabulate varname [if] [in] [weight] [, options]                one way
    tabulate varname1 varname2 [if] [in] [weight] [, options]      two ways

    missing nolabel nofreq sort                    what is shown; sort by frequency (one way)
    row column cell                                percentages (two ways); nokey leaves the key out
    chi2 lrchi2 exact V gamma taub all             tests and measures (two ways)
    generate(stub)                                 one indicator variable for each value (one way)
    expected cchi2 clrchi2                         expected frequencies, cells' parts of both chi2
    summarize(varname) [[no]means [no]standard [no]freq] means and standard deviations in place of frequencies
    matcell(name) matrow(name) matcol(name)        the table as matrices

Example: tabulate treatment outcome, row chi2
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.sampling import Used, used_rows
from mixedcli.commands.tabulation import Floats, Levels, levels_of
from mixedcli.commands.tabulation_oneway import indicators, one_way, one_way_summary
from mixedcli.commands.tabulation_tests import Tests, tests
from mixedcli.commands.tabulation_twoway import two_way, two_way_summary
from mixedcli.data import varlist
from mixedcli.data.missing import is_missing
from mixedcli.errors import InvalidSyntax, NoObservations, TooFewSpecified, TooManySpecified
from mixedcli.results import Matrix, Stored
from mixedcli.session import KEEP, Outcome, Session

OPTIONS = (
    OptionSpec("missing", "m"),
    OptionSpec("label", "label", no=True),
    OptionSpec("freq", "freq", no=True),
    OptionSpec("key", "key", no=True),
    OptionSpec("sort", "so"),
    OptionSpec("row", "r"),
    OptionSpec("column", "co"),
    OptionSpec("cell", "ce"),
    OptionSpec("expected", "ex"),
    OptionSpec("cchi2", "cchi2"),
    OptionSpec("clrchi2", "clrchi2"),
    OptionSpec("log", "log", no=True),
    OptionSpec("chi2", "ch"),
    OptionSpec("lrchi2", "lr"),
    OptionSpec("exact", "e", "int", optional=True),
    OptionSpec("V", "V"),
    OptionSpec("gamma", "g"),
    OptionSpec("taub", "t"),
    OptionSpec("all", "a"),
    OptionSpec("generate", "gen", "name"),
    OptionSpec("summarize", "su", "varlist"),
    OptionSpec("means", "mean", no=True),
    OptionSpec("standard", "st", no=True),
    OptionSpec("obs", "obs", no=True),
    OptionSpec("matcell", "matcell", "name"),
    OptionSpec("matrow", "matrow", "name"),
    OptionSpec("matcol", "matcol", "name"),
    OptionSpec("wrap", "wrap"),
)
SPEC = CommandSpec("tabulate", OPTIONS, allows=frozenset({"if", "in", "weight"}), by="each")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show the table.  Errors: r(102), r(103), r(134), r(2000)."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    names = varlist.names(body.varlist, session.data)
    if not names:
        raise TooFewSpecified("too few variables specified")
    if len(names) > 2:
        raise TooManySpecified("too many variables specified")
    return tabulated(session, command, options, names)


def tabulated(session: Session, command: ast.Command, options: Options, names: tuple[str, ...]) -> Outcome:
    """One table of one or two variables."""
    allowed = ("aweight", "fweight", "iweight") if "summarize" in options else ("fweight", "aweight", "iweight")
    sampled = used_rows(session, command, allowed)
    made = _tables(session, options, names, sampled)
    return replace(made, blocks=(*sampled.notes, *made.blocks))


def _tables(session: Session, options: Options, names: tuple[str, ...], sampled: Used) -> Outcome:
    data, rows = session.data, sampled.rows
    missing = bool(options.get("missing"))
    found = [levels_of(data, n, rows, missing=missing, label=options.get("label", True)) for n in names]
    used = np.logical_and.reduce([x.codes >= 0 for x in found])
    if "summarize" in options:
        (of,) = varlist.names(options["summarize"], data, single=True)
        used &= ~is_missing(data.numeric(of))
    if not used.any():
        raise NoObservations("no observations")
    if len(found) > 1 or "summarize" in options:  # values that only unused rows have
        found = [levels_of(data, n, used, missing=missing, label=options.get("label", True)) for n in names]
    w = np.ones(data.n) if sampled.w is None else np.where(rows, sampled.w, 0.0)
    if sampled.weight == "aweight":
        w = w * (np.count_nonzero(used) / w[used].sum())
    if "summarize" in options:
        values = data.numeric(of)[used]
        title = data.column(of).label or of
        codes = [x.codes[used] for x in found]
        if len(found) == 1:
            return Outcome(blocks=one_way_summary(found[0], codes[0], values, w[used], title, options))
        return Outcome(blocks=two_way_summary(found[0], found[1], codes[0], codes[1], values, w[used], title, options))
    if len(names) == 1:
        return _one(session, found[0], used, w, options)
    return _two(session, found[0], found[1], used, w, options)


def _one(
    session: Session, x: Levels, used: np.ndarray[tuple[int], np.dtype[np.bool_]], w: Floats, options: Options
) -> Outcome:
    counts = np.bincount(x.codes[used], w[used], x.count).astype(float)
    order = np.lexsort((np.arange(x.count), -counts)) if options.get("sort") else np.arange(x.count)
    blocks = one_way(x, counts, order) if options.get("freq", True) else ()
    scalars = {"N": float(counts.sum()), "r": float(x.count)}
    matrices = _matrices(options, counts[order][:, None], np.array(x.values)[order], None)
    data = indicators(session.data, x, used, options["generate"]) if "generate" in options else KEEP
    return Outcome(blocks=blocks, data=data, r=Stored(scalars), matrices=matrices)


def _two(
    session: Session,
    x: Levels,
    y: Levels,
    used: np.ndarray[tuple[int], np.dtype[np.bool_]],
    w: Floats,
    options: Options,
) -> Outcome:
    if "generate" in options:
        raise InvalidSyntax("option generate() not allowed with two variables")  # unverified: words
    place = x.codes[used] * y.count + y.codes[used]
    counts = np.bincount(place, w[used], x.count * y.count).astype(float).reshape(x.count, y.count)
    told: Tests = tests(counts, options)
    blocks: tuple[Block, ...] = two_way(x, y, counts, options, session.settings.linesize)
    if told.lines:
        blocks = (*blocks, Blank(), *(line(t) for t in told.lines))
    scalars = {"N": float(counts.sum()), "r": float(x.count), "c": float(y.count), **told.scalars}
    matrices = _matrices(options, counts, np.array(x.values), np.array(y.values))
    return Outcome(blocks=blocks, r=Stored(scalars), matrices=matrices)


def _matrices(options: Options, counts: Floats, rows: Floats, columns: Floats | None) -> dict[str, Matrix | None]:
    out: dict[str, Matrix | None] = {}
    for option, values in (
        ("matcell", counts),
        ("matrow", rows[:, None]),
        ("matcol", None if columns is None else columns[None, :]),
    ):
        if option in options and values is not None:
            names = tuple(f"r{k + 1}" for k in range(values.shape[0]))
            out[options[option]] = Matrix(values, names, tuple(f"c{k + 1}" for k in range(values.shape[1])))
    return out
