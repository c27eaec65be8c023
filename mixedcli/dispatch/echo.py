"""How statements of a do-file are echoed: behind ". ", the lines of loops and programs behind their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mixedcli.render import messages, text

if TYPE_CHECKING:
    from mixedcli.parse.dofile import LogicalLine
    from mixedcli.parse.script import Statement

BLANK = text.BLANK


def lines(logical: Iterable[LogicalLine]) -> list[Any]:
    """Each behind ". "."""
    return [shown for line in logical for shown in messages.echo(line.echo)]


def opening(statement: Statement) -> list[Any]:
    """The first line alone: what follows is echoed as it runs."""
    return messages.echo(statement.line.echo)


def whole(statement: Statement) -> list[Any]:
    """All of a statement.  stata: the lines of a loop count from 2, those of a program from 1."""
    from mixedcli.parse import script

    first, *rest = statement.lines
    shown = messages.echo(first.echo)
    start = 1 if isinstance(statement, script.Definition | script.Simple) else 2
    for number, line in enumerate(rest, start):
        shown += messages.echo(line.echo, f"{number:>3}. ")
    return shown
