"""What became of one command: kept for the screen, for --json and for Python callers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mixedcli.errors import StataError
from mixedcli.frozen import frozen


@frozen
class Record:
    """One executed command.

    rc: its return code (0 when capture caught an error).  blocks: what is to be shown (nothing under quietly).
    error: the failure, caught or not.  failed: the caller must stop.  line, column: where the culprit stands
    in the file, 1-based, 0 if unknown.  posted: e() was changed.  parameters: a coefficient or random-effects table
    was produced: the keyword arguments ``commands.parameters`` needs.  calls: programs and do-files in which it
    failed, the inner one first.
    """

    command: str
    rc: int = 0
    blocks: tuple[Any, ...] = ()
    error: StataError | None = None
    failed: bool = False
    exit: bool = False
    posted: bool = False
    table: Mapping[str, Any] | None = None
    line: int = 0
    column: int = 0
    output: str = ""
    calls: tuple[str, ...] = ()

    def placed(self, line: int, column: int) -> Record:
        return replace(self, line=line, column=column)
