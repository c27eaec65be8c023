"""lincom - a linear combination of coefficients with its standard error, test and interval

    lincom exp [, level(#) small df(#) cformat(%fmt) pformat(%fmt) sformat(%fmt)]

Coefficients are named as in test.  small, after mixed with dfmethod(), uses t with that method's degrees of freedom;
df(#) uses t with # of them.  After estimators with residual degrees of freedom t is the rule.

Example: lincom 2.week + 3.week, small
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, CoefRow, CoefTable, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.estimation import smallsample
from mixedcli.commands.estimation.hypotheses import Linear, describe, linear
from mixedcli.commands.estimation.withcoefficients import with_coefficients
from mixedcli.engine import distributions, inference
from mixedcli.errors import InvalidSyntax, NotPossibleWithTest
from mixedcli.results import Quantity, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "lincom",
    (
        OptionSpec("level", "l", "real"),
        OptionSpec("small", "small"),
        OptionSpec("df", "df", "real"),
        OptionSpec("cformat", "cformat", "text"),
        OptionSpec("pformat", "pformat", "text"),
        OptionSpec("sformat", "sformat", "text"),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Estimate the combination."""
    body = command.body
    assert isinstance(body, ast.ExprBody)
    with_coefficients(session.estimates)
    combination = linear(body.expr, session.e)
    if not combination.coefficients.any():
        raise NotPossibleWithTest("not possible with test", body.expr.span)
    level = options.get("level", session.settings.level)
    if not 10 <= level <= 99.99:
        raise InvalidSyntax("level() must be between 10 and 99.99 inclusive")
    small = bool(options.get("small"))
    df = float(options.get("df", math.nan if small else session.e.scalars.get("df_r", math.nan)))
    x = _small(session, combination, level) if small else _large(session, combination, level, df)
    if small and math.isnan(x.df):  # coefficients of different degrees of freedom: as in test, large-sample results
        x = _large(session, combination, level, df)
    in_t = not math.isnan(x.df)
    letter: Literal["t", "z"] = "t" if in_t else "z"
    table = CoefTable(
        title=session.e.macros.get("depvar", ""),
        rows=(CoefRow("value", "(1)", coef=x.estimate, se=x.se, statistic=x.t, p=x.p, lo=x.lo, hi=x.hi),),
        statistic=letter,
        level=level,
        cformat=options.get("cformat", "%9.0g"),
        pformat=options.get("pformat", "%5.3f"),
        sformat=options.get("sformat", "%8.2f"),
    )
    scalars = {"estimate": x.estimate, "se": x.se}
    if in_t:
        scalars["df"] = x.df
    scalars |= {letter: x.t, "p": x.p, "lb": x.lo, "ub": x.hi, "level": level}
    heading = line(f" ( 1)  {describe(combination, session.e)}")
    return Outcome(blocks=(Blank(), heading, Blank(), table), r=Stored(scalars))


def _large(session: Session, c: Linear, level: float, df: float) -> smallsample.TRow:
    """z, or t where there are degrees of freedom (not nan)."""
    b, v = session.e.matrices["b"].values[0], session.e.matrices["V"].values
    estimate = float(c.coefficients @ b) + c.constant
    variance = float(inference.combined_variance(c.coefficients[None, :], v)[0, 0])
    nan = math.nan
    if not math.isnan(df):
        return smallsample.t_row(estimate, variance, df, level)
    if not variance > 0:
        return smallsample.TRow(estimate, nan, nan, nan, nan, nan, nan)
    se = math.sqrt(variance)
    lo, hi = inference.interval(Quantity(estimate, se, "identity"), level)
    return smallsample.TRow(estimate, se, estimate / se, nan, distributions.normal_p(estimate / se), lo, hi)


def _small(session: Session, c: Linear, level: float) -> smallsample.TRow:
    fit, method = smallsample.required(session.estimates)
    row = smallsample.on_beta(fit.frame, np.array([c.coefficients]))[0]
    return smallsample.single(method, float(row @ fit.result.beta) + c.constant, row, level)
