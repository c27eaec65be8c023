"""exit - end the do-file or leave the program

    exit [[=] exp] [, clear STATA]

Inside a program the program ends.  A number other than 0 makes the do-file or program fail with that return code.
At the prompt, clear says that unsaved changes of the data may be lost.

Example: if _rc exit _rc
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.macros.text import unplaced
from mixedcli.data.expression import scalar
from mixedcli.errors import DataChanged, InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("exit", (OptionSpec("clear", "clear"), OptionSpec("STATA", "STATA")))


@unplaced()
def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Ask dispatch to stop."""
    body = command.body
    words = body.words if isinstance(body, ast.WordsBody) else ()
    if session.interactive and session.data.changed and session.data.columns and "clear" not in options:
        raise DataChanged("no; dataset in memory has changed since last saved")
    if not words:
        return Outcome(exit=True)
    assert isinstance(body, ast.WordsBody)
    assert session.language is not None
    value = scalar(session.language.expr(body.text.strip().removeprefix("=")), expression_context(session))
    if isinstance(value, str) or not 0 <= value < 2**31 or value != int(value):
        raise InvalidSyntax("invalid syntax")
    return Outcome(exit=True, rc=int(value))
