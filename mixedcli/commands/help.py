"""help - how a command is written

    help [command]
    help functions

Alone, lists every command with a word on what it does.
"""

from __future__ import annotations

import importlib
import re
import textwrap

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
        from mixedcli.commands import topics

        found = topics.find(topic, session.settings.linesize)
        if found is not None:
            return Outcome(blocks=(Blank(), *(line(text) for text in found)))
        # stata: help on an unknown topic fails with r(111)
        raise HelpNotFound(f"help for {topic} not found") from None
    shown = reflow(documentation(name), session.settings.linesize)
    return Outcome(blocks=(Blank(), *(line(text) for text in shown)))


class HelpNotFound(FileNotFound):
    rc = 111


def documentation(name: str) -> str:
    """The help text of a command by its full name."""
    module = importlib.import_module(f"mixedcli.commands.{commands.ABBREVIATIONS[name][1]}")
    return (module.__doc__ or "").strip()


def reflow(text: str, width: int) -> list[str]:
    """A help text for a line of that width: paragraphs are filled, syntax lines and lists keep their shape."""
    out: list[str] = []
    paragraph: list[str] = []
    for typed in [*text.splitlines(), ""]:
        plain = typed and not typed.startswith(" ") and not re.search(r"\S {2,}(?! *$)\S", typed.replace(".  ", ". "))
        if plain:
            paragraph.append(typed)
            continue
        if paragraph:
            out += textwrap.wrap(" ".join(paragraph), width)
            paragraph = []
        out += _hanging(typed, width)
    return out[:-1]


def _hanging(typed: str, width: int) -> list[str]:
    """One line, what does not fit below its second column (or four columns in)."""
    if len(typed) <= width:
        return [typed]
    lead = len(typed) - len(typed.lstrip())
    found = re.match(r" *\S.*? {3,}", typed)
    column = len(found[0]) if found and len(found[0]) <= width // 2 else lead + (4 if lead < 8 else 0)
    first, *more = textwrap.wrap(
        typed, width, subsequent_indent=" " * column, break_long_words=False, break_on_hyphens=False
    )
    return [first, *more]


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
