"""Storage types: ranges, promotion, rounding, default formats, legal names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import missing
from mixedcli.errors import InvalidSyntax, Span

Floats = NDArray[np.float64]

NUMERIC: tuple[str, ...] = ("byte", "int", "long", "float", "double")

MAX_STRF = 2045
"""Longest fixed-width string, in bytes; longer ones are strL."""

DTYPES: dict[str, Any] = {
    "byte": np.int8,
    "int": np.int16,
    "long": np.int32,
    "float": np.float32,
    "double": np.float64,
}

FORMATS: dict[str, str] = {
    "byte": "%8.0g",
    "int": "%8.0g",
    "long": "%12.0g",
    "float": "%9.0g",
    "double": "%10.0g",
    "strL": "%9s",
}

#: widest float: the largest float32 below the code of "."
MAX_FLOAT = float(np.nextafter(np.float32(2.0**127), np.float32(0)))

#: words that cannot name a variable ([U] 11.3)
RESERVED = frozenset({"_all", "_b", "_coef", "_cons", "_n", "_N", "_pi", "_pred", "_rc", "_skip"}).union(
    NUMERIC, {"if", "in", "strL", "using", "with"}
)

_NAME = re.compile(r"(?!\d)\w{1,32}\Z")
_STR_TYPE = re.compile(r"str(\d+)\Z")


def is_type(word: str) -> bool:
    """Whether the word is a storage type: byte ... double, str1 ... str2045, strL."""
    if word in DTYPES or word == "strL":
        return True
    found = _STR_TYPE.match(word)
    return bool(found) and 1 <= int(word[3:]) <= MAX_STRF


def valid_name(name: str) -> bool:
    """Whether the name is legal for a variable: letters of any script, digits, _; at most 32; not reserved."""
    return bool(_NAME.match(name)) and name not in RESERVED and not _STR_TYPE.match(name)


def check_name(name: str, span: Span | None = None) -> str:
    """The name itself when legal.  Errors: r(198)."""
    if not valid_name(name):
        raise InvalidSyntax(f"{name} invalid name", span)  # stata: message of generate/rename
    return name


def default_format(storage: str) -> str:
    """Display format a new variable of this type gets: "%9.0g" for float, "%12s" for str12."""
    known = FORMATS.get(storage)
    if known is not None:
        return known
    return f"%{max(9, int(storage[3:]))}s"


def string_type(values: Iterable[str]) -> str:
    """Smallest string type for the values: by their length in UTF-8 bytes."""
    widest = max(map(_bytes, set(values)), default=0)
    return f"str{max(1, widest)}" if widest <= MAX_STRF else "strL"


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def fits(values: Floats, storage: str) -> bool:
    """Whether a numeric type holds the values (Stata's coding) without leaving its range or losing a fraction.

    float and double count as holding every number in range, rounded.
    """
    real = values[~missing.is_missing(values)]
    if not len(real):
        return True
    low, high = float(real.min()), float(real.max())
    if storage == "double":
        return True
    if storage == "float":
        return max(-low, high) <= MAX_FLOAT
    _, least, most, _ = missing.INTEGER_TYPES[storage]
    return least <= low and high <= most and _whole(real)


def whole_type(low: float, high: float) -> str:
    """Smallest integer type for whole numbers between low and high; double beyond long."""
    for name, (_, least, most, _) in missing.INTEGER_TYPES.items():
        if least <= low and high <= most:
            return name
    return "double"


def promote(storage: str, values: Floats) -> str:
    """The type a variable of ``storage`` becomes to take the values (replace): byte -> int -> long -> double, or float.

    A fraction turns byte and int into float (they fit exactly in it) and long into double.
    """
    if fits(values, storage):
        return storage
    real = values[~missing.is_missing(values)]
    if storage == "float" or not _whole(real):
        return "float" if storage in ("byte", "int") and fits(values, "float") else "double"
    wider = whole_type(float(real.min()), float(real.max()))
    return max(storage, wider, key=NUMERIC.index)


def smallest(real: Floats, decimals: str = "float") -> str:
    """Type that import gives values without missing: the smallest integer type, or ``decimals`` if one is not whole.

    Whole numbers beyond long, and values beyond float, become double.
    """
    if not len(real):
        return "byte"
    low, high = float(real.min()), float(real.max())
    if _whole(real[:1000]) and _whole(real):
        return whole_type(low, high)
    return decimals if decimals == "double" or max(-low, high) <= MAX_FLOAT else "double"


def _whole(real: Floats) -> bool:
    return bool((real == np.rint(real)).all())
