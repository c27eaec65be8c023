"""The header above the tables of mixed, as rows of labels and values."""

from __future__ import annotations

from math import isnan

from mixedcli.blocks import EstimationHeader, GroupInfo, HeaderItem, HeaderRow
from mixedcli.commands.estimation import survey_e
from mixedcli.commands.estimation.mixed_e import model_test
from mixedcli.engine import distributions
from mixedcli.model.spec import MixedFit
from mixedcli.numfmt import format_value


def likelihood_label(fit: MixedFit) -> str:
    """ "Log likelihood", "Log restricted-likelihood" or "Log pseudolikelihood"."""
    if fit.spec.vce.kind != "oim":
        return "Log pseudolikelihood"
    return "Log restricted-likelihood" if fit.result.reml else "Log likelihood"


def header(fit: MixedFit, *, group: bool, small: bool = False) -> EstimationHeader:
    """One grouping: counts in the grid; two or more: a table of their own (OUTPUT.md 2.2)."""
    result, levels = fit.result, fit.frame.levels if group else ()
    first = HeaderRow(survey_e.title(fit), HeaderItem("Number of obs", f"{result.n:,.0f}"))
    method, test, probability = _tests(fit, small=small)
    likelihood = f"{likelihood_label(fit)} = {format_value(result.ll, '%10.0g').rjust(10)}"
    last = HeaderRow(likelihood, probability)
    if len(levels) > 1:
        table = tuple(GroupInfo(x.name, x.groups, x.minimum, x.average, x.maximum) for x in levels)
        return EstimationHeader((first,), table, (*method, test, last))
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
    return EstimationHeader((first, *counts, *method, test, last))


def _tests(fit: MixedFit, *, small: bool) -> tuple[tuple[HeaderRow, ...], HeaderRow, HeaderItem]:
    """Rows of the DF method, the model test, and its p-value: chi2, or F where small-sample results define one."""
    method: tuple[HeaderRow, ...] = ()
    if small and fit.result.small is not None:
        from mixedcli.commands.estimation import smallsample

        least, average, most = (_number(x, "%12.2fc") for x in smallsample.extremes(fit.result.small))
        method = (
            HeaderRow(f"DF method: {fit.result.small.title}", HeaderItem("DF:", least, sublabel="min")),
            _count("avg", average),
            _count("max", most),
        )
        told = smallsample.model_test(fit.frame, fit.result)
        if told.df == 0 or not isnan(told.ddf):
            # stata: "F(0, .) = ." without covariates (a public course log)
            label = f"F({told.df}, {_number(told.ddf, '%12.2f')})"
            test = HeaderRow("", HeaderItem(label, _number(told.F, "%9.2f")))
            return method, test, HeaderItem("Prob > F", _number(told.p, "%6.4f"))
    chi2, df, p = model_test(fit.frame, fit.result)
    if fit.resampled is not None and not isnan(fit.resampled.df) and df:
        # stata: the F of jackknife for other estimators; unverified: that mixed shows it too
        F, ddf = chi2 / df, fit.resampled.df
        test = HeaderRow("", HeaderItem(f"F({df}, {ddf:.0f})", _number(F, "%9.2f")))
        return method, test, HeaderItem("Prob > F", _number(distributions.f_tail(F, df, ddf), "%6.4f"))
    test = HeaderRow("", HeaderItem(f"Wald chi2({df})", _number(chi2, "%9.2f")))
    return method, test, HeaderItem("Prob > chi2", _number(p, "%6.4f"))


def _number(value: float, fmt: str) -> str:
    return format_value(value, fmt).strip()


def _count(label: str, value: str) -> HeaderRow:
    return HeaderRow("", HeaderItem(label, value, indent=True))
