"""nlcom - nonlinear functions of the coefficients with standard errors by the delta method

    nlcom [name:] exp [, options]
    nlcom ([name:] exp) [([name:] exp) ...] [, options]

    level(#)    confidence level          df(#)     t with # degrees of freedom in place of z
    post        the functions become the estimation results (for test, lincom, estimates store ...)
    noheader    without the list of functions
    cformat(%fmt) pformat(%fmt) sformat(%fmt)

Coefficients are _b[name], or [eq]name: parameters of the random-effects part are [lns1_1_1]_cons and so on.

Examples: nlcom exp(2*[lns1_1_1]_cons)
          nlcom (ratio: _b[week]/_b[_cons]) (peak: -_b[age]/(2*_b[c.age#c.age])), post
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, CoefRow, CoefTable, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.estimation import nonlinear
from mixedcli.commands.estimation.rtable import r_table
from mixedcli.engine import distributions
from mixedcli.errors import AlreadyDefined, InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.results import Estimates, Floats, Matrix, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "nlcom",
    (
        OptionSpec("level", "l", "real"),
        OptionSpec("df", "df", "real"),
        OptionSpec("post", "post"),
        OptionSpec("header", "header", no=True),
        OptionSpec("coeflegend", "coefl"),
        OptionSpec("iterate", "iter", "int"),
        OptionSpec("cformat", "cformat", "text"),
        OptionSpec("pformat", "pformat", "text"),
        OptionSpec("sformat", "sformat", "text"),
    ),
)


@frozen
class Posted:
    """What replays a table of posted functions."""

    table: CoefTable
    df: float

    def replay(self, level: float) -> tuple[Block, ...]:
        """The table again, with limits at ``level``."""
        half = 0.5 + level / 200
        crit = distributions.t_quantile(half, self.df) if self.df > 0 else distributions.normal_quantile(half)
        rows = (replace(x, lo=x.coef - crit * x.se, hi=x.coef + crit * x.se) for x in self.table.rows)
        return Blank(), replace(self.table, rows=tuple(rows), level=level)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Estimate the functions.  Errors: r(301); r(198) for an equation; r(110) for a name used twice; r(498)."""
    body = command.body
    assert isinstance(body, ast.TestBody)
    estimates, b, V = nonlinear.required(session)
    if not body.specs:
        raise InvalidSyntax("expression required", command.span)  # unverified: words
    for spec in body.specs:
        if len(spec.sides) > 1:
            raise InvalidSyntax("invalid syntax", spec.span)
    names = _names(body.specs)
    level = options.get("level", session.settings.level)
    if not 10 <= level <= 99.99:
        raise InvalidSyntax("level() must be between 10 and 99.99 inclusive")
    exprs = [s.sides[0] for s in body.specs]
    at = nonlinear.named(exprs, estimates.stored)
    value, _, variance = nonlinear.delta(nonlinear.evaluator(session, exprs, estimates.stored), b, V, at)
    df = float(options.get("df", math.nan))
    table = _table(session, options, names, value, variance, level, df)
    echo = [line(f"{name:>12}: {spec.text}") for name, spec in zip(names, body.specs, strict=True)]
    shown: list[Block] = [Blank(), *echo, Blank(), table] if options.get("header", True) else [Blank(), table]
    matrices = {"b": Matrix(value[None, :], ("r1",), names), "V": Matrix(variance, names, names)}
    scalars = {"N": estimates.stored.scalars.get("N", math.nan)}
    if not math.isnan(df):
        scalars["df_r"] = df
    r = Stored(scalars, matrices=matrices | {"table": r_table(table, names)})
    if not options.get("post"):
        return Outcome(blocks=tuple(shown), r=r)
    return Outcome(blocks=tuple(shown), r=r, estimates=_posted(estimates, scalars, matrices, table))


def _names(specs: tuple[ast.TestSpec, ...]) -> tuple[str, ...]:
    names = tuple(spec.name or f"_nl_{k}" for k, spec in enumerate(specs, 1))
    for k, name in enumerate(names):
        if name in names[:k]:
            raise AlreadyDefined(f"{name} already defined", specs[k].span)  # unverified: words
    return names


def _table(
    session: Session, options: Options, names: tuple[str, ...], value: Floats, variance: Floats, level: float, df: float
) -> CoefTable:
    half = 0.5 + level / 200
    crit = distributions.t_quantile(half, df) if df > 0 else distributions.normal_quantile(half)
    rows = []
    for name, x, v in zip(names, value.tolist(), np.diag(variance).tolist(), strict=True):
        se = math.sqrt(v) if v > 0 else math.nan
        statistic = x / se
        p = distributions.t_p(statistic, df) if df > 0 else distributions.normal_p(statistic)
        rows.append(CoefRow("value", name, coef=x, se=se, statistic=statistic, p=p, lo=x - crit * se, hi=x + crit * se,
                            df=df, legend=f"_b[{name}]"))  # fmt: skip
    return CoefTable(
        title=session.e.macros.get("depvar", ""),
        rows=tuple(rows),
        columns=("coef", "legend") if options.get("coeflegend") else ("coef", "se", "stat", "p", "ci"),
        statistic="t" if df > 0 else "z",
        level=level,
        cformat=options.get("cformat", "%9.0g"),
        pformat=options.get("pformat", "%5.3f"),
        sformat=options.get("sformat", "%8.2f"),
    )


def _posted(
    estimates: Estimates, scalars: dict[str, float], matrices: dict[str, Matrix], table: CoefTable
) -> Estimates:
    b = matrices["b"]
    kept = {"b": Matrix(b.values, ("y1",), b.colnames), "V": matrices["V"]}
    macros = {"cmd": "nlcom", "depvar": estimates.stored.macros.get("depvar", ""), "properties": "b V"}
    rank = float(np.linalg.matrix_rank(matrices["V"].values))
    return Estimates(
        Stored({**scalars, "rank": rank}, macros, kept), estimates.sample, Posted(table, scalars.get("df_r", math.nan))
    )
