"""From the texts of a delimited file to columns: names, storage types, missing values."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import missing, types
from mixedcli.data.dataset import Column

Floats = NDArray[np.float64]

_NUMBER_CHARACTERS = frozenset("0123456789+-.eEdD ")
_MISSING = re.compile(r"\.[a-z]?\Z")
_D_EXPONENT = str.maketrans("dD", "ee")

#: Rounding to float may move a value by this part of the column's range; beyond that the column becomes double.
FLOAT_TOLERANCE = 1e-5


def clean_names(header: Sequence[str], count: int, case: str = "lower") -> tuple[list[str], list[str]]:
    """Variable names and labels from header texts; ``count`` names in all.

    Characters a name cannot hold are dropped; a name that is then empty, illegal or taken becomes v#.
    A header that differs from its name becomes the variable's label.
    """
    names: list[str] = []
    labels: list[str] = []
    wanted = [_cleaned(header[i], case) if i < len(header) else "" for i in range(count)]
    taken: set[str] = set()
    reserved = {name for name in wanted if re.fullmatch(r"v\d+", name)}
    for i, name in enumerate(wanted):
        final = name if types.valid_name(name) and name not in taken else _numbered(i + 1, taken, reserved)
        taken.add(final)
        names.append(final)
        text = header[i].strip() if i < len(header) else ""
        labels.append(text[:80] if text != final else "")
    return names, labels


def _numbered(number: int, taken: set[str], reserved: set[str]) -> str:
    while f"v{number}" in taken or f"v{number}" in reserved:
        number += 1
    return f"v{number}"


def _cleaned(text: str, case: str) -> str:
    text = re.sub(r"\W", "", text.strip())[:32]
    if case == "lower":
        return text.lower()[:32]
    return text.upper()[:32] if case == "upper" else text


def numbers(texts: Sequence[str]) -> Floats | None:
    """Texts as numbers in Stata's coding (blank and "." are missing, ".a" too), or None when one is no number."""
    joined = set().union(*texts) if texts else set()
    if joined <= _NUMBER_CHARACTERS:
        try:
            return np.array([_number(t) for t in texts], dtype=np.float64)
        except ValueError:
            return None
    if not joined <= _NUMBER_CHARACTERS | frozenset("abcdefghijklmnopqrstuvwxyz\t"):
        return None
    values: list[float] = []
    for text in texts:
        stripped = text.strip()
        if _MISSING.match(stripped):
            values.append(missing.missing_value(stripped[1:]))
        elif set(stripped) <= _NUMBER_CHARACTERS:
            try:
                values.append(_number(stripped))
            except ValueError:
                return None
        else:
            return None
    return np.array(values, dtype=np.float64)


def _number(text: str) -> float:
    """The number in the text; blank, "." and what is too large for a double are "."."""
    try:
        value = float(text)
    except ValueError:
        stripped = text.strip()
        if not stripped or stripped == ".":
            return missing.SYSMISS
        value = float(stripped.translate(_D_EXPONENT))
    return value if abs(value) < missing.SYSMISS else missing.SYSMISS


def numeric_column(name: str, label: str, values: Floats, decimals: str = "float") -> Column:
    """A column of the smallest type for the values.

    decimals: type for values that are not whole: "float" (Stata's default) or "double"; "float!" is float at any cost.
    """
    empty = missing.is_missing(values)
    some = bool(empty.any())
    real = values[~empty] if some else values
    storage = types.smallest(real, decimals.rstrip("!"))
    if storage == "float" and decimals == "float" and _loses(real):
        # unverified: Stata documents float; data such as 1e12 + noise would be destroyed by it
        storage = "double"
    native = missing.narrow(values, storage) if some else values.astype(types.DTYPES[storage], copy=False)
    return Column(name, storage, native, types.default_format(storage), label)


def _loses(real: Floats) -> bool:
    low, high = float(real.min()), float(real.max())
    spread = high - low
    if max(-low, high) * 2.0**-24 <= FLOAT_TOLERANCE * spread:
        return False  # no value can move that far
    moved = np.abs(real.astype(np.float32).astype(np.float64) - real)
    return spread > 0 and float(moved.max()) > FLOAT_TOLERANCE * spread


def text_column(name: str, label: str, texts: Sequence[str]) -> Column:
    """A string column of the smallest type."""
    values = np.empty(len(texts), dtype=object)
    values[:] = texts
    storage = types.string_type(texts)
    return Column(name, storage, values, types.default_format(storage), label)


def column(name: str, label: str, texts: Sequence[str], decimals: str = "float") -> Column:
    """Numeric if every text is a number or blank, else string."""
    values = numbers(texts)
    if values is None:
        return text_column(name, label, texts)
    return numeric_column(name, label, values, decimals)
