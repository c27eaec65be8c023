"""lincom - a linear combination of coefficients with its standard error, test and interval

    lincom exp [, level(#) small cformat(%fmt) pformat(%fmt) sformat(%fmt)]

Coefficients are named as in test.  small, after mixed with dfmethod(), uses t with that method's degrees of freedom.

Example: lincom 2.week + 3.week, small
"""

from __future__ import annotations

import math

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, CoefRow, CoefTable, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.estimation import smallsample
from mixedcli.commands.estimation.hypotheses import Linear, describe, linear
from mixedcli.engine import distributions, inference
from mixedcli.errors import InvalidSyntax, LastEstimatesNotFound
from mixedcli.results import Quantity, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "lincom",
    (
        OptionSpec("level", "l", "real"),
        OptionSpec("small", "small"),
        OptionSpec("cformat", "cformat", "text"),
        OptionSpec("pformat", "pformat", "text"),
        OptionSpec("sformat", "sformat", "text"),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Estimate the combination."""
    body = command.body
    assert isinstance(body, ast.ExprBody)
    if session.estimates is None:
        raise LastEstimatesNotFound("last estimates not found")
    combination = linear(body.expr, session.e)
    if not combination.coefficients.any():
        raise InvalidSyntax("not possible with test", body.expr.span)  # unverified: words
    level = options.get("level", session.settings.level)
    if not 10 <= level <= 99.99:
        raise InvalidSyntax("level() must be between 10 and 99.99 inclusive")
    small = bool(options.get("small"))
    x = _small(session, combination, level) if small else _large(session, combination, level)
    if small and math.isnan(x.df):  # coefficients of different degrees of freedom: as in test, large-sample results
        small, x = False, _large(session, combination, level)
    letter = "t" if small else "z"
    table = CoefTable(
        title=session.e.macros.get("depvar", ""),
        rows=(CoefRow("value", "(1)", coef=x.estimate, se=x.se, statistic=x.t, p=x.p, lo=x.lo, hi=x.hi),),
        statistic="t" if small else "z",
        level=level,
        cformat=options.get("cformat", "%9.0g"),
        pformat=options.get("pformat", "%5.3f"),
        sformat=options.get("sformat", "%8.2f"),
    )
    scalars = {"estimate": x.estimate, "se": x.se}
    if small:
        scalars["df"] = x.df
    scalars |= {letter: x.t, "p": x.p, "lb": x.lo, "ub": x.hi, "level": level}
    heading = line(f" ( 1)  {describe(combination, session.e)}")
    return Outcome(blocks=(Blank(), heading, Blank(), table), r=Stored(scalars))


def _large(session: Session, c: Linear, level: float) -> smallsample.TRow:
    b, v = session.e.matrices["b"].values[0], session.e.matrices["V"].values
    estimate = float(c.coefficients @ b) + c.constant
    variance = float(c.coefficients @ v @ c.coefficients)
    nan = math.nan
    if not variance > 0:
        return smallsample.TRow(estimate, nan, nan, nan, nan, nan, nan)
    se = math.sqrt(variance)
    lo, hi = inference.interval(Quantity(estimate, se, "identity"), level)
    return smallsample.TRow(estimate, se, estimate / se, nan, distributions.normal_p(estimate / se), lo, hi)


def _small(session: Session, c: Linear, level: float) -> smallsample.TRow:
    fit, method = smallsample.required(session.estimates)
    row = smallsample.on_beta(fit.frame, np.array([c.coefficients]))[0]
    return smallsample.single(method, float(row @ fit.result.beta) + c.constant, row, level)
