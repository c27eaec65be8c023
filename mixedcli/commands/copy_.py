"""copy - copy a file, also from an address

    copy from to [, replace public text]

to may be a directory.

Example: copy pig.dta backup.dta, replace
"""

from __future__ import annotations

from typing import BinaryIO

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import words_of
from mixedcli.data.files import located, opening, write_atomic
from mixedcli.data.read import fetched
from mixedcli.errors import FileExists, InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("copy", (OptionSpec("replace", "replace"), OptionSpec("public", "pub"), OptionSpec("text", "t")))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Copy.  Errors: r(198), r(601), r(602), r(603), those of the network."""
    words = [word.text for word in words_of(command)]
    if len(words) != 2:
        raise InvalidSyntax("invalid syntax", command.span)
    source, target = words
    goal = located(target, session.settings.cwd)
    path = fetched(source, session.settings.cwd, session.progress)
    if goal.is_dir():
        goal = goal / source.replace("\\", "/").rpartition("/")[2]
    if goal.exists() and not options.get("replace"):
        raise FileExists(f"file {target} already exists")
    with opening(source):
        raw = path.read_bytes()

    def put(file: BinaryIO) -> None:
        file.write(raw)

    write_atomic(goal, target, put)
    return Outcome()
