"""Values as the text of macros, and that text as words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mixedcli import ast, numfmt
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.data.expression import scalar
from mixedcli.errors import InvalidSyntax, StataError, TypeMismatch
from mixedcli.session import Session, Settings

#: names of local macros have 31 characters, of global ones 32; local ones may begin with a digit
NAME = re.compile(r"\w+")


@contextmanager
def unplaced() -> Iterator[None]:
    """Errors about a text that was cut out of its line lose their place, which would point elsewhere."""
    try:
        yield
    except StataError as error:
        error.span = None
        raise


def number(value: float) -> str:
    """A number as it enters a macro: %18.0g without blanks."""
    return numfmt.text(value, "%18.0g")


def as_text(value: float | str) -> str:
    return value if isinstance(value, str) else number(value)


@unplaced()
def evaluated(session: Session, text: str) -> tuple[str, Settings]:
    """The value of an expression as text, and the settings afterwards (random numbers may have been drawn)."""
    assert session.language is not None
    node: ast.Expr = session.language.expr(text)
    context = expression_context(session)
    return as_text(scalar(node, context)), settings_after(session, context)


def stored(session: Session, kind: str, name: str) -> str:
    """What `r(mean)' stands for; "" for what there is not."""
    found: Any = expression_context(session).stored(kind, name)
    if isinstance(found, str):
        return found
    if isinstance(found, (int, float)):
        return number(float(found))
    if found is not None and getattr(found, "size", getattr(getattr(found, "values", None), "size", 0)) == 1:
        return number(float(getattr(found, "values", found).flat[0]))
    if found is not None and hasattr(found, "colnames"):
        raise TypeMismatch("type mismatch")
    return ""


def stepped(session: Session, name: str, step: int) -> str:
    """The number in a local macro, one up or down.  Errors: r(198) it holds none."""
    current = session.locals.get(name, "").strip()
    try:
        return number(float(current or "0") + step)
    except ValueError:
        raise InvalidSyntax(f"invalid '{current}'" if current else "invalid syntax") from None


def unquoted(text: str) -> str:
    """The text without quotes around the whole of it."""
    text = text.strip()
    pieces = words(text, quotes=True) if text[:1] == '"' or text[:2] == '`"' else []
    if len(pieces) != 1 or pieces[0] != text:
        return text
    if text.startswith('`"') and text.endswith("\"'") and len(text) >= 4:
        return text[2:-2]
    return text[1:-1] if len(text) >= 2 and text.startswith('"') and text.endswith('"') else text


def words(text: str, *, quotes: bool = False) -> list[str]:
    """Blank-separated words; what stands in quotes is one word, without them unless ``quotes``."""
    out: list[str] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        end = word_end(text, position)
        word = text[position:end]
        if not quotes:
            if word.startswith('`"') and word.endswith("\"'") and len(word) >= 4:
                word = word[2:-2]
            elif word.startswith('"'):
                word = word[1:-1] if word.endswith('"') and len(word) >= 2 else word[1:]
        out.append(word)
        position = end
    return out


def word_end(text: str, start: int) -> int:
    """Where the word that begins at ``start`` ends; a quoted text is one word."""
    if text.startswith('`"', start):
        depth, position = 1, start + 2
        for mark in re.finditer(r"`\"|\"'", text[position:]):
            depth += 1 if mark[0] == '`"' else -1
            if depth == 0:
                return position + mark.end()
        return len(text)
    if text[start] == '"':
        close = text.find('"', start + 1)
        return len(text) if close < 0 else close + 1
    found = re.compile(r"(?:(?!`\")[^\s\"])+").match(text, start)
    return start + 1 if found is None else found.end()
