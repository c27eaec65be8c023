"""Matrix expressions: an expression and a context give a matrix, or a number where nothing in it is a matrix."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mixedcli import ast
from mixedcli.data import expression, varlist
from mixedcli.data.expression import Context
from mixedcli.data.matrices import functions, operators
from mixedcli.data.matrices.named import Named, Names, as_named, coded, of_equation
from mixedcli.data.matrices.operators import Operand
from mixedcli.data.missing import SYSMISS, letter_of
from mixedcli.data.operators import unary
from mixedcli.errors import Conformability, InvalidSyntax, MatrixNotAllowed, NotFound, StataError


def evaluate(expr: ast.Expr, context: Context) -> Named:
    """The value as a matrix; a number has one row r1 and one column c1.

    Errors: r(111) names not found, r(503) sizes that do not match, r(504) missing values, r(505), r(506).
    """
    _check_stored(expr, context)
    return as_named(value(expr, context))


def _check_stored(expr: ast.Expr, context: Context) -> None:
    """A result that there is not is missing among numbers, but no matrix.  Errors: r(111)."""
    if isinstance(expr, ast.Stored) and context.stored(expr.kind, expr.name) is None:
        raise NotFound(f"matrix {expr.kind}({expr.name}) not found", expr.span)


def value(expr: ast.Expr, context: Context) -> Operand:
    """A matrix, a number or a string.  Errors: as ``evaluate``."""
    single = context if context.rows is not None else replace(context, rows=np.zeros(1, dtype=np.int64))
    try:
        return _value(expr, single)
    except StataError as error:
        if error.span is None:
            error.span = expr.span
        raise


def _value(expr: ast.Expr, context: Context) -> Operand:
    match expr:
        case ast.Join(rows):
            return operators.joined([[value(piece, context) for piece in row] for row in rows])
        case ast.Transpose(operand):
            return operators.transpose(value(operand, context))
        case ast.Part(matrix, rows, columns):
            return _part(_matrix(matrix, context), rows, columns, context)
        case ast.Element(matrix, row, column):
            return _part(_matrix(matrix, context), ast.Range(row), ast.Range(column), context)
        case ast.Binary():
            return _chain(expr, context)
        case ast.Unary(op, operand):
            inner = value(operand, context)
            if not isinstance(inner, Named):
                return unary(op, inner)
            if op == "!":
                raise MatrixNotAllowed("matrix operators that return matrices not allowed in this context")
            return operators.negative(inner) if op == "-" else inner
        case ast.Call(function, args):
            return _call(function, args, context)
        case ast.Var(name, ()):
            found = context.matrix(name)
            return named(found) if found is not None else _number(expr, context)
        case ast.Stored(kind, name):
            held = context.stored(kind, name)
            if hasattr(held, "colnames"):
                return named(held)
    return _number(expr, context)


def _number(expr: ast.Expr, context: Context) -> float | str:
    return expression.scalar(expr, context)


def named(matrix: Any) -> Named:
    """A matrix of whatever owner as one of this package, missing values coded."""
    return Named(coded(matrix.values), tuple(matrix.rownames), tuple(matrix.colnames))


def _matrix(expr: ast.Expr, context: Context) -> Named:
    _check_stored(expr, context)
    found = value(expr, context)
    if isinstance(found, Named):
        return found
    if isinstance(expr, ast.Var):
        raise NotFound(f"matrix {expr.name} not found", expr.span)
    return as_named(found)


def _chain(expr: ast.Binary, context: Context) -> Operand:
    """A left-deep chain without recursion on its left side."""
    pending: list[ast.Binary] = []
    left: ast.Expr = expr
    while isinstance(left, ast.Binary):
        pending.append(left)
        left = left.left
    result = value(left, context)
    for node in reversed(pending):
        result = operators.binary(node.op, result, value(node.right, context))
    return result


def _call(function: str, args: tuple[ast.Expr, ...], context: Context) -> Operand:
    if function == "nullmat":
        match args:
            case (ast.Var(name, ()),):
                found = context.matrix(name)
                return named(found) if found is not None else Named(np.zeros((0, 0)), (), ())
        raise InvalidSyntax("invalid syntax")
    if function == "get":
        return _system(args, context)
    if functions.gives_matrix(function) or functions.gives_number(function):
        for arg in args:
            _check_stored(arg, context)
        return functions.call(function, [value(arg, context) for arg in args], context.random)
    return _number(ast.Call(function, tuple(_plain(arg, context) for arg in args)), context)


def _plain(expr: ast.Expr, context: Context) -> ast.Expr:
    """An argument of a function of numbers: what in it is of the matrix language is worked out first."""
    if isinstance(expr, ast.Part | ast.Join | ast.Transpose | ast.Binary | ast.Unary | ast.Call | ast.Element):
        inner = value(expr, context)
        if isinstance(inner, Named):
            if inner.values.size != 1:
                raise MatrixNotAllowed("matrix operators that return matrices not allowed in this context", expr.span)
            inner = float(inner.values[0, 0])
        return ast.String(inner) if isinstance(inner, str) else _literal(inner)
    return expr


def _literal(number: Any) -> ast.Expr:
    return ast.Number(float(number)) if number < SYSMISS else ast.Missing(letter_of(number)[1:])


def _system(args: tuple[ast.Expr, ...], context: Context) -> Named:
    """``get(_b)``, ``get(VCE)``: e(b) and e(V)."""
    match args:
        case (ast.Var(("_b" | "VCE") as name, ()),):
            found = context.stored("e", "b" if name == "_b" else "V")
            if found is None:
                raise NotFound(f"matrix {name} not found")
            return named(found)
    raise InvalidSyntax("invalid syntax")


# ---------------------------------------------------------------------------------------------------------- subscripts


def _part(matrix: Named, rows: ast.Range, columns: ast.Range, context: Context) -> Operand:
    single = _single(rows, context), _single(columns, context)
    if None not in single:
        i = functions.place(matrix.rownames, single[0])  # type: ignore[arg-type]
        j = functions.place(matrix.colnames, single[1])  # type: ignore[arg-type]
        return SYSMISS if i is None or j is None else float(matrix.values[i, j])
    at_rows = _places(matrix.rownames, rows, context)
    at_columns = _places(matrix.colnames, columns, context)
    return Named(
        matrix.values[np.ix_(at_rows, at_columns)],
        tuple(matrix.rownames[i] for i in at_rows),
        tuple(matrix.colnames[j] for j in at_columns),
    )


def _single(where: ast.Range, context: Context) -> float | str | None:
    """The subscript of one row or column; None for several."""
    if where.last is not None or where.open:
        return None
    at = value(where.first, context)
    if isinstance(at, Named):
        at = float(at.values[0, 0]) if at.values.size == 1 else "\0"
    assert isinstance(at, (float, int, str))
    return None if isinstance(at, str) and at.endswith(":") else at


def _places(labels: Names, where: ast.Range, context: Context) -> list[int]:
    """0-based rows or columns.  Errors: r(503) outside the matrix."""
    first = value(where.first, context)
    if isinstance(first, str) and first.endswith(":") and where.last is None and not where.open:
        found = of_equation(labels, first[:-1])
        if not found:
            raise Conformability("conformability error", where.span)
        return found
    start = functions.place(labels, first)
    stop = len(labels) - 1 if where.open else start
    if where.last is not None:
        stop = functions.place(labels, value(where.last, context))
    if start is None or stop is None or stop < start:
        raise Conformability("conformability error", where.span)
    return list(range(start, stop + 1))


def place_of(matrix: Named, place: tuple[ast.Expr, ast.Expr], context: Context) -> tuple[int, int]:
    """0-based row and column of an element to be set; one more row or column does not come into being.

    Errors: r(503) outside the matrix.
    """
    i = functions.place(matrix.rownames, value(place[0], context))
    j = functions.place(matrix.colnames, value(place[1], context))
    if i is None or j is None:
        raise Conformability("conformability error", place[0].span)
    return i, j


def with_part(matrix: Named, at: tuple[int, int], part: Named) -> Named:
    """The matrix with another written into it from an element on.  Errors: r(503) it reaches out."""
    i, j = at
    height, width = part.values.shape
    if i + height > matrix.values.shape[0] or j + width > matrix.values.shape[1]:
        raise Conformability("conformability error")
    values = matrix.values.copy()
    values[i : i + height, j : j + width] = part.values
    return Named(values, matrix.rownames, matrix.colnames)


def scalar_function(function: str, args: tuple[ast.Expr, ...], context: Context) -> float:
    """A function of matrices whose value is a number, in an ordinary expression."""
    try:
        made = value(ast.Call(function, args), context)
    except NotFound as error:
        # a name that is no variable, scalar or matrix was meant for a matrix
        if args and isinstance(args[0], ast.Var) and varlist.lookup(args[0].name, context.data) is None:
            raise NotFound(f"matrix {args[0].name} not found", error.span) from None
        raise
    assert isinstance(made, float)
    return made
