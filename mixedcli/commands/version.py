"""version - the language version a script was written for

    version [#]
    version #: command

Tables are always those of Stata 19.  What a version changes: xtmixed maximises the restricted likelihood by default
before version 12.  A version set in a program or script ends with it.
"""

from __future__ import annotations

from dataclasses import replace

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import AssertionFalse, InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("version", any_option=True)
NEWEST = 19.5


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Keep the number; alone, show the one in force.  Errors: r(9) a version there is not yet, r(198)."""
    body = command.body
    words = body.words if isinstance(body, ast.WordsBody) else ()
    if not words:
        return Outcome(blocks=(line(f"version {session.settings.version:.1f}"),))
    return Outcome(settings=replace(session.settings, version=number(words[0].text.rstrip(","))))


def number(text: str) -> float:
    """The number of a version as typed.  Errors: r(9), r(198)."""
    try:
        found = float(text)
    except ValueError:
        raise InvalidSyntax("invalid syntax") from None
    if not found <= NEWEST:
        raise AssertionFalse(f"this is version {NEWEST:.1f} of Stata; it cannot run version {found:.1f} programs")
    return found
