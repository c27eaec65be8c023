"""Option texts as typed -> values, by a command's own table of options."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from mixedcli import ast
from mixedcli.commands import CommandSpec, OptionSpec
from mixedcli.errors import InvalidSyntax, Span, VarlistNotAllowed


def check(command: ast.Command, spec: CommandSpec) -> None:
    """Errors: r(101) for a qualifier the command does not take."""
    for word, shown, given in (
        ("if", "if", command.condition),
        ("in", "in", command.in_range),
        ("weight", "weights", command.weight),
        ("using", "using", command.using),
    ):
        if given is not None and word not in spec.allows:
            raise VarlistNotAllowed(f"{shown} not allowed", getattr(given, "span", None))
    if command.more_using and "files" not in spec.allows:
        raise InvalidSyntax(f"invalid '{command.more_using[0]}'", command.span)


def bind(options: tuple[ast.Option, ...], spec: CommandSpec) -> dict[str, Any]:
    """Full option name -> typed value.  Errors: r(198) unknown or badly given option."""
    if spec.any_option:
        return {}
    bound: dict[str, Any] = {}
    for option in options:
        row, value = _find(option, spec)
        if row.repeat:
            bound[row.name] = (*bound.get(row.name, ()), _value(option, row))
            continue
        if row.name in bound and row.type != "flag":
            raise InvalidSyntax(f"option {_shown(row)} may not be repeated", option.span)  # unverified: wording
        bound[row.name] = value if value is False else _value(option, row)
    return bound


def matches(name: str, row: OptionSpec) -> bool:
    """Whether a word is the option's name or a legal abbreviation of it."""
    return row.name.startswith(name) and len(name) >= len(row.abbreviation)


def _find(option: ast.Option, spec: CommandSpec) -> tuple[OptionSpec, Any]:
    exact = [row for row in spec.options if row.name == option.name]
    for row in exact or [row for row in spec.options if matches(option.name, row)]:
        if row.type == "flag" and option.text is not None:
            continue
        return row, None
    if option.name.startswith("no") and option.text is None:
        for row in spec.options:
            if row.no and matches(option.name[2:], row):
                return row, False
    raise InvalidSyntax(f"option {option.name}{'()' if option.text is not None else ''} not allowed", option.span)


def _shown(row: OptionSpec) -> str:
    return row.name if row.type == "flag" else f"{row.name}()"


def _value(option: ast.Option, row: OptionSpec) -> Any:
    if row.type == "raw":
        return option
    if row.type == "flag":
        return True
    if option.text is None:
        if row.optional:
            return None
        raise InvalidSyntax(f"option {row.name}() incorrectly specified", option.span)
    try:
        return _READERS[row.type](option.text, option.text_start)
    except ValueError:
        raise InvalidSyntax(f"option {row.name}() incorrectly specified", _text_span(option)) from None


def _text_span(option: ast.Option) -> Span | None:
    if option.text is None or not option.text_start:
        return option.span
    return Span(option.text_start, option.text_start + max(len(option.text), 1))


def _name(text: str, start: int) -> str:
    words = text.split()
    if len(words) != 1:
        raise ValueError(text)
    return words[0]


def _integer(text: str, start: int) -> int:
    value = _real(text, start)
    if value != int(value):
        raise ValueError(text)
    return int(value)


def _real(text: str, start: int) -> float:
    value = float(text.strip())
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _expr(text: str, start: int) -> ast.Expr:
    from mixedcli.parse import parse_expr

    return parse_expr(text, start)


def _varlist(text: str, start: int) -> ast.Varlist:
    from mixedcli.parse import parse_varlist

    return parse_varlist(text, start)


def _numlist(text: str, start: int) -> tuple[float, ...]:
    from mixedcli.parse import parse_numlist

    return tuple(parse_numlist(text))


def _words(text: str, start: int) -> tuple[ast.Word, ...]:
    from mixedcli.parse import parse_words

    return tuple(parse_words(text, start))


_READERS: dict[str, Callable[[str, int], Any]] = {
    "text": lambda text, start: text.strip(),
    "name": _name,
    "int": _integer,
    "real": _real,
    "expr": _expr,
    "varlist": _varlist,
    "numlist": _numlist,
    "words": _words,
}
