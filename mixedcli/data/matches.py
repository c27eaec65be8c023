"""Regular expressions: Stata's patterns as Python's, and what the last match found, row by row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.errors import InvalidSyntax

#: classes of characters that Python's patterns lack
_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s",
    "blank": r" \t", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f", "word": r"\w", "cntrl": r"\x00-\x1f\x7f",
}  # fmt: skip
_NAMED = re.compile(r"\[:(\^?)(\w+):\]")
_PROPERTIES = {
    r"\p{L}": r"[^\W\d_]",
    r"\p{N}": r"\d",
    r"\p{Nd}": r"\d",
    r"\p{Lu}": "[A-ZÀ-ÖØ-Þ]",
    r"\p{Ll}": "[a-zß-öø-ÿ]",
}
_POSSIBLE_GROUP = re.compile(r"\(\?<([A-Za-z]\w*)>")


@lru_cache(maxsize=256)
def compiled(pattern: str, ignore_case: bool = False) -> re.Pattern[str]:
    """A pattern ready to use.  Errors: r(198) what is none."""
    translated = _NAMED.sub(lambda m: _CLASSES.get(m[2], m[0]), pattern)
    for theirs, ours in _PROPERTIES.items():
        translated = translated.replace(theirs, ours)
    translated = _POSSIBLE_GROUP.sub(r"(?P<\1>", translated)
    try:
        return re.compile(translated, re.IGNORECASE if ignore_case else 0)
    except (re.error, OverflowError, RecursionError) as error:
        raise InvalidSyntax(f"regexp: {error}") from None


class Matches:
    """What regexm() and its kin matched last.  One for the byte functions and one for the Unicode ones (kind).

    rows: positions in the data to which the matches belong, None for a single one.
    """

    __slots__ = ("_found", "_rows")

    def __init__(self) -> None:
        self._found: dict[str, Sequence[re.Match[str] | None]] = {}
        self._rows: dict[str, NDArray[np.int64] | None] = {}

    def keep(self, kind: str, rows: NDArray[np.int64] | None, found: Sequence[re.Match[str] | None]) -> None:
        """Remember the matches of the rows, or one match."""
        self._rows[kind] = rows
        self._found[kind] = found

    def single(self, kind: str) -> bool:
        """Whether the last match was of one text for all rows."""
        return self._rows.get(kind) is None

    def at(self, kind: str, rows: NDArray[np.int64]) -> list[re.Match[str] | None]:
        """The match of each row; None where there was none."""
        found, known = self._found.get(kind, ()), self._rows.get(kind)
        if known is None:
            return [found[0] if found else None] * len(rows)
        place = np.searchsorted(known, rows)
        inside = (place < len(known)) & (known[np.minimum(place, len(known) - 1)] == rows) if len(known) else rows < 0
        return [found[p] if ok else None for p, ok in zip(place.tolist(), inside.tolist(), strict=True)]


def group(match: re.Match[str] | None, which: Any) -> str:
    """A part of a match by number or name; "" where it took no part."""
    if match is None:
        return ""
    try:
        return match[which] or ""
    except IndexError:
        return ""
