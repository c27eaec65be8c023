"""anova - analysis of variance

    anova depvar [termlist] [if] [in] [weight] [, options]

    repeated(varlist)     factors repeated within subjects: Huynh-Feldt, Greenhouse-Geisser and Box corrections
    bse(term)             the between-subjects error term, when it is not plain from the model
    bseunit(varname)      the variable of the subjects within it
    sequential            every term adjusted for those before it only
    partial               every term adjusted for all others (the default)
    dropemptycells        accepted: empty cells are never estimated

Terms are factors (a), interactions (a#b, a##b), continuous covariates (c.x) and nested factors (b|a).  A term behind
/ is the error term of those before it: anova y a / s|a t a#t.  aweights and fweights are allowed.  Typed alone, anova
shows the last analysis again; predict and test use the coefficients of the underlying regression.

Where cells of an interaction are empty, partial sums of squares of the terms within it are not defined uniquely and
are shown as missing; sequential ones are.

Example: anova score person drug, repeated(drug)
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Note
from mixedcli.blocks.anova import AnovaRow, AnovaTable
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.estimation import partial, repeated
from mixedcli.commands.estimation.anova_fit import AnovaFit
from mixedcli.commands.estimation.coefrows import factor_labels
from mixedcli.commands.estimation.tablefit import TableFit
from mixedcli.commands.sampling import used_rows
from mixedcli.data import varlist
from mixedcli.engine import least_squares
from mixedcli.engine.distributions import f_tail
from mixedcli.errors import InvalidSyntax, LastEstimatesNotFound, TypeMismatch
from mixedcli.model.regression import bind
from mixedcli.results import Estimates, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "anova",
    (
        OptionSpec("repeated", "rep", "varlist"),
        OptionSpec("bse", "bse", "text"),
        OptionSpec("bseunit", "bseunit", "name"),
        OptionSpec("sequential", "seq"),
        OptionSpec("partial", "p"),
        OptionSpec("dropemptycells", "drop"),
    ),
    allows=frozenset({"if", "in", "weight"}),
    by="each",
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Fit, and test every term; or show the last analysis again.  Errors: r(109), r(111), r(198), r(301), r(2000)."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    assert session.language is not None
    if not body.text.strip():
        last = session.estimates
        if last is None or not isinstance(last.fit, AnovaFit):
            raise LastEstimatesNotFound("last estimates not found")
        return Outcome(blocks=last.fit.replay(session.settings.level))
    data = session.data
    first, _, rest = body.text.strip().partition(" ")
    parsed = session.language.varlist(first).terms
    depvar = parsed[0] if parsed else None
    if not isinstance(depvar, ast.VarRef) or depvar.ops or len(parsed) > 1:
        raise InvalidSyntax("depvar may not be a factor variable", command.span)
    name = varlist.resolve(depvar.pattern, data, depvar.span)
    if data.column(name).is_string:
        raise TypeMismatch(f"string variables not allowed in varlist;\n{name} is a string variable", depvar.span)
    used = used_rows(session, command, ("aweight", "fweight"))
    listed, again = terms_of(session, rest)
    design = partial.design(data, name, listed, used.rows, used.weight, used.w)
    sequential = bool(options.get("sequential"))
    fit = partial.fit(design, sequential=sequential)
    scalars = _scalars(fit)
    blocks: list[Block] = [Blank(), _table(fit, listed, again, sequential)]
    within = varlist.names(options["repeated"], data) if "repeated" in options else ()
    if within:
        words = re.split(r"[#|\s]+", options.get("bse", "").strip())
        bse = tuple(varlist.resolve(v, data) for v in words) if "bse" in options else None
        unit = varlist.resolve(options["bseunit"], data) if "bseunit" in options else None
        for k, epsilon in enumerate(repeated.tables(design, fit, within, bse, unit), 1):
            blocks += [Blank(), Blank(), epsilon] if k == 1 else [Blank(), epsilon]
            scalars |= {f"hf{k}": epsilon.hf, f"gg{k}": epsilon.gg, f"box{k}": epsilon.box}
    ambiguous = [t.name for t in design.terms if t.ambiguous] if not sequential else []
    if ambiguous:
        names = ", ".join(ambiguous)
        blocks += [Blank(), Note(f"no partial sum of squares for {names}: cells of an interaction with it are empty.")]
    macros = {"cmd": "anova", "cmdline": command.cmdline, "depvar": name, "properties": "b V",
              "sstype": "sequential" if sequential else "partial", "vce": "ols", "wtype": used.weight,
              "repvars": " ".join(within)}  # fmt: skip
    for k, (x, e) in enumerate(zip(fit.terms, fit.errors, strict=True), 1):
        scalars |= {f"ss_{k}": x.ss, f"df_{k}": float(x.df), f"F_{k}": _ratio(x, e)}
        macros[f"term_{k}"] = x.name
    coefficients = _coefficients(session, command, name, listed)
    matrices = coefficients.matrices()
    scalars["rank"] = float(len(coefficients.b))
    stored = Stored(scalars, {k: v for k, v in macros.items() if v}, matrices)
    shown = AnovaFit(tuple(blocks), coefficients)
    return Outcome(blocks=(*used.notes, *blocks), estimates=Estimates(stored, design.sample, shown))


def terms_of(session: Session, text: str) -> tuple[list[partial.Listed], set[int]]:
    """The terms with their error terms, and the places of error terms that are tested themselves.  Errors: r(198)."""
    assert session.language is not None
    out: list[partial.Listed] = []
    again: set[int] = set()
    pieces = text.split("/")
    previous: list[int] = []
    for number, piece in enumerate(pieces):
        tight = re.sub(r"\s*([#|])\s*", r"\1", piece)
        words = tight.split()
        here: list[int] = []
        for word in re.findall(r"(?:[^\s(]|\([^)]*\))+", tight) if words else []:
            for term in session.language.varlist(word.replace("|", "#")).terms:
                for p in partial.products(term, session.data):
                    shown = partial.name_of(p) if "|" not in word else word
                    known = next((k for k, x in enumerate(out) if x.product == p), None)
                    if known is None:
                        out.append(partial.Listed(p, shown))
                        known = len(out) - 1
                    here.append(known)
        if number and not previous:
            raise InvalidSyntax("invalid syntax")
        if number and here:
            for k in previous:
                out[k] = replace(out[k], error=here[0])
            if number < len(pieces) - 1:
                again.add(here[0])
        previous = here
    return out, again


def _ratio(x: partial.Source, error: partial.Source) -> float:
    if not (x.df and error.df):
        return math.nan
    ms = error.ss / error.df
    return x.ss / x.df / ms if ms > 0 else math.nan


def _row(x: partial.Source, error: partial.Source) -> AnovaRow:
    F = _ratio(x, error)
    return AnovaRow(x.name, x.ss, float(x.df), F, f_tail(F, x.df, error.df))


def _scalars(fit: partial.Fit) -> dict[str, float]:
    F = _ratio(fit.model, fit.residual)
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
        "ll": least_squares.log_likelihood(fit.n, fit.residual.ss),
        "ll_0": least_squares.log_likelihood(fit.n, fit.model.ss + fit.residual.ss),
    }


def _table(fit: partial.Fit, listed: list[partial.Listed], again: set[int], sequential: bool) -> AnovaTable:
    total = AnovaRow("Total", fit.model.ss + fit.residual.ss, float(fit.model.df + fit.residual.df))
    errors = {x.error for x in listed}
    rows: list[AnovaRow] = []
    for k, (x, e) in enumerate(zip(fit.terms, fit.errors, strict=True)):
        if k in errors:
            # unverified: an error term's own line, a rule, and the term again where it is tested itself
            rows.append(AnovaRow(x.name, x.ss, float(x.df), rule=True))
            if k not in again:
                continue
        rows.append(_row(x, e))
    return AnovaTable(
        fit.n,
        fit.r2,
        fit.adjusted_r2,
        fit.rmse,
        _row(fit.model, fit.residual),
        tuple(rows),
        AnovaRow("Residual", fit.residual.ss, float(fit.residual.df)),
        total,
        sequential,
    )


def _coefficients(session: Session, command: ast.Command, depvar: str, listed: list[partial.Listed]) -> TableFit:
    """The regression behind the analysis, for predict, test and margins."""
    assert session.language is not None
    words = [depvar, *("#".join(f"{kind}.{v}" for v, kind in x.product) for x in listed)]
    body = ast.VarlistBody(session.language.varlist(" ".join(words)))
    used = used_rows(session, command, ("aweight", "fweight"))
    data = bind(replace(command, body=body), session.data, used.rows, expression_context(session),
                weights=("aweight", "fweight"))  # fmt: skip
    w = data.w if data.w is None or data.weight == "fweight" else data.w * (len(data.w) / data.w.sum())
    ls = least_squares.fit(data.X, data.y, w)
    df = (float(len(data.y)) if w is None else float(w.sum())) - data.X.shape[1]
    V = ls.D * (ls.rss / df if df > 0 else math.nan)
    return TableFit(depvar, data.terms, data.kept, ls.beta, V, df, (), factor_labels(data.terms, session.data))
