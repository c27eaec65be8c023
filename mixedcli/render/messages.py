"""What surrounds the output of a command: the echo, the lines of an error, the culprit underlined."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mixedcli.blocks import Block, CoefTable, Line, ParamTable, Segment, line


def echo(physical: Iterable[str], lead: str = ". ") -> list[Line]:
    """A command as typed behind ". " or a line number, its further lines behind "> "."""
    return [
        Line((Segment("> " if k else lead), Segment(text.expandtabs().rstrip(), "command")))
        for k, text in enumerate(physical)
    ]


def failure(message: str, rc: int) -> list[Line]:
    """The message and ``r(111);``."""
    shown = [line(part, "error") for part in message.split("\n")] if message else []
    return [*shown, line(f"r({rc});", "error")]


def end_of_do_file() -> list[Line]:
    """What a do-file run by another one ends with."""
    return [line("end of do-file")]


def message(text: str) -> list[Line]:
    """An error message alone, as capture noisily shows it."""
    return [line(part, "error") for part in text.split("\n")]


def underline(source: str, start: int, end: int) -> str:
    """The line and, below it, a mark under the culprit."""
    length = max(min(end, len(source)) - start, 1)
    return f"  {source}\n  {' ' * start}^{'~' * (length - 1)}\n"


def underlined(source: str, start: int, end: int) -> list[Line]:
    """The same as lines of output."""
    return [line(part, "error") for part in underline(source, start, end).splitlines()]


def tables_shown(blocks: Iterable[Block]) -> dict[str, Any] | None:
    """Level and metric (sd) of the estimation tables among the blocks; None without any."""
    found: dict[str, Any] = {}
    for block in blocks:
        if isinstance(block, CoefTable):
            found["level"] = block.level
        elif isinstance(block, ParamTable):
            found["level"] = block.level
            labels = [r.label for part in block.blocks for r in part.rows]
            found["sd"] = any(x.startswith(("sd(", "corr(")) or ": sd(" in x for x in labels)
    return found or None
