"""regress - linear regression

    regress depvar [indepvars] [if] [in] [weight] [, options]

    noconstant            without a constant
    hascons, tsscons      a constant is among the regressors; total sum of squares as if there were one
    vce(ols|robust|cluster clustvar|hc2|hc3), robust, cluster(clustvar)
    vce(bootstrap[, options]), vce(jackknife[, options])
                          as the prefixes, with their options
    level(#) beta noheader notable coeflegend baselevels allbaselevels noomitted vsquish nofvlabel
    cformat(%fmt) pformat(%fmt) sformat(%fmt)

aweights, fweights, pweights (robust standard errors) and iweights are allowed.  Typed alone, regress shows the last
results again.

Example: regress reaction i.days, vce(cluster subject)
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.estimation import display_options, regress_e
from mixedcli.commands.estimation.coefrows import factor_labels
from mixedcli.commands.estimation.regress_e import Fitted
from mixedcli.commands.estimation.tablefit import TableFit, replayed
from mixedcli.data import sample
from mixedcli.engine import least_squares
from mixedcli.errors import InsufficientObservations, InvalidSyntax
from mixedcli.model.regression import Regression, Vce, bind, vce_of
from mixedcli.results import Estimates
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "regress",
    (
        OptionSpec("constant", "cons", no=True),
        OptionSpec("hascons", "h"),
        OptionSpec("tsscons", "tss"),
        OptionSpec("vce", "vce", "text"),
        OptionSpec("robust", "r"),
        OptionSpec("cluster", "cl", "text"),
        OptionSpec("beta", "b"),
        OptionSpec("mse1", "mse1"),
        OptionSpec("depname", "dep", "text"),
        *display_options.OPTIONS,
    ),
    allows=frozenset({"if", "in", "weight"}),
    by="each",
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Fit, or show the last regression again.  Errors: those of ``model.regression.bind``, r(2001)."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    display = display_options.display(options)
    level = display.level if display.level is not None else session.settings.level
    if not body.varlist.terms:
        return replayed(session, "regress", display, level)
    if "vce" in options:
        from mixedcli.commands.prefix.vce import resampled

        done = resampled(session, command)
        if done is not None:
            return done
    vce = vce_of({k: options[k] for k in ("vce", "robust", "cluster") if k in options})
    if options.get("beta") and vce.kind == "cluster":
        raise InvalidSyntax("options beta and vce(cluster) may not be combined")
    context = expression_context(session)
    selected = sample.mask(session.data, command.condition, command.in_range, context)
    constant = options.get("constant", True) and not options.get("hascons")
    data = bind(command, session.data, selected, context, constant=constant, vce=vce)
    if data.weight == "pweight" and vce.kind == "ols":
        vce = Vce("robust")
    hascons = bool(options.get("hascons")) and _spans_constant(data)
    fitted = _fit(data, vce, total_about_mean=bool(constant or hascons or options.get("tsscons")))
    table = TableFit(
        options.get("depname", data.depvar),
        data.terms,
        data.kept,
        fitted.ls.beta,
        fitted.V,
        fitted.df_r,
        regress_e.header(fitted),
        factor_labels(data.terms, session.data),
        robust=regress_e.CAPTION.get(vce.kind, ""),
        above=regress_e.adjusted(fitted),
        beta=regress_e.standardised(fitted) if options.get("beta") else None,
        display=replace(display, level=None),
    )
    notes: list[Block] = [line(text) for text in data.notes]
    if options.get("hascons") and not hascons:
        notes.append(line("(note: hascons false)"))  # unverified: words
    if fitted.total:
        notes.append(line(f"(sum of wgt is {regress_e.weight_total(fitted.total)})"))
    stored = regress_e.stored(fitted, table, command.cmdline)
    if command.weight is not None and command.weight.expr.span is not None:
        place = command.weight.expr.span
        stored = replace(stored, macros={**stored.macros, "wexp": f"= {command.text[place.start : place.end]}"})
    return Outcome(
        blocks=(*notes, *table.blocks(display, level)),
        estimates=Estimates(stored, data.sample, table),
        r=table.r_table(level),
    )


def _spans_constant(data: Regression) -> bool:
    """Whether some sum of the regressors is the constant."""
    n = len(data.y)
    return bool(data.X.shape[1]) and least_squares.fit(data.X, np.ones(n)).rss < 1e-12 * n


def _fit(data: Regression, vce: Vce, *, total_about_mean: bool) -> Fitted:
    n_rows, p = data.X.shape
    frequency = data.weight in ("fweight", "iweight")
    w, total = data.w, 0.0
    if w is not None and not frequency:
        total = float(w.sum())
        w = w * (n_rows / total)
    n = float(w.sum()) if w is not None and frequency else float(n_rows)
    if n < max(p, 2) or (n == p and vce.kind != "ols"):
        raise InsufficientObservations("insufficient observations")
    ls = least_squares.fit(data.X, data.y, w)
    if vce.kind == "cluster":
        assert data.codes is not None
        if data.clusters < 2:
            raise InsufficientObservations("insufficient observations")
        V = least_squares.clustered(data.X, ls, w, data.codes, data.clusters, frequency=frequency)
    elif vce.kind == "ols":
        V = ls.D * (ls.rss / (n - p)) if n > p else np.zeros_like(ls.D)
    else:
        kind = "hc1" if vce.kind == "robust" else vce.kind
        V = least_squares.robust(data.X, ls, w, frequency=frequency, kind=kind)
    centre = 0.0
    if total_about_mean:
        centre = float(data.y.mean() if w is None else (w * data.y).sum() / w.sum())
    spread = (data.y - centre) ** 2
    tss = float(spread.sum() if w is None else (w * spread).sum())
    df_r = data.clusters - 1.0 if vce.kind == "cluster" else n - p
    return Fitted(data, ls, V, n, tss, df_r, vce, total, total_about_mean, math.nan if w is None else float(w.sum()))
