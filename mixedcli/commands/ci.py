"""ci - confidence intervals of means, proportions and variances

    ci means [varlist] [if] [in] [weight] [, poisson exposure(varname) level(#) separator(#)]
    ci proportions [varlist] [if] [in] [, exact|wald|wilson|agresti|jeffreys level(#) separator(#)]
    ci variances [varlist] [if] [in] [, sd level(#) separator(#)]

Proportions are of variables that are 0 or 1; exact (Clopper and Pearson) is the default.  sd shows standard
deviations.

Example: ci means reaction if days == 9
"""

from __future__ import annotations

import math

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.sampling import Floats, used_rows
from mixedcli.data import varlist
from mixedcli.data.missing import is_missing
from mixedcli.data.moments import figures
from mixedcli.engine import distributions, limits
from mixedcli.errors import InvalidSyntax
from mixedcli.numfmt import abbreviate, text
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "ci",
    (
        OptionSpec("level", "l", "real"),
        OptionSpec("separator", "sep", "int"),
        *(OptionSpec(m, m) for m in ("exact", "wald", "wilson", "agresti", "jeffreys")),
        OptionSpec("sd", "sd"),
        OptionSpec("poisson", "pois"),
        OptionSpec("exposure", "e", "name"),
    ),
    allows=frozenset({"if", "in", "weight"}),
    by="each",
)

KINDS = {"means": 4, "proportions": 4, "variances": 3}
METHODS = {"exact": "Binomial exact", "wald": "Binomial Wald", "wilson": "Wilson", "agresti": "Agresti-Coull",
           "jeffreys": "Jeffreys"}  # fmt: skip


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show the intervals; r() is about the last variable.  Errors: r(109), r(111), r(198)."""
    body = command.body
    if not isinstance(body, ast.VarlistBody) or not body.varlist.terms:
        raise InvalidSyntax("invalid syntax", command.span)
    first, *terms = body.varlist.terms
    word = first.pattern if isinstance(first, ast.VarRef) else ""
    kind = next((k for k, least in KINDS.items() if word and k.startswith(word) and len(word) >= least), "")
    if not kind:
        raise InvalidSyntax(f"{word or 'subcommand'} invalid: ci means, ci proportions or ci variances", command.span)
    data = session.data
    names = varlist.names(ast.Varlist(tuple(terms)), data) or data.names
    names = tuple(n for n in names if not data.column(n).is_string)
    level = options.get("level", session.settings.level)
    weights = {"means": ("aweight", "fweight"), "proportions": ("fweight",), "variances": ("fweight",)}[kind]
    used = used_rows(session, command, weights)
    made = []
    for name in names:
        x = data.numeric(name)
        rows = used.rows & ~is_missing(x)
        if kind == "proportions" and set(np.unique(x[rows]).tolist()) - {0.0, 1.0}:
            continue
        made.append((name, _interval(kind, x[rows], used.weights(rows), used.weight, level, options)))
    return Outcome(blocks=(*used.notes, *_layout(kind, made, level, options)), r=_stored(kind, made, level, options))


def _interval(kind: str, x: Floats, w: Floats | None, weight: str, level: float, options: Options) -> dict[str, float]:
    """n, value, se, lb, ub."""
    f = figures(x, w, weight)
    n, nan = f["N"], math.nan
    if not n:
        return {"n": 0.0, "value": nan, "se": nan, "lb": nan, "ub": nan}
    half = 0.5 + level / 200
    if kind == "means" and options.get("poisson"):
        return _poisson(x, w, half)
    if kind == "means":
        se = f["sd"] / math.sqrt(n)
        margin = distributions.t_quantile(half, n - 1) * se
        return {"n": n, "value": f["mean"], "se": se, "lb": f["mean"] - margin, "ub": f["mean"] + margin}
    if kind == "variances":
        bottom, top = limits.chi2_quantiles(n - 1, half)
        v, low, high = f["Var"], (n - 1) * f["Var"] / top, (n - 1) * f["Var"] / bottom
        if options.get("sd"):
            return {"n": n, "value": f["sd"], "se": nan, "lb": math.sqrt(low), "ub": math.sqrt(high)}
        return {"n": n, "value": v, "se": nan, "lb": low, "ub": high}
    p = f["mean"]
    low, high = limits.proportion(round(n * p), n, half, _method(options))
    return {"n": n, "value": p, "se": math.sqrt(p * (1 - p) / n), "lb": low, "ub": high}


def _method(options: Options) -> str:
    return next((m for m in METHODS if options.get(m)), "exact")


def _poisson(x: Floats, w: Floats | None, half: float) -> dict[str, float]:
    """Exact limits of a count's mean."""
    n = float(len(x)) if w is None else float(w.sum())
    k = float(x.sum()) if w is None else float(w @ x)
    low, high = limits.poisson(k, half)
    return {"n": n, "value": k / n, "se": math.sqrt(k) / n, "lb": low / n, "ub": high / n}


def _layout(kind: str, made: list[tuple[str, dict[str, float]]], level: float, options: Options) -> list[Block]:
    interval = f"[{text(level, '%9.0g')}% conf. interval]"
    above = METHODS[_method(options)] if kind == "proportions" else "Poisson exact" if options.get("poisson") else ""
    head = {"means": "Mean", "proportions": "Proportion", "variances": "Std. dev." if options.get("sd") else "Variance"}
    rule = line("-" * 13 + "+" + "-" * 63)
    out: list[Block] = [Blank()]
    if above:
        # unverified: over the middle of the interval
        out.append(line(" " * 57 + above.center(20).rstrip()))
    middle = "" if kind == "variances" else "Std. err."
    obs = "Exposure" if options.get("poisson") else "Obs"
    out += [line(f"    Variable |{obs:>11}{head[kind]:>12}{middle:>13}{interval:>27}"), rule]
    every = options.get("separator", 5)
    for i, (name, f) in enumerate(made):
        if i and every and i % every == 0:
            out.append(rule)
        se = "" if kind == "variances" else text(f["se"], "%9.0g")
        cells = f"{f['n']:>11,.0f}"
        if f["n"]:
            cells += f"{text(f['value'], '%9.0g'):>12}{se:>12}"
            cells += f"{text(f['lb'], '%9.0g'):>16}{text(f['ub'], '%9.0g'):>12}"
        out.append(line(f"{abbreviate(name, 12):>12} |{cells}"))
    return out


def _stored(kind: str, made: list[tuple[str, dict[str, float]]], level: float, options: Options) -> Stored:
    if not made:
        return Stored()
    f = made[-1][1]
    value = {"means": "mean", "proportions": "proportion", "variances": "sd" if options.get("sd") else "Var"}[kind]
    scalars = {"N": f["n"], value: f["value"], "se": f["se"], "lb": f["lb"], "ub": f["ub"], "level": level}
    if kind == "variances":
        del scalars["se"]
    macros = {"citype": {"means": "poisson" if options.get("poisson") else "normal",
                         "proportions": _method(options), "variances": "normal"}[kind]}  # fmt: skip
    return Stored(scalars, macros)
