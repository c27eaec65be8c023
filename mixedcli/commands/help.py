"""help - how a command is written

    help [command]

Alone, lists every command with a word on what it does.
"""

from __future__ import annotations

import importlib

from mixedcli import ast, commands
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import FileNotFound, UnrecognizedCommand
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("help", any_option=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show a command's docstring, or the list of all commands."""
    body = command.body
    words = body.words if isinstance(body, ast.WordsBody) else ()
    if not words:
        return Outcome(blocks=tuple(_overview()))
    topic = words[0].text
    try:
        name = commands.resolve(topic)
    except UnrecognizedCommand:
        # stata: help on an unknown topic fails with r(111)
        raise HelpNotFound(f"help for {topic} not found") from None
    return Outcome(blocks=(Blank(), *(line(text) for text in documentation(name).splitlines())))


class HelpNotFound(FileNotFound):
    rc = 111


def documentation(name: str) -> str:
    """The help text of a command by its full name."""
    module = importlib.import_module(f"mixedcli.commands.{commands.ABBREVIATIONS[name][1]}")
    return (module.__doc__ or "").strip()


def _overview() -> list[Block]:
    blocks: list[Block] = [Blank()]
    seen: set[str] = set()
    for name, (_, module) in sorted(commands.ABBREVIATIONS.items()):
        if module in seen and name != "xtmixed":
            continue
        seen.add(module)
        summary = documentation(name).partition("\n")[0].partition(" - ")[2]
        blocks.append(line(f"    {name:<14}{summary}"))
    return [*blocks, Blank(), line('Type "help command" for more.')]
