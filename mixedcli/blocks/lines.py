"""Ready lines: what has no layout of its own."""

from __future__ import annotations

from typing import Literal

from mixedcli.frozen import frozen

Style = Literal["text", "result", "error", "input", "command"]


@frozen
class Segment:
    text: str
    style: Style = "text"


@frozen
class Line:
    """One ready line: messages, notes and whatever has no layout of its own.

    open: what comes next goes on in the same line (``display ..., _continue``).
    """

    segments: tuple[Segment, ...]
    open: bool = False

    @property
    def text(self) -> str:
        return "".join(s.text for s in self.segments)


def line(text: str = "", style: Style = "text") -> Line:
    """A line of one style."""
    return Line((Segment(text, style),))


@frozen
class Blank:
    """One empty line."""


@frozen
class Note:
    """``Note: ...`` wrapped by the renderer with a hanging indent, or exact lines when ``lines`` is given."""

    text: str = ""
    lines: tuple[str, ...] = ()
