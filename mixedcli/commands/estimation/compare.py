"""estimates table: several results side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mixedcli.blocks import Blank, Block, Cell, line
from mixedcli.commands import Options
from mixedcli.commands.estimation import comparelayout as layout
from mixedcli.commands.estimation.compareequations import Columns, matched
from mixedcli.commands.macros.text import unquoted
from mixedcli.data.dataset import Dataset
from mixedcli.data.matrices.named import parted
from mixedcli.engine import distributions
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.results import Estimates, Matrix, Stored

STARS = (0.05, 0.01, 0.001)
SHOWN = ("se", "t", "p")
FORMATS = {"b": "%10.0g", "se": "%10.0g", "t": "%6.2f", "p": "%6.4f"}


@frozen
class Comparison:
    """What estimates table shows and leaves in r()."""

    blocks: tuple[Block, ...]
    r: Stored


def comparison(chosen: list[tuple[str, Estimates]], options: Options, data: Dataset, linesize: int) -> Comparison:
    """The table, in panels of as many models as a line holds.

    Errors: r(111) a name of keep() or drop() that no model has, r(198), r(303).
    """
    if "star" in options and options.keys() & set(SHOWN):
        raise InvalidSyntax("options star and se, t, or p may not be combined")
    levels = tuple(options.get("star") or STARS) if "star" in options else ()
    if len(levels) > 3:
        raise InvalidSyntax("option star() incorrectly specified")
    style = layout.style(options)
    columns = matched(chosen, options.get("equations"))
    names = columns.wanted(options)
    labels = layout.labels(data, options)
    rows: list[tuple[Cell, ...] | None] = []
    count = len(chosen)
    for row in layout.rows(names, columns.factor_labels(), labels):
        if row.name is None:
            rows += layout.heading(row, count, first=not rows)
            continue
        values = [_statistics(e, where) for (_, e), where in zip(chosen, columns.places(row.name), strict=True)]
        if options.get("eform"):
            values = [_exponentiated(v) for v in values]
        if options.get("coded"):
            rows.append((Cell(row.stub), *(Cell(_code(v, levels or STARS)) for v in values)))
            continue
        rows.append((Cell(row.stub), *(_cell(v, "b", options, levels) for v in values)))
        rows += [(Cell(""), *(_cell(v, what, options, ()) for v in values)) for what in SHOWN if what in options]
    statistics = [w.text for w in options.get("stats", ())]
    fmt = options.get("stfmt", "%10.0g")
    below = [(Cell(s), *(layout.number(scalar(e, s), fmt) for _, e in chosen)) for s in statistics]
    blocks: list[Block] = [line(unquoted(options["title"]))] if options.get("title") else []
    models = [n for n, _ in chosen]
    if below and not options.get("newpanel"):
        rows += [None, *below] if rows else below
        below = []
    blocks += layout.panels("Variable", models, rows, style, linesize, stars=bool(levels))
    if below:
        blocks += [Blank(), *layout.panels("Statistics", models, below, style, linesize, stars=bool(levels))]
    legend = _legend(levels, options)
    if legend:
        width = layout.total(min(count, layout.most(style, linesize, stars=bool(levels))), style, stars=bool(levels))
        blocks.append(line(legend.rjust(width)))
    return Comparison(tuple(blocks), _results(chosen, names, columns, statistics))


def _legend(levels: Sequence[float], options: Options) -> str:
    if levels and not options.get("coded"):
        return "Legend: " + "; ".join(f"{'*' * (i + 1)} p<{_bare(p)}" for i, p in enumerate(levels))
    if options.keys() & set(SHOWN):
        return "Legend: " + "/".join(w for w in ("b", *SHOWN) if w == "b" or w in options)
    return ""


def _results(chosen: list[tuple[str, Estimates]], names: list[str], columns: Columns, statistics: list[str]) -> Stored:
    """r(coef): b and its variance per model; r(stats); the names of both."""
    values = np.full((len(names), 2 * len(chosen)), np.nan)
    for i, name in enumerate(names):
        for j, ((_, e), where) in enumerate(zip(chosen, columns.places(name), strict=True)):
            found = _statistics(e, where)
            if found is not None:
                values[i, 2 * j : 2 * j + 2] = found["b"], found["se"] ** 2
    heads = tuple(f"{n}:{w}" for n, _ in chosen for w in ("b", "var"))
    matrices = {"coef": Matrix(values, tuple(names), heads)}
    if statistics:
        own = np.array([[scalar(e, s) for _, e in chosen] for s in statistics])
        matrices["stats"] = Matrix(own, tuple(statistics), tuple(n for n, _ in chosen))
    return Stored(macros={"names": " ".join(n for n, _ in chosen)}, matrices=matrices)


def _statistics(estimates: Estimates, k: int | None) -> dict[str, float] | None:
    """b, se, t (z) and p of one column, or None where the model has no such column."""
    if k is None:
        return None
    V, b = estimates.stored.matrices.get("V"), estimates.stored.matrices["b"]
    value, variance = float(b.values[0, k]), float(V.values[k, k]) if V is not None else 0.0
    nan = math.nan
    if variance <= 0:
        omitted = value == 0 and parted(b.colnames[k])[1] != "_cons"
        return {"b": value, "se": nan, "t": nan, "p": nan, "omitted": float(omitted)}
    z, df = value / math.sqrt(variance), estimates.stored.scalars.get("df_r", nan)
    p = distributions.t_p(z, df) if df > 0 else distributions.normal_p(z)
    return {"b": value, "se": math.sqrt(variance), "t": z, "p": p, "omitted": 0.0}


def _exponentiated(values: dict[str, float] | None) -> dict[str, float] | None:
    if values is None:
        return None
    b = math.exp(min(values["b"], 709.0))
    return {**values, "b": b, "se": b * values["se"]}


def _cell(values: dict[str, float] | None, what: str, options: Options, levels: Sequence[float]) -> Cell:
    if values is None:
        return Cell("")
    if what == "b" and values["omitted"]:
        return Cell("(omitted)" + ("   " if levels else "  "))
    if what != "b" and math.isnan(values[what]):
        return Cell("")
    fmt = options.get(what)
    text = layout.text(values[what], fmt if isinstance(fmt, str) else FORMATS[what])
    if levels:
        return Cell(f"{text:>10}{'*' * sum(values['p'] < p for p in levels):<3}")
    return Cell(f"{text}  ")


def _code(values: dict[str, float] | None, levels: Sequence[float]) -> str:
    """A sign, once for each level reached (unverified: Stata's own code)."""
    if values is None or math.isnan(values["p"]):
        return ""
    times = sum(values["p"] < p for p in levels)
    return ("+" if values["b"] > 0 else "-") * max(times, 1) if times else "."


def scalar(estimates: Estimates, name: str) -> float:
    """One entry of stats(): a scalar of e(), or aic, bic, rank."""
    scalars = estimates.stored.scalars
    if name in ("aic", "bic"):
        if "ll" not in scalars:
            return math.nan
        penalty = 2.0 if name == "aic" else math.log(scalars["N"])
        return -2 * scalars["ll"] + penalty * scalars["rank"]
    return scalars.get(name, math.nan)


def _bare(p: float) -> str:
    """ "0.05" (# stata: public logs of estimates table, star)."""
    return f"{p:g}"
