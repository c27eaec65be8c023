"""Macro expansion: `name' and $name replaced before a line is parsed, inside strings too."""

from __future__ import annotations

import re
from collections.abc import Callable

_MARK = re.compile(r"\\[`$]|`\"|`|'|\$\{|\$(?=[A-Za-z_])|\}")
_GLOBAL = re.compile(r"\w+")
#: what may stand between ` and ': a name, or the forms `=exp', `:function', `++i', `.class' that the caller evaluates
_LOCAL = re.compile(r"\s*(?:\w+|[=:.].*|(?:\+\+|--)\w+|\w+(?:\+\+|--))\s*", re.DOTALL)


def expand(text: str, lookup: Callable[[str, bool], str]) -> str:
    r"""``text`` with its macros replaced by ``lookup(name, is_global)``; an undefined macro is the caller's "".

    Nested macros are expanded from the inside (``x`i''`` looks up the name that ``x`` and the value of ``i`` make).
    ``\``` and ``\$`` stand for the character.  What has no end, or is no name, stays as typed.
    """
    if "`" not in text and "$" not in text:
        return text
    # open macros, innermost last: (how it was opened, what was read since)
    stack: list[tuple[str, list[str]]] = [("", [])]
    position = 0
    while True:
        mark = _MARK.search(text, position)
        stack[-1][1].append(text[position : len(text) if mark is None else mark.start()])
        if mark is None:
            break
        position = mark.end()
        kind = mark[0]
        if kind[0] == "\\":
            stack[-1][1].append(kind[1])
        elif kind in ("`", "${"):
            stack.append((kind, []))
        elif kind == "'" and stack[-1][0] == "`":
            inside = "".join(stack.pop()[1])
            known = _LOCAL.fullmatch(inside) is not None
            stack[-1][1].append(lookup(inside.strip(), False) if known else f"`{inside}'")
        elif kind == "}" and stack[-1][0] == "${":
            inside = "".join(stack.pop()[1])
            known = _GLOBAL.fullmatch(inside) is not None
            stack[-1][1].append(lookup(inside, True) if known else f"${{{inside}}}")
        elif kind == "$":
            name = _GLOBAL.match(text, position)
            assert name is not None
            position = name.end()
            stack[-1][1].append(lookup(name[0], True))
        else:
            stack[-1][1].append(kind)
    while len(stack) > 1:  # never closed: as typed
        opened, pieces = stack.pop()
        stack[-1][1].append(opened + "".join(pieces))
    return "".join(stack[0][1])
