"""Nodes of matrix expressions, one function for each rule of the grammar."""

from __future__ import annotations

from typing import Any

from mixedcli import ast
from mixedcli.errors import InvalidSyntax, Span
from mixedcli.parse.machine import Action
from mixedcli.parse.qualifiers import Draft


def _row(source: str, start: int, end: int, children: list[Any]) -> tuple[ast.Expr, ...]:
    return tuple(children)


def _rows(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    rows = tuple(children)
    if len(rows) == 1 and len(rows[0]) == 1:
        only: ast.Expr = rows[0][0]
        return only
    return ast.Join(rows, span=Span(start, end))


def _transpose(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    return ast.Transpose(children[0], span=Span(start, end))


def _part(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    matrix, rows, columns = children
    return ast.Part(matrix, rows, columns, span=Span(start, end))


def _row_of(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    """``x[3]``: a variable's observation; matrices take two subscripts."""
    variable, index = children
    if not isinstance(variable, ast.Var):
        raise InvalidSyntax("invalid syntax", Span(start, end))
    return ast.Subscript(variable, index, span=Span(start, end))


def _at(source: str, start: int, end: int, children: list[Any]) -> ast.Range:
    return ast.Range(children[0], span=Span(start, end))


def _range(source: str, start: int, end: int, children: list[Any]) -> ast.Range:
    return ast.Range(children[0], children[1], span=Span(start, end))


def _open(source: str, start: int, end: int, children: list[Any]) -> ast.Range:
    return ast.Range(children[0], open=True, span=Span(start, end))


def _place(source: str, start: int, end: int, children: list[Any]) -> dict[str, tuple[ast.Expr, ast.Expr]]:
    return {"place": (children[0], children[1])}


def _define(source: str, start: int, end: int, children: list[Any]) -> Draft:
    name, target, *where, expr = children
    place = where[0]["place"] if where else None
    return Draft(name, ast.MatrixBody(target.text, expr, place, span=Span(name.end, end)))


ACTIONS: dict[str, Action] = {
    "matrices": lambda source, start, end, children: children[0],
    "mrow": _row,
    "join_rows": _rows,
    "transpose": _transpose,
    "part": _part,
    "row_of": _row_of,
    "subscript_at": _at,
    "subscript_range": _range,
    "subscript_open": _open,
    "mplace": _place,
    "matrix_define": _define,
}
