"""test - Wald tests of linear hypotheses about the coefficients

    test coeflist                      all of them are 0
    test exp = exp [= ...]             a linear equation
    test (spec) (spec) ...             several at once

    accumulate                                      together with the hypotheses of the last test
    mtest[(bonferroni | holm | sidak | noadjust)]   each hypothesis by itself as well
    notest                                          only list the hypotheses
    df(#)                                           F with # denominator degrees of freedom
    small                                           F with the degrees of freedom of dfmethod(), after mixed

Coefficients are named as in the table: week, 2.site, 0.girl#c.age; [eq]name or _b[eq:name] reaches other equations,
for example [lns1_1_1]_cons.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import column_of
from mixedcli.commands.estimation import multiple
from mixedcli.commands.estimation.hypotheses import Linear, linear
from mixedcli.commands.estimation.waldreport import listed, wald_outcome
from mixedcli.commands.estimation.withcoefficients import with_coefficients
from mixedcli.errors import EquationNotFound, InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "test",
    (
        OptionSpec("small", "small"),
        OptionSpec("accumulate", "a"),
        OptionSpec("mtest", "m", "text", optional=True),
        OptionSpec("test", "test", no=True),
        OptionSpec("df", "df", "real"),
        OptionSpec("constant", "cons"),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Test the hypotheses on the last estimates."""
    body = command.body
    assert isinstance(body, ast.TestBody)
    with_coefficients(session.estimates)
    assert session.estimates is not None
    constant = bool(options.get("constant"))
    groups = [g for spec in body.specs for g in _hypotheses(spec, session.e, constant=constant)]
    if options.get("accumulate"):
        groups = [[Linear(c, k)] for c, k in session.estimates.tested] + groups
    hypotheses = [h for g in groups for h in g]
    if not hypotheses:
        raise InvalidSyntax("invalid syntax")
    tested = replace(session.estimates, tested=tuple((h.coefficients, h.constant) for h in hypotheses))
    if options.get("test") is False:
        return Outcome(blocks=(Blank(), *listed(hypotheses, session.e)), estimates=tested)
    how = multiple.method(options["mtest"]) if "mtest" in options else None
    out = wald_outcome(
        hypotheses,
        session,
        small=bool(options.get("small")),
        df=options.get("df"),
        each=(how, groups) if how is not None else None,
    )
    return replace(out, estimates=tested)


def _hypotheses(spec: ast.TestSpec, stored: Stored, *, constant: bool) -> list[list[Linear]]:
    """The hypotheses of one specification, grouped as mtest() takes them one by one."""
    if len(spec.sides) > 1:
        sides = [linear(side, stored) for side in spec.sides]
        return [[first - second for first, second in pairwise(sides)]]
    if spec.sides:
        return [[linear(spec.sides[0], stored)]]
    units = np.eye(stored.matrices["b"].values.shape[1])
    return [[Linear(units[i], 0.0)] for coef in spec.coefs for i in _positions(coef, stored, constant=constant)]


def _positions(coef: ast.CoefRef, stored: Stored, *, constant: bool) -> list[int]:
    """One coefficient, or all of an equation, its constant only when asked for."""
    columns = stored.matrices["b"].colnames
    if coef.name is not None:
        return [column_of(columns, coef.equation, coef.name)]
    mine = [i for i, c in enumerate(columns) if c.rpartition(":")[0] == coef.equation]
    if not mine:
        raise EquationNotFound(f"equation [{coef.equation}] not found")
    slopes = mine if constant else [i for i in mine if not columns[i].endswith(":_cons")]
    return slopes or mine
