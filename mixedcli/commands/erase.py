"""erase, rm - delete a file

    erase filename

Example: erase results.dta
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.loading import file_word, words_of
from mixedcli.data.files import located
from mixedcli.errors import FileCannotOpen, FileNotFound
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("erase")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Delete it.  Errors: r(601) there is none, r(603) it cannot be deleted."""
    name = file_word(words_of(command), command)
    path = located(name, session.settings.cwd)
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise FileNotFound(f"file {name} not found") from None
    except OSError:
        raise FileCannotOpen(f"file {name} could not be erased") from None  # unverified: wording
    return Outcome()
