"""version - the language version a script was written for

    version [#]

Accepted for any version; results and tables are always those of Stata 19.
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("version", any_option=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Check the number; alone, show ours."""
    body = command.body
    words = body.words if isinstance(body, ast.WordsBody) else ()
    if not words:
        return Outcome(blocks=(line("version 19.0"),))
    try:
        float(words[0].text)
    except ValueError:
        raise InvalidSyntax("invalid syntax") from None
    return Outcome()
