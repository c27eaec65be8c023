"""test - Wald tests of linear hypotheses about the coefficients

    test coeflist                      all of them are 0
    test exp = exp [= ...]             a linear equation
    test (spec) (spec) ...             several at once

Coefficients are named as in the table: week, 2.site, 0.girl#c.age; [eq]name or _b[eq:name] reaches other equations,
for example [lns1_1_1]_cons.  Option small, after mixed with dfmethod(), uses F with that method's degrees of freedom.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import column_of
from mixedcli.commands.estimation.hypotheses import Linear, linear
from mixedcli.commands.estimation.waldreport import wald_outcome
from mixedcli.errors import EquationNotFound, InvalidSyntax, LastEstimatesNotFound
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("test", (OptionSpec("small", "small"),))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Test the hypotheses on the last estimates."""
    body = command.body
    assert isinstance(body, ast.TestBody)
    if session.estimates is None:
        raise LastEstimatesNotFound("last estimates not found")
    hypotheses = [h for spec in body.specs for h in _hypotheses(spec, session.e)]
    if not hypotheses:
        raise InvalidSyntax("invalid syntax")
    return wald_outcome(hypotheses, session, small=bool(options.get("small")))


def _hypotheses(spec: ast.TestSpec, stored: Stored) -> list[Linear]:
    if len(spec.sides) > 1:
        sides = [linear(side, stored) for side in spec.sides]
        return [first - second for first, second in pairwise(sides)]
    if spec.sides:
        return [linear(spec.sides[0], stored)]
    out: list[Linear] = []
    for coef in spec.coefs:
        for i in _positions(coef, stored):
            unit = np.zeros(stored.matrices["b"].values.shape[1])
            unit[i] = 1.0
            out.append(Linear(unit, 0.0))
    return out


def _positions(coef: ast.CoefRef, stored: Stored) -> list[int]:
    """One coefficient, or all of an equation but its constant."""
    columns = stored.matrices["b"].colnames
    if coef.name is not None:
        return [column_of(columns, coef.equation, coef.name)]
    mine = [i for i, c in enumerate(columns) if c.rpartition(":")[0] == coef.equation]
    if not mine:
        raise EquationNotFound(f"equation [{coef.equation}] not found")
    slopes = [i for i in mine if not columns[i].endswith(":_cons")]
    return slopes or mine
