"""estat group: the grouping table of the header, for any number of levels."""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Blank, EstimationHeader, GroupInfo
from mixedcli.commands.estat.options import bare, fitted
from mixedcli.errors import NotValid
from mixedcli.session import Outcome, Session


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(198), r(321) without random effects."""
    bare(command, ())
    levels = fitted(session).frame.levels
    if not levels:
        raise NotValid("model has no random effects")  # unverified: words
    table = tuple(GroupInfo(x.name, x.groups, x.minimum, x.average, x.maximum) for x in levels)
    return Outcome(blocks=(Blank(), EstimationHeader((), table)))
