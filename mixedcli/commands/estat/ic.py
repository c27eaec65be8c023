"""estat ic: information criteria of the last estimates."""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Blank
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat.options import bind
from mixedcli.commands.estimates import stats_blocks
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(198)."""
    given = bind(command.options, (OptionSpec("n", "n", "text"),))
    n = given.get("n")
    if n is not None and (not n.strip().isdigit() or int(n) < 1):
        raise InvalidSyntax("option n() incorrectly specified")
    assert session.estimates is not None
    return Outcome(blocks=(Blank(), *stats_blocks([(".", session.estimates)], None if n is None else int(n))))
