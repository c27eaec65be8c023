"""tokenize - split a text into `1', `2', ...

    tokenize ["]text["] [, parse("characters")]

Words are separated by blanks; what stands in quotes is one word.  The characters of parse() separate, too, and
(but for blanks) are words of their own.

Example: tokenize "a-b", parse("-")
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.macros.text import unquoted
from mixedcli.commands.macros.tokens import tokens
from mixedcli.commands.macros.typed import options_of, top_level
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("tokenize", any_option=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Errors: r(198) another option."""
    text = command.body.text if isinstance(command.body, ast.WordsBody) else ""
    comma = [position for position, char in top_level(text) if char == ","]
    given = dict(options_of(text[comma[-1] + 1 :])) if comma else {}
    if comma and set(given) <= {"parse", "p"}:
        text = text[: comma[-1]]
    elif comma:
        raise InvalidSyntax("invalid syntax", command.span)
    separators = unquoted(given.get("parse") or given.get("p") or "") if given else " "
    found = tokens(unquoted(text.strip()), separators)
    last = 0
    while str(last + 1) in session.locals:
        last += 1
    changes: dict[str, str | None] = {str(k): None for k in range(1, last + 1)}
    return Outcome(locals=changes | {str(k): word for k, word in enumerate(found, 1)})
