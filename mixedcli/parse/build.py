"""Text to nodes: the public functions of this layer and what they say about text that makes no sense."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from typing import cast

from mixedcli import ast
from mixedcli.errors import ExpressionTooLong, InvalidSyntax, StataError
from mixedcli.parse import bodies, expressions, items, matrices, qualifiers, terms
from mixedcli.parse.diagnose import syntax_error
from mixedcli.parse.loader import load
from mixedcli.parse.machine import Machine, Token, UnexpectedError

#: Stata's limits: pairs of nested parentheses, dyadic operators in one expression (r(130))
NESTING, OPERATORS = 249, 800
_MACRO = re.compile(r"\s*(loc(?:al?)?|gl(?:o(?:b(?:al?)?)?)?)(?!\w)\s*(\S.*)", re.DOTALL)
_NOT_BRACKETS = re.compile(r'"[^"]*"|[^()\[\]]+')


@cache
def _machine() -> Machine:
    parts = (expressions, matrices, terms, qualifiers, items, bodies)
    return Machine(load(), {name: action for part in parts for name, action in part.ACTIONS.items()})


def parse_line(text: str) -> ast.Command | None:
    """One logical line with its prefixes; None when there is nothing to do (blank, comment, ``quietly`` alone).

    A command word that the grammar does not know never fails here: with text that is no standard syntax it gets a
    WordsBody, and the command table says that it is unrecognized.  Errors: r(130), r(132), r(198) with spans.
    """
    stripped = text.lstrip()
    if not stripped or stripped[0] == "*":
        return None
    simple = _MACRO.fullmatch(text)
    if simple is not None:  # what loops consist of: no grammar is needed
        name = Token("RAW", simple[1], simple.start(1), simple.end(1))
        rest = Token("REST", simple[2], simple.start(2), simple.end(2))
        return bodies.command(text, len(text), qualifiers.Draft(name, bodies.raw_body(rest)), [])
    try:
        return cast("ast.Command | None", _parse(text, "line"))
    except StataError:
        unknown = _unknown_command(text)
        if unknown is None:
            raise
        return unknown


def parse_expr(text: str, offset: int = 0) -> ast.Expr:
    """An expression.  offset is added to every position.  Errors: r(130), r(132), r(198)."""
    return cast(ast.Expr, _part(text, "expression", offset))


def parse_matrix(text: str, offset: int = 0) -> ast.Expr:
    """A matrix expression.  Errors: r(130), r(132), r(198)."""
    return cast(ast.Expr, _part(text, "matrices", offset))


def parse_varlist(text: str, offset: int = 0) -> ast.Varlist:
    """A variable list, empty for blank text.  Errors: r(198)."""
    return cast(ast.Varlist, _part(text, "varlist", offset))


def parse_words(text: str, offset: int = 0) -> tuple[ast.Word, ...]:
    """Blank-separated words; a comma counts as a blank."""
    words = cast("list[ast.Word]", [])
    for piece in re.finditer(r"(?:[^,\"]|\"[^\"]*\")+", text):
        words += parse_suboptions(piece[0], offset + piece.start())[0]
    return tuple(words)


def parse_suboptions(text: str, offset: int = 0) -> tuple[tuple[ast.Word, ...], tuple[ast.Option, ...]]:
    """``ar 1, t(year) by(sex)``, the text of an option that has options: its words and its options."""
    words, options = cast("tuple[tuple[ast.Word, ...], tuple[ast.Option, ...]]", _part(text, "wordlist", offset))
    return words, options


def split_condition(text: str) -> tuple[str, str]:
    """An expression and the command behind it, where the expression can end.  Errors: r(198)."""
    try:
        _machine().run(text, "expression")
    except UnexpectedError as unexpected:
        condition, command = text[: unexpected.position], text[unexpected.position :]
    else:
        condition, command = text, ""
    if not condition.strip() or not command.strip():
        raise InvalidSyntax("invalid syntax")
    return condition, command


def _part(text: str, start: str, offset: int) -> object:
    return _parse(" " * offset + text, start)  # blanks in front move every position, of errors too


def _parse(text: str, start: str) -> object:
    if len(text) > NESTING:
        _check_nesting(text)
    try:
        node = _machine().run(text, start)
    except UnexpectedError as unexpected:
        raise syntax_error(text, unexpected.position, unexpected.accepted) from None
    if len(text) > OPERATORS:
        _check_operators(node)
    return node


def _unknown_command(text: str) -> ast.Command | None:
    """The line as a command whose word the grammar does not know, its text unread; None for other lines."""
    try:
        *prefixes, last = _machine().run(text, "head")
    except UnexpectedError:
        return None
    rest = last if isinstance(last, Token) and last.kind == "REST" else None
    word = prefixes.pop() if rest is not None else last
    if not isinstance(word, Token):
        return None
    unread = any(prefix.name in ("xi", "fp") for prefix in prefixes)  # their terms are their own: i.a*i.b, <x>
    if word.kind != "OTHER" and not unread:
        return None
    return bodies.command(text, len(text), qualifiers.Draft(word, bodies.raw_body(rest)), prefixes)


def _check_nesting(text: str) -> None:
    """Stata's limit on parentheses, which also keeps trees shallow for whoever walks them recursively."""
    depth = 0
    for bracket in _NOT_BRACKETS.sub("", text):
        depth += 1 if bracket in "([" else -1
        if depth > NESTING:
            raise ExpressionTooLong("expression too long")


def _check_operators(node: object) -> None:
    """Stata's limit on operators in one expression: here on those above one another, which make the tree deep."""
    stack: list[tuple[object, int]] = [(node, 0)]
    while stack:
        item, level = stack.pop()
        if isinstance(item, tuple):
            stack.extend((part, level) for part in item)
        elif isinstance(item, ast.Node):
            level += isinstance(item, ast.Binary | ast.Unary)
            if level > OPERATORS:
                raise ExpressionTooLong("expression too long")
            stack.extend((getattr(item, field.name), level) for field in fields(item))


def head_kind(text: str) -> str:
    """The kind of command that the first word after the prefixes is in the grammar (OTHER: not listed there)."""
    *_, last = _machine().run(text, "head")
    return cast(Token, last).kind
