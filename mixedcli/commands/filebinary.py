"""Binary numbers and texts of file read and file write: %8z, %4z, %4b, %2bu, %10s."""

from __future__ import annotations

import re
import struct
import sys

from mixedcli.data.missing import SYSMISS
from mixedcli.errors import InvalidFormat
from mixedcli.frozen import frozen

_SHAPE = re.compile(r"%(?:([84])z|([421])b([su]?)|(\d+)s)")
_CODES = {1: "b", 2: "h", 4: "i"}
#: what stands for a missing number in a file  # unverified: Stata writes the largest value of the type
_ABSENT = {1: 127, 2: 32767, 4: 2147483647}


@frozen
class Shape:
    """code: that of ``struct`` for a number, "" for text of ``size`` bytes."""

    code: str
    size: int


def shape(text: str) -> Shape:
    """Errors: r(120) none of the binary formats."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise InvalidFormat("invalid %format")
    real, whole, sign, length = found.groups()
    if length is not None:
        return Shape("", int(length))
    if real is not None:
        return Shape("d" if real == "8" else "f", int(real))
    code = _CODES[int(whole)]
    return Shape(code.upper() if sign == "u" else code, int(whole))


def packed(value: float | str, form: Shape, big: bool | None) -> bytes:
    """A value as it stands in the file.  Errors: r(120) a text as a number or the other way round."""
    if isinstance(value, str):
        if form.code:
            raise InvalidFormat("invalid %format")
        return value.encode("utf-8", "surrogateescape")[: form.size].ljust(form.size, b"\0")
    if not form.code:
        raise InvalidFormat("invalid %format")
    if form.code in "df":
        narrow = min(value, 1.7014118346046923e38) if form.code == "f" else value
        return struct.pack(_order(big) + form.code, narrow)
    low, high = _limits(form)
    absent = _ABSENT[form.size]
    whole = absent if value >= SYSMISS else int(value)
    return struct.pack(_order(big) + form.code, whole if low <= whole <= high else absent)


def unpacked(raw: bytes, form: Shape, big: bool | None) -> float | str:
    """The value behind as many bytes as the shape has."""
    if not form.code:
        return raw.rstrip(b"\0").decode("utf-8", "surrogateescape")
    return float(struct.unpack(_order(big) + form.code, raw)[0])


def _limits(form: Shape) -> tuple[int, int]:
    bits = 8 * form.size
    return (0, 2**bits - 1) if form.code.isupper() else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _order(big: bool | None) -> str:
    return ">" if (sys.byteorder == "big" if big is None else big) else "<"
