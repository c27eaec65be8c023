"""estimates table: several results side by side."""

from __future__ import annotations

import numpy as np

from mixedcli.blocks import Block, Cell, Column, Grid, line
from mixedcli.commands import Options
from mixedcli.engine import distributions
from mixedcli.errors import InvalidSyntax
from mixedcli.numfmt import format_value
from mixedcli.results import Estimates

WIDTH = 13
"""Columns per model: the value right-aligned, two blanks or the stars behind it."""

STARS = (0.05, 0.01, 0.001)


def comparison(chosen: list[tuple[str, Estimates]], options: Options) -> tuple[Block, ...]:
    """The blocks of estimates table.  Errors: r(198) for a format that is none."""
    if "star" in options and {"se", "t", "p"} & options.keys():
        raise InvalidSyntax("options star and se, t, or p may not be combined")
    levels = tuple(options.get("star") or STARS) if "star" in options else ()
    rows: list[tuple[Cell, ...] | None] = []
    equation = None if any(":" in c for _, e in chosen for c in e.stored.matrices["b"].colnames) else ""
    for name in _wanted([c for _, e in chosen for c in e.stored.matrices["b"].colnames], options):
        head, _, term = name.rpartition(":")
        if head != equation:
            if equation is not None:
                rows.append(None)
            rows.append((Cell(head.ljust(12), align="left"), *(Cell("") for _ in chosen)))
            equation = head
        values = [_statistics(e, name) for _, e in chosen]
        rows.append((Cell(term), *(_cell(v, "b", options, levels) for v in values)))
        rows += [
            (Cell(""), *(_cell(v, what, options, ()) for v in values)) for what in ("se", "t", "p") if what in options
        ]
    statistics = [w.text for w in options.get("stats", ())]
    if statistics:
        rows.append(None)
        rows += [(Cell(s), *(_stat(e, s) for _, e in chosen)) for s in statistics]
    grid = Grid(
        Column(("Variable",), 12),
        tuple(Column((name,), WIDTH if not levels else WIDTH + 2, "center", 0) for name, _ in chosen),
        tuple(rows),
    )
    blocks: list[Block] = [line(options["title"])] if options.get("title") else []
    blocks.append(grid)
    if levels:
        legend = "; ".join(f"{'*' * (i + 1)} p<{_bare(p)}" for i, p in enumerate(levels))
        width = 15 + len(chosen) * (WIDTH + 2) - 1
        blocks.append(line(f"Legend: {legend}".rjust(width)))
    elif {"se", "t", "p"} & options.keys():
        shown = "/".join(w for w in ("b", "se", "t", "p") if w == "b" or w in options)
        blocks.append(line(f"Legend: {shown}".rjust(14 + len(chosen) * WIDTH)))
    return tuple(blocks)


def _wanted(names: list[str], options: Options) -> list[str]:
    """Names of all models in the order met, after keep() and drop(), without columns that are zero everywhere."""
    found = list(dict.fromkeys(names))
    # equations stay together even if a later model brings new terms to an earlier one
    order = {eq: i for i, eq in enumerate(dict.fromkeys(n.rpartition(":")[0] for n in found))}
    found.sort(key=lambda n: order[n.rpartition(":")[0]])

    def matches(name: str, patterns: list[str]) -> bool:
        eq, _, term = name.rpartition(":")
        return any(p in (name, term) or p == f"{eq}:" for p in patterns)

    if "keep" in options:
        found = [n for n in found if matches(n, [w.text for w in options["keep"]])]
    if "drop" in options:
        found = [n for n in found if not matches(n, [w.text for w in options["drop"]])]
    return found


def _statistics(estimates: Estimates, name: str) -> dict[str, float] | None:
    """b, se, t (z) and p of one column, or None where the model has no such column."""
    b = estimates.stored.matrices["b"]
    if name not in b.colnames:
        return None
    k = b.colnames.index(name)
    value, variance = float(b.values[0, k]), float(estimates.stored.matrices["V"].values[k, k])
    if variance <= 0:
        return {"b": value, "se": float("nan"), "t": float("nan"), "p": float("nan")}
    z = value / np.sqrt(variance)
    return {"b": value, "se": float(np.sqrt(variance)), "t": float(z), "p": distributions.normal_p(float(z))}


def _cell(values: dict[str, float] | None, what: str, options: Options, levels: tuple[float, ...]) -> Cell:
    if values is None:
        return Cell("")
    fmt = options.get(what)
    default = {"b": "%10.0g", "se": "%10.0g", "t": "%6.2f", "p": "%6.4f"}[what]
    text = (
        "(omitted)"
        if what == "b" and values["b"] == 0 and np.isnan(values["se"])
        else format_value(values[what], fmt if isinstance(fmt, str) else default).strip()
    )
    if levels:
        stars = "*" * sum(values["p"] < p for p in levels)
        return Cell(f"{text:>10}{stars:<3}")
    return Cell(f"{text}  ")


def _stat(estimates: Estimates, name: str) -> Cell:
    """One row of stats(): a scalar of e(), or aic and bic."""
    scalars = estimates.stored.scalars
    if name in ("aic", "bic"):
        penalty = 2.0 if name == "aic" else float(np.log(scalars["N"]))
        value = -2 * scalars["ll"] + penalty * scalars["rank"]
    else:
        value = scalars.get(name, float("nan"))
    return Cell(f"{format_value(value, '%10.0g').strip()}  ")


def _bare(p: float) -> str:
    return f"{p:g}"
