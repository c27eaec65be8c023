"""count - count observations

    count [if] [in]

Shows the number of observations that satisfy the condition and leaves it in r(N).

Example: count if missing(weight)
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.data import sample
from mixedcli.errors import VarlistNotAllowed
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("count", allows=frozenset({"if", "in"}), by="each")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Count."""
    if isinstance(command.body, ast.VarlistBody) and command.body.varlist.terms:
        raise VarlistNotAllowed("varlist not allowed", command.span)
    context = expression_context(session)
    n = int(np.count_nonzero(sample.mask(session.data, command.condition, command.in_range, context)))
    return Outcome(
        blocks=(line(f"  {n:,}", "result"),),
        r=Stored(scalars={"N": float(n)}),
        settings=settings_after(session, context),
    )
