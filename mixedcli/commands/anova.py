"""anova - analysis of variance

    anova depvar [termlist] [if] [in] [, repeated(varname) bse(varname)]

Terms are factors (a), interactions (a#b, a##b) and continuous covariates (c.x).  Sums of squares are partial: every
term adjusted for all others.  repeated() names the factor that is repeated within subjects and adds the
Huynh-Feldt, Greenhouse-Geisser and Box corrections of its tests; bse() names the subjects, when they are not the
only other factor.

Example: anova score person drug, repeated(drug)
"""

from __future__ import annotations

import math

from mixedcli import ast
from mixedcli.blocks import Blank, Block
from mixedcli.blocks_anova import AnovaRow, AnovaTable, EpsilonRow, EpsilonTable
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.estimation import anova_e, partial
from mixedcli.data import sample, varlist
from mixedcli.data.dataset import Dataset
from mixedcli.engine.distributions import f_tail
from mixedcli.errors import InvalidSyntax, NotYetAvailable, TypeMismatch, VarlistRequired
from mixedcli.results import Estimates, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "anova", (OptionSpec("repeated", "rep", "name"), OptionSpec("bse", "bse", "name")), allows=frozenset({"if", "in"})
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Fit, and test every term."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    if not body.varlist.terms:
        raise VarlistRequired("varlist required")
    depvar, *terms = body.varlist.terms
    data = session.data
    if not isinstance(depvar, ast.VarRef) or depvar.ops:
        raise InvalidSyntax("depvar may not be a factor variable", depvar.span)
    name = varlist.resolve(depvar.pattern, data, depvar.span)
    if data.column(name).is_string:
        raise TypeMismatch(f"string variables not allowed in varlist;\n{name} is a string variable", depvar.span)
    rows = sample.mask(data, command.condition, command.in_range, expression_context(session))
    design = partial.design(data, name, terms, rows)
    fit = partial.fit(design)
    scalars = _scalars(fit)
    blocks: list[Block] = [Blank(), _table(fit)]
    if "repeated" in options:
        epsilon = _epsilons(data, design, fit, options["repeated"], options.get("bse"))
        blocks += [Blank(), Blank(), epsilon]
        # unverified: Stata numbers these by repeated factor
        scalars |= {"hf1": epsilon.hf, "gg1": epsilon.gg, "box1": epsilon.box}
    macros = {"cmd": "anova", "cmdline": " ".join(command.text.split()), "depvar": name, "properties": "b V"}
    for k, x in enumerate(fit.terms, 1):
        scalars |= {f"ss_{k}": x.ss, f"df_{k}": float(x.df), f"F_{k}": _ratio(x, fit)}
        macros[f"term_{k}"] = x.name
    e = Stored(scalars, {k: v for k, v in macros.items() if v}, anova_e.matrices(session, command, design.sample))
    return Outcome(blocks=tuple(blocks), estimates=Estimates(e, design.sample, None))


def _ratio(x: partial.Source, fit: partial.Fit) -> float:
    if not (x.df and fit.residual.df):
        return math.nan
    ms = fit.residual.ss / fit.residual.df
    return x.ss / x.df / ms if ms > 0 else math.nan


def _row(x: partial.Source, fit: partial.Fit) -> AnovaRow:
    F = _ratio(x, fit)
    return AnovaRow(x.name, x.ss, float(x.df), F, f_tail(F, x.df, fit.residual.df))


def _scalars(fit: partial.Fit) -> dict[str, float]:
    F = _ratio(fit.model, fit)
    return {
        "N": float(fit.n),
        "mss": fit.model.ss,
        "df_m": float(fit.model.df),
        "rss": fit.residual.ss,
        "df_r": float(fit.residual.df),
        "r2": fit.r2,
        "r2_a": fit.adjusted_r2,
        "F": F,
        "rmse": fit.rmse,
    }


def _table(fit: partial.Fit) -> AnovaTable:
    total = AnovaRow("Total", fit.model.ss + fit.residual.ss, float(fit.model.df + fit.residual.df))
    return AnovaTable(
        fit.n,
        fit.r2,
        fit.adjusted_r2,
        fit.rmse,
        _row(fit.model, fit),
        tuple(_row(x, fit) for x in fit.terms),
        AnovaRow("Residual", fit.residual.ss, float(fit.residual.df)),
        total,
    )


def _epsilons(
    data: Dataset, design: partial.AnovaDesign, fit: partial.Fit, repeated: str, bse: str | None
) -> EpsilonTable:
    """Tests of the repeated factor, corrected for unequal covariances.  Errors: r(198)."""
    within = varlist.resolve(repeated, data)
    factors = [t.variables for t in design.terms]
    with_it = [v for v in factors if within in v]
    between = [v for v in factors if within not in v]
    if not with_it:
        raise InvalidSyntax("repeated() variable must be a factor of the model")  # unverified: words
    if bse is not None:
        subject: tuple[str, ...] = (varlist.resolve(bse, data),)
        if subject not in between:
            raise InvalidSyntax("bse() must be a term of the model")  # unverified: words
    elif len(between) == 1 and len(between[0]) == 1:
        subject = between[0]
    else:
        raise InvalidSyntax("option bse() required: could not determine the between-subjects error term")
    if len(between) > 1 or any(len(v) > 1 for v in with_it):
        raise NotYetAvailable("repeated() beside further factors is not yet available")
    gg, hf, levels, subjects = partial.epsilons(design, subject[0], within)
    box = 1.0 / (levels - 1)
    source = next(t for t, v in zip(fit.terms, factors, strict=True) if v == (within,))
    between_df = next(t.df for t, v in zip(fit.terms, factors, strict=True) if v == subject)
    F = _ratio(source, fit)
    shares = (1.0, min(hf, 1.0), gg, box)
    p = tuple(f_tail(F, s * source.df, s * fit.residual.df) for s in shares)
    row = EpsilonRow(source.name, float(source.df), F, (p[0], p[1], p[2], p[3]))
    return EpsilonTable(
        subject[0], subjects, float(between_df), subject[0], within, hf, gg, box, (row,), float(fit.residual.df)
    )
