"""ssc - accepted without effect, with a note; net, adopath, ado, which, update, search, sysdir, discard, more

    ssc install name
    net install name, from(address)
    adopath + folder
    which name

Nothing is installed or looked for: commands that a script brings along from elsewhere are either built in here or not
available.
"""

from __future__ import annotations

from mixedcli import ast, commands
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import NotFound, StataError
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("ssc", any_option=True)

_SILENT = frozenset({"discard", "about", "cls", "more", "pause", "query"})


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """A note.  Errors: r(111) which, for a command there is not."""
    name = commands.resolve(command.name)
    if name in _SILENT:
        return Outcome()
    words = [word.text for word in command.body.words] if isinstance(command.body, ast.WordsBody) else []
    if name == "which" and words:
        return Outcome(blocks=(line(_which(session, words[0])),))
    return Outcome(blocks=(line(f"note: {' '.join([name, *words])} has no effect here."),))


def _which(session: Session, word: str) -> str:
    if word in session.programs:
        return f"{word} is a program of {session.programs[word].source}"
    try:
        return f"built-in command:  {commands.resolve(word)}"  # stata: which summarize
    except StataError:
        # stata: which nosuchcommand, r(111)
        raise NotFound(f"command {word} not found as either built-in or ado-file") from None
