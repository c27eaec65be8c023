"""testparm - test that all coefficients of some variables are 0

    testparm varlist [, equal equation(eqname) small]

Factor variables and interactions stand for all their levels: testparm i.site i.site#c.week.  equal tests that the
coefficients are equal to each other; small, after mixed with dfmethod(), uses F with that method's degrees of freedom.

Example: testparm i.week, small
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import canonical
from mixedcli.commands.estimation.hypotheses import Linear
from mixedcli.commands.estimation.waldreport import wald_outcome
from mixedcli.commands.estimation.withcoefficients import with_coefficients
from mixedcli.data import factors
from mixedcli.errors import EquationNotFound, NotFound, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "testparm", (OptionSpec("equal", "e"), OptionSpec("equation", "eq", "name"), OptionSpec("small", "small"))
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Test the coefficients."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    with_coefficients(session.estimates)
    if not body.varlist.terms:
        raise VarlistRequired("varlist required")
    places = _places(session, body.varlist, options.get("equation"))
    units = np.eye(len(session.e.matrices["b"].colnames))
    if options.get("equal"):
        hypotheses = [Linear(units[b] - units[a], 0.0) for a, b in pairwise(places)]
    else:
        hypotheses = [Linear(units[k], 0.0) for k in places]
    if not hypotheses:
        raise _nothing()
    return wald_outcome(hypotheses, session, small=bool(options.get("small")))


def _places(session: Session, varlist: ast.Varlist, equation: str | None) -> list[int]:
    """Columns of e(b) the varlist means, in the order of e(b), those without a variance left out."""
    columns, v = session.e.matrices["b"].colnames, session.e.matrices["V"].values
    first = columns[0].rpartition(":")[0] if equation is None else equation
    mine = [k for k, c in enumerate(columns) if c.rpartition(":")[0] == first]
    if not mine:
        raise EquationNotFound(f"equation [{equation}] not found")
    assert session.estimates is not None
    data, sample = session.data, session.estimates.sample
    if sample is None or len(sample) != data.n:
        sample = np.ones(data.n, dtype=bool)
    wanted = {canonical(t.name) for t in factors.expand(varlist, data, sample)}
    found = [k for k in mine if canonical(columns[k].rpartition(":")[2]) in wanted and v[k, k] > 0]
    if not found:
        raise _nothing()
    return found


def _nothing() -> NotFound:
    return NotFound("no such variables;\nthe specified varlist does not identify any testable coefficients")
