"""Macro expansion: `name' and $name replaced before a line is parsed, inside strings too."""

from __future__ import annotations

import re
from collections.abc import Callable

from mixedcli.errors import LineTooLong

_MARK = re.compile(r"\\[`$]|`\"|`|'|\$\{|\$(?=[A-Za-z_])|\}")
_GLOBAL = re.compile(r"\w+")
#: what may stand between ` and ': a name, or one of the forms that the caller evaluates:
#: `=exp', `:function', `++i', `macval(x)', `r(mean)', `x[name]', `*'
_LOCAL = re.compile(
    r"\s*(?:\w+|[=:.].*|(?:\+\+|--)\w+|\w+(?:\+\+|--)|[ercs]\(\s*\w+\s*\)|\w+\[\s*\w*\s*\]|macval\(\s*\$?\w+\s*\)|\*)\s*",
    re.DOTALL,
)

#: a macro whose value holds macros is expanded again: so deep, so many times in a line
DEPTH, TIMES = 100, 100_000
#: Stata's limit on the length of a line
LONGEST = 4_227_143


def expand(text: str, lookup: Callable[[str, bool], str]) -> str:
    r"""``text`` with its macros replaced by ``lookup(name, is_global)``; an undefined macro is the caller's "".

    Nested macros are expanded from the inside (``x`i''`` looks up the name that ``x`` and the value of ``i`` make),
    and a value that holds macros itself is expanded again, but for `macval(x)'.
    ``\``` and ``\$`` stand for the character.  What has no end, or is no name, stays as typed.
    Errors: r(920) the line becomes too long, or a macro refers to itself.
    """
    if "`" not in text and "$" not in text:
        return text
    return _expand(text, lookup, 0, [TIMES])


def _expand(text: str, lookup: Callable[[str, bool], str], depth: int, left: list[int]) -> str:
    left[0] -= 1
    if depth > DEPTH or left[0] < 0:
        raise LineTooLong("macro substitution results in line that is too long")

    def value(name: str, is_global: bool) -> str:
        if name.startswith("macval("):
            name = name[7:-1].strip()
            return lookup(name.removeprefix("$"), name.startswith("$"))
        found = lookup(name, is_global)
        if ("`" in found or "$" in found) and name[0] not in "=:.":
            found = _expand(found, lookup, depth + 1, left)
        return found

    # open macros, innermost last: (how it was opened, what was read since)
    stack: list[tuple[str, list[str]]] = [("", [])]
    position = 0
    length = 0
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
            stack[-1][1].append(value(inside.strip(), False) if known else f"`{inside}'")
            length += len(stack[-1][1][-1])
        elif kind == "}" and stack[-1][0] == "${":
            inside = "".join(stack.pop()[1])
            known = _GLOBAL.fullmatch(inside) is not None
            stack[-1][1].append(value(inside, True) if known else f"${{{inside}}}")
            length += len(stack[-1][1][-1])
        elif kind == "$":
            name = _GLOBAL.match(text, position)
            assert name is not None
            position = name.end()
            stack[-1][1].append(value(name[0], True))
            length += len(stack[-1][1][-1])
        else:
            stack[-1][1].append(kind)
        if length > LONGEST:
            raise LineTooLong("macro substitution results in line that is too long")
    while len(stack) > 1:  # never closed: as typed
        opened, pieces = stack.pop()
        stack[-1][1].append(opened + "".join(pieces))
    return "".join(stack[0][1])
