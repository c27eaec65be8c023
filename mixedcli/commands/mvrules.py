"""What mvdecode and mvencode share: the list of values and missing values in mv()."""

from __future__ import annotations

import re

from mixedcli.data.missing import SYSMISS, missing_value
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Session

_CODE = re.compile(r"\.[a-z]?")


def parts(text: str) -> list[tuple[str, str]]:
    """mv(a \\ b=c ...): pairs of what stands before and behind the equals sign ("" without one)."""
    found = []
    for piece in text.split("\\"):
        left, equals, right = piece.partition("=")
        if not left.strip() or (equals and not right.strip()):
            raise InvalidSyntax("mv() invalid")  # unverified: words
        found.append((left.strip(), right.strip()))
    return found


def numbers(session: Session, text: str) -> tuple[float, ...]:
    """A number list.  Errors: r(121)."""
    assert session.language is not None
    return session.language.numlist(text)


def code(text: str) -> float:
    """The missing value "." or ".a" to ".z"; "" is ".".  Errors: r(198)."""
    if not text:
        return SYSMISS
    if _CODE.fullmatch(text) is None:
        raise InvalidSyntax(f"{text} found where missing value expected")  # unverified: words
    return missing_value(text[1:])
