"""mkdir, rmdir - make or remove a directory

    mkdir directory
    rmdir directory

rmdir removes empty directories only.

Example: capture mkdir results
"""

from __future__ import annotations

from mixedcli import ast, commands
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import file_word, words_of
from mixedcli.data.files import located
from mixedcli.errors import FileWriteError
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("mkdir", (OptionSpec("public", "public"),))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Make or remove it.  Errors: r(693)."""
    name = file_word(words_of(command), command)
    path = located(name, session.settings.cwd)
    making = commands.resolve(command.name) == "mkdir"
    try:
        if making:
            path.mkdir()
        else:
            path.rmdir()
    except (OSError, ValueError):
        # stata: "could not create directory results", r(693)
        raise FileWriteError(f"could not {'create' if making else 'remove'} directory {name}") from None
    return Outcome()
