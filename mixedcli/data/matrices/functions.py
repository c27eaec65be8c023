"""Functions of matrices: those that give matrices and those that give numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mixedcli.data.matrices import linear
from mixedcli.data.matrices.named import (
    Named,
    Names,
    as_named,
    coded,
    full,
    known,
    parted,
    plain,
    position,
    symmetric,
    unknown,
)
from mixedcli.data.matrices.operators import Operand
from mixedcli.data.missing import SYSMISS
from mixedcli.data.operators import is_text
from mixedcli.data.stream import RandomStream
from mixedcli.errors import Conformability, InvalidSyntax, TypeMismatch

_LARGEST = 65_534
"""Most rows or columns a matrix may have."""


def _integer(value: Operand, least: int = 1) -> int:
    """A number of rows or columns.  Errors: r(109), r(198), r(503) too many or none."""
    number = _number(value)
    if number != int(number) or not least <= number <= _LARGEST:
        raise Conformability("conformability error")
    return int(number)


def _number(value: Operand) -> float:
    if isinstance(value, Named):
        if value.values.size != 1:
            raise TypeMismatch("type mismatch")
        return float(value.values[0, 0])
    if is_text(value) or not isinstance(value, (int, float)):
        raise TypeMismatch("type mismatch")
    return float(value)


def _text(value: Operand) -> str:
    if not isinstance(value, str):
        raise TypeMismatch("type mismatch")
    return value


# ------------------------------------------------------------------------------------------------------------ matrices


def _inv(a: Named) -> Named:
    return Named(coded(linear.inverse(known(a))), a.colnames, a.rownames)


def _invsym(a: Named) -> Named:
    return Named(coded(linear.generalized_inverse(known(a))), a.colnames, a.rownames)


def _cholesky(a: Named) -> Named:
    return Named(coded(linear.cholesky(known(a))), a.rownames, a.colnames)


def _corr(a: Named) -> Named:
    return Named(coded(linear.correlation(known(a))), a.rownames, a.colnames)


def _diag(a: Named) -> Named:
    """A vector on the diagonal."""
    if 1 not in a.values.shape:
        raise Conformability("conformability error")
    names = a.colnames if a.values.shape[0] == 1 else a.rownames
    return Named(coded(np.diag(a.values.ravel())), names, names)


def _vecdiag(a: Named) -> Named:
    linear.square(a.values)
    return Named(np.diag(a.values).reshape(1, -1).copy(), ("r1",), a.colnames)


def _vec(a: Named) -> Named:
    names = tuple(full(parted(column)[1], parted(row)[1]) for column in a.colnames for row in a.rownames)
    return Named(a.values.T.reshape(-1, 1).copy(), names, ("c1",))


def _vech(a: Named) -> Named:
    linear.same_both_ways(a.values)
    n = len(a.colnames)
    at = [(i, j) for j in range(n) for i in range(j, n)]
    values = np.array([[a.values[i, j]] for i, j in at])
    names = tuple(full(parted(a.colnames[j])[1], parted(a.rownames[i])[1]) for i, j in at)
    return Named(values, names, ("c1",))


def _invvech(a: Named) -> Named:
    k = a.values.size
    n = int((np.sqrt(8 * k + 1) - 1) // 2)
    if 1 not in a.values.shape or n * (n + 1) // 2 != k:
        raise Conformability("conformability error")
    out = np.zeros((n, n))
    columns = np.repeat(np.arange(n), np.arange(n, 0, -1))
    rows = np.concatenate([np.arange(j, n) for j in range(n)])
    out[rows, columns] = out[columns, rows] = a.values.ravel()
    return plain(out)


def _hadamard(a: Named, b: Named) -> Named:
    if a.values.shape != b.values.shape:
        raise Conformability("conformability error")
    with np.errstate(all="ignore"):
        made = a.values * b.values
    made[unknown(a) | unknown(b)] = SYSMISS
    return Named(coded(made), a.rownames, a.colnames)


def _sweep(a: Named, k: float) -> Named:
    linear.square(known(a))
    at = _integer(k) - 1
    if at >= len(a.colnames):
        raise Conformability("conformability error")
    rows, columns = list(a.rownames), list(a.colnames)
    rows[at], columns[at] = columns[at], rows[at]
    return Named(coded(linear.swept(a.values, at)), tuple(rows), tuple(columns))


def _constant(rows: float, columns: float, value: float) -> Named:
    return plain(np.full((_integer(rows), _integer(columns)), value))


def _identity(n: float) -> Named:
    return plain(np.eye(_integer(n)))


# ------------------------------------------------------------------------------------------------------------- numbers


def _det(a: Named) -> float:
    linear.square(a.values)
    return float(np.linalg.det(known(a)))


def _trace(a: Named) -> float:
    linear.square(a.values)
    diagonal = np.diag(a.values)
    return SYSMISS if (diagonal >= SYSMISS).any() else float(diagonal.sum())


def _mreldif(a: Named, b: Named) -> float:
    if a.values.shape != b.values.shape:
        raise Conformability("conformability error")
    both = unknown(a) & unknown(b)
    if (unknown(a) != unknown(b)).any():
        return SYSMISS
    x, y = np.where(both, 0.0, a.values), np.where(both, 0.0, b.values)
    return float(np.max(np.abs(x - y) / (np.abs(y) + 1), initial=0.0))


def _element(a: Named, row: Operand, column: Operand) -> float:
    """One element by number or name; "." outside the matrix."""
    i, j = place(a.rownames, row), place(a.colnames, column)
    return SYSMISS if i is None or j is None else float(a.values[i, j])


def place(labels: Names, at: Operand) -> int | None:
    """0-based row or column of a subscript; None outside."""
    if isinstance(at, str):
        return position(labels, at)
    number = _number(at)
    return int(number) - 1 if 1 <= number < len(labels) + 1 else None


def _numb(axis: int) -> Callable[[Named, str], float]:
    def body(a: Named, name: str) -> float:
        at = position(a.rownames if axis == 0 else a.colnames, name)
        return SYSMISS if at is None else at + 1.0

    return body


def _eqnumb(axis: int) -> Callable[[Named, str], float]:
    def body(a: Named, name: str) -> float:
        equations = list(dict.fromkeys(parted(x)[0] or "_" for x in (a.rownames if axis == 0 else a.colnames)))
        wanted = name.rstrip(":") or "_"
        return equations.index(wanted) + 1.0 if wanted in equations else SYSMISS

    return body


#: one letter per argument: m matrix, n number, s string, e number or string
_MATRICES: dict[str, tuple[str, Callable[..., Named]]] = {
    "inv": ("m", _inv),
    "invsym": ("m", _invsym),
    "syminv": ("m", _invsym),
    "cholesky": ("m", _cholesky),
    "corr": ("m", _corr),
    "diag": ("m", _diag),
    "vecdiag": ("m", _vecdiag),
    "vec": ("m", _vec),
    "vech": ("m", _vech),
    "invvech": ("m", _invvech),
    "hadamard": ("mm", _hadamard),
    "sweep": ("mn", _sweep),
    "J": ("nnn", _constant),
    "I": ("n", _identity),
}
_NUMBERS: dict[str, tuple[str, Callable[..., float]]] = {
    "det": ("m", _det),
    "trace": ("m", _trace),
    "rowsof": ("m", lambda a: float(a.values.shape[0])),
    "colsof": ("m", lambda a: float(a.values.shape[1])),
    "rownumb": ("ms", _numb(0)),
    "colnumb": ("ms", _numb(1)),
    "roweqnumb": ("ms", _eqnumb(0)),
    "coleqnumb": ("ms", _eqnumb(1)),
    "el": ("mee", _element),
    "issymmetric": ("m", lambda a: float(symmetric(a.values))),
    "matmissing": ("m", lambda a: float(bool(unknown(a).any()))),
    "mreldif": ("mm", _mreldif),
    "diag0cnt": ("m", lambda a: float(np.count_nonzero(np.diag(linear.square(a.values)) == 0))),
}


def gives_matrix(name: str) -> bool:
    """Whether a function's value is a matrix."""
    return name in _MATRICES or name in ("matuniform", "nullmat", "get")


def gives_number(name: str) -> bool:
    """Whether it is a function of matrices whose value is a number."""
    return name in _NUMBERS


def number(name: str, matrix: Named, *more: Operand) -> float:
    """A function of a matrix whose value is a number."""
    return _NUMBERS[name][1](matrix, *more)


def call(name: str, args: Sequence[Operand], random: RandomStream) -> Operand:
    """The value of a function of matrices.  Errors: r(198), r(109), and those of linear algebra."""
    if name == "matuniform":
        if len(args) != 2:
            raise InvalidSyntax("invalid syntax")
        rows, columns = _integer(args[0]), _integer(args[1])
        return plain(random.generator.random(rows * columns).reshape(rows, columns))
    kinds, body = _MATRICES[name] if name in _MATRICES else _NUMBERS[name]
    if len(args) != len(kinds):
        raise InvalidSyntax("invalid syntax")
    readers: dict[str, Callable[[Operand], Any]] = {"m": as_named, "n": _number, "s": _text, "e": lambda x: x}
    return body(*(readers[kind](arg) for kind, arg in zip(kinds, args, strict=True)))
