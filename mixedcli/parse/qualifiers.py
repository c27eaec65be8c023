"""What commands share: if, in, weights, using, options; and a command while it is being put together."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from mixedcli import ast
from mixedcli.errors import InvalidSyntax, Span
from mixedcli.frozen import frozen
from mixedcli.parse.expressions import unquoted
from mixedcli.parse.machine import Action, Token

_WEIGHTS = (("fweight", 2), ("aweight", 2), ("pweight", 2), ("iweight", 2), ("frequency", 4), ("cellsize", 4))
_IN = re.compile(r"in\s+([-+]?\w+)(?:\s*/\s*([-+]?\w+))?")


@frozen
class Draft:
    """A command before its prefixes are known."""

    name: Token
    body: ast.Body
    options: tuple[ast.Option, ...] = ()
    condition: ast.Expr | None = None
    in_range: ast.InRange | None = None
    weight: ast.Weight | None = None
    using: str | None = None
    more_using: tuple[str, ...] = ()


@frozen
class Options:
    """What stands behind a comma."""

    options: tuple[ast.Option, ...]


@frozen
class Qualifier:
    """One of if, in, [weight], using; field is its name in the node."""

    field: str
    value: Any
    span: Span


class Parts(NamedTuple):
    """The children of a command sorted by what they are."""

    heads: list[Any]
    qualifiers: dict[str, Any]
    options: tuple[ast.Option, ...]


def sorted_parts(children: list[Any]) -> Parts:
    """Qualifiers and options apart from everything else.  Errors: r(198) when one stands there twice."""
    heads: list[Any] = []
    qualifiers: dict[str, Any] = {}
    options: tuple[ast.Option, ...] = ()
    for child in children:
        if type(child) is Qualifier:
            if child.field in qualifiers:
                raise InvalidSyntax("invalid syntax", child.span)
            qualifiers[child.field] = child.value
            if child.field == "using":
                qualifiers["using"], *more = child.value
                if more:
                    qualifiers["more_using"] = tuple(more)
        elif type(child) is Options:
            options = child.options
        else:
            heads.append(child)
    return Parts(heads, qualifiers, options)


def draft(parts: Parts, name: Token, body: ast.Body) -> Draft:
    """A command with its qualifiers and options."""
    return Draft(name, body, parts.options, **parts.qualifiers)


def _flag(source: str, start: int, end: int, children: list[Any]) -> ast.Option:
    return ast.Option(children[0].text, span=Span(start, end))


def _option(source: str, start: int, end: int, children: list[Any]) -> ast.Option:
    name: Token = children[0]
    begin = source.index("(", name.end) + 1
    return ast.Option(name.text, source[begin : end - 1], begin, span=Span(start, end))


def _options(source: str, start: int, end: int, children: list[Any]) -> Options:
    return Options(tuple(children))


def _raw(source: str, start: int, end: int, children: list[Any]) -> None:
    """Text inside an option's parentheses: the option cuts it out of the line as a whole."""


def _condition(source: str, start: int, end: int, children: list[Any]) -> Qualifier:
    return Qualifier("condition", children[0], Span(start, end))


def _in_range(source: str, start: int, end: int, children: list[Any]) -> Qualifier:
    found = _IN.fullmatch(source, start, end)
    assert found is not None
    first = _observation(found[1])
    last = first if found[2] is None else _observation(found[2])
    if first == 0 or last == 0:
        raise InvalidSyntax("'0' invalid observation number", Span(start, end))  # stata: 18.5, list in 0
    return Qualifier("in_range", ast.InRange(first, last, span=Span(start, end)), Span(start, end))


def _observation(text: str) -> int:
    return {"f": 1, "l": -1}.get(text.lower()) or int(text[:16])


def _bad_in(source: str, start: int, end: int, children: list[Any]) -> Qualifier:
    word: Token = children[0]
    raise InvalidSyntax(f"'{word.text.split()[0]}' invalid observation number", Span(word.start, word.end))


def _weight(source: str, start: int, end: int, children: list[Any]) -> Qualifier:
    token, expr = children
    span = Span(start, end)
    typed = token.text[1:-1].strip()
    if typed in ("", "weight"[: max(len(typed), 1)]):
        kind = ""
    else:
        known = [full for full, least in _WEIGHTS if full.startswith(typed) and len(typed) >= least]
        if not known:
            raise InvalidSyntax(f"{typed} invalid weight type", span)
        kind = "fweight" if known[0] in ("frequency", "cellsize") else known[0]
    return Qualifier("weight", ast.Weight(kind, expr, span=span), span)


def _using(source: str, start: int, end: int, children: list[Any]) -> Qualifier:
    return Qualifier("using", tuple(map(unquoted, children)), Span(start, end))


ACTIONS: dict[str, Action] = {
    "flag": _flag,
    "option": _option,
    "options": _options,
    "raw": _raw,
    "condition": _condition,
    "in_range": _in_range,
    "bad_in": _bad_in,
    "weight": _weight,
    "using": _using,
}
