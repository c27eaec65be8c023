"""What stands behind a handle in file write and file read: texts, expressions, formats, directives."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mixedcli.commands.macros.text import word_end
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen

_FORMAT = re.compile(r"%\S+?(?=[\s(\"`]|$)")
_DIRECTIVE = re.compile(r"(_[a-z]+)(?:\s*\(\s*(-?\d+)\s*\))?")

#: directive -> minimum abbreviation
_DIRECTIVES = {"_newline": 2, "_tab": 2, "_skip": 2, "_column": 4, "_dup": 2, "_page": 5, "_char": 5}


@frozen
class Item:
    """kind: "text" (without its quotes), "expr" (without its parentheses) or a directive's full name.

    format: the %format before it, "" for none.  count: the number of a directive.
    """

    kind: str
    text: str = ""
    format: str = ""
    count: int = 1


def items(text: str) -> Iterator[Item]:
    """The items in order.  Errors: r(198) what is none of them."""
    position, shape = 0, ""
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        if text[position] == '"' or text.startswith('`"', position):
            end = word_end(text, position)
            inner = text[position:end]
            yield Item("text", inner[2:-2] if inner.startswith("`") else inner[1:-1], shape)
        elif text[position] == "(":
            end = _closing(text, position)
            yield Item("expr", text[position + 1 : end - 1], shape)
        elif (found := _FORMAT.match(text, position)) is not None:
            shape, position = found[0], found.end()
            continue
        elif (found := _DIRECTIVE.match(text, position)) is not None:
            end = found.end()
            yield Item(_full(found[1]), count=int(found[2]) if found[2] else 1)
        else:
            raise InvalidSyntax(f"{text[position:].split()[0]} invalid syntax")  # unverified: wording
        position, shape = end, ""


def _full(word: str) -> str:
    for name, least in _DIRECTIVES.items():
        if name.startswith(word) and len(word) >= least:
            return name
    raise InvalidSyntax(f"{word} invalid syntax")  # unverified: wording


def _closing(text: str, start: int) -> int:
    """Behind the parenthesis that closes the one at ``start``.  Errors: r(198)."""
    depth, position = 0, start
    while position < len(text):
        mark = text[position]
        if mark == '"' or text.startswith('`"', position):
            position = word_end(text, position)
            continue
        depth += {"(": 1, ")": -1}.get(mark, 0)
        position += 1
        if depth == 0:
            return position
    raise InvalidSyntax("too few ')' or ']'")
