"""cd - change the working directory

    cd [directory]

File names are relative to it.  Without an argument the directory in use is shown.

Example: cd ../data
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from mixedcli import ast
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
    if not words:
        return Outcome(blocks=(line(current),))
    name = file_word(words, command)
    path = os.path.normpath(located(name, current))
    try:
        usable = Path(path).is_dir() and os.access(path, os.X_OK)
    except (OSError, ValueError):
        usable = False
    if not usable:
        raise CannotChangeDirectory(f"unable to change to {name}", words[0].span)
    return Outcome(blocks=(line(path),), settings=replace(session.settings, cwd=path))
