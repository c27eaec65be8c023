"""drop - remove variables or observations

    drop varlist
    drop if exp
    drop in range [if exp]
    drop _all

Examples: drop tmp* x1-x5
          drop if missing(weight)
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.assignment import plural
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.commands.rearrange import rearranged
from mixedcli.data import sample, varlist
from mixedcli.errors import InvalidSyntax, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("drop", allows=frozenset({"if", "in"}), by="groups")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Remove what is named or selected."""
    return remove(session, command, keep=False)


def remove(session: Session, command: ast.Command, *, keep: bool) -> Outcome:
    """drop, or with keep=True its mirror image.

    Errors: r(100) nothing given, r(198) a varlist together with if or in.
    """
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    selecting = command.condition is not None or command.in_range is not None
    if body.varlist.terms:
        if selecting:
            raise InvalidSyntax("invalid syntax", body.varlist.span)
        named = set(varlist.names(body.varlist, data))
        changed = data.without([n for n in data.names if (n in named) != keep])
        if changed.n == data.n:
            return Outcome(data=changed)
        return rearranged(session, changed, np.zeros(data.n, dtype=np.bool_))
    if not selecting:
        raise VarlistRequired("varlist or in range required", command.span)
    context = expression_context(session)
    rows = sample.mask(data, command.condition, command.in_range, context)
    if not keep:
        rows = ~rows
    gone = data.n - int(np.count_nonzero(rows))
    message = (line(f"({plural(gone, 'observation')} deleted)"),)
    settings = settings_after(session, context)
    if not gone:
        return Outcome(blocks=message, settings=settings)
    return rearranged(session, data.rows(rows), rows, message, settings)
