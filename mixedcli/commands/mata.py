"""mata, python, java - languages of their own

    mata: statement        mata ... end        python: statement        python ... end

These are not part of mixedcli: the command says so and stops.  For computing with matrices there is matrix.
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import NotYetAvailable
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("mata", any_option=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Errors: r(198) always."""
    hint = "; see help matrix for computing with matrices" if command.name == "mata" else ""
    raise NotYetAvailable(f"{command.name} is not available{hint}", command.span)
