"""The operations of ``: list`` on macros that hold words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from mixedcli.commands.macros.text import unquoted, words
from mixedcli.errors import InvalidSyntax

_UNARY = re.compile(r"(uniq|dups|sort|clean|retok(?:e(?:n(?:i(?:z(?:e?)?)?)?)?)?|sizeof)\s+(\S+)")
_BINARY = re.compile(r"(\w+|global\(\w+\))\s*(===|==|\||&|-|\bin\b)\s*(\w+|global\(\w+\))")
_POSITION = re.compile(r"posof\s+(`\".*\"'|\".*?\"|\S+)\s+in\s+(\S+)", re.DOTALL)


def operation(text: str, locals_: Mapping[str, str], globals_: Mapping[str, str]) -> str:
    """The value of what follows ``: list``.  Errors: r(198)."""

    def held(name: str) -> list[str]:
        inside = re.fullmatch(r"global\((\w+)\)", name)
        return words(globals_.get(inside[1], "") if inside else locals_.get(name, ""), quotes=True)

    text = text.strip()
    if found := _UNARY.fullmatch(text):
        return _unary(found[1], held(found[2]))
    if found := _POSITION.fullmatch(text):
        wanted = unquoted(found[1])
        held_words = [unquoted(word) for word in held(found[2])]
        return str(held_words.index(wanted) + 1 if wanted in held_words else 0)
    if found := _BINARY.fullmatch(text):
        return _binary(found[2], held(found[1]), held(found[3]))
    raise InvalidSyntax("invalid syntax")


def _unary(name: str, items: list[str]) -> str:
    match name:
        case "uniq":
            return " ".join(dict.fromkeys(items))
        case "dups":
            seen: set[str] = set()
            return " ".join(item for item in items if item in seen or seen.add(item))  # type: ignore[func-returns-value]
        case "sort":
            return " ".join(sorted(items))
        case "sizeof":
            return str(len(items))
        case _:
            return " ".join(items)


def _binary(operator: str, a: list[str], b: list[str]) -> str:
    match operator:
        case "|":
            return " ".join([*a, *_without(b, a)])
        case "&":
            left = Counter(b)
            kept = []
            for item in a:
                if left[item] > 0:
                    left[item] -= 1
                    kept.append(item)
            return " ".join(kept)
        case "-":
            return " ".join(_without(a, b))
        case "==":
            return str(int(a == b))
        case "===":
            return str(int(Counter(a) == Counter(b)))
        case _:
            return str(int(not Counter(a) - Counter(b)))


def _without(a: list[str], b: list[str]) -> list[str]:
    """The elements of a that b does not account for, one for one."""
    gone = Counter(b)
    kept = []
    for item in a:
        if gone[item] > 0:
            gone[item] -= 1
        else:
            kept.append(item)
    return kept
