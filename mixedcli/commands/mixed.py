"""mixed - linear mixed-effects models

    mixed depvar [indepvars] [if] [in] [weight] [, fe_options] [|| levelvar: [varlist] [, re_options]] [|| ...]
          [, options]

Fits a linear model with random intercepts and coefficients at any number of nested levels, by maximum
likelihood (mle, the default) or restricted maximum likelihood (reml).  Levels are named from the top down;
|| school: || class: has classes within schools.  Typed alone, mixed shows the last results again.

Random part     covariance(independent|exchangeable|identity|unstructured), noconstant, collinear
Crossed effects || _all: R.a || _all: R.b has one effect per level of a and of b; nested levels may follow
                (|| _all: R.week || id:), and R.varname may stand below a level (|| region: R.state);
                covariance(identity|exchangeable); below _all there is one cluster and no robust standard errors
Residuals       residuals(type [#] [, t(varname) by(varname)]) within the lowest-level groups: independent (with by(),
                one variance per group), exchangeable, ar #, ma #, unstructured, banded #, toeplitz #, exponential;
                the last six need t(); repeated times in a group are an error
Small samples   dfmethod(residual|repeated|anova|satterthwaite[, eim|oim]|kroger[, eim|oim]): t and F tests with
                degrees of freedom by that method, the last two with reml; dftable(default|ci|pvalue);
                replay: mixed, small
Weights         [fweight=exp] or [pweight=exp] for observations, fweight(exp) or pweight(exp) as options of a level
                for its groups; pwscale(size|effective|gk) scales those of two-level models
Std. errors     vce(oim|robust|cluster clustvar); sampling weights imply robust, clustered at the top level
Constraints     constraints(numbers): linear constraints on the coefficients, see constraint; nocnsreport
Reporting       level(#), variance, stddeviations, noretable, nofetable, estmetric, noheader, nogroup,
                coeflegend, nolrtest, noci, nopvalues, noomitted, vsquish, noemptycells, baselevels,
                allbaselevels, nofvlabel, cformat(), pformat(), sformat()
Maximisation    emiterate(#), emtolerance(#), emonly, emlog, emdots, matsqrt, matlog, technique(), difficult,
                iterate(#), tolerance(#), ltolerance(#), nrtolerance(#), nonrtolerance, nostderr, nolog, trace,
                gradient, hessian, showstep, showtolerance

Example: mixed weight week || id: week, covariance(unstructured) reml
"""

from __future__ import annotations

import math
from dataclasses import replace

from mixedcli import ast
from mixedcli.blocks import Blank, Block, CoefRow, CoefTable, Note, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.context import expression_context
from mixedcli.commands.estimation import (
    coefrows,
    header,
    log,
    mixed_e,
    names,
    params,
    smallsample,
    survey_e,
)
from mixedcli.data import sample
from mixedcli.engine import distributions, inference
from mixedcli.engine.fit import fit as fit_model
from mixedcli.errors import LastEstimatesNotFound
from mixedcli.model.assemble import assemble
from mixedcli.model.bind import mixed_spec, replay_display
from mixedcli.model.spec import Display, MixedFit
from mixedcli.results import Estimates, Quantity
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("mixed", allows=frozenset({"if", "in", "weight"}), any_option=True, by="each")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Fit a model, or show the last one again."""
    body = command.body
    assert isinstance(body, ast.MixedBody)
    if body.fixed is None:
        return replay(session, command)
    spec = mixed_spec(command, session.settings.version)
    selected = sample.mask(session.data, spec.condition, spec.in_range, expression_context(session))
    assembled = assemble(spec, session.data, selected, expression_context(session))
    assumed = ("(frequency weights assumed)",) if spec.weights.assumed else ()
    notes, shown = (*assumed, *assembled.frame.notes), None
    if spec.constraints:
        from mixedcli.commands.estimation import constrained

        bound = constrained.bind(session, spec.constraints, assembled.frame)
        notes, shown = (*notes, *bound.notes), bound.shown
        result = constrained.fit(assembled.design, spec.fit, bound)
    else:
        result = fit_model(assembled.design, spec.fit)
    fit = MixedFit(spec, assembled.frame, result, coefrows.factor_labels(assembled.frame.fixed, session.data), shown)
    level = spec.display.level if spec.display.level is not None else session.settings.level
    blocks: list[Block] = [line(text) for text in notes]
    if spec.log.log:
        blocks += log.blocks(fit)
    return Outcome(
        blocks=(*blocks, *report(fit, spec.display, level)),
        estimates=Estimates(mixed_e.stored(fit, session.data, assembled.sample, "mixed"), assembled.sample, fit),
        r=mixed_e.table(fit, level, small=spec.display.small),
        rc=0 if result.trace.converged else 430,
        error="" if result.trace.converged else "convergence not achieved",
    )


def replay(session: Session, command: ast.Command) -> Outcome:
    """``mixed`` alone: the last estimates with other reporting options.  Errors: r(301)."""
    last = session.estimates
    if last is None or not isinstance(last.fit, MixedFit):
        raise LastEstimatesNotFound("last estimates not found")
    display = replay_display(command)
    if display.small:
        smallsample.required(last)
    level = display.level if display.level is not None else session.settings.level
    return Outcome(blocks=report(last.fit, display, level), r=mixed_e.table(last.fit, level, small=display.small))


def report(fit: MixedFit, display: Display, level: float) -> tuple[Block, ...]:
    """Header, tables and notes.  Pure: everything shown is in the arguments."""
    parts: list[list[Block]] = []
    if display.header:
        parts.append([header.header(fit, group=display.group, small=display.small)])
    if display.estmetric or display.coeflegend:
        parts.append([_stored_metric(fit, display, level)])
    else:
        above: list[Block] = [
            *(survey_e.constraint_lines(fit.constraints) if display.cnsreport else []),
            *survey_e.adjusted(fit),
        ]
        if display.fetable:
            parts.append([*above, fixed_table(fit, display, level)])
        if display.retable:
            above = above if not display.fetable else []
            parts.append([*above, params.table(fit, sd=display.stddeviations, level=level, cformat=display.cformat)])
    lr = params.lr_line(fit) if display.lrtest and display.retable else None
    if lr is not None:
        # the LR line follows its table without a blank line
        parts = [*parts[:-1], [*parts[-1], lr]] if parts else [[lr]]
        parts += [[note] for note in _lr_notes(fit)]
    parts += [[Note(text)] for text in _warnings(fit)]
    out: list[Block] = []
    for part in parts:
        out += [Blank(), *part]
    return tuple(out)


def fixed_table(fit: MixedFit, display: Display, level: float) -> CoefTable:
    """The coefficients of the fixed part."""
    rows = coefrows.rows(
        fit.frame.fixed, lambda i: _fixed_row(fit, i, level, small=display.small), display, fit.factor_labels
    )
    in_t = display.small or (fit.resampled is not None and not math.isnan(fit.resampled.df))
    made = _coef_table(fit.frame.depvar, rows, display, level, small=in_t, robust=_robust(fit))
    return replace(made, observed=_observed(fit))


def _robust(fit: MixedFit) -> str:
    """What stands above "std. err."."""
    if fit.resampled is not None:
        return fit.resampled.word
    return "Robust" if fit.result.robust is not None else ""


def _observed(fit: MixedFit) -> bool:
    return fit.resampled is not None and fit.resampled.observed


def _coef_table(
    title: str,
    rows: tuple[CoefRow, ...],
    display: Display,
    level: float,
    *,
    small: bool = False,
    robust: str = "",
) -> CoefTable:
    columns = ["coef", "se"]
    if display.coeflegend:
        columns = ["coef", "legend"]
    else:
        kind = display.dftable if small else "default"
        columns += ["df"] if kind != "default" else []
        columns += ["stat", "p"] if display.pvalues and kind != "ci" else []
        columns += ["ci"] if display.ci and kind != "pvalue" else []
    return CoefTable(
        title=title,
        rows=rows,
        columns=tuple(columns),
        statistic="t" if small else "z",
        level=level,
        robust=robust if "se" in columns else "",
        cformat=display.cformat,
        pformat=display.pformat,
        sformat=display.sformat,
        lstretch=display.lstretch,
    )


def _fixed_row(fit: MixedFit, index: int, level: float, *, small: bool = False) -> CoefRow:
    term, k = fit.frame.fixed[index], fit.frame.kept[index]
    if k < 0:
        assert term is not None
        kind = term.status
        return CoefRow("omitted" if kind == "value" else kind, coef=0.0)
    b, variance = float(fit.result.beta[k]), float(fit.result.vcov_beta[k, k])
    if variance <= 0 and fit.constraints is not None:
        return CoefRow("constrained", coef=b)
    name = names.fixed_names(fit.frame)[index]
    told = fit.result.small
    if small and told is not None:
        return _t_row(b, float(told.vcov[k, k]), float(told.df[k]), level, f"_b[{name}]")
    if fit.resampled is not None and not math.isnan(fit.resampled.df):
        return _t_row(b, variance, fit.resampled.df, level, f"_b[{name}]")
    return _row(b, variance, level, f"_b[{name}]")


def _t_row(b: float, variance: float, df: float, level: float, legend: str) -> CoefRow:
    x = smallsample.t_row(b, variance, df, level)
    return CoefRow("value", coef=b, se=x.se, statistic=x.t, p=x.p, lo=x.lo, hi=x.hi, df=x.df, legend=legend)


def _row(b: float, variance: float, level: float, legend: str) -> CoefRow:
    """A coefficient with its z test and interval; no standard error leaves everything else missing."""
    if not variance > 0:
        return CoefRow("value", coef=b, legend=legend)
    se = variance**0.5
    lo, hi = inference.interval(Quantity(b, se, "identity"), level)
    z = b / se
    return CoefRow("value", coef=b, se=se, statistic=z, p=distributions.normal_p(z), lo=lo, hi=hi, legend=legend)


def _stored_metric(fit: MixedFit, display: Display, level: float) -> CoefTable:
    """estmetric and coeflegend: every parameter as stored in e(b)."""
    frame, result = fit.frame, fit.result

    def fixed(i: int) -> CoefRow:
        row = _fixed_row(fit, i, level)
        return replace(row, legend=f"_b[{frame.depvar}:{names.fixed_names(frame)[i]}]") if row.legend else row

    df = fit.resampled.df if fit.resampled is not None else math.nan
    rows = [CoefRow("equation", name=frame.depvar), *coefrows.rows(frame.fixed, fixed, display, fit.factor_labels)]
    for i, name in enumerate(result.theta_names):
        equation = names.theta_equation(name)
        rows.append(CoefRow("equation", name=equation))
        value, variance, legend = float(result.theta[i]), float(result.vcov_theta[i, i]), f"_b[{equation}:_cons]"
        row = _t_row(value, variance, df, level, legend) if df > 0 else _row(value, variance, level, legend)
        rows.append(coefrows.named(row, "_cons"))
    made = _coef_table(frame.depvar, tuple(rows), display, level, small=df > 0, robust=_robust(fit))
    return replace(made, observed=_observed(fit))


BOUNDARY_NOTE = (
    "Note: The reported degrees of freedom assumes the null hypothesis is not on",
    "      the boundary of the parameter space. If this is not true, then the",
    "      reported test is conservative.",
)


def _lr_notes(fit: MixedFit) -> list[Note]:
    kind = fit.result.lr.note if fit.result.lr is not None else None
    if kind == "conservative":
        return [Note("LR test is conservative and provided only for reference.")]
    return [Note(lines=BOUNDARY_NOTE)] if kind == "boundary" else []


def _warnings(fit: MixedFit) -> list[str]:
    """Plain sentences for what a reader must not overlook."""
    out = []
    for level, equation, term in fit.result.singular:
        frame = fit.frame.levels[level]
        name = frame.equations[equation].labels[term]
        out.append(f"var({name}) at level {frame.name} is estimated as 0; the data do not support this random effect.")
    for level, equation, first, second in fit.result.perfect:
        frame = fit.frame.levels[level]
        pair = ",".join(frame.equations[equation].labels[k] for k in (first, second))
        out.append(f"corr({pair}) at level {frame.name} is estimated as +1 or -1; the random effects are redundant.")
    if fit.result.determined:
        out.append("the covariance matrix of the residuals is nearly singular; the data do not support the structure.")
    if fit.result.small is not None and fit.result.small.failed:
        out.append("degrees of freedom are missing: the information matrix of the variance parameters is singular.")
    if fit.result.stderr_failed:
        out.append("standard-error calculation failed for the random-effects parameters.")
    return out
