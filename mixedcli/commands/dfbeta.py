"""dfbeta - influence of every observation on the coefficients

    dfbeta [indepvars] [, stub(name)]

After regress: a new variable _dfbeta_1, _dfbeta_2 ... for every regressor, or for those listed: how many standard
errors its coefficient moves when the observation is left out.

Example: regress reaction days
         dfbeta
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import stored_numbers
from mixedcli.commands.estimation import linear_predict
from mixedcli.commands.estimation.withcoefficients import with_coefficients
from mixedcli.commands.newvars import free
from mixedcli.data import types, varlist
from mixedcli.data.dataset import Column
from mixedcli.errors import LastEstimatesNotFound
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("dfbeta", (OptionSpec("stub", "stub", "name"),))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the variables.  Errors: r(110), r(111), r(301)."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    estimates = session.estimates
    if estimates is None or estimates.stored.macros.get("cmd") != "regress":
        raise LastEstimatesNotFound("last estimates not found")
    names: tuple[str, ...] = varlist.names(body.varlist, session.data)
    if not names:
        matrices = with_coefficients(estimates).matrices
        b, V = matrices["b"], np.diag(matrices["V"].values)
        names = tuple(n for n, v in zip(b.colnames, V, strict=True) if v > 0 and n != "_cons")
    stub = options.get("stub", "_dfbeta_")
    first = 1
    while f"{stub}{first}" in session.data:
        first += 1
    storage = session.settings.default_type
    blocks: list[Block] = [
        Blank(),
        line("Generating DFBETA " + ("variables ..." if len(names) > 1 else "variable ...")),
        Blank(),
    ]
    columns = []
    for k, name in enumerate(names, first):
        values, label = linear_predict.dfbeta(session, estimates, name)
        new = f"{stub}{k}"
        free([new], session.data)
        columns.append(
            Column(new, storage, stored_numbers(values, storage), types.default_format(storage), label=label[:80])
        )
        blocks.append(line(f"    {new}: DFBETA {name}"))  # unverified: words
    return Outcome(blocks=tuple(blocks), data=session.data.with_columns(columns))
