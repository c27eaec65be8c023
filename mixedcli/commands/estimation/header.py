"""The header above the tables of mixed, as rows of labels and values."""

from __future__ import annotations

from mixedcli.blocks import EstimationHeader, GroupInfo, HeaderItem, HeaderRow
from mixedcli.commands.estimation.mixed_e import model_test
from mixedcli.model.spec import MixedFit
from mixedcli.numfmt import format_value


def likelihood_label(fit: MixedFit) -> str:
    """ "Log likelihood" or "Log restricted-likelihood"."""
    return "Log restricted-likelihood" if fit.result.reml else "Log likelihood"


def header(fit: MixedFit, *, group: bool) -> EstimationHeader:
    """One grouping: counts in the grid; two or more: a table of their own (OUTPUT.md 2.2)."""
    result, levels = fit.result, fit.frame.levels if group else ()
    title = f"Mixed-effects {'REML' if result.reml else 'ML'} regression"
    first = HeaderRow(title, HeaderItem("Number of obs", f"{result.n:,.0f}"))
    chi2, df, p = model_test(fit.frame, result)
    test = HeaderRow("", HeaderItem(f"Wald chi2({df})", _number(chi2, "%9.2f")))
    likelihood = f"{likelihood_label(fit)} = {format_value(result.ll, '%10.0g').rjust(10)}"
    last = HeaderRow(likelihood, HeaderItem("Prob > chi2", _number(p, "%6.4f")))
    if len(levels) > 1:
        table = tuple(GroupInfo(x.name, x.groups, x.minimum, x.average, x.maximum) for x in levels)
        return EstimationHeader((first,), table, (test, last))
    counts: tuple[HeaderRow, ...] = ()
    if levels:
        x = levels[0]
        counts = (
            HeaderRow(f"Group variable: {x.name}", HeaderItem("Number of groups", f"{x.groups:,}")),
            HeaderRow("", HeaderItem("Obs per group:")),
            _count("min", f"{x.minimum:,}"),
            _count("avg", f"{x.average:,.1f}"),
            _count("max", f"{x.maximum:,}"),
        )
    return EstimationHeader((first, *counts, test, last))


def _number(value: float, fmt: str) -> str:
    return format_value(value, fmt).strip()


def _count(label: str, value: str) -> HeaderRow:
    return HeaderRow("", HeaderItem(label, value, indent=True))
