"""lookfor - find variables by words in their names and labels

    lookfor word [word ...]

Capitals do not matter; words in double quotes are looked for together.  The names found are left in r(varlist).

Example: lookfor income "date of birth"
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Blank
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.ds import described
from mixedcli.commands.loading import words_of
from mixedcli.errors import InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("lookfor")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Look.  Errors: r(198) nothing to look for."""
    wanted = [word.text.casefold() for word in words_of(command)]
    if not wanted:
        raise InvalidSyntax("invalid syntax", command.span)
    names = [
        name
        for name, column in session.data.columns.items()
        if any(word in name.casefold() or word in column.label.casefold() for word in wanted)
    ]
    blocks = (Blank(), described(session.data, names)) if names else ()
    return Outcome(blocks=blocks, r=Stored(macros={"varlist": " ".join(names)}))
