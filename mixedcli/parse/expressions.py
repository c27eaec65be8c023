"""Nodes of expressions, one function for each rule of the grammar."""

from __future__ import annotations

import math
import re
from typing import Any, Literal, cast

from mixedcli import ast
from mixedcli.errors import Span
from mixedcli.parse.machine import Action, Token

_TIME_OPERATOR = re.compile(r"([LlFfDdSs])(\d*)")
_STORED = re.compile(r"([ercs])\(\s*(\w+)\s*\)")


def time_operators(text: str) -> tuple[ast.TimeOp, ...]:
    """``L2D`` as operators; L0 and F0 are the variable itself and leave nothing."""
    operators = []
    for letter, digits in _TIME_OPERATOR.findall(text):
        order = int(digits[:9]) if digits else 1  # no data set reaches further
        if order or letter in "DdSs":
            operators.append(ast.TimeOp(letter.upper(), order))
    return tuple(operators)


def unquoted(token: Token) -> str:
    """The text of a word or string token without its quotes."""
    if token.kind == "STRING":
        return token.text[1:-1]
    if token.kind == "COMPOUND":
        return token.text[2:-2]
    return token.text


def _number(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    value = float(children[0].text.lower().replace("d", "e"))
    if value == math.inf:
        return ast.Missing(span=Span(start, end))  # unverified: beyond the largest number
    return ast.Number(value, span=Span(start, end))


def _missing(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    return ast.Missing(children[0].text[1:], span=Span(start, end))


def _string(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    return ast.String(unquoted(children[0]), span=Span(start, end))


def _variable(source: str, start: int, end: int, children: list[Any]) -> ast.Var:
    token: Token = children[0]
    if token.kind == "TIME_NAME":
        operators, _, name = token.text.partition(".")
        return ast.Var(name, time_operators(operators), span=Span(start, end))
    return ast.Var(token.text, span=Span(start, end))


def _subscript(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    variable, index = children
    return ast.Subscript(variable, index, span=Span(start, end))


def _element(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    matrix, row, column = children
    return ast.Element(matrix, row, column, span=Span(start, end))


def _stored(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    found = _STORED.fullmatch(children[0].text)
    assert found is not None
    kind = cast(Literal["e", "r", "c", "s"], found[1])
    return ast.Stored(kind, found[2], span=Span(start, end))


def _coefficient(text: str) -> tuple[Literal["b", "se"], str | None, str]:
    """``_b[eq:x]`` as kind, equation and name; blanks inside the brackets do not count."""
    head, _, rest = text.partition("[")
    inside = "".join(rest[:-1].split())
    equation, colon, name = inside.partition(":")
    kind: Literal["b", "se"] = "se" if head.startswith("_se") else "b"
    return (kind, equation, name) if colon else (kind, None, inside)


def _coef(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    kind, equation, name = _coefficient(children[0].text)
    return ast.Coef(kind, equation, name, span=Span(start, end))


def equation_of(token: Token) -> str:
    """The name in ``[eq]``."""
    return token.text[1:-1].strip()


def _equation_coef(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    equation, coefficient = children
    kind, _, name = _coefficient(coefficient.text)
    return ast.Coef(kind, equation_of(equation), name, span=Span(start, end))


def _equation_name(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    equation, name = children
    return ast.Coef("b", equation_of(equation), name, span=Span(start, end))


def _name_text(source: str, start: int, end: int, children: list[Any]) -> str:
    return cast(Token, children[0]).text


def _call(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    function, *args = children
    return ast.Call(function.text[:-1].rstrip(), tuple(args), span=Span(start, end))


def _date(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    """``td(1jan2020)`` as a call with the date as a string."""
    function, _, inside = children[0].text.partition("(")
    written = ast.String(inside[:-1].strip().strip('"'), span=Span(start + len(function) + 1, end - 1))
    return ast.Call(function, (written,), span=Span(start, end))


def _unary(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    operator, operand = children
    return ast.Unary("!" if operator.text == "~" else operator.text, operand, span=Span(start, end))


def _binary(source: str, start: int, end: int, children: list[Any]) -> ast.Expr:
    left, operator, right = children
    return ast.Binary("!=" if operator.text == "~=" else operator.text, left, right, span=Span(start, end))


def _only(source: str, start: int, end: int, children: list[Any]) -> object:
    return children[0]


ACTIONS: dict[str, Action] = {
    "expression": _only,
    "number": _number,
    "missing": _missing,
    "string": _string,
    "compound": _string,
    "variable": _variable,
    "subscript": _subscript,
    "element": _element,
    "stored": _stored,
    "coef": _coef,
    "equation_coef": _equation_coef,
    "equation_name": _equation_name,
    "coefficient": _name_text,
    "call": _call,
    "date": _date,
    "unary": _unary,
    "binary": _binary,
    "parentheses": _only,
}
