"""Lines as they stand in a log file: plain, in SMCL, or the commands alone."""

from __future__ import annotations

from collections.abc import Iterable

from mixedcli.blocks import Line
from mixedcli.render.text import plain

#: first and last lines of a log in SMCL  # stata: logs made by log using
OPENING = "{smcl}\n{com}{sf}{ul off}"
CLOSING = "{smcl}\n{txt}{sf}{ul off}"

_TAGS = {"text": "{txt}", "result": "{res}", "error": "{err}", "input": "{inp}", "command": "{com}"}
_ESCAPED = str.maketrans({"{": "{c -(}", "}": "{c )-}"})


def as_text(lines: Iterable[Line]) -> str:
    return plain(lines)


def as_smcl(lines: Iterable[Line]) -> str:
    """Each line begins with the style of its first piece, as it may follow anything."""
    out: list[str] = []
    for row in lines:
        style = ""
        for segment in row.segments:
            # the ". " of an echo belongs to the command
            own = "command" if row.segments[-1].style == "command" else segment.style
            out.append(("" if own == style else _TAGS[own]) + segment.text.translate(_ESCAPED))
            style = own
        out.append("" if row.open else "\n")
    return "".join(out)


def commands_alone(lines: Iterable[Line]) -> str:
    """What was typed, without the ". " before it."""
    rows = (row.segments[-1].text for row in lines if row.segments and row.segments[-1].style == "command")
    return "".join(f"{text}\n" for text in rows if text)
