"""cd, pwd - change the working directory, or show it

    cd [directory]
    pwd

File names are relative to it.  Without an argument the directory in use is shown.

A script often begins with the directory of its author's machine.  A directory of another machine (a Windows drive or
network share, or a full path whose parent directory does not exist either) is passed over with a note, so that the
script goes on where it was started; any other directory that does not exist is an error.

Example: cd ../data
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from mixedcli import ast, commands
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.loading import file_word, words_of
from mixedcli.data.files import located
from mixedcli.errors import CannotChangeDirectory
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("cd")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Change where file names start.  Errors: r(170) no such directory."""
    words = words_of(command)
    current = session.settings.cwd or str(Path.cwd())
    if not words or commands.resolve(command.name) == "pwd":
        return Outcome(blocks=(line(current),))
    name = file_word(words, command)
    path = os.path.normpath(located(name, current))
    try:
        usable = Path(path).is_dir() and os.access(path, os.X_OK)
    except (OSError, ValueError):
        usable = False
    if not usable and _foreign(name):
        return Outcome(blocks=(line(f"note: {name} is not on this machine; the directory stays {current}"),))
    if not usable:
        raise CannotChangeDirectory(f"unable to change to {name}", words[0].span)
    return Outcome(blocks=(line(path),), settings=replace(session.settings, cwd=path))


_WINDOWS = re.compile(r"[A-Za-z]:([\\/]|$)|\\\\|//")


def _foreign(name: str) -> bool:
    """Whether a directory that is not there belongs to another machine."""
    if _WINDOWS.match(name):
        return True
    path = Path(name).expanduser() if name.startswith("~/") else Path(name)
    try:
        return path.is_absolute() and not path.parent.exists()
    except (OSError, ValueError):
        return False
