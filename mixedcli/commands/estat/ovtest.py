"""estat ovtest: Ramsey's (1969) test that powers of the fitted values explain nothing more."""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, line
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat.options import bare
from mixedcli.commands.estat.regression import refit, rss
from mixedcli.engine import distributions
from mixedcli.numfmt import text
from mixedcli.results import Floats, Stored
from mixedcli.session import Outcome, Session

OPTIONS = (OptionSpec("rhs", "r"),)


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(198), r(321)."""
    given = bare(command, OPTIONS)
    x = refit(session, "ovtest")
    rhs = "rhs" in given
    sources = [x.X[:, k] for k in x.regressors] if rhs else [x.fitted]
    powers = [_scaled(v) ** k for v in sources for k in (2, 3, 4)]
    before, rank = rss(x.X, x.y)
    after, wider = rss(np.column_stack([x.X, *powers]), x.y)
    df, ddf = wider - rank, len(x.y) - wider
    F = (before - after) / df / (after / ddf) if df and ddf > 0 else float("nan")
    p = distributions.f_tail(F, df, ddf)
    label = f"F({df}, {ddf})"
    width = max(len(label), 8)
    blocks = (
        Blank(),
        line("Ramsey RESET test for omitted variables"),
        line("Omitted: Powers of " + ("the independent variables" if rhs else f"fitted values of {x.depvar}")),
        Blank(),
        line("H0: Model has no omitted variables"),
        Blank(),
        line(f"{label:>{width}} = {text(F, '%6.2f'):>6}"),
        line(f"{'Prob > F':>{width}} = {text(p, '%6.4f')}"),
    )
    return Outcome(blocks=blocks, r=Stored({"p": p, "F": F, "df_r": float(ddf), "df": float(df)}))


def _scaled(v: Floats) -> Floats:
    """To the interval from 0 to 1: powers then are far from collinear."""
    low, high = float(v.min()), float(v.max())
    return (v - low) / (high - low) if high > low else v - low
