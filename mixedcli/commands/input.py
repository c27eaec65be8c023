"""input - data typed in a do-file

    input [type] var [[type] var ...] [, automatic label]
      values ...
    end

Without a type variables are numeric (see set type); type(a b) holds for several, name:lblname reads labels.  Strings
with blanks stand in quotes; . and .a to .z are missing.  An observation may go on in the next line.  Without variables
the lines add observations to those there are; with data in memory new variables take as many values as there are
observations.

Example: input id str12 name weight
           1 "Ann Lee" 62.5
           2 Bob       .
         end
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import stored_numbers, stored_strings
from mixedcli.commands.set import with_observations
from mixedcli.data import types, varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.missing import SYSMISS, missing_value
from mixedcli.errors import AlreadyDefined, InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("input", (OptionSpec("automatic", "a"), OptionSpec("label", "l")))

_PIECE = re.compile(
    r"\s*(?:(?P<group>byte|int|long|float|double|str\d+|strL)\s*\(\s*(?P<several>[^()]*)\)"
    r"|(?P<type>byte|int|long|float|double|str\d+|strL)(?=\s)|(?P<name>[^\W\d]\w*)(?:\s*:\s*(?P<label>[^\W\d]\w*))?)"
)
_VALUE = re.compile(r'\s*(?:`"(?P<compound>.*?)"\'|"(?P<quoted>[^"]*)"|(?P<bare>[^\s,"]+)|(?P<comma>,))')


_Labels = dict[str, dict[float, str]]


@frozen
class _Field:
    """A variable that is read: its name, storage type, value label ("" for none)."""

    name: str
    type: str
    label: str = ""

    @property
    def is_string(self) -> bool:
        return self.type.startswith("str")


class _UnreadableError(Exception):
    """A value that is none; the whole observation is left out, as Stata asks for it again."""


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Read the lines.  Errors: r(110) a variable exists, r(198) bad names or types."""
    body = command.body
    text = body.text.strip() if isinstance(body, ast.WordsBody) else ""
    data = session.data
    fields = list(_fields(text, session)) if text else [_Field(c.name, c.type, "") for c in data.columns.values()]
    if not fields:
        raise InvalidSyntax("no variables defined")  # unverified: wording
    labels = {f.label: dict(data.value_labels.get(f.label, {})) for f in fields if f.label}
    blocks: list[Block] = []
    rows = list(_observations(command.following, fields, labels, blocks, automatic="automatic" in options))
    if not text:
        return _appended(session, fields, rows, blocks)
    if data.columns or data.n:
        rows = rows[: data.n]
        rows += [_empty(fields)] * (data.n - len(rows))
    columns = [_column(f, [row[k] for row in rows]) for k, f in enumerate(fields)]
    made = (data if data.columns or data.n else Dataset()).with_columns(columns)
    for name, mapping in labels.items():
        if mapping and mapping != dict(data.value_labels.get(name, {})):
            made = made.with_value_label(name, mapping)
    return Outcome(blocks=tuple(blocks), data=made)


def _fields(text: str, session: Session) -> Iterator[_Field]:
    """Errors: r(110), r(198)."""
    at, storage, seen = 0, "", set[str]()
    while at < len(text):
        found = _PIECE.match(text, at)
        if found is None or found.end() == at:
            raise InvalidSyntax(f"{text[at:].split()[0]} invalid name" if text[at:].split() else "invalid syntax")
        at = found.end()
        if found["type"]:
            storage = found["type"]
            continue
        names = found["several"].split() if found["group"] else [found["name"]]
        for name in names:
            types.check_name(name)
            if name in session.data or name in seen:
                raise AlreadyDefined(f"{name} already defined")
            seen.add(name)
            yield _Field(name, found["group"] or storage or session.settings.default_type, found["label"] or "")
        storage = ""
    if storage:
        raise InvalidSyntax("invalid syntax")


def _observations(
    lines: Iterable[str],
    fields: list[_Field],
    labels: dict[str, dict[float, str]],
    blocks: list[Block],
    *,
    automatic: bool,
) -> Iterator[tuple[Any, ...]]:
    """Each observation's values; a line ends one that is complete, further values in it are passed over.

    # unverified: what Stata does with further values
    """
    values: list[Any] = []
    for text in lines:
        if text.strip() == "end":
            break
        try:
            for piece in _pieces(text):
                if len(values) < len(fields):
                    values.append(_value(piece, fields[len(values)], labels, automatic=automatic))
        except _UnreadableError as error:
            blocks.append(line(str(error), "error"))
            values = []
            continue
        if len(values) == len(fields):
            yield tuple(values)
            values = []
    if values:
        yield (*values, *_empty(fields)[len(values) :])


def _pieces(text: str) -> Iterator[str]:
    """Values separated by blanks or commas."""
    at = 0
    while (found := _VALUE.match(text, at)) is not None:
        at = found.end()
        if found["comma"] is None:
            yield next(x for x in (found["compound"], found["quoted"], found["bare"]) if x is not None)


def _value(piece: str, field: _Field, labels: _Labels, *, automatic: bool) -> Any:
    if field.is_string:
        return "" if piece == "." else piece
    try:
        number = float(piece.replace("d", "e").replace("D", "e"))
        if abs(number) < SYSMISS:
            return number
    except ValueError:
        pass
    if re.fullmatch(r"\.[a-z]?", piece):
        return missing_value(piece[1:])
    if field.label:
        known = labels[field.label]
        for code, label in known.items():
            if label == piece:
                return code
        if automatic:
            code = max((c for c in known if c < SYSMISS), default=0.0) + 1
            known[code] = piece
            return code
    raise _UnreadableError(f"'{piece}' cannot be read as a number")


def _empty(fields: list[_Field]) -> tuple[Any, ...]:
    return tuple("" if f.is_string else SYSMISS for f in fields)


def _native(field: _Field, values: list[Any]) -> np.ndarray[Any, Any]:
    if not field.is_string:
        return stored_numbers(np.array(values, dtype=np.float64), field.type)
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return stored_strings(out, field.type)


def _column(field: _Field, values: list[Any]) -> Column:
    return Column(
        field.name, field.type, _native(field, values), types.default_format(field.type), value_label=field.label
    )


def _appended(session: Session, fields: list[_Field], rows: list[tuple[Any, ...]], blocks: list[Block]) -> Outcome:
    """Observations below those there are."""
    from dataclasses import replace

    old = session.data.n
    outcome = with_observations(session, old + len(rows))
    if not rows:
        return Outcome(blocks=tuple(blocks))
    columns = []
    for k, field in enumerate(fields):
        column = outcome.data.column(varlist.resolve(field.name, outcome.data))
        values = column.values.copy()
        values[old:] = _native(field, [row[k] for row in rows])
        columns.append(replace(column, values=values))
    return replace(outcome, blocks=tuple(blocks), data=outcome.data.with_columns(columns))
