r"""filefilter - copy a file with a text replaced

    filefilter oldfile newfile, from(text) to(text) [replace]

In the texts \t is a tab, \n or \U the line end of Unix, \r or \M that of old Macs, \W that of Windows, \Q and \q
the double and the single quote, \BS the backslash, \###d the character of that number.  r(occurrences) counts.

Example: filefilter raw.txt clean.csv, from(";") to(",")
"""

from __future__ import annotations

import re
from typing import BinaryIO

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import words_of
from mixedcli.commands.macros.text import unquoted
from mixedcli.data.files import located, opening, write_atomic
from mixedcli.data.read import fetched
from mixedcli.errors import FileExists, InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "filefilter",
    (OptionSpec("from", "f", "text"), OptionSpec("to", "t", "text"), OptionSpec("replace", "replace")),
)

_CODE = re.compile(rb"\\(BS|[tnrUMWQq]|\d{1,3}d)")
_MEANT = {
    b"t": b"\t", b"n": b"\n",
    b"U": b"\n", b"r": b"\r", b"M": b"\r", b"W": b"\r\n", b"Q": b'"', b"q": b"'", b"BS": b"\\",
}  # fmt: skip


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Copy.  Errors: r(198), r(601), r(602), r(603)."""
    words = [word.text for word in words_of(command)]
    if len(words) != 2 or not options.get("from") or "to" not in options:
        raise InvalidSyntax("invalid syntax", command.span)
    old, new = words
    source = fetched(old, session.settings.cwd)
    goal = located(new, session.settings.cwd)
    with opening(new):
        if goal.exists() and not options.get("replace"):
            raise FileExists(f"file {new} already exists")
    wanted = _meant(options["from"])
    with opening(old):
        raw = source.read_bytes()
    if not wanted:
        raise InvalidSyntax("invalid syntax", command.span)
    count, changed = raw.count(wanted), raw.replace(wanted, _meant(options["to"]))

    def write(file: BinaryIO) -> None:
        file.write(changed)

    write_atomic(goal, new, write)
    made = {"occurrences": float(count), "bytes_from": float(len(raw)), "bytes_to": float(len(changed))}
    return Outcome(r=Stored(scalars=made))


def _meant(text: str) -> bytes:
    def code(found: re.Match[bytes]) -> bytes:
        return _MEANT.get(found[1]) or bytes([int(found[1][:-1]) % 256])

    return _CODE.sub(code, unquoted(text).encode("utf-8", "surrogateescape"))
