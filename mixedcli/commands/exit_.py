"""exit - end the do-file or leave the program

    exit [#] [, clear]

A number other than 0 makes the do-file fail with that return code.  At the
prompt, clear says that unsaved changes of the data may be lost.
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.errors import DataChanged, InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("exit", (OptionSpec("clear", "clear"), OptionSpec("STATA", "STATA")))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Ask dispatch to stop."""
    body = command.body
    words = body.words if isinstance(body, ast.WordsBody) else ()
    if session.interactive and session.data.changed and session.data.columns and "clear" not in options:
        raise DataChanged("no; dataset in memory has changed since last saved")
    if not words:
        return Outcome(exit=True)
    try:
        return Outcome(exit=True, rc=int(words[0].text))
    except ValueError:
        raise InvalidSyntax("invalid syntax") from None
