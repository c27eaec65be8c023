"""estat hettest: Breusch and Pagan's (1979) and Cook and Weisberg's (1983) test for heteroskedasticity."""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, line
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat.options import bare
from mixedcli.commands.estat.regression import refit, rss
from mixedcli.engine import distributions
from mixedcli.numfmt import text
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

OPTIONS = (OptionSpec("rhs", "r"), OptionSpec("iid", "iid"), OptionSpec("fstat", "fs"), OptionSpec("normal", "norm"))


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(198), r(321)."""
    given = bare(command, OPTIONS)
    x = refit(session, "hettest")
    n = len(x.y)
    columns = x.X[:, x.regressors] if "rhs" in given else x.fitted[:, None]
    u = x.e**2 / float(np.mean(x.e**2))
    total = float(((u - u.mean()) ** 2).sum())
    left, rank = rss(np.column_stack([columns, np.ones(n)]), u)
    df = rank - 1
    if "fstat" in given:
        value = (total - left) / df / (left / (n - rank))
        p = distributions.f_tail(value, df, n - rank)
    else:
        value = n * (total - left) / total if "iid" in given else (total - left) / 2
        p = distributions.chi2_tail(value, df)
    kind = "i.i.d. error terms" if "iid" in given or "fstat" in given else "Normal error terms"
    what = "Variables: All independent variables" if "rhs" in given else f"Variable: Fitted values of {x.depvar}"
    label = f"F({df}, {n - rank})" if "fstat" in given else f"chi2({df})"
    prob = "Prob > F" if "fstat" in given else "Prob > chi2"
    width = max(len(label), len(prob))
    blocks = (
        Blank(),
        line("Breusch–Pagan/Cook–Weisberg test for heteroskedasticity "),
        line(f"Assumption: {kind}"),
        line(what),
        Blank(),
        line("H0: Constant variance"),
        Blank(),
        line(f"{label:>{width}} = {text(value, '%6.2f'):>6}"),
        line(f"{prob:>{width}} = {p:.4f}"),
    )
    scalars = {"df": float(df), ("F" if "fstat" in given else "chi2"): value, "p": p}
    if "fstat" in given:
        scalars = {"df_m": float(df), "df_r": float(n - rank), "F": value, "p": p}
    return Outcome(blocks=blocks, r=Stored(scalars))
