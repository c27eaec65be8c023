"""estat vif: how much correlation among the regressors inflates the variances of the coefficients."""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat.options import bare
from mixedcli.commands.estat.regression import refit, rss
from mixedcli.numfmt import abbreviate, text
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

OPTIONS: tuple[OptionSpec, ...] = ()


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(198), r(321)."""
    bare(command, OPTIONS)
    x = refit(session, "vif")
    found = []
    for k in x.regressors:
        others = np.delete(x.X, k, axis=1)
        spread = x.X[:, k] - x.X[:, k].mean()
        left, _ = rss(others, x.X[:, k])
        found.append((x.names[k], float(spread @ spread) / left))
    found.sort(key=lambda pair: -pair[1])
    # stata: public logs
    blocks: list[Block] = [Blank(), line("    Variable |       VIF       1/VIF  "), line("-" * 13 + "+" + "-" * 22)]
    blocks += [line(f"{abbreviate(n, 12):>12} |{text(v, '%9.2f'):>10}{1 / v:>12.6f}") for n, v in found]
    mean = sum(v for _, v in found) / len(found) if found else float("nan")
    blocks += [line("-" * 13 + "+" + "-" * 22), line(f"{'Mean VIF':>12} |{text(mean, '%9.2f'):>10}")]
    scalars = {f"vif_{k}": v for k, (_, v) in enumerate(found, 1)}
    return Outcome(blocks=tuple(blocks), r=Stored(scalars, {f"name_{k}": n for k, (n, _) in enumerate(found, 1)}))
