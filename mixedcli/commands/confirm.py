"""confirm - fail unless what is named is there, and is what it should be

    confirm existence [text]
    confirm [new] file filename
    confirm [numeric | string | str# | byte | int | long | float | double | date] variable varlist [, exact]
    confirm new variable names
    confirm number text
    confirm integer number text
    confirm names names
    confirm [numeric | string | date] format %fmt
    confirm matrix name
    confirm scalar name

Silent when it is so.  Scripts put capture before it and look at _rc.

Examples: capture confirm variable bmi
          if _rc generate bmi = weight/height^2
          capture confirm new file results.dta
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mixedcli import ast, numfmt
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.macros.text import unplaced, unquoted, words
from mixedcli.data import types, varlist
from mixedcli.data.dataset import Column
from mixedcli.data.files import located
from mixedcli.errors import (
    AlreadyDefined,
    FileExists,
    FileNotFound,
    FoundInstead,
    InvalidFormat,
    InvalidSyntax,
    NotFound,
    NothingFound,
    VarlistRequired,
)
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("confirm", any_option=True)

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?|\.[a-z]?")
_OPTIONS = re.compile(r"\s*,\s*(ex(?:a(?:ct?)?)?)?\s*")

Check = Callable[[Session, str, str], None]


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Look.  Errors: r(6) nothing there, r(7) something else, r(110), r(111), r(601), r(602), r(198)."""
    text = command.body.text.strip() if isinstance(command.body, ast.WordsBody) else ""
    kind = ""
    word, rest = _split(text)
    if _kind(word, _split(rest)[0]):
        kind, (word, rest) = word, _split(rest)
    for name, (least, check) in _CHECKS.items():
        if name.startswith(word) and len(word) >= least:
            with unplaced():
                check(session, kind, rest)
            return Outcome()
    raise InvalidSyntax("invalid syntax", command.span)


def _split(text: str) -> tuple[str, str]:
    found = re.match(r"\S*", text)
    assert found is not None
    return found[0], text[found.end() :].strip()


def _kind(word: str, following: str) -> bool:
    """Whether a word says of what kind the variable, file, number or format behind it has to be."""
    if not following:
        return False
    if word in ("new", "date") or types.is_type(word):
        return True
    return any(full.startswith(word) and len(word) >= 3 for full in ("numeric", "string", "integer"))


def _existence(session: Session, kind: str, rest: str) -> None:
    if not rest:
        raise NothingFound("'' found where something expected")


def _file(session: Session, kind: str, rest: str) -> None:
    name = unquoted(rest)
    if not name:
        raise InvalidSyntax("invalid file specification")
    try:
        exists = located(name, session.settings.cwd).is_file()
    except (OSError, ValueError):
        exists = False
    if kind == "new" and exists:
        raise FileExists(f"file {name} already exists")
    if kind != "new" and not exists:
        raise FileNotFound(f"file {name} not found")


def _variable(session: Session, kind: str, rest: str) -> None:
    front, comma, _ = rest.partition(",")
    exact = False
    if comma:
        given = _OPTIONS.fullmatch(rest[len(front) :])
        if given is None:
            raise InvalidSyntax("invalid syntax")
        exact = given[1] is not None
    if not front.strip():
        raise VarlistRequired("varlist required")
    data = session.data
    if kind == "new":
        for name in front.split():
            types.check_name(name)
            if name in data.columns:
                raise AlreadyDefined(f"variable {name} already defined")
        return
    if exact:
        found: Sequence[str] = front.split()
        for name in found:
            data.column(name)
    else:
        assert session.language is not None
        found = varlist.names(session.language.varlist(front), data)
    for name in found:
        column = data.columns[name]
        if not _is_of(column, kind):
            raise FoundInstead(f"'{name}' found where {_full(kind)} variable expected")


def _full(kind: str) -> str:
    return next((full for full in ("numeric", "string") if full.startswith(kind) and kind[:3] != "str"), kind)


def _is_of(column: Column, kind: str) -> bool:
    if not kind:
        return True
    if types.is_type(kind):
        return column.type == kind
    if kind == "date":
        return not column.is_string and numfmt.parse(column.format).kind == "t"
    return column.is_string == kind.startswith("str")


def _number(session: Session, kind: str, rest: str) -> None:
    text = unquoted(rest)
    whole = "integer".startswith(kind) and kind != ""
    good = _NUMBER.fullmatch(text) is not None
    if good and whole:
        good = text[0] != "." and float(text.lower().replace("d", "e")) % 1 == 0
    if not good:
        raise FoundInstead(f"'{text}' found where {'integer' if whole else 'number'} expected")


def _names(session: Session, kind: str, rest: str) -> None:
    found = words(rest)
    if not found:
        raise FoundInstead("'' found where name expected")  # unverified: wording
    for name in found:
        if not re.fullmatch(r"[^\W\d]\w{0,31}", name):
            raise FoundInstead(f"'{name}' found where name expected")  # unverified: wording


def _format(session: Session, kind: str, rest: str) -> None:
    text = unquoted(rest)
    try:
        found = numfmt.parse(text).kind
    except InvalidFormat:
        found = ""
    wanted = {"s": ("string",), "t": ("date", "numeric")}.get(found, ("numeric",)) if found else ()
    if not found or (kind and not any(full.startswith(kind) for full in wanted)):
        raise FoundInstead(f"'{text}' found where {kind + ' ' if kind else ''}format expected")  # unverified: wording


def _matrix(session: Session, kind: str, rest: str) -> None:
    for name in words(rest) or [""]:
        if name not in session.matrices and not _of_estimates(session, name):
            raise NotFound(f"matrix {name} not found")


def _of_estimates(session: Session, name: str) -> bool:
    found = re.fullmatch(r"([er])\(\s*(\w+)\s*\)", name)
    return found is not None and found[2] in (session.e if found[1] == "e" else session.r).matrices


def _scalar(session: Session, kind: str, rest: str) -> None:
    for name in words(rest) or [""]:
        if name not in session.scalars:
            raise NotFound(f"scalar {name} not found")


#: what is asked for: minimum abbreviation and check
_CHECKS: dict[str, tuple[int, Check]] = {
    "existence": (1, _existence),
    "file": (1, _file),
    "format": (3, _format),
    "variables": (1, _variable),
    "number": (3, _number),
    "names": (2, _names),
    "matrix": (3, _matrix),
    "scalar": (3, _scalar),
}
