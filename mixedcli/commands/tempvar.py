"""tempvar - names for variables, scalars, matrices and files that do not outlive the program; tempname, tempfile

    tempvar name [name ...]
    tempname name [name ...]
    tempfile name [name ...]

Each local macro holds a name that nothing else has.  What is made under it, variable, scalar, matrix or file, is
removed when the program or do-file ends.

Example: tempvar touse
         generate byte `touse' = !missing(y, x)
"""

from __future__ import annotations

from mixedcli import ast, commands
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.macros.names import temporary
from mixedcli.commands.macros.text import NAME
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("tempvar")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Give out names.  Errors: r(198)."""
    body = command.body
    words = [word.text for word in body.words] if isinstance(body, ast.WordsBody) else []
    if not words or not all(NAME.fullmatch(word) for word in words):
        raise InvalidSyntax("invalid syntax")
    kind = commands.resolve(command.name)
    given = {word: temporary(session, kind, session.temporaries + k) for k, word in enumerate(words)}
    return Outcome(locals=given, temporary=tuple(given.values()))
