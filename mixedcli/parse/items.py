"""What display shows and what test tests."""

from __future__ import annotations

from typing import Any

from mixedcli import ast
from mixedcli.errors import InvalidSyntax, Span
from mixedcli.parse.expressions import equation_of
from mixedcli.parse.machine import Action
from mixedcli.parse.qualifiers import Draft, draft, sorted_parts


def _item_directive(source: str, start: int, end: int, children: list[Any]) -> ast.DisplayItem:
    return ast.DisplayItem("directive", text=" ".join(children[0].text.split()), span=Span(start, end))


def _item_blank(source: str, start: int, end: int, children: list[Any]) -> ast.DisplayItem:
    return ast.DisplayItem("directive", text=",", span=Span(start, end))


def _item_shown(source: str, start: int, end: int, children: list[Any]) -> ast.DisplayItem:
    return ast.DisplayItem("expr", children[0], span=Span(start, end))


def _item_formatted(source: str, start: int, end: int, children: list[Any]) -> ast.DisplayItem:
    return ast.DisplayItem("expr", children[1], children[0].text, span=Span(start, end))


def _display(source: str, start: int, end: int, children: list[Any]) -> Draft:
    name, *items = children
    return Draft(name, ast.DisplayBody(tuple(items)))


def _coef_ref(expr: ast.Expr) -> ast.CoefRef:
    """An expression that stands alone in test must be a coefficient."""
    if isinstance(expr, ast.Var):
        operators = "".join(f"{op.letter}{'' if op.order == 1 else op.order}" for op in expr.ops)
        return ast.CoefRef(None, f"{operators}.{expr.name}" if operators else expr.name, span=expr.span)
    if isinstance(expr, ast.Coef) and expr.kind == "b":
        return ast.CoefRef(expr.equation, expr.name, span=expr.span)
    raise InvalidSyntax("invalid syntax", expr.span)


def _chain(source: str, start: int, end: int, children: list[Any]) -> ast.TestSpec:
    span = Span(start, end)
    if len(children) > 1:
        return ast.TestSpec(sides=tuple(children), span=span)
    only = children[0]
    if isinstance(only, ast.Binary) and only.op == "==":
        return ast.TestSpec(sides=(only.left, only.right), span=span)
    return ast.TestSpec(coefs=(_coef_ref(only),), span=span)


def _coefficients(source: str, start: int, end: int, children: list[Any]) -> ast.TestSpec:
    return ast.TestSpec(coefs=tuple(map(_coef_ref, children)), span=Span(start, end))


def _whole_equation(source: str, start: int, end: int, children: list[Any]) -> ast.TestSpec:
    return ast.TestSpec(coefs=(ast.CoefRef(equation_of(children[0]), None),), span=Span(start, end))


def _equation_coefficients(source: str, start: int, end: int, children: list[Any]) -> ast.TestSpec:
    equation, *names = children
    return ast.TestSpec(coefs=tuple(ast.CoefRef(equation_of(equation), name) for name in names), span=Span(start, end))


def _test(source: str, start: int, end: int, children: list[Any]) -> Draft:
    parts = sorted_parts(children)
    name, *specs = parts.heads
    merged: list[ast.TestSpec] = []
    for spec in specs:
        if merged and spec.coefs and merged[-1].coefs:
            span = Span(merged[-1].span.start, spec.span.end)  # type: ignore[union-attr]
            merged[-1] = ast.TestSpec(coefs=(*merged[-1].coefs, *spec.coefs), span=span)
        else:
            merged.append(spec)
    return draft(parts, name, ast.TestBody(tuple(merged)))


def _constraint(source: str, start: int, end: int, children: list[Any]) -> Draft:
    name, number, *specs = children
    if not number.text.isdigit() or not 1 <= int(number.text) <= 1999:
        raise InvalidSyntax(f"invalid constraint number {number.text}", number.span)  # unverified: wording
    spec = specs[0]
    if len(specs) > 1:
        if not all(s.coefs for s in specs):
            raise InvalidSyntax("invalid syntax", specs[1].span)
        spec = ast.TestSpec(coefs=tuple(c for s in specs for c in s.coefs), span=Span(spec.span.start, end))
    return Draft(name, ast.ConstraintBody(int(number.text), spec, source[spec.span.start : end].strip()))


def _nl_bare(source: str, start: int, end: int, children: list[Any]) -> ast.TestSpec:
    """Functions alone or joined by =; ``(a = b)`` as a whole may stand in parentheses, which its text leaves out."""
    if len(children) == 1:
        return ast.TestSpec((children[0],), text=_inside(source, children[0].span), span=Span(start, end))
    inside = source[start:end]
    if _enclosed(inside):
        inside = inside[1:-1]
    return ast.TestSpec(tuple(children), text=inside.strip(), span=Span(start, end))


def _nl_named(source: str, start: int, end: int, children: list[Any]) -> ast.TestSpec:
    name, expr = children
    return ast.TestSpec((expr,), (), name.text, _inside(source, expr.span), span=Span(start, end))


def _inside(source: str, span: Span) -> str:
    return source[span.start : span.end].strip()


def _enclosed(text: str) -> bool:
    """Whether the first parenthesis is closed by the last character and by none before it."""
    if not text.startswith("("):
        return False
    depth = 0
    for k, mark in enumerate(text):
        depth += (mark == "(") - (mark == ")")
        if not depth:
            return k == len(text) - 1
    return False


def _nonlinear(source: str, start: int, end: int, children: list[Any]) -> Draft:
    parts = sorted_parts(children)
    name, *specs = parts.heads
    return draft(parts, name, ast.TestBody(tuple(specs)))


ACTIONS: dict[str, Action] = {
    "constraint": _constraint,
    "directive": _item_directive,
    "blank": _item_blank,
    "shown": _item_shown,
    "formatted": _item_formatted,
    "display": _display,
    "chain": _chain,
    "coefficients": _coefficients,
    "whole_equation": _whole_equation,
    "equation_coefficients": _equation_coefficients,
    "test": _test,
    "nl_bare": _nl_bare,
    "nl_named": _nl_named,
    "nonlinear": _nonlinear,
}
