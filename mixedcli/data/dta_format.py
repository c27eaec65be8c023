"""Layout of .dta files, formats 102 to 119: field widths and type codes, shared by reader and writer.

Source: the public descriptions of the file formats (help dta) and, before 113, the layout other free readers document.
"""

from __future__ import annotations

import numpy as np

from mixedcli.errors import FileReadError
from mixedcli.frozen import frozen

OLD_RELEASES = (102, 103, 104, 105, 108, 110, 111, 112, 113, 114, 115)

STRL_CODE = 32768

#: bits of the variable's number inside the 8-byte reference to a long string
REFERENCE_BITS = {117: 32, 118: 16, 119: 24}

_NUMERIC = ("double", "float", "long", "int", "byte")
TAGGED_TYPES: dict[int, str] = dict(zip(range(65526, 65531), _NUMERIC, strict=True)) | {STRL_CODE: "strL"}
BINARY_TYPES: dict[int, str] = dict(zip(range(255, 250, -1), _NUMERIC, strict=True))
"""Formats 111 to 115."""
LETTER_TYPES: dict[int, str] = dict(zip(b"dflib", _NUMERIC, strict=True))
"""Formats before 111."""

#: numpy code of a numeric storage type, byte order to be put in front
CODES: dict[str, str] = {"byte": "i1", "int": "i2", "long": "i4", "float": "f4", "double": "f8"}


@frozen
class Widths:
    """Bytes per field.  name: variable, value-label and characteristic names; count: size of sort-list entries."""

    name: int
    format: int
    label: int
    data_label: int
    count: int
    encoding: str


def widths(release: int) -> Widths:
    """Field widths of a release."""
    name = 129 if release >= 118 else 33 if release > 108 else 9
    format_width = 57 if release >= 118 else 49 if release > 113 else 12 if release > 104 else 7
    label = 321 if release >= 118 else 81 if release > 105 else 32
    encoding = "utf-8" if release >= 118 else "cp1252"
    return Widths(name, format_width, label, 81 if release > 105 else 32, 4 if release == 119 else 2, encoding)


def type_of(code: int, release: int) -> str:
    """Storage type for a type code of the file.  Errors: r(692) for an unknown code."""
    if release >= 117:
        known = TAGGED_TYPES.get(code)
        if known is None and 1 <= code <= 2045:
            known = f"str{code}"
    elif release >= 111:
        known = BINARY_TYPES.get(code)
        if known is None and 1 <= code <= 244:
            known = f"str{code}"
    else:
        known = LETTER_TYPES.get(code)
        if known is None and 128 <= code <= 127 + 80:
            known = f"str{code - 127}"
    if known is None:
        raise FileReadError("unknown storage type")
    return known


def field_code(storage: str, order: str) -> str:
    """numpy format of a column inside a record; strL holds an 8-byte reference."""
    if storage == "strL":
        return f"{order}u8"
    if storage in CODES:
        return f"{order}{CODES[storage]}"
    return f"S{storage[3:]}"


def record(types: tuple[str, ...], order: str) -> np.dtype[np.void]:
    """Structured dtype of one observation; fields are named "0", "1", ..."""
    return np.dtype([(str(i), field_code(t, order)) for i, t in enumerate(types)])


def decode(raw: bytes, encoding: str) -> str:
    """Text up to the first NUL; bytes that are not in the encoding are taken as Latin-1."""
    text = raw.partition(b"\0")[0]
    try:
        return text.decode(encoding)
    except UnicodeDecodeError:
        return text.decode("latin-1")
