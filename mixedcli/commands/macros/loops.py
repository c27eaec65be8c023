"""What loops run over, and whether a condition holds."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from mixedcli import ast
from mixedcli.commands.context import expression_context
from mixedcli.commands.macros.text import NAME, number, unplaced, words
from mixedcli.data import types, varlist
from mixedcli.data.expression import scalar
from mixedcli.errors import AlreadyDefined, InvalidSyntax, TypeMismatch
from mixedcli.session import Session

_FOREACH = re.compile(r"(\w+)\s+(in|of)(?:\s+(.*))?", re.DOTALL)
_FORVALUES = re.compile(r"(\w+)\s*=\s*(.*)", re.DOTALL)
_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_RANGES = (
    re.compile(rf"{_NUMBER}\s*/\s*{_NUMBER}"),
    re.compile(rf"{_NUMBER}\s*\(\s*{_NUMBER}\s*\)\s*{_NUMBER}"),
    re.compile(rf"{_NUMBER}\s+{_NUMBER}\s*(?:to\s+|:)\s*{_NUMBER}"),
)
_NEW_RANGE = re.compile(r"(\w*?)(\d+)-\1?(\d+)")
_LISTS = ("local", "global", "varlist", "newlist", "numlist")


@lru_cache(maxsize=1024)
def _parsed(language: Any, text: str) -> ast.Expr:
    node: ast.Expr = language.expr(text)
    return node


@unplaced()
def holds(session: Session, text: str) -> bool:
    """Whether an expression is not zero; a missing value is not.  Errors: r(109) a string."""
    language: Any = session.language
    if not text.strip():
        raise InvalidSyntax("invalid syntax")
    value = scalar(_parsed(language, text), expression_context(session))
    if isinstance(value, str):
        raise TypeMismatch("type mismatch")
    return value != 0


@unplaced()
def foreach(session: Session, text: str) -> tuple[str, Iterable[str]]:
    """``x in a b``, ``x of varlist v*`` ...: the macro's name and what it is to be in turn.  Errors: r(198), r(111)."""
    found = _FOREACH.fullmatch(text)
    if found is None:
        raise InvalidSyntax("invalid syntax")
    name, how, rest = found[1], found[2], found[3] or ""
    if how == "in":
        return name, words(rest)
    kind, _, rest = rest.strip().partition(" ")
    full = [known for known in _LISTS if known.startswith(kind) and len(kind) >= 3]
    if not full:
        raise InvalidSyntax("invalid syntax")
    assert session.language is not None
    match full[0]:
        case "local":
            return name, words(session.locals.get(_name(rest), ""))
        case "global":
            return name, words(session.globals.get(_name(rest), ""))
        case "varlist":
            return name, varlist.names(session.language.varlist(rest), session.data)
        case "newlist":
            return name, new_names(session, rest)
        case _:
            return name, [number(value) for value in session.language.numlist(rest)] if rest.strip() else []


def _name(text: str) -> str:
    if not NAME.fullmatch(text.strip()):
        raise InvalidSyntax("invalid syntax")
    return text.strip()


def new_names(session: Session, text: str) -> list[str]:
    """Names that no variable has yet; ``x1-x3`` is a range.  Errors: r(198) bad name, r(110) it exists."""
    names: list[str] = []
    for word in words(text):
        run = _NEW_RANGE.fullmatch(word)
        if run is not None and run[1] and int(run[3][:6]) >= int(run[2][:6]):
            names += [f"{run[1]}{k}" for k in range(int(run[2][:6]), int(run[3][:6]) + 1)]
        else:
            names.append(word)
    for name in names:
        types.check_name(name)
        if name in session.data:
            raise AlreadyDefined(f"variable {name} already defined")
    return names


def forvalues(session: Session, text: str) -> tuple[str, Iterable[str]]:
    """``i = 1/10``, ``i = 10(-2)0``, ``i = 1 3 to 9``: the macro's name and its values.  Errors: r(198)."""
    found = _FORVALUES.fullmatch(text)
    if found is None:
        raise InvalidSyntax("invalid syntax")
    for k, pattern in enumerate(_RANGES):
        limits = pattern.fullmatch(found[2].strip())
        if limits is not None:
            first, second, *last = (float(x) for x in limits.groups())
            if k == 0:
                return found[1], _values(first, 1.0, second)
            return found[1], _values(first, second if k == 1 else second - first, last[0])
    raise InvalidSyntax("invalid syntax")


def _values(first: float, step: float, last: float) -> Iterator[str]:
    if not all(map(math.isfinite, (first, step, last))) or first + step == first or last + step == last:
        raise InvalidSyntax("invalid syntax")
    return _counted(first, step, last)


def _counted(first: float, step: float, last: float) -> Iterator[str]:
    whole = first == int(first) and step == int(step)
    k = 0
    while True:
        value = first + k * step
        if (value > last) if step > 0 else (value < last):
            return
        yield str(int(value)) if whole and abs(value) < 1e15 else number(value)
        k += 1
