"""Errors on their way up: where they happened, how control leaves loops and files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mixedcli.errors import ExpressionTooLong, Interrupted, OutOfMemory, Span, StataError

if TYPE_CHECKING:
    from mixedcli.parse.dofile import LogicalLine


class Call(NamedTuple):
    """A program or do-file that is running: what it is and where it was called."""

    kind: str
    name: str
    source: str
    line: int

    def __str__(self) -> str:
        return f"in {self.kind} {self.name}, called at {self.source}:{self.line}"


class Failure(NamedTuple):
    """An error with its place: the command as expanded, file, line and column (0 unknown), the calls, inner first.

    shown: how often its message has been shown already (by do-files on the way).
    """

    error: StataError
    command: str
    source: str
    line: int
    column: int
    calls: tuple[Call, ...]
    shown: bool = False


class Leave(Exception):
    """exit: the end of the running program or do-file, with a return code."""

    def __init__(self, rc: int) -> None:
        super().__init__(rc)
        self.rc = rc


class Jump(Exception):
    """continue: the end of a loop's round ("continue") or of the loop ("break")."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def as_error(e: BaseException) -> StataError:
    """What the user is told about an exception that is not a bug."""
    match e:
        case StataError():
            return e
        case RecursionError():
            return ExpressionTooLong("expression too long")
        case MemoryError():
            return OutOfMemory("op. sys. refuses to provide memory")
        case _:
            return Interrupted("--Break--")


def placed(line: LogicalLine, expanded: str, span: Span | None) -> tuple[int, int]:
    """Line and column of a culprit in the file; macros move it, then its own text is looked for."""
    if span is None:
        return line.number, 0
    start = span.start
    if expanded != line.text:
        culprit = expanded[span.start : span.end]
        found = re.search(rf"(?<!\w){re.escape(culprit)}(?!\w)", line.text) if culprit.strip() else None
        if found is None:
            return line.number, 0
        start = found.start()
    return line.locate(start)
