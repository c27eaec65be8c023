"""xtsum - summarize panel data between and within panels

    xtsum [varlist] [if] [in]

The standard deviation of every variable is shown over all observations, between the panels' means, and within
panels (of x - mean of the panel + mean of all).

Example: xtset id week
         xtsum weight
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Line, Segment, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.paneling import panels, selected, settings_of
from mixedcli.data import missing, varlist
from mixedcli.data.dataset import Dataset
from mixedcli.data.grouping import Sample
from mixedcli.errors import InvalidSyntax, TypeMismatch
from mixedcli.numfmt import abbreviate, text
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("xtsum", allows=frozenset({"if", "in"}), by="each")

_HEAD = "Variable         |      Mean   Std. dev.       Min        Max |    Observations"
_RULE = "-----------------+--------------------------------------------+----------------"
_GAP = "                 |                                            |"


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Summarize.  Errors: r(109) a string variable, r(111), r(459) no panel variable."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    settings_of(data)
    names = varlist.names(body.varlist, data) if body.varlist.terms else data.names
    used = selected(session, command)
    blocks: list[Block] = [Blank(), line(_HEAD), line(_RULE)]
    found: dict[str, float] = {}
    for k, name in enumerate(names):
        if data.columns[name].is_string:
            raise TypeMismatch(f"string variables not allowed in varlist;\n{name} is a string variable")
        found = decomposed(data, name, used)
        blocks += [line(_GAP)] if k else []
        blocks += _rows(name, found)
    scalars = {k: v for k, v in found.items() if k != "varies"}
    return Outcome(blocks=tuple(blocks), r=Stored(scalars=scalars))


def decomposed(data: Dataset, name: str, used: np.ndarray) -> dict[str, float]:
    """The figures of one variable, by the names they have in r(); nan where there are too few observations."""
    values = data.numeric(name)
    groups = panels(data, used & ~missing.is_missing(values))
    x = values[groups.rows]
    n, count = len(x), len(groups.ids)
    if not n:
        nothing = ("mean", "sd", "min", "max", "sd_b", "min_b", "max_b", "sd_w", "min_w", "max_w", "Tbar")
        return {"N": 0.0, "n": 0.0, **dict.fromkeys(nothing, np.nan), "varies": 0.0}
    mean = float(x.mean())
    means = Sample(x, groups.member, count).mean()
    within = x - means[groups.member] + mean
    sizes = np.bincount(groups.member)
    out = {"N": float(n), "n": float(count), "Tbar": n / count, "mean": mean}
    for suffix, part in (("", x), ("_b", means), ("_w", within)):
        out[f"sd{suffix}"] = float(part.std(ddof=1)) if len(part) > 1 else np.nan
        out[f"min{suffix}"], out[f"max{suffix}"] = float(part.min()), float(part.max())
    return {**out, "varies": float(sizes.min() != sizes.max())}


def _rows(name: str, f: dict[str, float]) -> list[Block]:
    shown = abbreviate(name, 8)

    def row(label: str, suffix: str, mean: str, right: str, figure: str) -> Line:
        cells = (text(f[k + suffix], "%9.0g") for k in ("sd", "min", "max"))
        numbers = f"{mean:>10}" + "".join(f"{c:>11}" for c in cells)
        return Line(
            (Segment(label + " |"), Segment(numbers, "result"), Segment(f" |{right} ="), Segment(figure, "result"))
        )

    average = "T-bar" if f["varies"] else "T"
    return [
        row(f"{shown:<8} overall", "", text(f["mean"], "%9.0g"), "     N", f"{f['N']:>8.0f}"),
        row("         between", "_b", "", "     n", f"{f['n']:>8.0f}"),
        row("         within ", "_w", "", f"{average:>6}", f"{text(f['Tbar'], '%8.0g'):>8}"),
    ]
