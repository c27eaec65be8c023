"""Prefix commands: their expression lists and options."""

from __future__ import annotations

import re

from mixedcli import ast
from mixedcli.errors import InvalidSyntax, StataError
from mixedcli.parse import build

_TOP_COMMA = re.compile(r'(?:[^,"()\[\]]|"[^"]*"|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\[[^\[\]]*\])*')
_ITEM = re.compile(r'(?:[^\s"()\[\]]|"[^"]*"|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\[[^\[\]]*\])+')
_EQUALS = re.compile(r"\s*(?<![=<>!~])=(?!=)\s*")
_NAME = re.compile(r"([^\W\d]\w*)=(.*)", re.DOTALL)
_GROUP = re.compile(r"\(\s*([^\W\d]\w*)\s*:(.*)\)", re.DOTALL)
_ALL = re.compile(r"(?:\[\w+\])?_(?:b|se)")


def parse_prefix(prefix: ast.Prefix, inner: str) -> tuple[ast.PrefixBody, tuple[ast.Option, ...]]:
    """The body and the options of a prefix command.  Errors: r(198) options that make no sense."""
    found = _TOP_COMMA.match(prefix.text)
    front = prefix.text[: found.end() if found is not None else None]
    behind = prefix.text[len(front) :]
    if behind and not behind.startswith(","):
        raise InvalidSyntax("invalid syntax", prefix.span)
    words, options = build.parse_suboptions(behind) if behind.strip(", ") else ((), ())
    if words:
        raise InvalidSyntax("invalid syntax", prefix.span)
    front = front.strip()
    try:
        items = parse_explist(front)
    except StataError:
        items = None
    return ast.PrefixBody(front, inner, items, span=prefix.span), options


def parse_explist(text: str, equation: str = "") -> tuple[ast.NamedExpr, ...]:
    """``m = r(mean) r(sd) (group: a = 1 b = 2) _b``.  Errors: r(198)."""
    items: list[ast.NamedExpr] = []
    text = _EQUALS.sub("=", text)
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        found = _ITEM.match(text, position)
        if found is None:
            raise InvalidSyntax("invalid syntax")
        position = found.end()
        group = _GROUP.fullmatch(found[0])
        if group is not None and not equation:
            items += parse_explist(group[2], group[1])
        else:
            items.append(_item(found[0], equation))
    return tuple(items)


def _item(text: str, equation: str) -> ast.NamedExpr:
    named = _NAME.fullmatch(text)
    name, expr = ("", text) if named is None else (named[1], named[2])
    if _ALL.fullmatch(expr):
        return ast.NamedExpr(name, None, expr, equation)
    return ast.NamedExpr(name, build.parse_expr(expr), expr, equation)
