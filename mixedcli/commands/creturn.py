"""creturn - list the values of c()

    creturn list

Settings, limits, dates and paths by name; c(name) stands for each of them in expressions and macros.

Example: display "fitted on " c(current_date) " in " c(pwd)
"""

from __future__ import annotations

from mixedcli import ast, numfmt
from mixedcli.blocks import Block, Line, Segment, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.cvalues import GROUPS
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("creturn")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """List them in groups."""
    body = command.body
    words = [w.text for w in body.words] if isinstance(body, ast.WordsBody) else []
    if len(words) != 1 or not ("list".startswith(words[0]) and len(words[0]) >= 1):
        raise InvalidSyntax("invalid syntax", command.span)
    blocks: list[Block] = []
    for title, values in GROUPS.items():
        blocks.append(line(f"{title}"))
        for name, get in values.items():
            value = get(session)
            text = f'"{value}"' if isinstance(value, str) else numfmt.general(value, 12)
            blocks.append(Line((Segment(f"{f'c({name})':>24} = "), Segment(text, "result"))))
        blocks.append(line(""))
    return Outcome(blocks=tuple(blocks[:-1]))
