"""return - list the stored results of general commands

    return list

Shows the scalars, macros and matrices that the last general command left in r().
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.ereturn import check_subcommand, listing
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("return", (OptionSpec("all", "all"),))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """List r()."""
    check_subcommand(command, "return")
    return Outcome(blocks=listing("r", session.r))
