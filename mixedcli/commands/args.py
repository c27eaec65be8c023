"""args - name the arguments of a program or do-file

    args name [name ...]

The first argument becomes the first local macro, and so on; macros without an argument are empty.

Example: args depvar group
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.macros.text import NAME
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("args", any_option=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Errors: r(198) a bad name."""
    names = command.body.text.split() if isinstance(command.body, ast.WordsBody) else []
    if not names or not all(NAME.fullmatch(name) for name in names):
        raise InvalidSyntax("invalid syntax", command.span)
    return Outcome(locals={name: session.locals.get(str(k)) for k, name in enumerate(names, 1)})
