"""The SMCL directives that scripts put in the texts they display: {hline 20}, {txt}, {res:...}, {col 20}, {c |}."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mixedcli.blocks import Style

_DIRECTIVE = re.compile(r"([A-Za-z_]+|\.\.\.|\.-)(?:\s+((?:\"[^\"]*\"|`\".*?\"'|[^:\"])*))?(?::(.*))?", re.DOTALL)

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
    "hi": "result",
    "hilite": "result",
}

#: typefaces, links and names: only the text is shown
_UNSTYLED = frozenset(
    {"bf", "it", "sf", "ul", "bind", "title", "help", "helpb", "browse", "stata", "view", "manhelp", "search", "ado",
     "opt", "opth", "var", "varname", "vars", "dlgtab", "pstd", "phang", "synopt", "manlink", "net", "update", "tab"}
)  # fmt: skip
#: paragraphs and marks without a text: nothing is shown
_SILENT = frozenset(
    {"p", "p_end", "pstd", "psee", "phang", "pmore", "pin", "smcl", "s6hlp", "...", "marker", "asis", "sf", "bf", "it",
     "ul", "break", "reset", "title", "viewerdialog", "vieweralsosee", "viewerjumpto", "p2colset", "p2colreset"}
)  # fmt: skip

#: line-drawing characters in plain text, and names of characters that SMCL or do-files cannot hold
_CHARACTERS = {"|": "|", "-": "-", "+": "+", "-(": "{", ")-": "}", "S|": "$", "'g": "`"}
_LONGEST = 32_767


def pieces(text: str, style: Style, column: Callable[[], int], linesize: int) -> Iterator[tuple[str, Style]]:
    """A text as pieces of one style each; what is not a known directive stays as it is.

    style: the style before the text.  column: characters already in the line when a piece is asked for.
    """
    state = [style]
    yield from _pieces(text, state, column, linesize)
    yield "", state[0]  # the style goes on after the text


def _pieces(text: str, state: list[Style], column: Callable[[], int], linesize: int) -> Iterator[tuple[str, Style]]:
    done = at = 0
    while (start := text.find("{", at)) >= 0:
        end = _closing(text, start)
        found = _DIRECTIVE.fullmatch(text[start + 1 : end]) if end > 0 else None
        if found is None or not _known(*found.groups()):
            at = start + 1
            continue
        if start > done:
            yield text[done:start], state[0]
        name, argument, inner = found.groups()
        yield from _directive(name, argument, inner, state, column, linesize)
        done = at = end + 1
    if done < len(text) or not text:
        yield text[done:], state[0]


def _closing(text: str, start: int) -> int:
    """The brace that closes the one at ``start``; -1 without."""
    if text.startswith("{c )-}", start):
        return start + 5
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return -1


def _number(argument: str | None) -> int | None:
    text = (argument or "").strip()
    return min(int(text), _LONGEST) if text.isascii() and text.isdigit() else None


def _known(name: str, argument: str | None, inner: str | None) -> bool:
    """Whether it is a directive as it stands."""
    number, bare = _number(argument), not (argument or "").strip()
    match name:
        case "hline":
            return bare or number is not None
        case "col" | "space" | "dup" | "ralign" | "lalign" | "center" | "rcenter" | "centre":
            return number is not None or (name in ("center", "centre") and bare)
        case "right" | "title":
            return inner is not None
        case "c" | "char":
            shown = (argument or "").strip()
            return shown in _CHARACTERS or (shown.isupper() and len(shown) == 2) or _code(shown) is not None
        case ".-":
            return True
    if inner is None:
        return (name in STYLES and bare) or name in _SILENT or (name in _UNSTYLED and not bare)
    return name in STYLES or name in _UNSTYLED


def _code(text: str) -> str | None:
    """A character by its number, "36" or "0x24"."""
    try:
        value = int(text, 16 if text.lower().startswith("0x") else 10)
    except ValueError:
        return None
    return chr(value) if 0 < value < 0xD800 else None


def _directive(
    name: str, argument: str | None, inner: str | None, state: list[Style], column: Callable[[], int], linesize: int
) -> Iterator[tuple[str, Style]]:
    number = _number(argument)
    match name:
        case "hline" | ".-":
            yield "-" * (number if number is not None else max(linesize - column(), 1)), state[0]
        case "col":
            yield " " * max((number or 1) - 1 - column(), 0), state[0]
        case "space":
            yield " " * (number or 0), state[0]
        case "dup":
            yield (inner or "") * (number or 0), state[0]
        case "ralign" | "lalign" | "center" | "centre" | "rcenter" | "right":
            yield from _aligned(name, number, inner or "", state, column, linesize)
        case "c" | "char":
            shown = (argument or "").strip()
            yield _CHARACTERS.get(shown) or _code(shown) or "+", state[0]
        case _ if inner is not None:
            before = state[0]
            state[0] = STYLES.get(name, before)
            yield from _pieces(inner, state, column, linesize)
            state[0] = before
        case _ if name in STYLES:
            state[0] = STYLES[name]
        case "help" | "helpb" | "opt" | "browse" | "view" | "manhelp" | "stata":
            yield (argument or "").strip().strip('"'), state[0]
        case "tab":
            yield "        ", state[0]


def _aligned(
    name: str, number: int | None, inner: str, state: list[Style], column: Callable[[], int], linesize: int
) -> Iterator[tuple[str, Style]]:
    """A text within so many columns."""
    shown = list(_pieces(inner, [state[0]], column, linesize))
    width = sum(len(text) for text, _ in shown)
    room = (number if number is not None else linesize - column()) - width
    before = {"ralign": room, "right": room, "lalign": 0, "rcenter": (room + 1) // 2}.get(name, room // 2)
    yield " " * max(before, 0), state[0]
    yield from shown
    if name != "right":
        yield " " * max(room - max(before, 0), 0), state[0]
