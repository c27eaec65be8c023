"""Results of resampling as estimates: the command's own tables with other standard errors, or those of expressions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mixedcli import numfmt
from mixedcli.blocks import (
    Blank,
    Block,
    CoefRow,
    CoefTable,
    EstimationHeader,
    HeaderItem,
    HeaderRow,
    Line,
    Segment,
    line,
)
from mixedcli.commands import mixed
from mixedcli.commands.context import expression_context
from mixedcli.commands.estimation import mixed_e
from mixedcli.commands.estimation.rtable import r_table
from mixedcli.commands.estimation.tablefit import TableFit, estimate
from mixedcli.commands.prefix.subject import Subject
from mixedcli.engine import distributions, inference
from mixedcli.engine.resampled import with_covariance
from mixedcli.frozen import frozen
from mixedcli.model.assemble import assemble
from mixedcli.model.spec import Display, MixedFit, Resampled
from mixedcli.results import Estimates, Floats, Matrix, Stored
from mixedcli.session import Outcome, Session

WIDTH = 78


@frozen
class Findings:
    """What resampling found.

    word: "Bootstrap" or "Jackknife".  V: (k, k) over the statistics; df: of t, nan for z.  units: replications that
    count; above: the line on top of the table; strata: how many (0: not asked for).  notes: below the table.
    scalars, macros, matrices: for e().
    """

    word: str
    V: Floats
    df: float
    units: int
    scalars: Mapping[str, float]
    macros: Mapping[str, str]
    matrices: Mapping[str, Floats]
    above: str = ""
    strata: int = 0
    title: str = ""
    legend: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def observed(self) -> bool:
        """Whether the heads of the tables say "Observed" and "Normal-based"."""
        return self.word == "Bootstrap"


@frozen
class ResampledTable:
    """Header, legend and one table: what replay shows of results that are no command's own.

    names: of e(b); omitted: those without a number.
    """

    header: EstimationHeader
    legend: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    b: Floats
    found: Findings
    depvar: str = ""
    omitted: frozenset[int] = frozenset()

    def replay(self, level: float) -> tuple[Block, ...]:
        """The output again, with limits at ``level``."""
        return self.blocks(Display(), level)

    def blocks(self, display: Display, level: float, *, legend: bool = True) -> tuple[Block, ...]:
        """All of it, or without header and legend."""
        shown: list[Block] = []
        if display.header:
            shown += [Blank(), self.header]
            if self.legend and legend:
                shown += [Blank(), *legend_lines(self.legend)]
        if display.fetable:
            above = [line(self.found.above.rjust(WIDTH))] if self.found.above else []
            shown += [Blank(), *above, self.table(display, level), *(line(x) for x in self.found.notes)]
        return tuple(shown)

    def table(self, display: Display, level: float) -> CoefTable:
        """One row for each statistic, under the names of its equation."""
        rows: list[CoefRow] = []
        variances = np.diag(self.found.V).tolist()
        several = any(":" in name for name in self.names)
        last = ""
        for k, full in enumerate(self.names):
            equation, _, name = full.rpartition(":")
            if several and equation != last:
                rows.append(CoefRow("equation", equation))
                last = equation
            if k in self.omitted:
                continue
            row = estimate(float(self.b[k]), variances[k], self.found.df, level)
            rows.append(replace(row, name=name, legend=f"_b[{full}]"))
        columns = ["coef", "legend"] if display.coeflegend else ["coef", "se"]
        if not display.coeflegend:
            columns += (["stat", "p"] if display.pvalues else []) + (["ci"] if display.ci else [])
        return CoefTable(
            title="" if several else self.depvar,
            rows=tuple(rows),
            columns=tuple(columns),
            statistic="z" if math.isnan(self.found.df) else "t",
            level=level,
            robust=self.found.word if "se" in columns else "",
            observed=self.found.observed and "se" in columns,
            cformat=display.cformat,
            pformat=display.pformat,
            sformat=display.sformat,
            lstretch=display.lstretch,
        )


def legend_lines(rows: tuple[tuple[str, str], ...]) -> list[Block]:
    """ "      Command: summarize x" and the expressions.  stata: logs of release 17."""
    return [Line((Segment(f"{head:>13}: "), Segment(text, "result"))) for head, text in rows]


def outcome(session: Session, about: Subject, found: Findings, display: Display) -> Outcome:
    """e() and the tables, without what comes before them.  display: what the prefix's own options say."""
    level = display.level if display.level is not None else session.settings.level
    if about.whole and about.observed is not None:
        fit = about.observed.fit
        if isinstance(fit, MixedFit):
            own = fit.spec.display.level
            return _mixed(session, about, found, display, own if display.level is None and own is not None else level)
        if isinstance(fit, TableFit) and len(fit.terms) == len(about.values):
            return _table(session, about, found, display, level)
    return _plain(session, about, found, display, level)


def shown_again(session: Session, display: Display, *, legend: bool = True) -> Outcome:
    """The tables of the last results, with other options."""
    last = session.estimates
    assert last is not None
    level = display.level if display.level is not None else session.settings.level
    if isinstance(last.fit, MixedFit):
        shown = _merged(last.fit.spec.display, display)
        return Outcome(blocks=mixed.report(last.fit, shown, level), r=mixed_e.table(last.fit, level))
    if isinstance(last.fit, ResampledTable):
        return Outcome(blocks=last.fit.blocks(display, level, legend=legend))
    assert isinstance(last.fit, TableFit)
    return Outcome(blocks=last.fit.blocks(display, level), r=last.fit.r_table(level))


def _merged(own: Display, prefix: Display) -> Display:
    """The command's reporting options under those of the prefix."""
    return replace(
        own,
        header=own.header and prefix.header,
        fetable=own.fetable and prefix.fetable,
        retable=own.retable and prefix.fetable,
        lrtest=own.lrtest and prefix.fetable,
        coeflegend=own.coeflegend or prefix.coeflegend,
        small=False,
    )


def _mixed(session: Session, about: Subject, found: Findings, display: Display, level: float) -> Outcome:
    last = about.observed
    assert last is not None
    assert last.sample is not None
    fit: MixedFit = last.fit
    frame, result = fit.frame, fit.result
    place = {k: i for i, k in enumerate(frame.kept) if k >= 0}
    at = [place[k] for k in range(result.p)] + [len(frame.fixed) + j for j in range(len(result.theta))]
    design = assemble(fit.spec, session.data, last.sample, expression_context(session)).design
    made = with_covariance(design, result, found.V[np.ix_(at, at)], found.units)
    resampled = Resampled(found.word, found.observed, found.above, found.df)
    fit = replace(fit, result=replace(made, small=None), resampled=resampled)
    chi2, df, p = mixed_e.model_test(frame, fit.result)
    test = _tested(chi2, df, p, found.df)
    names = last.stored.matrices["b"].colnames
    stored = _stored(last.stored, about, found, names, test)
    blocks = mixed.report(fit, _merged(fit.spec.display, display), level)
    if display.fetable:
        blocks = (*blocks, *(line(x) for x in found.notes))
    return Outcome(blocks=blocks, estimates=Estimates(stored, last.sample, fit), r=mixed_e.table(fit, level))


def _table(session: Session, about: Subject, found: Findings, display: Display, level: float) -> Outcome:
    last = about.observed
    assert last is not None
    fit: TableFit = last.fit
    place = {k: i for i, k in enumerate(fit.kept) if k >= 0}
    at = [place[k] for k in range(len(fit.b))]
    V = found.V[np.ix_(at, at)]
    slopes = [k for term, k in zip(fit.terms, fit.kept, strict=True) if k >= 0 and term is not None]
    chi2, df, p = inference.wald(fit.b, V, slopes)
    test = _tested(chi2, df, p, found.df)
    fit = replace(
        fit,
        V=V,
        df=found.df,
        robust=found.word,
        observed=found.observed,
        beta=None,
        header=(_header(last.stored, about, found, test, found.title or last.stored.macros.get("title", "")),),
        above=(line(found.above.rjust(WIDTH)),) if found.above else (),
        footer=(*fit.footer, *(line(x) for x in found.notes)),
    )
    stored = _stored(last.stored, about, found, fit.names, test)
    return Outcome(
        blocks=fit.blocks(display, level), estimates=Estimates(stored, last.sample, fit), r=fit.r_table(level)
    )


def _plain(session: Session, about: Subject, found: Findings, display: Display, level: float) -> Outcome:
    base = about.observed.stored if about.observed is not None and about.whole else Stored()
    if about.whole:
        names = base.matrices["b"].colnames
        title = found.title or base.macros.get("title", "")
        depvar = base.macros.get("depvar", "")
    else:
        names = tuple(_column(s.name, s.equation) for s in about.wanted)
        title, depvar = found.title, ""
    omitted = frozenset(k for k, name in enumerate(names) if about.whole and _left_out(name))
    header = _header(base, about, found, {}, title or f"{found.word} results")
    fit = ResampledTable(
        header, () if about.whole else found.legend, names, np.array(about.values), found, depvar, omitted
    )
    sample = about.rows if about.marked else None
    stored = _stored(base, about, found, names, {})
    shown = fit.table(replace(display, coeflegend=False, ci=True, pvalues=True), level)
    r = Stored({"level": level}, {}, {"table": r_table(shown, names)}) if not omitted else Stored({"level": level})
    return Outcome(blocks=fit.blocks(display, level), estimates=Estimates(stored, sample, fit), r=r)


def _column(name: str, equation: str) -> str:
    """The name in e(b) of a statistic whose variable would be called ``name``."""
    return f"{equation}:{name.removeprefix(equation + '_')}" if equation else name


def _left_out(name: str) -> bool:
    mark = name.rpartition(":")[2].rpartition(".")[0]
    return mark == "o" or (mark.endswith(("b", "o", "bn")) and mark[:1].isdigit())


def _tested(chi2: float, df: int, p: float, ddf: float) -> dict[str, float]:
    """The model test for e(): chi2, or F where there are residual degrees of freedom."""
    if math.isnan(ddf):
        return {"df_m": float(df), "chi2": chi2, "p": p}
    F = chi2 / df if df else math.nan
    return {"df_m": float(df), "df_r": ddf, "F": F, "p": distributions.f_tail(F, df, ddf) if df else math.nan}


def _header(base: Stored, about: Subject, found: Findings, test: Mapping[str, float], title: str) -> EstimationHeader:
    """Counts, the model test and measures of fit.  stata: logs of bootstrap: regress, release 17."""
    facts = [("Number of obs", f"{about.n:,.0f}"), ("Replications", f"{found.units:,}")]
    df = f"{test.get('df_m', 0):.0f}"
    if "F" in test:
        facts.append((f"F({df}, {test['df_r']:.0f})", _number(test["F"], "%9.2f")))
        facts.append(("Prob > F", _number(test["p"], "%6.4f")))
    elif "chi2" in test:
        facts.append((f"Wald chi2({df})", _number(test["chi2"], "%9.2f")))
        facts.append(("Prob > chi2", _number(test["p"], "%6.4f")))
    fits = (("r2", "R-squared", "%9.4f"), ("r2_a", "Adj R-squared", "%9.4f"), ("rmse", "Root MSE", "%9.5g"))
    for name, label, fmt in fits:
        if name in base.scalars and "N_g" not in base.scalars:
            facts.append((label, _number(base.scalars[name], fmt)))
    rows = [HeaderRow("", HeaderItem(label, value)) for label, value in facts]
    if "N_g" in base.scalars:
        rows[2:2] = _groups(base)
    if found.strata:
        # stata: a log of release 17
        rows[0] = replace(rows[0], left=f"Number of strata = {found.strata:,}")
        return EstimationHeader((HeaderRow(title), HeaderRow(""), *rows))
    return EstimationHeader((replace(rows[0], left=title), *rows[1:]))


def _groups(base: Stored) -> list[HeaderRow]:
    """The panels.  stata: the place of these rows after vce(jackknife) of a panel estimator."""
    rows = [
        HeaderRow(
            f"Group variable: {base.macros.get('ivar', '')}",
            HeaderItem("Number of groups", f"{base.scalars['N_g']:,.0f}"),
        )
    ]
    if "g_min" not in base.scalars:
        return rows
    rows.append(HeaderRow("", HeaderItem("Obs per group:")))
    for name, fmt in (("min", "%12.0fc"), ("avg", "%9.1fc"), ("max", "%12.0fc")):
        rows.append(HeaderRow("", HeaderItem(name, _number(base.scalars[f"g_{name}"], fmt), indent=True)))
    return rows


def _number(value: float, fmt: str) -> str:
    return numfmt.text(value, fmt).strip()


def _stored(base: Stored, about: Subject, found: Findings, names: tuple[str, ...], test: Mapping[str, float]) -> Stored:
    gone = ("F", "df_r", "chi2", "p", "df_m", "N_clust", "ddf_m", "df_max", "df_avg", "df_min") if test else ()
    scalars = {name: value for name, value in base.scalars.items() if name not in gone}
    scalars = {"N": about.n, **scalars, **test, **found.scalars}
    if not math.isnan(found.df):
        scalars["df_r"] = found.df
    word = found.word.lower()
    macros = {
        **base.macros,
        "vce": word,
        "vcetype": found.word,
        "prefix": word,
        "command": about.typed,
        "cmdname": about.word,
        "properties": "b V",
        **found.macros,
    }
    macros.setdefault("cmd", about.word if about.whole else word)
    if not about.whole:
        macros |= {f"exp{k}": s.text for k, s in enumerate(about.wanted, 1)}
    b = np.array(about.values)[None, :]
    matrices = {k: v for k, v in base.matrices.items() if k not in ("V", "V_modelbased", "df", "V_df")}
    matrices |= {"b": Matrix(b, ("y1",), names), "V": Matrix(found.V, names, names)}
    for name, value in found.matrices.items():
        rownames = ("ll", "ul") if len(value) == 2 else ("y1",)
        matrices[name] = Matrix(value, rownames, names)
    return Stored(scalars, macros, matrices)
