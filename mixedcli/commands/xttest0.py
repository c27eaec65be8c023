"""xttest0 - Breusch and Pagan's test for random effects

    xttest0

After xtreg, re: the Lagrange multiplier test that the variance of the panels' effects is 0, for panels of any size.

Example: xtreg reaction days, re
         xttest0
"""

from __future__ import annotations

import math

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.estimation.linearform import LinearForm, prediction
from mixedcli.data import factors
from mixedcli.data.stripes import term_of
from mixedcli.engine import distributions, least_squares
from mixedcli.errors import LastEstimatesNotFound, Unavailable
from mixedcli.model.groups import group_codes
from mixedcli.numfmt import text
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("xttest0")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Test.  Errors: r(301) unless xtreg, re came last, r(322)."""
    estimates = session.estimates
    e = session.e
    if estimates is None or e.macros.get("cmd") != "xtreg" or e.macros.get("model") != "re":
        raise LastEstimatesNotFound("last estimates not xtreg, re")
    rows = estimates.sample
    if rows is None or len(rows) != session.data.n:
        raise Unavailable("estimation sample not found in the data in memory")
    form = prediction(session, None)
    assert isinstance(form, LinearForm)
    depvar, panel = e.macros["depvar"], e.macros["ivar"]
    y = factors.values(term_of(depvar), session.data, None)[rows]
    v = least_squares.fit(np.asarray(form.X[rows]), np.asarray(y)).residuals
    codes, count = group_codes(session.data.column(panel), rows)
    T = np.bincount(codes, minlength=count).astype(float)
    sums = np.bincount(codes, v, count)
    n = len(v)
    # Baltagi and Li (1990); 0 where the estimated variance is negative, as in xtreg
    a = float(sums @ sums) / float(v @ v) - 1
    chi2 = n * n / 2 / float((T * (T - 1)).sum()) * a * a if a > 0 else 0.0
    p = distributions.chi2_tail(chi2, 1) / 2 if chi2 > 0 else 1.0
    rows_ = [(depvar, float(np.var(y, ddof=1)))]
    rows_ += [("e", e.scalars["sigma_e"] ** 2), ("u", e.scalars["sigma_u"] ** 2)]
    pad = " " * 16
    time = session.data.settings.time if session.data.settings else ""
    # stata: public logs; t stands for a time variable that is not set
    title = f"        {depvar}[{panel},{time or 't'}] = Xb + u[{panel}] + e[{panel},{time or 't'}]"
    blocks = (
        Blank(),
        line("Breusch and Pagan Lagrangian multiplier test for random effects"),
        Blank(),
        line(title),
        Blank(),
        line("        Estimated results:"),
        line(f"{pad}         |       Var     SD = sqrt(Var)"),
        line(f"{pad}---------+-----------------------------"),
        *(line(f"{pad}{name[:8]:>8} |{text(v, '%9.0g'):>12}{text(math.sqrt(v), '%9.0g'):>15}") for name, v in rows_),
        Blank(),
        line("        Test: Var(u) = 0"),
        line(f"{'chibar2(01)':>40} = {text(chi2, '%8.2f'):>8}"),
        line(f"{'Prob > chibar2':>40} = {text(p, '%8.4f'):>8}"),
    )
    return Outcome(blocks=blocks, r=Stored({"lm": chi2, "df": 1.0, "p": p}))
