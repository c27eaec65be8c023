"""file - read and write files line by line, or byte by byte

    file open handle using filename, read | write | read write [text | binary] [replace | append | all]
    file write handle [item ...]
    file read handle macroname
    file seek handle query | tof | eof | #
    file set handle byteorder hilo | lohi
    file query
    file close handle | _all

Items of file write: "text", (exp), %fmt before either, _newline(#), _tab(#), _skip(#), _column(#), _dup(#), _char(#).
file read puts the next line in a local macro; r(eof) is 1 when there was none, r(status) tells how the line ended.
Of binary files: %8z %4z (real), %4b %2b %1b with s or u (whole), %#s (text), before what is written, or before the
name of the scalar or (text) local macro that is read.

Example: file open out using table.csv, write replace
         file write out "model,loglik" _n
         file write out "null," %9.4f (e(ll)) _n
         file close out
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mixedcli import ast, numfmt
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.commands.filebinary import packed, shape, unpacked
from mixedcli.commands.fileitems import Item, items
from mixedcli.commands.macros.text import unplaced, word_end, words
from mixedcli.data.expression import scalar
from mixedcli.data.files import located, opening
from mixedcli.errors import (
    AlreadyDefined,
    FileCannotOpen,
    FileExists,
    FileWriteError,
    InvalidSyntax,
    NotFound,
)
from mixedcli.results import Stored
from mixedcli.session import OpenFile, Outcome, Session

SPEC = CommandSpec("file", any_option=True)

_OPTIONS = {"read", "write", "text", "binary", "replace", "append", "all"}
_MOST = 32_767


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Dispatch on the subcommand.  Errors: r(198) unknown subcommand, and those of each."""
    text = command.body.text if isinstance(command.body, ast.WordsBody) else ""
    subcommand, _, rest = text.strip().partition(" ")
    for name, (least, act) in _ACTIONS.items():
        if name.startswith(subcommand) and len(subcommand) >= least:
            with unplaced():
                return act(session, rest.strip())
    raise InvalidSyntax("invalid syntax", command.span)


def _open(session: Session, rest: str) -> Outcome:
    found = re.match(r"(\S+)\s+using\s*(?=\S)", rest)
    if found is None:
        raise InvalidSyntax("invalid syntax")
    handle, start = found[1], found.end()
    quoted = rest[start] in '"`'
    end = word_end(rest, start) if quoted else len(rest.partition(",")[0])
    names = words(rest[start:end])
    given = rest[end:].replace(",", " ").split()
    if len(names) != 1 or not set(given) <= _OPTIONS or not {"read", "write"} & set(given):
        raise InvalidSyntax("invalid syntax")
    if handle in session.files:
        raise AlreadyDefined(f"file handle {handle} already exists")
    mode = "readwrite" if {"read", "write"} <= set(given) else "read" if "read" in given else "write"
    name = names[0]
    path = located(name, session.settings.cwd)
    with opening(name):
        exists = path.exists()
        if mode != "read" and not path.parent.is_dir():
            raise FileCannotOpen(f"file {name} could not be opened")
        if exists and not path.is_file():  # a directory, or a device without an end
            raise FileCannotOpen(f"file {name} could not be opened")
        if mode != "read":
            if exists and not {"replace", "append", "all"} & set(given) and mode == "write":
                raise FileExists(f"file {name} already exists")
            fresh = "replace" in given or not exists
            with path.open("wb" if fresh else "r+b"):
                pass
        else:
            with path.open("rb"):
                pass
    position = path.stat().st_size if "append" in given else 0
    return Outcome(files={handle: OpenFile(name, str(path), mode, "binary" in given, position)})


def _handle(session: Session, rest: str) -> tuple[str, OpenFile, str]:
    """The file behind a handle, and what follows.  Errors: r(198), r(111)."""
    handle, _, more = rest.partition(" ")
    if not handle:
        raise InvalidSyntax("invalid syntax")
    if handle not in session.files:
        raise NotFound(f"file handle {handle} not found")
    return handle, session.files[handle], more.strip()


def _write(session: Session, rest: str) -> Outcome:
    handle, file, more = _handle(session, rest)
    if file.mode == "read":
        raise InvalidSyntax("file not open for write")  # unverified: wording
    context = expression_context(session)
    assert session.language is not None
    out, column, times = b"", file.column, 1
    for item in items(more):
        if item.kind == "_dup":
            times = max(item.count, 0)
            continue
        if item.kind == "text":
            value: float | str = item.text
        elif item.kind == "expr":
            value = scalar(session.language.expr(item.text), context)
        else:
            value = _directed(item, column)
        if file.binary and item.format:
            out += packed(value, shape(item.format), file.big)
            continue
        shown = (numfmt.format_value(value, item.format) if item.format else _plain(value)) * times
        times = 1
        column = len(shown.rpartition("\n")[2]) + (0 if "\n" in shown else column)
        out += shown.encode("utf-8", "surrogateescape")
    with opening(file.name):
        stream = Path(file.path).open("r+b")  # noqa: SIM115 - closed below; what fails there is the writing
    try:
        with stream:
            stream.seek(file.position)
            stream.write(out)
    except OSError:
        raise FileWriteError(f"file {file.name} could not be written") from None  # unverified: wording
    moved = replace(file, position=file.position + len(out), column=column)
    return Outcome(files={handle: moved}, settings=settings_after(session, context))


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else numfmt.number(value)


def _directed(item: Item, column: int) -> str:
    count = min(max(item.count, 0), _MOST)
    match item.kind:
        case "_newline":
            return "\n" * count
        case "_tab":
            return "\t" * count
        case "_page":
            return "\f" * count
        case "_skip":
            return " " * count
        case "_column":
            return " " * (count - 1 - column)
    return chr(count % 256)


def _read(session: Session, rest: str) -> Outcome:
    handle, file, more = _handle(session, rest)
    if file.mode == "write":
        raise InvalidSyntax("file not open for read")  # unverified: wording
    if file.binary:
        return _read_binary(session, handle, file, more)
    if not re.fullmatch(r"\w+", more):
        raise InvalidSyntax("invalid syntax")
    with opening(file.name), Path(file.path).open("rb") as stream:
        stream.seek(file.position)
        raw = stream.readline()
    status = "eof" if not raw else "win" if raw.endswith(b"\r\n") else "unix" if raw.endswith(b"\n") else "none"
    if b"\r" in raw and status in ("unix", "none"):  # lines that end in a carriage return alone
        raw = raw[: raw.index(b"\r") + 1]
        status = "mac"
    text = raw.rstrip(b"\r\n").decode("utf-8", "surrogateescape").replace("\0", "")
    returned = Stored(scalars={"eof": float(not raw)}, macros={"status": status})
    moved = replace(file, position=file.position + len(raw))
    return Outcome(files={handle: moved}, locals={more: text}, r=returned)


def _read_binary(session: Session, handle: str, file: OpenFile, more: str) -> Outcome:
    found = re.fullmatch(r"(%\S+)\s+(\w+)", more)
    if found is None:
        raise InvalidSyntax("invalid syntax")
    form = shape(found[1])
    with opening(file.name), Path(file.path).open("rb") as stream:
        stream.seek(file.position)
        raw = stream.read(form.size)
    short = len(raw) < form.size
    returned = Stored(scalars={"eof": float(short)}, macros={"status": "eof" if short else "none"})
    moved = {handle: replace(file, position=file.position + len(raw))}
    if short:
        return Outcome(files=moved, r=returned)
    value = unpacked(raw, form, file.big)
    if isinstance(value, str):
        return Outcome(files=moved, r=returned, locals={found[2]: value})
    return Outcome(files=moved, r=returned, scalars={found[2]: value})


def _seek(session: Session, rest: str) -> Outcome:
    handle, file, more = _handle(session, rest)
    size = Path(file.path).stat().st_size if Path(file.path).exists() else 0
    places = {"query": file.position, "tof": 0, "eof": size}
    if more not in places and not more.isdigit():
        raise InvalidSyntax("invalid syntax")
    place = places[more] if more in places else min(int(more), size)
    return Outcome(files={handle: replace(file, position=place)}, r=Stored(scalars={"loc": float(place)}))


def _set(session: Session, rest: str) -> Outcome:
    handle, file, more = _handle(session, rest)
    found = re.fullmatch(r"byteorder\s+(hilo|lohi|1|2)", more)
    if found is None:
        raise InvalidSyntax("invalid syntax")
    return Outcome(files={handle: replace(file, big=found[1] in ("hilo", "1"))})


def _query(session: Session, rest: str) -> Outcome:
    if rest:
        raise InvalidSyntax("invalid syntax")
    shown = [
        f"{handle:<12} {'binary' if file.binary else 'text':<7} {file.mode:<10} {file.name}"
        for handle, file in session.files.items()
    ]
    blocks = tuple(map(line, shown))
    return Outcome(blocks=blocks, r=Stored(scalars={"N": float(len(shown))}))


def _close(session: Session, rest: str) -> Outcome:
    if rest == "_all":
        return Outcome(files=dict.fromkeys(session.files))
    handle, _, more = _handle(session, rest)
    if more:
        raise InvalidSyntax("invalid syntax")
    return Outcome(files={handle: None})


_ACTIONS: dict[str, tuple[int, Callable[[Session, str], Outcome]]] = {
    "open": (4, _open),
    "write": (3, _write),
    "read": (4, _read),
    "seek": (4, _seek),
    "set": (3, _set),
    "query": (1, _query),
    "close": (5, _close),
}
