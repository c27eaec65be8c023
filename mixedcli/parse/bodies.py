"""Commands: bodies, qualifiers, options, prefixes."""

from __future__ import annotations

import re
from typing import Any, NamedTuple, cast

from mixedcli import ast
from mixedcli.errors import InvalidSyntax, Span, VarlistNotAllowed
from mixedcli.frozen import frozen
from mixedcli.parse.expressions import equation_of, unquoted
from mixedcli.parse.machine import Action, Token

_PREFIX_NAMES = (
    ("quietly", 3), ("noisily", 1), ("capture", 3), ("bysort", 3), ("version", 4),
)  # fmt: skip
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


@frozen
class _Qualifier:
    """One of if, in, [weight], using; field is its name in the node."""

    field: str
    value: Any
    span: Span


class _Parts(NamedTuple):
    """The children of a command sorted by what they are."""

    heads: list[Any]
    qualifiers: dict[str, Any]
    options: tuple[ast.Option, ...]


def _parts(children: list[Any]) -> _Parts:
    heads: list[Any] = []
    qualifiers: dict[str, Any] = {}
    options: tuple[ast.Option, ...] = ()
    for child in children:
        if type(child) is _Qualifier:
            if child.field in qualifiers:
                raise InvalidSyntax("invalid syntax", child.span)
            qualifiers[child.field] = child.value
        elif type(child) is _Options:
            options = child.options
        else:
            heads.append(child)
    return _Parts(heads, qualifiers, options)


def _draft(parts: _Parts, name: Token, body: ast.Body) -> Draft:
    return Draft(name, body, parts.options, **parts.qualifiers)


# ----------------------------------------------------------------------------------------------- options and qualifiers


@frozen
class _Options:
    options: tuple[ast.Option, ...]


def _flag(source: str, start: int, end: int, children: list[Any]) -> ast.Option:
    return ast.Option(children[0].text, span=Span(start, end))


def _option(source: str, start: int, end: int, children: list[Any]) -> ast.Option:
    name: Token = children[0]
    begin = source.index("(", name.end) + 1
    return ast.Option(name.text, source[begin : end - 1], begin, span=Span(start, end))


def _options(source: str, start: int, end: int, children: list[Any]) -> _Options:
    return _Options(tuple(children))


def _raw(source: str, start: int, end: int, children: list[Any]) -> None:
    """Text inside an option's parentheses: the option cuts it out of the line as a whole."""


def _condition(source: str, start: int, end: int, children: list[Any]) -> _Qualifier:
    return _Qualifier("condition", children[0], Span(start, end))


def _in_range(source: str, start: int, end: int, children: list[Any]) -> _Qualifier:
    found = _IN.fullmatch(source, start, end)
    assert found is not None
    first = _observation(found[1])
    last = first if found[2] is None else _observation(found[2])
    if first == 0 or last == 0:
        raise InvalidSyntax("Obs. nos. out of range", Span(start, end))
    return _Qualifier("in_range", ast.InRange(first, last, span=Span(start, end)), Span(start, end))


def _observation(text: str) -> int:
    return {"f": 1, "l": -1}.get(text.lower()) or int(text)


def _bad_in(source: str, start: int, end: int, children: list[Any]) -> _Qualifier:
    word: Token = children[0]
    raise InvalidSyntax(f"'{word.text.split()[0]}' invalid obs no", Span(word.start, word.end))


def _weight(source: str, start: int, end: int, children: list[Any]) -> _Qualifier:
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
    return _Qualifier("weight", ast.Weight(kind, expr, span=span), span)


def _using(source: str, start: int, end: int, children: list[Any]) -> _Qualifier:
    return _Qualifier("using", unquoted(children[0]), Span(start, end))


# -------------------------------------------------------------------------------------------------------------- bodies


def _standard(source: str, start: int, end: int, children: list[Any]) -> Draft:
    parts = _parts(children)
    name, *terms = parts.heads
    storage = cast(Token, terms.pop(0)).text if terms and type(terms[0]) is Token else None
    return _draft(parts, name, ast.VarlistBody(_varlist_of(terms), storage))


def _varlist_of(terms: list[Any]) -> ast.Varlist:
    if not terms:
        return ast.Varlist()
    return ast.Varlist(tuple(terms), span=Span(terms[0].span.start, terms[-1].span.end))


def _fixed(source: str, start: int, end: int, children: list[Any]) -> ast.FixedEquation:
    parts = _parts(children)
    _refuse_using(parts, Span(start, end))
    depvar, *terms = parts.heads
    return ast.FixedEquation(
        depvar, _varlist_of(terms), options=parts.options, span=Span(start, end), **parts.qualifiers
    )


def _random(source: str, start: int, end: int, children: list[Any]) -> ast.RandomEquation:
    parts = _parts(children)
    _refuse_using(parts, Span(start, end))
    level, terms = parts.heads
    return ast.RandomEquation(level.text, terms, options=parts.options, span=Span(start, end), **parts.qualifiers)


def _refuse_using(parts: _Parts, span: Span) -> None:
    if "using" in parts.qualifiers:
        raise VarlistNotAllowed("using not allowed", span)


def _mixed(source: str, start: int, end: int, children: list[Any]) -> Draft:
    name, fixed, *random = children
    return Draft(name, ast.MixedBody(fixed, tuple(random), span=Span(name.end, end)))


def _replay(source: str, start: int, end: int, children: list[Any]) -> Draft:
    parts = _parts(children)
    return _draft(parts, parts.heads[0], ast.MixedBody())


def _value_label(source: str, start: int, end: int, children: list[Any]) -> dict[str, str]:
    return {"label": children[0].text}


def _assigned(source: str, start: int, end: int, children: list[Any]) -> dict[str, ast.Expr]:
    return {"expr": children[0]}


def _egen_call(source: str, start: int, end: int, children: list[Any]) -> dict[str, Any]:
    function: Token = children[0]
    inside = source[function.end : end - 1]
    return {"function": function.text[:-1].rstrip(), "text": inside, "text_start": function.end}


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
    parts = _parts(children)
    name, *heads = parts.heads
    return _draft(parts, name, ast.AssignBody(**{"expr": None, **_target(heads)}))


def _egen(source: str, start: int, end: int, children: list[Any]) -> Draft:
    parts = _parts(children)
    name, *heads = parts.heads
    return _draft(parts, name, ast.EgenBody(**_target(heads)))


def _expression_command(source: str, start: int, end: int, children: list[Any]) -> Draft:
    parts = _parts(children)
    name, expr = parts.heads
    return _draft(parts, name, ast.ExprBody(expr))


def _word(source: str, start: int, end: int, children: list[Any]) -> ast.Word:
    token: Token = children[0]
    return ast.Word(unquoted(token), token.kind != "WORD", span=token.span)


def _words(source: str, start: int, end: int, children: list[Any]) -> Draft:
    parts = _parts(children)
    name, *words = parts.heads
    text = source[words[0].span.start : words[-1].span.end] if words else ""
    return _draft(parts, name, ast.WordsBody(tuple(words), text))


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
    parts = _parts(children)
    return tuple(parts.heads), parts.options


# ------------------------------------------------------------------------------------------------------ display, test


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
    parts = _parts(children)
    name, *specs = parts.heads
    merged: list[ast.TestSpec] = []
    for spec in specs:
        if merged and spec.coefs and merged[-1].coefs:
            span = Span(merged[-1].span.start, spec.span.end)  # type: ignore[union-attr]
            merged[-1] = ast.TestSpec(coefs=(*merged[-1].coefs, *spec.coefs), span=span)
        else:
            merged.append(spec)
    return _draft(parts, name, ast.TestBody(tuple(merged)))


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
    "flag": _flag,
    "option": _option,
    "options": _options,
    "raw": _raw,
    "condition": _condition,
    "in_range": _in_range,
    "bad_in": _bad_in,
    "weight": _weight,
    "using": _using,
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
}
