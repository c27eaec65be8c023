"""collect - run a command and keep its results for tables to come

    collect [, options]: command
    collect clear

The command runs and shows what it shows; r() and e() as it left them are kept.

Example: collect: mixed weight week || id:
"""

from __future__ import annotations

from dataclasses import replace

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.prefix.through import adopted, body_of, ran
from mixedcli.errors import NotYetAvailable
from mixedcli.session import Collected, Outcome, Session

SPEC = CommandSpec("collect", any_option=True, prefix=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Run and keep.  Errors: those of the command, r(198) other subcommands."""
    words = [word.text for word in command.body.words] if isinstance(command.body, ast.WordsBody) else []
    if words in (["clear"], ["drop", "_all"]):
        return Outcome(collected=())
    if words:
        raise NotYetAvailable(f"collect {words[0]} is not yet available")
    body = body_of(command)
    done = ran(session, body.inner)
    kept = Collected(body.inner, done.session.r, done.session.e)
    return replace(adopted(session, done), collected=(*session.collected, kept))
