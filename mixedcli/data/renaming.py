"""Patterns of rename: what their wildcards stand for in an old name, and the new name they give.

Old: * any characters, ? one character, # one or more digits, (#) (##) ... exactly so many digits.  New: the same in
the same order carry over what they stood for, a number as it is under # and with at least so many digits under (##);
*[2] #[1] name the wildcard by number, . skips one, = is the whole old name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mixedcli.errors import InvalidSyntax, NotFound
from mixedcli.frozen import frozen

_SPECIAL = re.compile(r"(?P<kind>\*|\?|#|\((?P<digits>#+)\)|=|\.)(?:\[(?P<index>\d+)\])?")


@frozen
class Piece:
    """A part of a pattern: plain text, or a wildcard: "*" "?" "#" "=" ".".  digits: of (##); index: of [#], 0 none."""

    kind: str
    text: str = ""
    digits: int = 0
    index: int = 0


def pieces(pattern: str) -> tuple[Piece, ...]:
    """A pattern taken apart."""
    out, at = [], 0
    for found in _SPECIAL.finditer(pattern):
        if found.start() > at:
            out.append(Piece("text", pattern[at : found.start()]))
        digits = len(found["digits"] or "")
        out.append(Piece("#" if digits else found["kind"], digits=digits, index=int(found["index"] or 0)))
        at = found.end()
    if at < len(pattern):
        out.append(Piece("text", pattern[at:]))
    return tuple(out)


def is_pattern(text: str) -> bool:
    """Whether an old name is one with wildcards."""
    return any(p.kind in "*?#" for p in pieces(text) if p.kind != "text")


def matcher(pattern: str) -> re.Pattern[str]:
    """A regular expression for an old pattern with a group for each wildcard.  Errors: r(198)."""
    parts = []
    for p in pieces(pattern):
        if p.kind in ("=", ".") or p.index:
            raise InvalidSyntax(f"{pattern} invalid name")
        digits = rf"(\d{{{p.digits}}})" if p.digits else r"(\d+)"
        parts.append({"text": re.escape(p.text), "*": "(.*)", "?": "(.)", "#": digits}[p.kind])
    return re.compile("".join(parts))


def matches(pattern: str, names: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """The names an old pattern fits, with what its wildcards stand for.  Errors: r(111) none."""
    wanted = matcher(pattern)
    found = [(name, hit.groups()) for name in names if (hit := wanted.fullmatch(name))]
    if not found:
        raise NotFound(f"variable {pattern} not found")
    return found


def renamed(new: str, old: str, caught: Sequence[str], number: int | None = None, *, replacing: bool = False) -> str:
    """The new name.

    number: a running number that the last # of the pattern stands for; replacing: every # does, and takes the place of
    a number of the old name.  Errors: r(198).
    """
    parts = pieces(new)
    marks = [k for k, p in enumerate(parts) if p.kind == "#"]
    out, at = [], 0
    for k, p in enumerate(parts):
        if p.kind == "text":
            out.append(p.text)
            continue
        if p.kind == "=":
            out.append(old)
            continue
        if number is not None and p.kind == "#" and (replacing or k == marks[-1]):
            out.append(f"{number:0{max(p.digits, 1)}d}")
            at += replacing
            continue
        place = p.index - 1 if p.index else at
        if not 0 <= place < len(caught):
            raise InvalidSyntax(f"{new} has more wildcards than the old name")  # unverified: wording
        at += not p.index
        if p.kind == "#":
            if not caught[place].isdecimal():
                raise InvalidSyntax(f"{caught[place]} in {old} is no number")  # unverified: wording
            out.append(f"{int(caught[place]):0{p.digits}d}" if p.digits else caught[place])
        elif p.kind != ".":
            out.append(caught[place])
    if number is not None and not marks:
        out.append(str(number))
    return "".join(out)
