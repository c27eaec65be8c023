"""Lines to a stream: plain text, or colours when the stream is a terminal (rich is loaded only then)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import Any, TextIO

from mixedcli.blocks import Line

_COLOURS = {"text": "", "result": "bold", "error": "red", "input": "bold", "command": "cyan"}


def wants_colour(stream: TextIO, no_color: bool = False) -> bool:
    """Colours on a terminal, unless --no-color, NO_COLOR or a dumb terminal speaks against it."""
    if no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


class OutputFailed(Exception):
    """The output cannot be written: the reader has left, or the disk is full."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(f"cannot write the output: {reason.strerror or reason}")
        self.reader_left = isinstance(reason, BrokenPipeError)


def emit(stream: TextIO, text: str) -> None:
    """Write and flush.  Errors: OutputFailed."""
    try:
        stream.write(text)
        stream.flush()
    except OSError as e:
        raise OutputFailed(e) from None


class Console:
    """Writes lines to a stream and, in plain text, to an optional log beside it."""

    def __init__(self, stream: TextIO, *, colour: bool = False, log: TextIO | None = None) -> None:
        self.stream = stream
        self.log = log
        self._rich: Any = _rich_console(stream) if colour else None

    def write(self, lines: Iterable[Line]) -> None:
        """Errors: OutputFailed."""
        shown = list(lines)
        plain = "".join(line.text + ("" if line.open else "\n") for line in shown)
        if self.log is not None:
            emit(self.log, plain)
        if self._rich is None:
            emit(self.stream, plain)
            return
        try:
            for line in shown:
                self._print(line)
            self.stream.flush()
        except OSError as e:
            raise OutputFailed(e) from None

    def _print(self, line: Line) -> None:
        from rich.text import Text

        text = Text(no_wrap=True)
        for segment in line.segments:
            text.append(segment.text, _COLOURS[segment.style])
        self._rich.print(text, soft_wrap=True, highlight=False, end="" if line.open else "\n")


def _rich_console(stream: TextIO) -> Any:
    from rich.console import Console as RichConsole

    return RichConsole(file=stream, force_terminal=True, highlight=False, markup=False, emoji=False)


class ProgressBar:
    """A line on the terminal that tells how far a load or a resampling is; short ones never show it."""

    def __init__(self, stream: TextIO, delay: float = 0.7) -> None:
        self.stream = stream
        self.delay = delay
        self._started = 0.0
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if not self._started or done == 0:
            self._started = now
        if total and done >= total:
            self._clear()
        elif now - self._started > self.delay:
            self._shown = True
            share = f"{100 * done // total:3d}%" if total else f"{done / 1e6:.1f} MB"
            self.stream.write(f"\r{'working' if total else 'loading'} ... {share}")
            self.stream.flush()

    def _clear(self) -> None:
        if self._shown:
            self.stream.write("\r" + " " * 24 + "\r")
            self.stream.flush()
        self._started, self._shown = 0.0, False
