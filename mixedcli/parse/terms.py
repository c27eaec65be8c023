"""Nodes of variable lists: names, ranges, factor and time-series operators, interactions, groups."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import Any, Literal, NamedTuple

from mixedcli import ast
from mixedcli.errors import InvalidSyntax, Span
from mixedcli.parse.expressions import time_operators
from mixedcli.parse.machine import Action, Token
from mixedcli.parse.numlist import whole_numbers

_PIECE = re.compile(r"([a-zA-Z])|(\d+)|\(([^()]*)\)")
#: unverified: Stata's limit on the variables of one interaction, and its message
WAYS = 8
_NTH = re.compile(r"#\s*(\d+)")


class _Operator(NamedTuple):
    """What stands before a dot.  kind "": time-series operators alone.  times: an entry for each order of L(0/2)."""

    kind: Literal["", "i", "c", "o"]
    levels: tuple[int, ...]
    base: ast.Base | None
    omitted: tuple[int, ...]
    times: tuple[tuple[ast.TimeOp, ...], ...]


def _operator(text: str) -> _Operator | None:
    """``i``, ``ib2``, ``ib(first)``, ``1b``, ``0bn``, ``2o``, ``i(1 2)``, ``cL2``, ``L(1/3)``; None: no operator."""
    pieces = [(m[1] or "", m[2], m[3]) for m in _PIECE.finditer(text)]
    kind: Literal["", "i", "c", "o"] = ""
    levels: tuple[int, ...] = ()
    base: ast.Base | None = None
    omitted: tuple[int, ...] = ()
    place = 0

    def argument() -> str | None:
        """The number or parenthesis that follows, if one does."""
        nonlocal place
        if place < len(pieces) and not pieces[place][0]:
            place += 1
            return pieces[place - 1][1] or pieces[place - 1][2]
        return None

    while place < len(pieces):
        letter, digits, inside = pieces[place]
        if letter and letter in "LlFfDdSs":
            break
        place += 1
        if not letter:
            chosen = whole_numbers(digits or inside)
            if chosen is None or levels:
                return None
            kind, levels = "i", chosen
        elif letter == "i" and kind == "":
            kind = "i"
        elif letter == "c" and kind == "":
            kind = "c"
        elif letter == "b" and base is None and kind != "c":
            base = _base(argument(), pieces[place : place + 1], levels)
            if base is None:
                return None
            place += base.kind == "none"
            kind = "i"
        elif letter == "o" and not omitted:
            given = argument()
            chosen = levels if given is None else whole_numbers(given)
            if chosen is None:
                return None
            omitted = chosen
            kind = "i" if omitted and kind != "c" else "o"
        else:
            return None
    times = _times(pieces[place:])
    return None if times is None else _Operator(kind, levels, base, omitted, times)


def _base(given: str | None, following: list[tuple[str, str, str]], levels: tuple[int, ...]) -> ast.Base | None:
    """The base that ``b`` names: ``b2``, ``b(first)``, ``b(#2)``, ``bn``, or the level in front of it (``1b``)."""
    if given is None:
        if following and following[0][0] == "n":
            return ast.Base("none")
        return ast.Base("level", levels[0]) if len(levels) == 1 else None
    given = given.strip()
    if given in ("first", "last", "freq"):
        return ast.Base(given)  # type: ignore[arg-type]
    nth = _NTH.fullmatch(given)
    level = whole_numbers(given if nth is None else nth[1])
    if level is None or len(level) != 1:
        return None
    return ast.Base("level" if nth is None else "nth", level[0])


def _times(pieces: list[tuple[str, str, str]]) -> tuple[tuple[ast.TimeOp, ...], ...] | None:
    """Every combination of the orders of a chain of time-series operators."""
    chain: list[list[tuple[ast.TimeOp, ...]]] = []
    place = 0
    while place < len(pieces):
        letter = pieces[place][0]
        if not letter or letter not in "LlFfDdSs":
            return None
        orders: tuple[int, ...] | None = (1,)
        place += 1
        if place < len(pieces) and not pieces[place][0]:
            orders = whole_numbers(pieces[place][1] or pieces[place][2])
            place += 1
        if not orders:
            return None
        chain.append([time_operators(f"{letter}{order}") for order in orders])
    return tuple(tuple(op for ops in combination for op in ops) for combination in product(*chain))


def _apply(operator: _Operator, term: ast.Term, span: Span) -> ast.Term | None:
    """The operator on one term; distributed over groups and interactions.  None: it cannot stand there."""
    if isinstance(term, ast.Group):
        parts = [_apply(operator, part, span) for part in term.terms]
        return None if None in parts else ast.Group(tuple(p for p in parts if p is not None), span=span)
    if isinstance(term, ast.Interaction):
        left, right = _apply(operator, term.left, span), _apply(operator, term.right, span)
        return None if left is None or right is None else replace(term, left=left, right=right)
    if isinstance(term, ast.FactorVar):
        if operator.kind or term.kind == "R":
            return None
        inner = _apply(operator, term.var, span)
        return replace(term, var=inner, span=span) if isinstance(inner, ast.VarRef | ast.VarRange) else None
    shifted = [replace(term, ops=(*times, *term.ops), span=span) for times in operator.times]
    if operator.kind:
        made: list[ast.Term] = [
            ast.FactorVar(operator.kind, var, operator.levels, operator.base, operator.omitted, span=span)
            for var in shifted
        ]
    else:
        made = list(shifted)
    return made[0] if len(made) == 1 else ast.Group(tuple(made), span=span)


def _operated(source: str, start: int, end: int, children: list[Any]) -> ast.Term:
    token, term = children
    text = token.text.rstrip()[:-1]
    operator = _operator(text)
    made = None if operator is None else _apply(operator, term, Span(start, end))
    if made is None:
        # unverified: the blanks after the colon
        raise InvalidSyntax(f"{source[start:end]}:  operator invalid", Span(start, end))
    return made


def _varname(source: str, start: int, end: int, children: list[Any]) -> ast.Term:
    return ast.VarRef(children[0].text, span=Span(start, end))


def _range(source: str, start: int, end: int, children: list[Any]) -> ast.Term:
    first, last = children
    return ast.VarRange(first.text, last.text, span=Span(start, end))


def _interaction(source: str, start: int, end: int, children: list[Any]) -> ast.Term:
    left, cross, right = children
    ways, term = 2, left
    while isinstance(term, ast.Interaction):
        ways, term = ways + 1, term.left
    if ways > WAYS:
        raise InvalidSyntax(f"interactions of more than {WAYS} variables are not allowed", Span(start, end))
    return ast.Interaction(left, right, cross.kind == "FULL_CROSS", span=Span(start, end))


def _group(source: str, start: int, end: int, children: list[Any]) -> ast.Term:
    return ast.Group(tuple(children), span=Span(start, end))


def _varlist(source: str, start: int, end: int, children: list[Any]) -> ast.Varlist:
    return ast.Varlist(tuple(children), span=Span(start, end))


def _r_term(source: str, start: int, end: int, children: list[Any]) -> ast.Varlist:
    name: Token = children[1]
    term = ast.FactorVar("R", ast.VarRef(name.text, span=name.span), span=Span(start, end))
    return ast.Varlist((term,), span=Span(start, end))


ACTIONS: dict[str, Action] = {
    "varlist": _varlist,
    "random_terms": _varlist,
    "r_term": _r_term,
    "varname": _varname,
    "range": _range,
    "operated": _operated,
    "interaction": _interaction,
    "group": _group,
}
