"""The extended functions of macros: what may follow the colon of ``local x : ...``."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import field

from mixedcli import ast, commands
from mixedcli.blocks import Line
from mixedcli.commands.macros import labels, lists, names
from mixedcli.commands.macros.text import unplaced, unquoted, words
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.session import Session

_QUOTED = r"(?:`\".*?\"'|\"[^\"]*\"|\S+)"
_SUBINSTR = re.compile(rf"(local|global)\s+(\w+)\s+({_QUOTED})\s+({_QUOTED})\s*(?:,(.*))?", re.DOTALL)
_PIECE = re.compile(r"(\d+)\s+(\d+)\s+of\s+(.*)", re.DOTALL)
_WORD = re.compile(r"(\d+)\s+of(?:\s+(.*))?", re.DOTALL)
_COUNT = re.compile(r"count\(\s*(local|global)\s+(\w+)\s*\)")


@frozen
class Value:
    """What a function gives; it may set further macros on its way."""

    text: str
    locals: dict[str, str] = field(default_factory=dict)
    globals: dict[str, str] = field(default_factory=dict)
    temporary: tuple[str, ...] = ()


def extended(session: Session, text: str) -> Value:
    """The value of ``function arguments``.  Errors: r(198) no such function, and those of the functions."""
    found = re.match(r"\s*([A-Za-z]+)(?![\w(])\s*", text)
    if found is not None:
        word, rest = found[1], text[found.end() :].strip()
        for name, (least, body) in _FUNCTIONS.items():
            if name.startswith(word) and len(word) >= least:
                value = body(session, rest)
                return value if isinstance(value, Value) else Value(value)
    if (results := re.fullmatch(r"\s*([ers])\(\s*(\w+)\s*\)\s*", text)) is not None:
        return Value(names.results(session, results[1], results[2]))
    raise InvalidSyntax("invalid syntax")


# ------------------------------------------------------------------------------------------------------- words of text


def _word(session: Session, rest: str) -> str:
    if (found := re.match(r"count(?:\s+|$)", rest)) is not None:
        return str(len(words(rest[found.end() :])))
    if (found := _WORD.fullmatch(rest)) is not None:
        items = words(found[2] or "")
        k = int(found[1][:9])
        return items[k - 1] if 1 <= k <= len(items) else ""
    raise InvalidSyntax("invalid syntax")


def _piece(session: Session, rest: str) -> str:
    """Piece number k of a text cut into pieces of at most so many characters, between words where possible."""
    found = _PIECE.fullmatch(rest)
    if found is None:
        raise InvalidSyntax("invalid syntax")
    wanted, width, left = int(found[1][:9]), int(found[2][:9]), unquoted(found[3]).strip()
    if width < 1:
        raise InvalidSyntax("invalid syntax")
    piece = ""
    for _ in range(min(wanted, len(left))):
        cut = len(left)
        if cut > width:
            cut = left.rfind(" ", 0, width + 1)
            cut = width if cut <= 0 else cut
        piece, left = left[:cut].rstrip(), left[cut:].lstrip()
    return piece if wanted <= len(found[3]) else ""


def _held(session: Session, rest: str) -> str:
    kind, _, name = rest.partition(" ")
    if kind not in ("local", "global", "loc", "gl"):
        raise InvalidSyntax("invalid syntax")
    return (session.globals if kind.startswith("g") else session.locals).get(name.strip(), "")


def _length(session: Session, rest: str) -> str:
    return str(len(_held(session, rest)))


def _subinstr(session: Session, rest: str) -> Value:
    found = _SUBINSTR.fullmatch(rest)
    if found is None:
        raise InvalidSyntax("invalid syntax")
    where, name, old, new, options = found.groups()
    source = (session.locals if where == "local" else session.globals).get(name, "")
    old, new = unquoted(old), unquoted(new)
    flags = _COUNT.sub("", options or "").split()
    if not set(flags) <= {"all", "word"}:
        raise InvalidSyntax("invalid syntax")
    pattern = rf"(?<!\S){re.escape(old)}(?!\S)" if "word" in flags else re.escape(old)
    made, count = re.subn(pattern, lambda _: new, source, count=0 if "all" in flags else 1) if old else (source, 0)
    counted = _COUNT.search(options or "")
    if counted is None:
        return Value(made)
    if counted[1] == "local":
        return Value(made, locals={counted[2]: str(count)})
    return Value(made, globals={counted[2]: str(count)})


def _list(session: Session, rest: str) -> str:
    return lists.operation(rest, session.locals, session.globals)


# -------------------------------------------------------------------------------------------------------- other things


@unplaced()
def _display(session: Session, rest: str) -> str:
    assert session.language is not None
    command: ast.Command = session.language.command(f"display {rest}")
    _, run = commands.find("display")
    shown = run(session, command, {}).blocks
    return "".join(block.text for block in shown if isinstance(block, Line))


def _environment(session: Session, rest: str) -> str:
    return os.environ.get(unquoted(rest), "")


def _system_folder(session: Session, rest: str) -> str:
    """There are no folders of Stata's own here: each is empty, a path stays a path."""
    folder = unquoted(rest)
    return "" if folder.upper() in ("STATA", "BASE", "SITE", "PLUS", "PERSONAL", "OLDPLACE") else folder


def _sortedby(session: Session, rest: str) -> str:
    return " ".join(session.data.sorted_by)


def _properties(session: Session, rest: str) -> str:
    return ""


def _constraint(session: Session, rest: str) -> str:
    found = session.constraints.get(int(rest[:9])) if rest.isdigit() else None
    return "" if found is None else found.text


def _all(session: Session, rest: str) -> str:
    return names.everything(session, rest)


def _temporary(kind: str) -> Callable[[Session, str], Value]:
    def make(session: Session, rest: str) -> Value:
        if rest:
            raise InvalidSyntax("invalid syntax")
        name = names.temporary(session, kind, session.temporaries)
        return Value(name, temporary=(name,))

    return make


def _permname(session: Session, rest: str) -> str:
    """A name like the one given that no variable has."""
    wanted, _, options = rest.partition(",")
    found = re.search(r"length\(\s*(\d+)\s*\)", options)
    longest = min(int(found[1]), 32) if found else 32
    name = wanted.strip()[:longest]
    k = 0
    while name in session.data:
        k += 1
        name = f"{wanted.strip()[: longest - len(str(k))]}{k}"
    return name


def _labels(what: str) -> Callable[[Session, str], str]:
    return lambda session, rest: names.labels_of(session, what, rest)


_FUNCTIONS: dict[str, tuple[int, Callable[[Session, str], str | Value]]] = {
    "word": (4, _word),
    "piece": (5, _piece),
    "length": (3, _length),
    "strlen": (6, _length),
    "ustrlen": (7, _length),
    "udstrlen": (8, _length),
    "copy": (4, _held),
    "subinstr": (8, _subinstr),
    "list": (4, _list),
    "display": (2, _display),
    "environment": (3, _environment),
    "sortedby": (6, _sortedby),
    "sort": (4, _sortedby),
    "properties": (10, _properties),
    "constraint": (10, _constraint),
    "all": (3, _all),
    "permname": (8, _permname),
    "tempvar": (7, _temporary("tempvar")),
    "tempname": (8, _temporary("tempname")),
    "tempfile": (8, _temporary("tempfile")),
    "variable": (3, labels.variable),
    "value": (3, labels.value),
    "label": (3, labels.label),
    "data": (4, labels.data),
    "type": (2, labels.storage),
    "format": (3, labels.format_),
    "char": (4, labels.characteristic),
    "dir": (3, names.directory),
    "sysdir": (6, _system_folder),
    "pwd": (3, names.working_directory),
    "rownames": (8, _labels("rownames")),
    "colnames": (8, _labels("colnames")),
    "rowfullnames": (6, _labels("rowfullnames")),
    "colfullnames": (6, _labels("colfullnames")),
    "rowsof": (6, names.size_of(0)),
    "colsof": (6, names.size_of(1)),
    "rownumb": (7, names.number_in("rownumb")),
    "colnumb": (7, names.number_in("colnumb")),
    "roweqnumb": (9, names.number_in("roweqnumb")),
    "coleqnumb": (9, names.number_in("coleqnumb")),
    "rowlfnames": (10, _labels("rowlfnames")),
    "collfnames": (10, _labels("collfnames")),
    "roweq": (5, _labels("roweq")),
    "coleq": (5, _labels("coleq")),
}
