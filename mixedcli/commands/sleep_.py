"""sleep - wait

    sleep milliseconds

Example: sleep 500
"""

from __future__ import annotations

import time

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.loading import words_of
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("sleep")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Wait.  Errors: r(198)."""
    words = [word.text for word in words_of(command)]
    if len(words) != 1 or not (words[0].isascii() and words[0].isdigit()) or len(words[0]) > 9:
        raise InvalidSyntax("invalid syntax", command.span)
    time.sleep(int(words[0]) / 1000)
    return Outcome()
