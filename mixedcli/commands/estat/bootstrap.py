"""estat bootstrap: bias, and the intervals of the last bootstrap."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mixedcli import ast, numfmt
from mixedcli.blocks import Blank, Block, HeaderItem, HeaderRow, Line, Segment, line
from mixedcli.blocks import EstimationHeader as Header
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat import options as suboptions
from mixedcli.commands.prefix.resampled import ResampledTable, legend_lines
from mixedcli.errors import InvalidSyntax, LastEstimatesNotFound
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

_TABLE = (
    OptionSpec("bc", "bc"),
    OptionSpec("bca", "bca"),
    OptionSpec("normal", "n"),
    OptionSpec("percentile", "p"),
    OptionSpec("all", "all"),
    OptionSpec("noheader", "noh"),
    OptionSpec("nolegend", "nol"),
    OptionSpec("verbose", "v"),
)

#: option -> matrix of e(), mark behind the limits, meaning
_KINDS = {
    "normal": ("ci_normal", "(N)", "normal confidence interval"),
    "percentile": ("ci_percentile", "(P)", "percentile confidence interval"),
    "bc": ("ci_bc", "(BC)", "bias-corrected confidence interval"),
    "bca": ("ci_bca", "(BCa)", "bias-corrected and accelerated confidence interval"),
}


def run(session: Session, command: ast.Command) -> Outcome:
    """Show them.  Errors: r(301) no bootstrap, r(198) bca without the accelerations."""
    given = suboptions.bind(command.options, _TABLE)
    stored = session.e
    if stored.macros.get("prefix") != "bootstrap" or "ci_normal" not in stored.matrices:
        raise LastEstimatesNotFound("last estimates not found")
    there = "ci_bca" in stored.matrices
    kinds = [k for k in _KINDS if k in given or ("all" in given and (k != "bca" or there))] or ["bc"]
    if "bca" in kinds and not there:
        raise InvalidSyntax("estimates of acceleration not found; rerun bootstrap with the bca option")  # unverified
    shown: list[Block] = []
    if "noheader" not in given:
        shown += [Blank(), _header(session)]
        fit = session.estimates.fit if session.estimates is not None else None
        if isinstance(fit, ResampledTable) and fit.legend and "nolegend" not in given:
            shown += [Blank(), *legend_lines(fit.legend)]
    shown += [Blank(), *_lines(stored, kinds)]
    if "nolegend" not in given:
        shown += [line(f"{_KINDS[kind][1]:<6} {_KINDS[kind][2]}") for kind in kinds]
    return Outcome(blocks=tuple(shown))


def _header(session: Session) -> Header:
    stored = session.e
    fit = session.estimates.fit if session.estimates is not None else None
    title = stored.macros.get("title") or "Bootstrap results"
    if isinstance(fit, ResampledTable) and fit.legend:
        title = "Bootstrap results"
    facts = [("Number of obs", stored.scalars["N"]), ("Replications", stored.scalars["N_reps"])]
    items = [HeaderItem(label, f"{value:,.0f}") for label, value in facts]
    return Header((HeaderRow(title, items[0]), HeaderRow("", items[1])))


def _lines(stored: Stored, kinds: list[str]) -> Iterator[Block]:
    """stata: logs of estat bootstrap, all; unverified: lower case in the heads, as elsewhere since release 17."""
    b = stored.matrices["b"]
    several = any(":" in name for name in b.colnames)
    level = numfmt.general(stored.scalars["level"], 9)
    above = f"(Replications based on {stored.scalars.get('N_clust', 0):,.0f} clusters in "
    if "cluster" in stored.macros:
        yield line((above + stored.macros["cluster"] + ")").rjust(78))
    yield line("-" * 78)
    yield line("             |    Observed               Bootstrap")
    title = "" if several else stored.macros.get("depvar", "")
    yield line(f"{title[:12]:>12} | coefficient       Bias    std. err.  [{level}% conf. interval]")
    rule = line("-" * 13 + "+" + "-" * 64)
    yield rule
    last = ""
    for k, full in enumerate(b.colnames):
        equation, _, name = full.rpartition(":")
        if several and equation != last:
            if last:
                yield rule
            yield line(f"{equation[:12]:<12} |")
            last = equation
        se = stored.matrices["se"].values[0, k]
        for i, kind in enumerate(kinds):
            matrix, mark, _ = _KINDS[kind]
            lo, hi = stored.matrices[matrix].values[:, k].tolist()
            if not se > 0:
                yield _row(name, numfmt.text(float(b.values[0, k]), "%10.0g").rjust(12) + "  (omitted)")
                break
            if i == 0:
                bias = float(stored.matrices["bias"].values[0, k])
                front = (
                    numfmt.text(float(b.values[0, k]), "%10.0g").rjust(12)
                    + numfmt.text(bias, "%9.0g").rjust(11)
                    + numfmt.text(float(se), "%10.0g").rjust(12)
                )
            else:
                name, front = "", " " * 35
            limits = numfmt.text(_missing(lo), "%9.0g").rjust(12) + numfmt.text(_missing(hi), "%9.0g").rjust(11)
            yield _row(name, f"{front}{limits}{mark:>6}")
    yield line("-" * 78)


def _missing(x: float) -> float:
    return float("nan") if not np.isfinite(x) else x


def _row(name: str, cells: str) -> Line:
    return Line((Segment(f"{name[:12]:>12} |"), Segment(cells, "result")))
