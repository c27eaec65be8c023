"""tabstat - table of summary statistics

    tabstat varlist [if] [in] [weight] [, options]

    statistics(names)   mean count n sum max min range sd variance cv semean skewness kurtosis p1 p5 p10 p25
                        median p50 p75 p90 p95 p99 iqr q; the mean alone without the option; stats() is the same
    by(varname)         for every value of it, and Total at the end (nototal leaves that out)
    columns(variables|statistics)    what stands across; statistics when there is one variable
    format, format(%fmt)             the variables' own formats, or one for all
    missing             missing values of the by() variable are a group
    casewise            only observations where no variable is missing
    save                the figures as matrices r(Stat1), ..., r(StatTotal)
    longstub            names of statistics or variables beside the groups
    labelwidth(#)       columns for the by() values, 16 without it
    varwidth(#)         columns for names of variables, 12 without it
    noseparator         no rules between groups

aweights (the default) and fweights are allowed.

Example: tabstat reaction, by(days) statistics(n mean sd)
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.sampling import Used, used_rows, variables
from mixedcli.commands.tabstat_layout import Asked, layout
from mixedcli.commands.tabulation import Levels, levels_of
from mixedcli.data import varlist
from mixedcli.data.missing import is_missing
from mixedcli.data.moments import Floats, figures, percentiles
from mixedcli.errors import InvalidSyntax, NoObservations, VarlistRequired
from mixedcli.results import Matrix, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "tabstat",
    (
        OptionSpec("statistics", "s", "text"),
        OptionSpec("stats", "stats", "text"),
        OptionSpec("by", "by", "varlist"),
        OptionSpec("columns", "c", "name"),
        OptionSpec("format", "f", "text", optional=True),
        OptionSpec("total", "t", no=True),
        OptionSpec("missing", "m"),
        OptionSpec("casewise", "case"),
        OptionSpec("save", "save"),
        OptionSpec("longstub", "lo"),
        OptionSpec("labelwidth", "labelw", "int"),
        OptionSpec("varwidth", "varw", "int"),
        OptionSpec("separator", "sep", no=True),
    ),
    allows=frozenset({"if", "in", "weight"}),
    by="each",
)

#: statistic -> its head
TITLES = {
    "mean": "Mean", "n": "N", "sum": "Sum", "max": "Max", "min": "Min", "range": "Range", "sd": "SD",
    "variance": "Variance", "cv": "CV", "semean": "SE(mean)", "skewness": "Skewness", "kurtosis": "Kurtosis",
    "iqr": "IQR", **{f"p{k}": f"p{k}" for k in (1, 5, 10, 25, 50, 75, 90, 95, 99)},
}  # fmt: skip
_SAME = {"count": ("n",), "median": ("p50",), "q": ("p25", "p50", "p75"), "v": ("variance",), "me": ("mean",)}
_LEAST = {"mean": 2, "count": 1, "sum": 2, "max": 2, "min": 2, "range": 1, "variance": 1, "semean": 3, "skewness": 2,
          "kurtosis": 1, "median": 3}  # fmt: skip


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show the table.  Errors: r(100), r(109), r(198) an unknown statistic, r(2000)."""
    names = variables(session, command)
    if not names:
        raise VarlistRequired("varlist required", command.span)
    stats = statistics(options.get("statistics", options.get("stats", "mean")))
    data = session.data
    used = used_rows(session, command, ("aweight", "fweight"))
    rows = used.rows
    groups: Levels | None = None
    if "by" in options:
        (by,) = varlist.names(options["by"], data, single=True)
        groups = levels_of(data, by, rows, missing=bool(options.get("missing")))
        rows = rows & (groups.codes >= 0)
    if options.get("casewise"):
        for name in names:
            rows = rows & ~is_missing(data.numeric(name))
    if not rows.any():
        raise NoObservations("no observations")
    if groups is not None:
        groups = levels_of(data, by, rows, missing=bool(options.get("missing")))
    columns = [data.numeric(name) for name in names]
    made = np.array([_by_group(x, rows, used, groups, stats) for x in columns])  # (variables, groups + 1, statistics)
    total = made[:, -1, :].T
    asked = Asked(
        names=names,
        titles=tuple(TITLES[s] for s in stats),
        across="statistics" if len(names) == 1 else "variables",
        formats=tuple(_format(options, data.column(n).format) for n in names),
        total=bool(options.get("total", True)),
        longstub=bool(options.get("longstub")),
        labels=options.get("labelwidth", 16),
        width=options.get("varwidth", 12),
        separated=bool(options.get("separator", True)),
    )
    if "columns" in options:
        asked = asked.turned(_across(options["columns"]))
    label = "" if groups is None else data.column(by).label
    blocks: tuple[Block, ...] = (*used.notes, Blank(), *layout(asked, made, groups, label, session.settings.linesize))
    return Outcome(blocks=blocks, r=_saved(options, names, asked.titles, made, total, groups))


def statistics(text: str) -> tuple[str, ...]:
    """Their full names.  Errors: r(198)."""
    out: list[str] = []
    for word in text.replace(",", " ").lower().split():
        if word in TITLES:
            out.append(word)
        elif word in _SAME:
            out += _SAME[word]
        else:
            found = [s for s, least in _LEAST.items() if s.startswith(word) and len(word) >= least]
            if not found:
                raise InvalidSyntax(f"unknown statistic: {word}")
            out += _SAME.get(found[0], (found[0],))
    if not out:
        raise InvalidSyntax("option statistics() incorrectly specified")
    return tuple(out)


def _across(word: str) -> str:
    for full in ("variables", "statistics"):
        if full.startswith(word):
            return full
    raise InvalidSyntax(f"columns({word}) invalid")  # unverified: words


def _format(options: Options, own: str) -> str:
    if "format" not in options:
        return "%9.0g"
    return options["format"] or own


def _by_group(x: Floats, rows: np.ndarray, used: Used, groups: Levels | None, stats: tuple[str, ...]) -> Floats:
    """(groups + 1, statistics), the whole sample last."""
    here = rows & ~is_missing(x)
    v, w = x[here], used.weights(here)
    whole = measured(v, w, used.weight, stats)
    if groups is None:
        return np.array([whole])
    codes = groups.codes[here]
    order = np.argsort(codes, kind="stable")
    cuts = np.searchsorted(codes[order], np.arange(1, groups.count))
    parts = np.split(v[order], cuts)
    weights = [None] * groups.count if w is None else np.split(w[order], cuts)
    return np.array([*(measured(a, b, used.weight, stats) for a, b in zip(parts, weights, strict=True)), whole])


def measured(x: Floats, w: Floats | None, kind: str, stats: tuple[str, ...]) -> list[float]:
    """The statistics of one column; nan is missing."""
    if not len(x):
        return [0.0 if s == "n" else float("nan") for s in stats]
    f = figures(x, w, kind, detail=bool({"skewness", "kurtosis"} & set(stats)))
    ranks = {int(s[1:]) for s in stats if s[0] == "p"} | ({25, 75} if "iqr" in stats else set())
    p = percentiles(x, tuple(sorted(ranks)), w)
    own = {"n": f["N"], "variance": f["Var"], "range": f["max"] - f["min"]}
    out = []
    for s in stats:
        if s in own:
            out.append(own[s])
        elif s == "cv":
            out.append(f["sd"] / f["mean"] if f["mean"] else float("nan"))
        elif s == "semean":
            out.append(f["sd"] / f["N"] ** 0.5)
        elif s == "iqr":
            out.append(p[75] - p[25])
        else:
            out.append(p[int(s[1:])] if s[0] == "p" else f[s])
    return out


def _saved(
    options: Options,
    names: tuple[str, ...],
    titles: tuple[str, ...],
    made: Floats,
    total: Floats,
    groups: Levels | None,
) -> Stored:
    if not options.get("save"):
        return Stored()
    matrices, macros = {}, {}
    for k, text in enumerate(groups.texts if groups is not None else (), 1):
        matrices[f"Stat{k}"] = Matrix(made[:, k - 1, :].T, titles, names)
        macros[f"name{k}"] = text
    if options.get("total", True):
        matrices["StatTotal"] = Matrix(total, titles, names)  # unverified: rows named as the heads of the table
    return Stored(macros=macros, matrices=matrices)
