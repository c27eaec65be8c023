"""Functions about this program, its number types, formats and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mixedcli.data.functions import Function
from mixedcli.data.missing import MAX_DOUBLE, SYSMISS
from mixedcli.data.operators import Value, clean, is_text
from mixedcli.errors import FileCannotOpen, InvalidFormat, TypeMismatch

_MAX_FLOAT = float(np.nextafter(np.float32(2.0**127), np.float32(0)))


def _constant(value: float) -> Function:
    return Function("", lambda: value, style="plain")


def _reldif(x: Value, y: Value) -> Value:
    """|x - y|/(|y| + 1); equal missing values do not differ, others do without measure."""
    if is_text(x) or is_text(y):
        raise TypeMismatch("type mismatch")
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    gone = (a >= SYSMISS) | (b >= SYSMISS)
    with np.errstate(all="ignore"):
        out = np.abs(a - b) / (np.abs(b) + 1)
    return clean(np.where(gone, np.where(a == b, 0.0, SYSMISS), out))


def _chop(x: Any, tolerance: Any) -> Any:
    near = np.rint(x)
    return np.where(np.abs(x - near) < np.abs(tolerance), near, x)


def _exists(name: str) -> float:
    try:
        return float(bool(name) and Path(name).expanduser().is_file())
    except (OSError, ValueError):
        return 0.0


def _contents(name: str) -> str:
    try:
        return Path(name).expanduser().read_text(encoding="utf-8", errors="surrogateescape")
    except (OSError, ValueError):
        raise FileCannotOpen(f"file {name} could not be opened") from None


def _width(fmt: str) -> float:
    """The width of a %format, "." for what is none."""
    from mixedcli.numfmt import display_width

    try:
        return float(display_width(fmt))
    except InvalidFormat:
        return SYSMISS


def _keeping(letters: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Value]:
    """A function of numbers that hands missing values of its first argument on."""

    def body(x: Value, tolerance: Value) -> Value:
        values = np.asarray(x, dtype=np.float64)
        with np.errstate(all="ignore"):
            out = np.where(values >= SYSMISS, values, letters(values, np.asarray(tolerance, dtype=np.float64)))
        return out if out.ndim else float(out)

    return body


TABLE: dict[str, Function] = {
    "reldif": Function("nn", _reldif, style="plain"),
    "chop": Function("nn", _keeping(_chop), style="plain"),
    "fileexists": Function("s", _exists, style="text"),
    "fileread": Function("s", _contents, style="text", result="s"),
    "fmtwidth": Function("s", _width, style="text"),
    "byteorder": _constant(2.0),
    "_caller": _constant(19.0),
    "maxbyte": _constant(100.0),
    "minbyte": _constant(-127.0),
    "maxint": _constant(32740.0),
    "minint": _constant(-32767.0),
    "maxlong": _constant(2147483620.0),
    "minlong": _constant(-2147483647.0),
    "maxfloat": _constant(_MAX_FLOAT),
    "minfloat": _constant(-_MAX_FLOAT),
    "maxdouble": _constant(MAX_DOUBLE),
    "mindouble": _constant(-MAX_DOUBLE),
    "epsfloat": _constant(2.0**-23),
    "epsdouble": _constant(2.0**-52),
    "smallestdouble": _constant(2.0**-1022),
}
