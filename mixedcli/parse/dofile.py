"""Do-files to logical lines: comments removed, continued lines joined, #delimit obeyed.

One scanner walks over the whole text from one mark to the next (quotes, comment marks, semicolons, line ends); what
lies between is copied.  A comment leaves one blank.  Each logical line remembers where its pieces came from, so that
an error's position in the joined text maps back to the line and column that the user sees.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

_MARK = re.compile(r"`\"|\"'|\"|/\*|\*/|///?|;|\n")
_DELIMIT = re.compile(r"\s*#d(?:e(?:l(?:i(?:m(?:it?)?)?)?)?)?\s*(cr|;)?\s*")


class LogicalLine(NamedTuple):
    """One command as the parser wants it.

    number: its first physical line, from 1.  text: ready for parse_line; blank for lines that hold only comments.
    echo: the physical lines as typed, for the log.  segments: (position in text, line, column) where a piece begins.
    """

    number: int
    text: str
    echo: tuple[str, ...]
    segments: tuple[tuple[int, int, int], ...]

    def locate(self, position: int) -> tuple[int, int]:
        """Line and column (both from 1) in the file of a position in ``text``."""
        index = bisect_right(self.segments, (position, 1 << 60, 0)) - 1
        if index < 0:
            return self.number, 1
        start, line, column = self.segments[index]
        return line, column + position - start


def logical_lines(text: str, delimiter: str = "cr") -> Iterator[LogicalLine]:
    """The commands of a do-file in order, blank and comment lines included (their text is blank).

    delimiter: "cr" or ";", the mode in which the text begins.  An open comment, a continuation or a missing ; at the
    end of the file ends with the file.
    """
    return _Scanner(text, delimiter).lines()


def needs_more(text: str, delimiter: str = "cr") -> bool:
    """Whether what was typed so far waits for another line."""
    scanner = _Scanner(text, delimiter)
    for _ in scanner.lines():
        pass
    return scanner.unfinished


class _Scanner:
    """The state of the walk; ``unfinished`` tells at the end whether the last logical line was complete."""

    def __init__(self, text: str, delimiter: str) -> None:
        self.source = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.semicolon = delimiter == ";"
        self.unfinished = False
        self.line_starts = [0, *(m.end() for m in re.finditer("\n", self.source))]
        self.pieces: list[tuple[int, str]] = []  # (position in source, text)
        self.quotes: list[str] = []
        self.comment = 0  # depth of /* */
        self.star = False  # inside a comment that began with *
        self.begin = 0  # where the logical line began

    def lines(self) -> Iterator[LogicalLine]:
        source = self.source
        at = 0
        while at < len(source):
            mark = _MARK.search(source, at)
            stop = len(source) if mark is None else mark.start()
            self._copy(at, stop)
            if mark is None:
                break
            at = mark.end()
            kind = mark[0]
            if kind == "\n":
                if self._ends_at_newline():
                    yield self._finish(stop)
                    self.begin = at
                else:
                    self._blank(stop)
            elif self.comment:
                self._inside_comment(kind, stop)
            elif kind == "*/":  # ends nothing here; its / may begin a comment
                at = stop + 1
                self._copy(stop, at)
            elif kind == "/*" and (self.star or not self.quotes):
                self.comment = 1
                self._blank(stop)
            elif kind == "///" and self._comment_may_start(stop):
                newline = source.find("\n", at)
                self.unfinished = newline < 0 or newline == len(source) - 1
                self._blank(stop)
                at = len(source) if newline < 0 else newline + 1
            elif kind == ";" and self._ends_at_semicolon():
                yield self._finish(stop + 1)
                at = self.begin = self._after_semicolon(at)
            elif self.star:
                pass
            elif kind in ("//", "///"):
                if self._comment_may_start(stop):
                    newline = source.find("\n", at)
                    at = len(source) if newline < 0 else newline
                else:
                    self._copy(stop, at)
            elif kind in ('"', '`"', "\"'"):
                at = self._quote(kind, stop)
            else:
                self._copy(stop, at)
        if self.begin < len(source) or self.pieces:
            self.unfinished = self.unfinished or self.comment > 0 or (self.semicolon and bool(self._text().strip()))
            yield self._finish(len(source))
        elif self.comment:
            self.unfinished = True

    # ------------------------------------------------------------------------------------------------------- marks

    def _copy(self, start: int, stop: int) -> None:
        """Text between two marks; the first thing of a command may be the * of a comment."""
        if start == stop or self.comment or self.star:
            return
        self.unfinished = False
        piece = self.source[start:stop]
        if not self.quotes and piece.lstrip().startswith("*") and not self._text().strip():
            self.star = True
            return
        self.pieces.append((start, piece))

    def _blank(self, position: int) -> None:
        if not self.star:
            self.pieces.append((position, " "))

    def _inside_comment(self, kind: str, position: int) -> None:
        if kind == "/*":
            self.comment += 1
        elif kind == "*/":
            self.comment -= 1

    def _comment_may_start(self, position: int) -> bool:
        """// and /// begin a comment at the start of a line or behind a blank, not in a string (nor in http://)."""
        if self.quotes:
            return False
        return position == 0 or self.source[position - 1].isspace()

    def _quote(self, kind: str, position: int) -> int:
        """Follow the nesting of strings; gives where to go on."""
        if self.quotes and self.quotes[-1] == '"':
            # inside "..." only " counts: a backtick before it or an apostrophe behind it is text
            self.quotes.pop()
            end = position + (2 if kind == '`"' else 1)
        elif kind == "\"'" and self.quotes:
            self.quotes.pop()
            end = position + 2
        elif kind == '`"':
            self.quotes.append(kind)
            end = position + 2
        else:
            if not self.quotes:
                self.quotes.append('"')
            end = position + 1
        self.pieces.append((position, self.source[position:end]))
        return end

    def _ends_at_newline(self) -> bool:
        if self.comment:
            return False
        return not self.semicolon or self._is_directive()

    def _ends_at_semicolon(self) -> bool:
        if self.comment or self.quotes:
            return False
        if self.semicolon:
            return True
        return not self.star and self._is_directive()  # #delimit ;

    def _is_directive(self) -> bool:
        return any(piece.lstrip().startswith("#") for _, piece in self.pieces[:2]) and bool(
            _DELIMIT.fullmatch(self._text())
        )

    def _after_semicolon(self, position: int) -> int:
        """The next command begins on the next line when nothing but blanks follows on this one."""
        found = re.compile(r"[ \t]*\n").match(self.source, position)
        return position if found is None else found.end()

    # ------------------------------------------------------------------------------------------------------ the line

    def _text(self) -> str:
        return "".join(piece for _, piece in self.pieces)

    def _finish(self, echo_stop: int) -> LogicalLine:
        text = self._text()
        directive = _DELIMIT.fullmatch(text)
        if directive is not None:
            self.semicolon = directive[1] != "cr"
            text = ""
            self.unfinished = False
        segments = []
        length = 0
        follows = -1
        for position, piece in self.pieces:
            if position != follows or self.source[position - 1] == "\n":
                segments.append((length, *self._place(position)))
            length += len(piece)
            follows = position + len(piece)
        number, _ = self._place(self.begin)
        echo = tuple(self.source[self.begin : echo_stop].split("\n"))
        self.pieces, self.quotes, self.star = [], [], False
        return LogicalLine(number, text, echo, tuple(segments))

    def _place(self, position: int) -> tuple[int, int]:
        line = bisect_right(self.line_starts, position)
        return line, position - self.line_starts[line - 1] + 1
