"""The operators of matrix expressions.  Names come along as the algebra moves rows and columns."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import operators
from mixedcli.data.matrices.named import Named, as_named, coded, full, numbered, parted, unknown
from mixedcli.data.missing import SYSMISS
from mixedcli.data.operators import Value, is_text
from mixedcli.errors import Conformability, InvalidSyntax, MatrixNotAllowed, TypeMismatch

Operand: TypeAlias = "Named | Value"


def transpose(value: Operand) -> Named:
    """``A'``"""
    matrix = as_named(value)
    return Named(matrix.values.T.copy(), matrix.colnames, matrix.rownames)


def negative(matrix: Named) -> Named:
    """``-A``"""
    return Named(np.where(unknown(matrix), SYSMISS, -matrix.values), matrix.rownames, matrix.colnames)


def binary(op: str, left: Operand, right: Operand) -> Operand:
    """``left op right``; two numbers are a number.  Errors: r(503), r(109), r(509)."""
    if not isinstance(left, Named) and not isinstance(right, Named) and op != "#":
        return operators.binary(op, left, right)
    if (not isinstance(left, Named) and is_text(left)) or (not isinstance(right, Named) and is_text(right)):
        raise TypeMismatch("type mismatch")
    match op:
        case "+" | "-":
            return _sum(op, as_named(left), as_named(right))
        case "*":
            return _product(left, right)
        case "/":
            return _quotient(as_named(left), right)
        case "#":
            return kronecker(as_named(left), as_named(right))
    if op in ("==", "!=", "<", "<=", ">", ">=", "&", "|", "^"):
        raise MatrixNotAllowed("matrix operators that return matrices not allowed in this context")
    raise InvalidSyntax("invalid syntax")


def _sum(op: str, a: Named, b: Named) -> Named:
    if a.values.shape != b.values.shape:
        raise Conformability("conformability error")
    with np.errstate(all="ignore"):
        made = a.values + b.values if op == "+" else a.values - b.values
    made[unknown(a) | unknown(b)] = SYSMISS
    # the names of the right-hand matrix  # stata: [U] 14.2, c = a + b
    return Named(coded(made), b.rownames, b.colnames)


def _product(left: Operand, right: Operand) -> Named:
    if not isinstance(left, Named):
        return _scaled(as_named(right), float(left))
    if not isinstance(right, Named):
        return _scaled(left, float(right))
    a, b = left, right
    if a.values.shape[1] != b.values.shape[0]:
        # a matrix with one element times another is a multiple of it
        if a.values.size == 1:
            return _scaled(b, float(a.values[0, 0]))
        if b.values.size == 1:
            return _scaled(a, float(b.values[0, 0]))
        raise Conformability("conformability error")
    gone_a, gone_b = unknown(a), unknown(b)
    with np.errstate(all="ignore"):
        made = np.where(gone_a, 0.0, a.values) @ np.where(gone_b, 0.0, b.values)
    made[gone_a.any(axis=1)] = SYSMISS
    made[:, gone_b.any(axis=0)] = SYSMISS
    return Named(coded(made), a.rownames, b.colnames)


def _scaled(matrix: Named, by: float) -> Named:
    with np.errstate(all="ignore"):
        made = matrix.values * by
    made[unknown(matrix) | (not by < SYSMISS)] = SYSMISS
    return Named(coded(made), matrix.rownames, matrix.colnames)


def _quotient(a: Named, right: Operand) -> Named:
    b = as_named(right)
    if b.values.size != 1:
        raise Conformability("conformability error")
    by = float(b.values[0, 0])
    with np.errstate(all="ignore"):
        made = a.values / by
    made[unknown(a) | (not by < SYSMISS)] = SYSMISS
    return Named(coded(made), a.rownames, a.colnames)


def kronecker(a: Named, b: Named) -> Named:
    """``A # B``: names of A become equations over the names of B."""  # unverified: names
    ones_a, ones_b = np.ones(a.values.shape, dtype=bool), np.ones(b.values.shape, dtype=bool)
    gone: NDArray[np.bool_] = np.kron(unknown(a), ones_b) | np.kron(ones_a, unknown(b))
    x, y = np.where(unknown(a), 0.0, a.values), np.where(unknown(b), 0.0, b.values)
    made = np.asarray(np.kron(x, y), dtype=np.float64)
    made[gone] = SYSMISS

    def crossed(outer: tuple[str, ...], inner: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(full(parted(x)[1], parted(y)[1]) for x in outer for y in inner)

    return Named(coded(made), crossed(a.rownames, b.rownames), crossed(a.colnames, b.colnames))


def joined(rows: list[list[Operand]]) -> Named:
    """``a, b \\ c, d``.  Errors: r(503) heights or widths that do not match, r(109)."""
    numbers = not any(isinstance(piece, Named) for row in rows for piece in row)
    bands = [_beside([as_named(piece) for piece in row if not _empty(piece)]) for row in rows]
    bands = [band for band in bands if band is not None]
    if not bands:
        raise Conformability("conformability error")
    first, *others = bands
    assert first is not None
    made = first
    for band in others:
        assert band is not None
        if band.values.shape[1] != made.values.shape[1]:
            raise Conformability("conformability error")
        made = Named(np.vstack([made.values, band.values]), made.rownames + band.rownames, made.colnames)
    if numbers:  # written out by hand
        return Named(made.values, numbered("r", made.values.shape[0]), numbered("c", made.values.shape[1]))
    return made


def _empty(piece: Operand) -> bool:
    """What nullmat() makes of a matrix that there is not."""
    return isinstance(piece, Named) and piece.values.size == 0


def _beside(pieces: list[Named]) -> Named | None:
    if not pieces:
        return None
    height = pieces[0].values.shape[0]
    if any(piece.values.shape[0] != height for piece in pieces):
        raise Conformability("conformability error")
    values = np.hstack([piece.values for piece in pieces])
    return Named(values, pieces[0].rownames, tuple(name for piece in pieces for name in piece.colnames))
