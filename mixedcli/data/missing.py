"""Stata's missing values.

In memory every numeric column keeps Stata's own coding in its own storage type:
the largest 27 codes of a type stand for ``.``, ``.a`` ... ``.z``.  Widened to
float64 they become 2^1023 (1 + k/4096), k = 0..26, so that missing is greater
than every number and ``. < .a < ... < .z`` hold by plain comparison, as in Stata.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SYSMISS: float = 2.0**1023
STEP: float = 2.0**1011
"""Distance between consecutive missing codes in float64: SYSMISS * 1/4096."""

MAX_DOUBLE: float = float(np.nextafter(SYSMISS, 0.0))

FLOAT_SYSMISS = np.float32(2.0**127)
"""float codes are 2^127 (1 + k/4096)."""

#: storage type -> (numpy dtype, smallest value, largest value, code of ".")
INTEGER_TYPES: dict[str, tuple[type[np.signedinteger], int, int, int]] = {
    "byte": (np.int8, -127, 100, 101),
    "int": (np.int16, -32767, 32740, 32741),
    "long": (np.int32, -2147483647, 2147483620, 2147483621),
}


def missing_value(letter: str = "") -> float:
    """float64 code of ``.`` (letter "") or ``.a`` to ``.z``."""
    return SYSMISS if not letter else SYSMISS + (ord(letter) - ord("a") + 1) * STEP


def letter_of(value: float) -> str:
    """Text of a missing float64 value: "." or ".a" to ".z" (anything else at or above SYSMISS is ".")."""
    k = round((value - SYSMISS) / STEP)
    return "." if k <= 0 or k > 26 else "." + chr(ord("a") + k - 1)


def is_missing(values: Floats) -> NDArray[np.bool_]:
    """Where a float64 array in Stata's coding (or with nan) is missing."""
    return ~(values < SYSMISS)


def widen(values: NDArray[np.generic], storage: str) -> Floats:
    """A native column as float64 in Stata's coding; the array itself when it is double already."""
    if storage == "double":
        return values.astype(np.float64, copy=False)
    out = values.astype(np.float64)
    if storage == "float":
        bad = ~(values < FLOAT_SYSMISS)
        if bad.any():
            # float codes scale to double codes by a power of two
            out[bad] = out[bad] * (SYSMISS / float(FLOAT_SYSMISS))
    else:
        top = INTEGER_TYPES[storage][2]
        bad = values > top  # type: ignore[operator]
        if bad.any():
            out[bad] = SYSMISS + (out[bad] - (top + 1)) * STEP
    return out


def narrow(values: Floats, storage: str) -> NDArray[np.generic]:
    """float64 in Stata's coding to a native column; the caller has checked the range.

    nan and infinities become ".".
    """
    clean = np.where(np.isfinite(values) & (values > -SYSMISS), values, SYSMISS)
    if storage == "double":
        return clean
    bad = clean >= SYSMISS
    if storage == "float":
        out = np.where(bad, 0.0, clean).astype(np.float32)
        if bad.any():
            out[bad] = (clean[bad] * (float(FLOAT_SYSMISS) / SYSMISS)).astype(np.float32)
        return out
    dtype, _, _, code = INTEGER_TYPES[storage]
    whole = np.where(bad, 0.0, clean).astype(dtype)
    if bad.any():
        whole[bad] = (code + np.rint((clean[bad] - SYSMISS) / STEP)).astype(dtype)
    return whole
