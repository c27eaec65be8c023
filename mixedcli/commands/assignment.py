"""What generate and replace share: an expression's value -> a column of a storage type."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import missing, types
from mixedcli.errors import Span, TypeMismatch

Floats = NDArray[np.float64]


def stored_numbers(values: Floats, storage: str) -> NDArray[Any]:
    """Values in a numeric type: fractions cut off in integer types, "." beyond the type's range."""
    if storage == "double":
        return missing.narrow(values, storage)
    known = ~missing.is_missing(values)
    if storage == "float":
        outside = known & (np.abs(values) > types.MAX_FLOAT)
        return missing.narrow(np.where(outside, missing.SYSMISS, values), storage)
    _, least, most, _ = missing.INTEGER_TYPES[storage]
    whole = np.where(known, np.trunc(values), values)
    outside = known & ((whole < least) | (whole > most))
    return missing.narrow(np.where(outside, missing.SYSMISS, whole), storage)


def stored_strings(values: NDArray[np.object_], storage: str) -> NDArray[np.object_]:
    """Values in a string type: cut to its length in bytes."""
    if storage == "strL":
        return values
    room = int(storage[3:])
    if all(len(s) <= room and s.isascii() for s in values.tolist()):
        return values
    out = np.empty(len(values), dtype=object)
    out[:] = [_cut(s, room) for s in values.tolist()]
    return out


def _cut(s: str, room: int) -> str:
    raw = s.encode("utf-8", "surrogateescape")
    return s if len(raw) <= room else raw[:room].decode("utf-8", "ignore")


def check_kind(values: NDArray[Any], storage: str, span: Span | None = None) -> None:
    """Strings go into string types, numbers into numeric types.  Errors: r(109)."""
    if (values.dtype == object) != storage.startswith("str"):
        raise TypeMismatch("type mismatch", span)


def count_missing(values: NDArray[Any], storage: str) -> int:
    """Missing values in a native column; "" is a string's."""
    if values.dtype == object:
        return int(np.count_nonzero(values == ""))
    return int(np.count_nonzero(missing.is_missing(missing.widen(values, storage))))


def plural(count: int, noun: str) -> str:
    """``1 missing value`` or ``1,234 missing values``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
