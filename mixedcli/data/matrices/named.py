"""A matrix with its names, and the names themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.missing import SYSMISS
from mixedcli.data.operators import Value, is_text
from mixedcli.errors import MatrixMissing, TypeMismatch
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Names = tuple[str, ...]


@frozen
class Named:
    """Values (rows, columns) in Stata's missing coding; names are "name" or "equation:name"."""

    values: Floats
    rownames: Names
    colnames: Names


def coded(values: Floats) -> Floats:
    """nan and what overflows as "."; missing codes stay."""
    out = np.array(values, dtype=np.float64)
    out[np.isnan(out) | np.isinf(out)] = SYSMISS
    return out


def numbered(letter: str, n: int) -> Names:
    """r1 r2 ... or c1 c2 ..."""
    return tuple(f"{letter}{k}" for k in range(1, n + 1))


def plain(values: Any) -> Named:
    """A matrix whose rows are r1, r2 ... and whose columns are c1, c2 ..."""
    array = coded(np.atleast_2d(np.asarray(values, dtype=np.float64)))
    return Named(array, numbered("r", array.shape[0]), numbered("c", array.shape[1]))


def as_named(value: Named | Value) -> Named:
    """A number is a matrix with one element.  Errors: r(109) a string."""
    if isinstance(value, Named):
        return value
    if is_text(value):
        raise TypeMismatch("type mismatch")
    return plain(value)


def unknown(matrix: Named) -> NDArray[np.bool_]:
    """Where the elements are missing."""
    return ~(matrix.values < SYSMISS)


def known(matrix: Named) -> Floats:
    """The values of a matrix that may have no missing ones.  Errors: r(504)."""
    if unknown(matrix).any():
        raise MatrixMissing("matrix has missing values")
    return matrix.values


def symmetric(values: Floats) -> bool:
    """Whether a matrix is symmetric but for rounding; missing values match missing values."""
    if values.shape[0] != values.shape[1]:
        return False
    other = values.T
    with np.errstate(all="ignore"):
        near = np.abs(values - other) <= 1e-13 * np.maximum(np.abs(values), np.abs(other))
    return bool(np.all(near | (values == other) | (np.isnan(values) & np.isnan(other))))


def parted(name: str) -> tuple[str, str]:
    """Equation ("" without one) and name."""
    equation, _, own = name.rpartition(":")
    return equation, own


def full(equation: str, name: str) -> str:
    """The name with its equation; "_" is the empty one."""
    return f"{equation}:{name}" if equation not in ("", "_") else name


def position(labels: Sequence[str], name: str) -> int | None:
    """0-based place of "eq:name" or "name" among row or column names."""
    wanted = name.removeprefix("_:")
    for k, label in enumerate(labels):
        if label == wanted:
            return k
    for k, label in enumerate(labels):
        if parted(label)[1] == wanted:
            return k
    return None


def of_equation(labels: Iterable[str], equation: str) -> list[int]:
    """Places of the names of an equation."""
    return [k for k, label in enumerate(labels) if (parted(label)[0] or "_") == (equation or "_")]
