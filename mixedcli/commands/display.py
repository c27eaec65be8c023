"""display - show texts and the values of expressions

    display [item [item ...]]

An item is a "text", an expression, a format before an expression (%9.3f exp), a style (as text, as result,
as error, in red ...), _newline(#), _skip(#), _column(#), _dup(#), or _continue at the end.
Numbers without a format are shown as in %10.0g without padding.  A variable stands for its first observation.

Example: display "ICC = " %6.4f 14.8/(14.8 + 4.4)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mixedcli import ast, numfmt
from mixedcli.blocks import Block, Line, Segment, Style
from mixedcli.commands import CommandSpec, Options, smcl
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.data.expression import scalar
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("display")

_STYLES: dict[str, Style] = {
    "as text": "text",
    "as txt": "text",
    "as result": "result",
    "as res": "result",
    "as error": "error",
    "as err": "error",
    "as input": "input",
    "as inp": "input",
    "as command": "command",
    "as cmd": "command",
}
_COLOURS: dict[str, Style] = {"red": "error", "green": "text", "blue": "text", "white": "input", "yellow": "result"}

#: directive with a number in parentheses: full name, minimum abbreviation
_COUNTED = {"_newline": "_n", "_skip": "_s", "_column": "_col", "_dup": "_d", "_char": "_char"}

# unverified: a comma shows one blank
_WRITTEN = {",": " ", "_quote": '"', "_asis": ""}
_CONTINUE = "_continue"

_WIDEST = 32_767
"""Greatest number a directive takes: no line is longer."""


@dataclass(slots=True)
class _Page:
    """The lines built so far; the last one is still open."""

    lines: list[list[Segment]] = field(default_factory=lambda: [[]])
    style: Style = "text"

    def write(self, text: str) -> None:
        for k, piece in enumerate(text.split("\n")):
            if k:
                self.lines.append([])
            if piece:
                self.lines[-1].append(Segment(piece, self.style))

    @property
    def column(self) -> int:
        return sum(len(segment.text) for segment in self.lines[-1])


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show the items on one line, or more with _newline.  Errors: those of expressions, r(198) unknown directives."""
    body = command.body
    if not isinstance(body, ast.DisplayBody):
        raise InvalidSyntax("invalid syntax", command.span)
    context = expression_context(session)
    page = _Page()
    linesize = session.settings.linesize
    times, open_end = 1, False
    for item in body.items:
        if item.kind == "directive":
            open_end = _CONTINUE.startswith(item.text) and len(item.text) >= 2
            if not open_end:
                times = _direct(page, item)
            continue
        assert item.expr is not None
        value = scalar(item.expr, context)
        if item.format:
            text = numfmt.format_value(value, item.format)
        else:
            text = value if isinstance(value, str) else numfmt.number(value)
        if "{" in text:
            for piece, style in smcl.pieces(text * times, page.style, lambda: page.column, linesize):
                page.style = style
                page.write(piece)
        else:
            page.write(text * times)
        times = 1
    last = len(page.lines) - 1
    blocks: list[Block] = [Line(tuple(row), open=open_end and k == last) for k, row in enumerate(page.lines)]
    return Outcome(blocks=tuple(blocks), settings=settings_after(session, context))


def _direct(page: _Page, item: ast.DisplayItem) -> int:
    """Carry out a directive; returns how often the next item is to be written."""
    text = " ".join(item.text.split())
    if text in ("in smcl", "as smcl"):
        return 1
    if text.startswith("in "):
        page.style = next(style for name, style in _COLOURS.items() if name.startswith(text[3:]))
        return 1
    if text in _STYLES:
        page.style = _STYLES[text]
        return 1
    if text in _WRITTEN:
        page.write(_WRITTEN[text])
        return 1
    found = re.fullmatch(r"(_[a-z]+) ?(?:\( ?(-?\d+) ?\))?", text)
    name = _full(found[1]) if found else None
    if found is None or name is None:
        raise InvalidSyntax(f"{item.text} invalid", item.span)
    number = min(int(found[2]), _WIDEST) if found[2] is not None else 1
    match name:
        case "_newline":
            page.write("\n" * number)
        case "_skip":
            page.write(" " * number)
        case "_column":
            page.write(" " * (number - 1 - page.column))
        case "_dup":
            return max(number, 0)
        case "_char" if 0 < number < 256:
            page.write(chr(number))
    return 1


def _full(word: str) -> str | None:
    for name, least in _COUNTED.items():
        if name.startswith(word) and len(word) >= len(least):
            return name
    return None
