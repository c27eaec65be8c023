"""testnl - Wald tests of nonlinear hypotheses about the coefficients

    testnl exp = exp [= exp ...] [, options]
    testnl (exp = exp [= exp ...]) (...) [, options]

    mtest[(bonferroni | holm | sidak | noadjust)]   each equation by itself as well
    df(#)                                          F with # denominator degrees of freedom in place of chi2

Coefficients are written as in nlcom.

Example: testnl exp([lns1_1_1]_cons) = exp([lns1_1_2]_cons)
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.estimation import multiple, nonlinear
from mixedcli.commands.estimation.hypotheses import Linear, Wald, wald
from mixedcli.engine import distributions
from mixedcli.errors import InvalidSyntax
from mixedcli.numfmt import text
from mixedcli.results import Matrix, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "testnl",
    (
        OptionSpec("mtest", "m", "text", optional=True),
        OptionSpec("df", "df", "real"),
        OptionSpec("iterate", "iter", "int"),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Test the hypotheses.  Errors: r(301); r(198) for a function without an equation; r(498)."""
    body = command.body
    assert isinstance(body, ast.TestBody)
    estimates, b, V = nonlinear.required(session)
    equations = [_sides(spec) for spec in body.specs]
    if not equations:
        raise InvalidSyntax("equation required", command.span)  # unverified: words
    pairs = [(sides[0], side) for sides in equations for side in sides[1:]]
    exprs = [ast.Binary("-", left, right) for left, right in pairs]
    at = nonlinear.named(exprs, estimates.stored)
    value, G, _ = nonlinear.delta(nonlinear.evaluator(session, exprs, estimates.stored), b, V, at)
    rows = [Linear(g, float(x - g @ b)) for g, x in zip(G, value, strict=True)]  # affine at the estimates
    ddf = float(options.get("df", math.nan))
    whole = wald(rows, estimates.stored)
    blocks: list[Block] = [Blank()]
    blocks += [line(f"  ({k})  {spec.text}") for k, spec in enumerate(body.specs, 1)]
    blocks += [line(f"       Constraint {i + 1} dropped") for i in whole.dropped]
    one = _one(whole, ddf)
    matrices: dict[str, Matrix] = {}
    macros: dict[str, str] = {}
    if "mtest" in options:
        how = multiple.method(options["mtest"])
        shown, matrices["mtest"] = multiple.table(_each(rows, equations, estimates.stored, ddf), one, how)
        macros["mtmethod"] = how
        blocks += [Blank(), *shown]
    else:
        blocks += [Blank(), *_joint(one)]
    scalars = {"df": float(one.df), "p": one.p}
    scalars |= {"chi2": one.value} if math.isnan(ddf) else {"F": one.value, "df_r": ddf}
    return Outcome(blocks=tuple(blocks), r=Stored(scalars, macros, matrices))


def _sides(spec: ast.TestSpec) -> tuple[ast.Expr, ...]:
    only = spec.sides[0]
    if len(spec.sides) == 1 and isinstance(only, ast.Binary) and only.op == "==":
        return only.left, only.right
    if len(spec.sides) < 2 or spec.name:
        raise InvalidSyntax("invalid syntax", spec.span)
    return spec.sides


def _one(w: Wald, ddf: float) -> multiple.OneTest:
    if math.isnan(ddf) or not w.df:
        return multiple.OneTest(w.chi2, w.df, w.p)
    f = w.chi2 / w.df
    return multiple.OneTest(f, w.df, distributions.f_tail(f, w.df, ddf), ddf)


def _each(
    rows: list[Linear], equations: Sequence[tuple[ast.Expr, ...]], stored: Stored, ddf: float
) -> list[multiple.OneTest]:
    ends = np.cumsum([len(sides) - 1 for sides in equations]).tolist()
    return [_one(wald(rows[a:b], stored), ddf) for a, b in zip([0, *ends], ends, strict=False)]


def _joint(one: multiple.OneTest) -> list[Block]:
    f = not math.isnan(one.ddf)
    left = f"F({one.df}, {text(one.ddf, '%9.0g').strip()})" if f else f"chi2({one.df})"
    right = "Prob > F" if f else "Prob > chi2"
    return [line(f"{left:>22} = {text(one.value, '%11.2f'):>11}"), line(f"{right:>22} = {text(one.p, '%13.4f'):>13}")]
