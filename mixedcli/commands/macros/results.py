"""What return, ereturn and sreturn have in common: results set one by one, and lists of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mixedcli import ast
from mixedcli.blocks import Blank, StoredTable
from mixedcli.commands.context import expression_context
from mixedcli.commands.macros.functions import extended
from mixedcli.commands.macros.names import matrix
from mixedcli.commands.macros.text import evaluated, unplaced, unquoted
from mixedcli.commands.macros.typed import options_of, top_level
from mixedcli.data.expression import scalar
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import InvalidSyntax, TypeMismatch
from mixedcli.results import Stored
from mixedcli.session import Session

_SCALAR = re.compile(r"(\w+)\s*=\s*(.*)", re.DOTALL)
_MACRO = re.compile(r"(\w+)(\s*[=:]|\s+|(?=[\"`]))?(.*)", re.DOTALL)
_MATRIX = re.compile(r"(\w+)\s*(?:=|\s)\s*(\w+(?:\(\s*\w+\s*\))?)\s*")
_KINDS = {"scalar": 3, "local": 3, "matrix": 3, "list": 2, "clear": 5, "add": 3, "post": 4, "repost": 6, "display": 2}


def taken_apart(command: ast.Command) -> tuple[str, str]:
    """The subcommand in full and what stands behind it.  Errors: r(198) no such subcommand."""
    text = command.body.text.strip() if isinstance(command.body, ast.WordsBody) else ""
    found = re.match(r"\w+", text)
    word = found[0] if found else ""
    for full, least in _KINDS.items():
        if full.startswith(word) and len(word) >= least:
            return full, text[len(word) :].strip()
    raise InvalidSyntax("invalid syntax", command.span)


def split_options(text: str) -> tuple[str, dict[str, str | None]]:
    """What stands before the comma, and the options behind it."""
    comma = next((position for position, char in top_level(text) if char == ","), len(text))
    return text[:comma].strip(), dict(options_of(text[comma + 1 :]))


@unplaced()
def changed(session: Session, stored: Stored, kind: str, rest: str) -> tuple[Stored, dict[str, Any]]:
    """Results with one more, and what else the command changes (a matrix that moved, settings)."""
    if kind == "scalar":
        found = _SCALAR.fullmatch(rest)
        if found is None:
            raise InvalidSyntax("invalid syntax")
        assert session.language is not None
        value = scalar(session.language.expr(found[2]), expression_context(session))
        if isinstance(value, str):
            raise TypeMismatch("type mismatch")
        number = float("nan") if value == SYSMISS else value
        return _without(stored, found[1], scalars={**_left(stored.scalars, found[1]), found[1]: number}), {}
    if kind == "local":
        return _with_macro(session, stored, rest)
    front, options = split_options(rest)
    named = _MATRIX.fullmatch(front)
    if named is None:
        raise InvalidSyntax("invalid syntax")
    value_ = matrix(session, named[2])
    moved = {} if "copy" in options or "(" in named[2] else {"matrices": {named[2]: None}}
    return _without(stored, named[1], matrices={**_left(stored.matrices, named[1]), named[1]: value_}), moved


def _with_macro(session: Session, stored: Stored, rest: str) -> tuple[Stored, dict[str, Any]]:
    found = _MACRO.fullmatch(rest)
    if found is None:
        raise InvalidSyntax("invalid syntax")
    name, how, text = found.groups()
    also: dict[str, Any] = {}
    if (how or "").strip() == "=":
        text, also["settings"] = evaluated(session, text)
    elif (how or "").strip() == ":":
        given = extended(session, text)
        text, also["locals"], also["globals"] = given.text, given.locals, given.globals
    else:
        text = unquoted(text)
    kept = _left(stored.macros, name)
    return _without(stored, name, macros={**kept, name: text} if text else kept), also


def _left(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key != name}


def _without(stored: Stored, name: str, **tables: Any) -> Stored:
    """A name stands in one table only."""
    for table in ("scalars", "macros", "matrices"):
        if table not in tables and name in getattr(stored, table):
            tables[table] = _left(getattr(stored, table), name)
    return replace(stored, **tables)


def listing(prefix: str, stored: Stored, functions: tuple[str, ...] = ()) -> tuple[Blank | StoredTable, ...]:
    """Blocks of stored results; names that begin with an underscore are the program's own."""
    table = StoredTable(
        prefix="e" if prefix == "e" else "r",
        scalars=tuple(stored.scalars.items()),
        macros=tuple((k, v) for k, v in stored.macros.items() if not k.startswith("_") and v != ""),
        matrices=tuple((k, *m.values.shape) for k, m in stored.matrices.items()),
        functions=functions,
    )
    empty = not (table.scalars or table.macros or table.matrices or table.functions)
    return () if empty else (Blank(), table)
