"""Commands: their bodies, prefixes, the whole line."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, cast

from mixedcli import ast
from mixedcli.errors import InvalidSyntax, Span, StataError, VarlistNotAllowed
from mixedcli.parse.expressions import unquoted
from mixedcli.parse.machine import Action, Token
from mixedcli.parse.qualifiers import Draft, Parts, draft, sorted_parts

_LEVEL_WEIGHTS = ("fweight", "pweight")
_PREFIX_NAMES = (
    ("quietly", 3), ("noisily", 1), ("capture", 3), ("bysort", 3), ("version", 4),
)  # fmt: skip


# -------------------------------------------------------------------------------------------------------------- bodies


def _standard(source: str, start: int, end: int, children: list[Any]) -> Draft:
    parts = sorted_parts(children)
    name, *terms = parts.heads
    storage = cast(Token, terms.pop(0)).text if terms and type(terms[0]) is Token else None
    return draft(parts, name, ast.VarlistBody(_varlist_of(terms), storage))


def _varlist_of(terms: list[Any]) -> ast.Varlist:
    if not terms:
        return ast.Varlist()
    return ast.Varlist(tuple(terms), span=Span(terms[0].span.start, terms[-1].span.end))


def _fixed(source: str, start: int, end: int, children: list[Any]) -> ast.FixedEquation:
    parts = sorted_parts(children)
    _refuse_using(parts, Span(start, end))
    depvar, *terms = parts.heads
    return ast.FixedEquation(
        depvar, _varlist_of(terms), options=parts.options, span=Span(start, end), **parts.qualifiers
    )


def _random(source: str, start: int, end: int, children: list[Any]) -> ast.RandomEquation:
    parts = sorted_parts(children)
    _refuse_using(parts, Span(start, end))
    level, terms = parts.heads
    options = tuple(map(_weight_option, parts.options))
    return ast.RandomEquation(level.text, terms, options=options, span=Span(start, end), **parts.qualifiers)


def _weight_option(option: ast.Option) -> ast.Option:
    """fweight(exp) and pweight(exp) hold expressions."""
    if option.text is None or not any(x.startswith(option.name) and len(option.name) > 1 for x in _LEVEL_WEIGHTS):
        return option
    from mixedcli.parse.build import parse_expr

    return replace(option, expr=parse_expr(option.text, option.text_start))


def _refuse_using(parts: Parts, span: Span) -> None:
    if "using" in parts.qualifiers:
        raise VarlistNotAllowed("using not allowed", span)


def _mixed(source: str, start: int, end: int, children: list[Any]) -> Draft:
    name, fixed, *random = children
    return Draft(name, ast.MixedBody(fixed, tuple(random), span=Span(name.end, end)))


def _replay(source: str, start: int, end: int, children: list[Any]) -> Draft:
    parts = sorted_parts(children)
    return draft(parts, parts.heads[0], ast.MixedBody())


def _value_label(source: str, start: int, end: int, children: list[Any]) -> dict[str, str]:
    return {"label": children[0].text}


def _assigned(source: str, start: int, end: int, children: list[Any]) -> dict[str, ast.Expr]:
    return {"expr": children[0]}


def _egen_call(source: str, start: int, end: int, children: list[Any]) -> dict[str, Any]:
    function: Token = children[0]
    inside = source[function.end : end - 1]
    return {
        "function": function.text[:-1].rstrip(),
        "text": inside,
        "text_start": function.end,
        "expr": _read("parse_expr", inside, function.end),
        "varlist": _read("parse_varlist", inside, function.end),
    }


def _read(how: str, text: str, start: int) -> Any:
    """The text as an expression or a variable list, None if it is none."""
    from mixedcli.parse import build

    try:
        return getattr(build, how)(text, start)
    except StataError:
        return None


def _target(heads: list[Any]) -> dict[str, Any]:
    """The fields of ``[type] name[:label] = ...``, whichever of them stand there."""
    fields: dict[str, Any] = {}
    for head in heads:
        if type(head) is not Token:
            fields |= head
        elif head.kind == "TYPE":
            fields["type"] = head.text
        else:
            fields["target"], fields["target_span"] = head.text, head.span
    return fields


def _assign(source: str, start: int, end: int, children: list[Any]) -> Draft:
    parts = sorted_parts(children)
    name, *heads = parts.heads
    return draft(parts, name, ast.AssignBody(**{"expr": None, **_target(heads)}))


def _egen(source: str, start: int, end: int, children: list[Any]) -> Draft:
    parts = sorted_parts(children)
    name, *heads = parts.heads
    return draft(parts, name, ast.EgenBody(**_target(heads)))


def _expression_command(source: str, start: int, end: int, children: list[Any]) -> Draft:
    parts = sorted_parts(children)
    name, expr = parts.heads
    return draft(parts, name, ast.ExprBody(expr))


def _word(source: str, start: int, end: int, children: list[Any]) -> ast.Word:
    token: Token = children[0]
    return ast.Word(unquoted(token), token.kind != "WORD", span=token.span)


def _words(source: str, start: int, end: int, children: list[Any]) -> Draft:
    parts = sorted_parts(children)
    name, *words = parts.heads
    text = source[words[0].span.start : words[-1].span.end] if words else ""
    return draft(parts, name, ast.WordsBody(tuple(words), text))


def _raw_command(source: str, start: int, end: int, children: list[Any]) -> Draft:
    name, *rest = children
    return Draft(name, raw_body(rest[0] if rest else None))


def raw_body(rest: Token | None) -> ast.WordsBody:
    """The rest of a line that no rule reads: its blank-separated words and the text itself."""
    if rest is None:
        return ast.WordsBody()
    text = rest.text.rstrip()
    words = (ast.Word(m[0], span=Span(rest.start + m.start(), rest.start + m.end())) for m in re.finditer(r"\S+", text))
    return ast.WordsBody(tuple(words), text)


def _wordlist(
    source: str, start: int, end: int, children: list[Any]
) -> tuple[tuple[ast.Word, ...], tuple[ast.Option, ...]]:
    parts = sorted_parts(children)
    return tuple(parts.heads), parts.options


# ----------------------------------------------------------------------------------------------------------- the line


def _prefix(source: str, start: int, end: int, children: list[Any]) -> ast.Prefix:
    token: Token = children[0]
    if token.kind == "SIMPLE_PREFIX":
        return ast.Prefix(_full(token.text), span=token.span)
    found = re.match(r"\w+", token.text)
    assert found is not None
    return ast.Prefix(_full(found[0]), token.text[found.end() : -1].strip(), span=token.span)


def _full(word: str) -> str:
    for name, least in _PREFIX_NAMES:
        if name.startswith(word) and len(word) >= least:
            return name
    return word


def _line(source: str, start: int, end: int, children: list[Any]) -> ast.Command | None:
    if not children or not isinstance(children[-1], Draft):
        # quietly or capture alone do nothing; by id: alone cannot be meant
        if any(prefix.text or prefix.name in ("by", "bysort") for prefix in children):
            raise InvalidSyntax("invalid syntax", Span(start, end))
        return None
    *prefixes, draft = children
    return command(source, end, draft, prefixes)


def command(source: str, end: int, draft: Draft, prefixes: list[ast.Prefix]) -> ast.Command:
    """The finished node of a command that ends at ``end``."""
    return ast.Command(
        draft.name.text,
        draft.body,
        draft.condition,
        draft.in_range,
        draft.weight,
        draft.using,
        draft.options,
        tuple(prefixes),
        source,
        more_using=draft.more_using,
        span=Span(draft.name.start, end),
    )


def _head(source: str, start: int, end: int, children: list[Any]) -> list[Any]:
    return children


ACTIONS: dict[str, Action] = {
    "line": _line,
    "head": _head,
    "wordlist": _wordlist,
    "prefix": _prefix,
    "standard": _standard,
    "fixed": _fixed,
    "random": _random,
    "mixed": _mixed,
    "replay": _replay,
    "value_label": _value_label,
    "assigned": _assigned,
    "assign": _assign,
    "egen_call": _egen_call,
    "egen": _egen,
    "expression_command": _expression_command,
    "word": _word,
    "words": _words,
    "raw_command": _raw_command,
}
