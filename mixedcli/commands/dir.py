"""dir, ls - the files in a directory

    dir [pattern] [, wide]

Example: dir *.dta
"""

from __future__ import annotations

import fnmatch
from datetime import datetime
from pathlib import Path

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import file_word, words_of
from mixedcli.commands.namelist import in_columns
from mixedcli.data.files import located
from mixedcli.errors import FileNotFound
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("dir", (OptionSpec("wide", "w"),))

_LONGEST = 60


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """List.  Errors: r(601) nothing of that name."""
    words = words_of(command)
    typed = file_word(words, command) if words else ""
    place = located(typed or ".", session.settings.cwd)
    pattern = "*"
    if not place.is_dir():
        place, pattern = place.parent, place.name
    try:
        found = sorted(p for p in place.iterdir() if fnmatch.fnmatchcase(p.name, pattern))
    except (OSError, ValueError):
        found = []
    if not found and typed:
        raise FileNotFound(f"file {typed} not found")
    if options.get("wide"):
        return Outcome(blocks=tuple(in_columns([p.name for p in found], session.settings.linesize, _LONGEST)))
    return Outcome(blocks=tuple(map(_row, found)))


def _row(path: Path) -> Block:
    """``   5.8k   7/07/23 13:51  pig.dta``: size, date, name."""
    try:
        facts = path.stat()
    except OSError:
        return line(f"{'':>24}  {path.name}")
    when = datetime.fromtimestamp(facts.st_mtime)
    day = f"{when.month:>2}/{when.day:02}/{when.year % 100:02} {when.hour:>2}:{when.minute:02}"
    return line(f"{'<dir>' if path.is_dir() else _size(facts.st_size):>8}  {day}  {path.name}")


def _size(count: float) -> str:
    units = iter("kMG")
    unit = next(units)
    count /= 1024
    while count >= 1000 and unit != "G":
        count, unit = count / 1024, next(units)
    return f"{max(count, 0.1):.1f}{unit}"
