"""What ``syntax`` is told to expect."""

from __future__ import annotations

import re

from mixedcli.commands.macros.typed import top_level
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen

_FRONT = ("varlist", "varname", "newvarlist", "newvarname", "namelist", "name", "anything")
_ELEMENT = re.compile(
    r"\s*(\[)?\s*(" + "|".join(_FRONT) + r"|if|in|using|=\s*/?\s*exp|[fapi]w(?:eights?)?\b[\w\s]*)"
    r"(/?)\s*(\(([^()]*)\))?(/?)\s*(\])?"
)


@frozen
class Expected:
    """One piece of the front: kind ("varlist", "if", "weight" ...), whether it may be missing, its modifiers.

    bare: a slash asked for the text alone (using/, exp/).
    """

    kind: str
    optional: bool
    modifiers: str = ""
    bare: bool = False


@frozen
class ExpectedOption:
    """One option: name in lower case, minimum abbreviation, type ("" for a flag, "string", "integer" ...).

    negative: noNAME turns it off.  default: what integer, real and cilevel are without it.
    """

    name: str
    least: int
    type: str = ""
    default: str = ""
    optional: bool = True
    negative: bool = False


@frozen
class Specification:
    """Everything between ``syntax`` and the end of its line.  star: other options go to `options'."""

    front: tuple[Expected, ...] = ()
    options: tuple[ExpectedOption, ...] = ()
    star: bool = False


def specification(text: str) -> Specification:
    """Errors: r(197) a specification that makes no sense."""
    within = re.search(r"\[\s*,", text)
    comma = next((position for position, char in top_level(text) if char == ","), None)
    if comma is None and within is not None:  # [, options]
        behind = text[within.end() :].rstrip().removesuffix("]")
        return Specification(_front(text[: within.start()]), *_options(behind, optional=True))
    if comma is None:
        return Specification(_front(text))
    return Specification(_front(text[:comma]), *_options(text[comma + 1 :], optional=False))


def _front(text: str) -> tuple[Expected, ...]:
    pieces: list[Expected] = []
    position = 0
    while text[position:].strip():
        found = _ELEMENT.match(text, position)
        if found is None or bool(found[1]) != bool(found[7]):
            raise _Invalid("invalid syntax")
        kind = re.sub(r"\s", "", found[2])
        bare = bool(found[3] or found[6]) or kind.startswith("=/")
        if kind.startswith("="):
            kind = "exp"
        elif re.match(r"[fapi]w", kind):
            kind, modifiers = "weight", found[2]
            pieces.append(Expected(kind, bool(found[1]), modifiers, bare))
            position = found.end()
            continue
        pieces.append(Expected(kind, bool(found[1]), found[5] or "", bare))
        position = found.end()
    return tuple(pieces)


def _options(text: str, *, optional: bool) -> tuple[tuple[ExpectedOption, ...], bool]:
    options: list[ExpectedOption] = []
    star = False
    position = 0
    while position < len(text):
        char = text[position]
        if char.isspace() or char == ",":
            position += 1
        elif char in "[]":
            optional = char == "["
            position += 1
        elif char == "*":
            star = True
            position += 1
        else:
            found = re.compile(r"(\w+)(?:\(((?:[^()]|\([^()]*\))*)\))?").match(text, position)
            if found is None:
                raise _Invalid("invalid syntax")
            options.append(_option(found[1], found[2], optional=optional))
            position = found.end()
    return tuple(options), star


def _option(word: str, inside: str | None, *, optional: bool) -> ExpectedOption:
    negative = word.startswith("no") and len(word) > 2 and word[2].isupper()
    bare = word[2:] if negative else word
    capitals = re.match(r"[A-Z0-9_]*", bare)
    assert capitals is not None
    least = len(capitals[0]) if bare[:1].isupper() else len(bare)
    name = bare.lower()
    if inside is None:
        return ExpectedOption(name, least, optional=True, negative=negative)
    kind, _, default = inside.strip().partition(" ")
    has_default = kind in ("integer", "real", "cilevel") and (bool(default.strip()) or kind == "cilevel")
    return ExpectedOption(name, least, kind, default.strip(), optional or has_default, negative)


class _Invalid(InvalidSyntax):
    rc = 197
