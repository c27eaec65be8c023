"""The operators of expressions on whole columns, with Stata's rules for missing values.

A Value is a float64 array in Stata's missing coding, an object array of str, or a plain float or str
when nothing in it depends on the observation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.missing import SYSMISS
from mixedcli.errors import InvalidSyntax, OutOfMemory, TypeMismatch

Floats = NDArray[np.float64]
Value: TypeAlias = "Floats | NDArray[np.object_] | float | str"


def is_text(value: Value) -> bool:
    """Whether a value is a string or a column of strings."""
    return isinstance(value, str) or (isinstance(value, np.ndarray) and value.dtype == object)


def clean(values: Any) -> Value:
    """A computed numeric result with nan, infinities and overflow turned into "."."""
    if isinstance(values, np.ndarray) and values.ndim:
        out = values.astype(np.float64, copy=False)
        bad = ~(np.abs(out) < SYSMISS)
        return np.where(bad, SYSMISS, out) if bad.any() else out
    number = float(values)
    return number if abs(number) < SYSMISS else SYSMISS


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
}
_COMPARISON: dict[str, Callable[[Any, Any], Any]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def binary(op: str, left: Value, right: Value) -> Value:
    """``left op right``.  Errors: r(109) strings and numbers mixed."""
    if is_text(left) or is_text(right):
        return _text_binary(op, left, right)
    if op in _ARITHMETIC:
        return _arithmetic(op, left, right)
    if op in _COMPARISON:
        return _number(_COMPARISON[op](left, right))
    if op == "&":
        return _number(np.logical_and(np.not_equal(left, 0), np.not_equal(right, 0)))
    if op == "|":
        return _number(np.logical_or(np.not_equal(left, 0), np.not_equal(right, 0)))
    raise InvalidSyntax("invalid syntax")


def unary(op: str, value: Value) -> Value:
    """``-x``, ``+x``, ``!x``.  Errors: r(109) on strings."""
    if is_text(value):
        raise TypeMismatch("type mismatch")
    if op == "!":
        return _number(np.equal(value, 0))
    if op == "-":
        return clean(np.where(np.less(value, SYSMISS), np.negative(value), SYSMISS))
    return value


def _number(truth: Any) -> Value:
    """1/0 of a truth value or array."""
    return truth.astype(np.float64) if isinstance(truth, np.ndarray) else float(truth)


def _arithmetic(op: str, left: Value, right: Value) -> Value:
    with np.errstate(all="ignore"):
        out = _ARITHMETIC[op](np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64))
        bad = ~(np.abs(out) < SYSMISS)
    # a missing operand gives "." also where the arithmetic on the codes would not (. - ., 0 * ., 1 / .)
    bad |= np.greater_equal(left, SYSMISS)
    bad |= np.greater_equal(right, SYSMISS)
    if out.ndim == 0:
        return SYSMISS if bad else float(out)
    out[bad] = SYSMISS
    return out  # type: ignore[no-any-return]


def _text_binary(op: str, left: Value, right: Value) -> Value:
    if op == "*" and is_text(left) != is_text(right):
        return _repeat(left, right) if is_text(left) else _repeat(right, left)
    if not (is_text(left) and is_text(right)) or (op != "+" and op not in _COMPARISON):
        raise TypeMismatch("type mismatch")
    a, b = _boxed(left), _boxed(right)
    if op == "+":
        out = np.add(a, b)
        return out if isinstance(out, np.ndarray) else str(out)
    return _number(_COMPARISON[op](a, b))


def _boxed(value: Value) -> NDArray[np.object_]:
    if isinstance(value, np.ndarray):
        return value.astype(object, copy=False)
    box = np.empty((), dtype=object)
    box[()] = value
    return box


_LONGEST = 2_000_000_000
"""Longest string, in characters."""


def _repeat(text: Value, count: Value) -> Value:
    """String duplication ``"ab" * 3``; a negative or missing count gives "".  Errors: r(950) far too long."""
    counts = np.asarray(count, dtype=np.float64)
    whole = np.where((counts >= 1) & (counts < SYSMISS), np.minimum(counts, _LONGEST), 0).astype(np.int64)
    n = whole.size if whole.ndim else len(text) if isinstance(text, np.ndarray) else 1
    strings = as_column(text, n).tolist()
    times = np.broadcast_to(whole, (n,)).tolist()
    if sum(len(s) * k for s, k in zip(strings, times, strict=True)) > _LONGEST:
        raise OutOfMemory("insufficient memory")
    made = [s * k for s, k in zip(strings, times, strict=True)]
    return made[0] if isinstance(text, str) and not whole.ndim else _texts(made)


def _texts(strings: list[str]) -> NDArray[np.object_]:
    out = np.empty(len(strings), dtype=object)
    out[:] = strings
    return out


def as_column(value: Value, n: int) -> NDArray[Any]:
    """The value as a column of n rows: float64 or object."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, str):
        out = np.empty(n, dtype=object)
        out[:] = value
        return out
    return np.full(n, float(value))


def is_true(value: Value, n: int) -> NDArray[np.bool_]:
    """Rows where a numeric value is not zero (missing is true).  Errors: r(109) for strings."""
    if is_text(value):
        raise TypeMismatch("type mismatch")
    if isinstance(value, np.ndarray):
        return np.not_equal(value, 0.0)
    return np.full(n, value != 0.0)
