"""Names in as many columns as fit, and patterns of names: what ds and lookfor share."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence

from mixedcli import numfmt
from mixedcli.blocks import Line, line
from mixedcli.data import types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.errors import InvalidSyntax
from mixedcli.numfmt import abbreviate


def in_columns(names: Sequence[str], linesize: int, width: int = 12, skip: int = 2, indent: int = 0) -> list[Line]:
    """Names read downwards, cut with a tilde to ``width``.  stata: logs of ds, 12 wide with 2 blanks between."""
    if not names:
        return []
    shown = [abbreviate(name, width) for name in names]
    room = min(max(map(len, shown)), width)
    per_line = max(1, (linesize - indent + skip) // (room + skip))
    depth = -(-len(shown) // per_line)
    rows = ["".join(name.ljust(room + skip) for name in shown[k::depth]).rstrip() for k in range(depth)]
    return [line(" " * indent + row, "result") for row in rows]


def having(data: Dataset, text: str, *, insensitive: bool = False) -> Callable[[str], bool]:
    """Whether a variable has what ``type string``, ``format %t*``, ``varlabel *age*``, ``char``, ``vallabel`` ask for.

    Errors: r(198) any other property.
    """
    what, *patterns = text.split()
    for name, (least, test) in _TESTS.items():
        if name.startswith(what) and len(what) >= least:
            if name == "type" and not patterns:
                break
            fold: Callable[[str], str] = str.lower if insensitive else str
            wanted = [fold(pattern.strip('"')) for pattern in patterns]
            return lambda variable: test(data.columns[variable], wanted, fold)
    raise InvalidSyntax(f"invalid syntax in has() or not(): {text}")  # unverified: wording


def _matches(text: str, patterns: Sequence[str], fold: Callable[[str], str]) -> bool:
    return any(fnmatch.fnmatchcase(fold(text), pattern) for pattern in patterns) if patterns else text != ""


def _type(column: Column, wanted: Sequence[str], fold: Callable[[str], str]) -> bool:
    for word in wanted:
        lengths = re.fullmatch(r"(?:str)?(\d+)(?:/(\d+))?", word)
        if lengths is not None:
            low, high = int(lengths[1]), int(lengths[2] or lengths[1])
            if column.is_string and column.type != "strL" and low <= int(column.type[3:]) <= high:
                return True
        elif word in ("string", "numeric"):
            if column.is_string == (word == "string"):
                return True
        elif word.lower() == column.type.lower():
            return True
        elif not types.is_type(word) and word != "strl":
            raise InvalidSyntax(f"{word} invalid type")  # unverified: wording
    return False


def _format(column: Column, wanted: Sequence[str], fold: Callable[[str], str]) -> bool:
    numfmt.parse(column.format)
    return _matches(column.format, wanted or ["*"], fold)


def _label(column: Column, wanted: Sequence[str], fold: Callable[[str], str]) -> bool:
    return _matches(column.label, wanted, fold)


def _char(column: Column, wanted: Sequence[str], fold: Callable[[str], str]) -> bool:
    return any(_matches(name, wanted, fold) for name in column.characteristics)


def _value_label(column: Column, wanted: Sequence[str], fold: Callable[[str], str]) -> bool:
    return _matches(column.value_label, wanted, fold)


_TESTS: dict[str, tuple[int, Callable[[Column, Sequence[str], Callable[[str], str]], bool]]] = {
    "type": (1, _type),
    "format": (1, _format),
    "varlabel": (4, _label),
    "char": (1, _char),
    "vallabel": (4, _value_label),
}
