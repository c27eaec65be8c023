"""The few SMCL directives that scripts put in the texts they display: {hline 20}, {txt}, {res:...}, {col 20}, {c |}."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mixedcli.blocks import Style

_DIRECTIVE = re.compile(r"\{([a-z]+|\.\.\.)(?: ([^:{}]*))?(?::([^{}]*))?\}")

STYLES: dict[str, Style] = {
    "txt": "text",
    "text": "text",
    "res": "result",
    "result": "result",
    "err": "error",
    "error": "error",
    "inp": "input",
    "input": "input",
    "cmd": "command",
    "com": "command",
}

_UNSTYLED = frozenset({"bf", "it", "sf", "ul", "hi"})

#: line-drawing characters in plain text, and names of characters that SMCL or do-files cannot hold
_CHARACTERS = {"|": "|", "-": "-", "+": "+", "-(": "{", ")-": "}", "S|": "$", "'g": "`"}


def pieces(text: str, style: Style, column: Callable[[], int], linesize: int) -> Iterator[tuple[str, Style]]:
    """A text as pieces of one style each; what is not a known directive stays as it is.

    style: the style before the text.  column: characters already in the line when a piece is asked for.
    """
    done = 0
    for found in _DIRECTIVE.finditer(text):
        name, argument, inner = found.groups()
        shown = _directive(name, (argument or "").strip(), column, linesize, found.start() - done)
        if shown is None and name not in STYLES and name not in _UNSTYLED:
            continue
        if found.start() > done:
            yield text[done : found.start()], style
        done = found.end()
        if name in STYLES and inner is None:
            style = STYLES[name]
        elif inner is not None:
            yield inner, STYLES.get(name, style)
        elif shown is not None:
            yield shown, style
    if done < len(text) or not text:
        yield text[done:], style
    yield "", style  # the style goes on after the text


def _directive(name: str, argument: str, column: Callable[[], int], linesize: int, before: int) -> str | None:
    """What a directive without text of its own puts into the line; None if it is not of that kind."""
    number = min(int(argument), 32_767) if argument.isascii() and argument.isdigit() else None
    match name:
        case "hline" if number is not None or not argument:
            return "-" * (number if number is not None else max(linesize - column() - before, 1))
        case "col" if number is not None:
            return " " * max(number - 1 - column() - before, 0)
        case "space" if number is not None:
            return " " * number
        case "c":
            return _CHARACTERS.get(argument, "+" if argument.isupper() and len(argument) == 2 else None)
        case _:
            return None
