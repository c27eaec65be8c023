"""What stands behind a program's name, taken apart: variables, if, in, using, weights, options."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mixedcli.errors import InvalidSyntax, Unbalanced
from mixedcli.frozen import frozen

_MARKER = re.compile(r"(?:(?<=\s)|^)(if|in|using)(?=[\s(!~\"`-]|$)|\[\s*([a-z]*)\s*=(?!=)|(?<![=<>!~])=(?!=)")
_OPTION = re.compile(r"[^\W\d]\w*")


@frozen
class Typed:
    """The pieces as typed, "" where they are missing.  options: (name, text or None) in order."""

    front: str = ""
    condition: str = ""
    in_range: str = ""
    using: str = ""
    weight: str = ""
    weight_exp: str = ""
    assigned: str = ""
    options: tuple[tuple[str, str | None], ...] = ()


def top_level(text: str) -> Iterator[tuple[int, str]]:
    """Characters outside quotes, parentheses and brackets, with their positions.  Errors: r(132)."""
    depth, position = 0, 0
    while position < len(text):
        char = text[position]
        if text.startswith('`"', position):
            position = _behind_compound(text, position)
            continue
        if char == '"':
            close = text.find('"', position + 1)
            position = len(text) if close < 0 else close + 1
            continue
        if char in "([":
            if depth == 0:
                yield position, char
            depth += 1
        elif char in ")]":
            depth = max(depth - 1, 0)
        elif depth == 0:
            yield position, char
        position += 1
    if depth:
        raise Unbalanced("parentheses unbalanced")


def _behind_compound(text: str, start: int) -> int:
    depth = 0
    for mark in re.finditer(r"`\"|\"'", text[start:]):
        depth += 1 if mark[0] == '`"' else -1
        if depth == 0:
            return start + mark.end()
    return len(text)


def take_apart(text: str, *, assignment: bool = False) -> Typed:
    """The pieces of ``varlist if in using [weight] = exp, options``.  Errors: r(198) one of them twice, r(132)."""
    outside = dict(top_level(text))
    comma = next((position for position, char in outside.items() if char == ","), len(text))
    options = tuple(options_of(text[comma + 1 :]))
    front = text[:comma]
    marks = [
        found
        for found in _MARKER.finditer(front)
        if found.start() in outside and (found[0] != "=" or assignment) and not _inside_word(found, front)
    ]
    pieces: dict[str, str] = {"front": front[: marks[0].start() if marks else None].strip()}
    for k, found in enumerate(marks):
        stop = marks[k + 1].start() if k + 1 < len(marks) else len(front)
        kind = found[1] or ("weight" if found[0].startswith("[") else "=")
        name = {"if": "condition", "in": "in_range", "using": "using", "weight": "weight_exp", "=": "assigned"}[kind]
        if name in pieces:
            raise InvalidSyntax("invalid syntax")
        inside = front[found.end() : stop].strip()
        if kind == "weight":
            pieces["weight"] = found[2] or "weight"
            inside, bracket, behind = inside.rpartition("]")
            if not bracket or behind.strip():
                raise InvalidSyntax("invalid syntax")
        if not inside:
            raise InvalidSyntax("invalid syntax")
        pieces[name] = inside.strip()
    return Typed(**pieces, options=options)


def _inside_word(found: re.Match[str], front: str) -> bool:
    """A bracket that belongs to a name (x[1]) begins no weight."""
    return found[0].startswith("[") and found.start() > 0 and not front[found.start() - 1].isspace() and not found[2]


def options_of(text: str) -> Iterator[tuple[str, str | None]]:
    """``name`` and ``name(text)`` one after the other; commas count as blanks.  Errors: r(198), r(132)."""
    position = 0
    while position < len(text):
        if text[position].isspace() or text[position] == ",":
            position += 1
            continue
        found = _OPTION.match(text, position)
        if found is None:
            raise InvalidSyntax("invalid syntax")
        position = found.end()
        opening = re.compile(r"\s*\(").match(text, position)
        if opening is None:
            yield found[0], None
            continue
        close = _closing(text, opening.end() - 1)
        yield found[0], text[opening.end() : close].strip()
        position = close + 1


def _closing(text: str, start: int) -> int:
    """The parenthesis that closes the one at ``start``."""
    depth, position = 0, start
    while position < len(text):
        if text.startswith('`"', position):
            position = _behind_compound(text, position)
            continue
        char = text[position]
        if char == '"':
            close = text.find('"', position + 1)
            position = len(text) if close < 0 else close + 1
            continue
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 0:
            return position
        position += 1
    raise Unbalanced("parentheses unbalanced")
