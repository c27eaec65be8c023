"""The structure of a do-file or program: blocks in braces, if with its else, program definitions.

Macros are not expanded here: a block is found by the word its line begins with and the brace its line ends with, as
in Stata, so that the text of a loop is read once and run many times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from mixedcli.errors import InvalidSyntax, Span, StataError, UnexpectedEndOfFile
from mixedcli.parse.dofile import LogicalLine, logical_lines


class Simple(NamedTuple):
    """One command, or a line without any.  rows: the lines up to end that belong to it (input)."""

    line: LogicalLine
    rows: tuple[LogicalLine, ...] = ()

    @property
    def lines(self) -> tuple[LogicalLine, ...]:
        return (self.line, *self.rows)


class Block(NamedTuple):
    """Statements in braces.

    kind: "foreach" "forvalues" "while" "braces" (behind quietly, noisily, capture) or "other".  prefix: the
    prefixes as typed.  text: what stands between the word and the brace.
    """

    kind: str
    line: LogicalLine
    prefix: str
    text: str
    body: tuple[Statement, ...]
    close: LogicalLine

    @property
    def lines(self) -> tuple[LogicalLine, ...]:
        return (self.line, *(line for statement in self.body for line in statement.lines), self.close)


class Branch(NamedTuple):
    """One arm of an if.

    kind: "if" or "else".  text: the condition, or for an arm without braces condition and command together.
    body: None for an arm without braces.  before: blank lines and comments above it.
    """

    kind: str
    line: LogicalLine
    text: str
    body: tuple[Statement, ...] | None
    close: LogicalLine | None = None
    before: tuple[LogicalLine, ...] = ()

    @property
    def lines(self) -> tuple[LogicalLine, ...]:
        inner = () if self.body is None else (line for statement in self.body for line in statement.lines)
        closing = () if self.close is None else (self.close,)
        return (*self.before, self.line, *inner, *closing)


class Choice(NamedTuple):
    """An if with its else arms.  The prefix is that of the if."""

    prefix: str
    branches: tuple[Branch, ...]

    @property
    def line(self) -> LogicalLine:
        return self.branches[0].line

    @property
    def lines(self) -> tuple[LogicalLine, ...]:
        return tuple(line for branch in self.branches for line in branch.lines)


class Definition(NamedTuple):
    """``program define`` to ``end``.  text: name and options."""

    line: LogicalLine
    prefix: str
    text: str
    body: tuple[Statement, ...]
    close: LogicalLine

    @property
    def lines(self) -> tuple[LogicalLine, ...]:
        return (self.line, *(line for statement in self.body for line in statement.lines), self.close)


class Foreign(NamedTuple):
    """Lines of another language, up to its end."""

    language: str
    lines: tuple[LogicalLine, ...]

    @property
    def line(self) -> LogicalLine:
        return self.lines[0]


class Broken(NamedTuple):
    """Text whose structure makes no sense: nothing of it can run."""

    error: StataError
    lines: tuple[LogicalLine, ...]

    @property
    def line(self) -> LogicalLine:
        return self.lines[0]


Statement: TypeAlias = Simple | Block | Choice | Definition | Foreign | Broken

#: blocks within blocks
NESTING = 64

_PREFIX = re.compile(
    r"\s*((?:(?:qui(?:e(?:t(?:ly?)?)?)?|n(?:o(?:i(?:s(?:i(?:ly?)?)?)?)?)?|cap(?:t(?:u(?:re?)?)?)?"
    r"|vers(?:i(?:on?)?)?\s+[\d.]+\s*(?=:))(?!\w)\s*:?\s*)*)"
)
_WORD = re.compile(r"\w+")
_LOOPS = {"foreach": "foreach", "while": "while"} | {"forvalues"[:k]: "forvalues" for k in range(4, 10)}
_PROGRAM = re.compile(
    r"pr(?:o(?:g(?:r(?:am?)?)?)?)?\s+"
    r"(?!(?:de(?:f(?:i(?:ne?)?)?)?\s+)?(?:drop|di(?:r)?|l(?:i(?:st?)?)?)(?:\s|$))(?:de(?:f(?:i(?:ne?)?)?)?\s+)?(.*)",
    re.DOTALL,
)
_FOREIGN = re.compile(r"(mata|python|java)\s*:?\s*")
_INPUT = re.compile(r"inp(?:ut?)?(?!\w)")
_ELSE = re.compile(r"\s*else(?!\w)\s*")
_IF = re.compile(r"if(?!\w)\s*")
_QUOTED = re.compile(r'`"(?:[^"]|"(?!\'))*"\'|"[^"]*"')


def statements(text: str, delimiter: str = "cr") -> Iterator[Statement]:
    """The statements of a do-file in order; lines without a command are Simple.  A Broken one is the last."""
    return read(logical_lines(text, delimiter))


def read(lines: Iterable[LogicalLine]) -> Iterator[Statement]:
    """The statements that logical lines make."""
    reader = _Reader(lines)
    while (line := reader.next()) is not None:
        start = len(reader.seen) - 1
        try:
            statement = reader.statement(line, 0)
        except StataError as error:
            yield Broken(error, tuple(reader.seen[start:]))
            return
        yield statement


def unfinished(text: str, delimiter: str = "cr") -> bool:
    """Whether the last block is still open."""
    last = None
    for last in statements(text, delimiter):  # noqa: B007 - the last one is wanted
        pass
    return isinstance(last, Broken) and isinstance(last.error, UnexpectedEndOfFile)


class _Reader:
    """Logical lines one after the other, those looked at ahead given back."""

    def __init__(self, lines: Iterable[LogicalLine]) -> None:
        self._lines = iter(lines)
        self._ahead: list[LogicalLine] = []
        self.seen: list[LogicalLine] = []

    def next(self) -> LogicalLine | None:
        line = self._ahead.pop() if self._ahead else next(self._lines, None)
        if line is not None:
            self.seen.append(line)
        return line

    def give_back(self, lines: Sequence[LogicalLine]) -> None:
        if lines:
            del self.seen[-len(lines) :]
            self._ahead.extend(reversed(lines))

    # ------------------------------------------------------------------------------------------------- one statement

    def statement(self, line: LogicalLine, depth: int) -> Statement:
        """The statement that begins with a line.  Errors: r(198), r(612) it does not end."""
        text = line.text
        found = _PREFIX.match(text)
        assert found is not None
        prefix, rest = found[1].strip(), text[found.end() :].strip()
        word = _WORD.match(rest)
        head = word[0] if word is not None else ""
        if head in _LOOPS or head == "if":
            assert word is not None
            inside = _before_brace(rest[word.end() :])
            if head == "if":
                return self._choice(line, prefix, rest[word.end() :].strip(), depth)
            if inside is None:
                raise InvalidSyntax("{ required", Span(found.end(), len(text)))
            body, close = self._body(line, depth)
            return Block(_LOOPS[head], line, prefix, inside, body, close)
        if head == "else":
            raise InvalidSyntax("invalid syntax", Span(found.end(), len(text)))
        if (defined := _PROGRAM.fullmatch(rest)) is not None:
            return self._definition(line, prefix, defined[1], depth)
        if (foreign := _FOREIGN.fullmatch(rest)) is not None:
            return Foreign(foreign[1], (line, *self._to_end()))
        if _INPUT.match(rest):
            return Simple(line, self._to_end())
        if rest.endswith("{") and (inside := _before_brace(rest)) is not None:
            body, close = self._body(line, depth)
            return Block("braces" if prefix and not inside else "other", line, prefix, inside, body, close)
        return Simple(line)

    def _choice(self, line: LogicalLine, prefix: str, text: str, depth: int) -> Choice:
        branches = [self._branch("if", line, text, depth, ())]
        while True:
            before: list[LogicalLine] = []
            after = self.next()
            while after is not None and not after.text.strip():
                before.append(after)
                after = self.next()
            word = None if after is None else _ELSE.match(after.text)
            if after is None or word is None:
                self.give_back(before if after is None else [*before, after])
                return Choice(prefix, tuple(branches))
            rest = after.text[word.end() :].strip()
            again = _IF.match(rest)
            kind, rest = ("else", rest) if again is None else ("if", rest[again.end() :])
            branches.append(self._branch(kind, after, rest, depth, tuple(before)))
            if kind == "else":
                return Choice(prefix, tuple(branches))

    def _branch(self, kind: str, line: LogicalLine, text: str, depth: int, before: tuple[LogicalLine, ...]) -> Branch:
        inside = _before_brace(text)
        if inside is None:
            return Branch(kind, line, text, None, None, before)
        body, close = self._body(line, depth)
        return Branch(kind, line, inside, body, close, before)

    def _definition(self, line: LogicalLine, prefix: str, text: str, depth: int) -> Definition:
        body: list[Statement] = []
        while (inner := self.next()) is not None:
            if inner.text.strip() == "end":
                return Definition(line, prefix, text, tuple(body), inner)
            body.append(self.statement(inner, self._deeper(depth)))
        raise UnexpectedEndOfFile("unexpected end of file")

    def _body(self, line: LogicalLine, depth: int) -> tuple[tuple[Statement, ...], LogicalLine]:
        body: list[Statement] = []
        while (inner := self.next()) is not None:
            text = inner.text.strip()
            if text == "}":
                return tuple(body), inner
            if text.startswith("}"):
                rest = text[1:].strip()
                if _ELSE.match(rest) is None:
                    raise InvalidSyntax("program error:  code follows on the same line as close brace")
                # } else { on one line is the end of this block and the beginning of the next arm
                cut = inner.text.index("}") + 1
                self.give_back([inner._replace(text=" " * cut + inner.text[cut:], echo=())])
                return tuple(body), inner._replace(text="}")
            body.append(self.statement(inner, self._deeper(depth)))
        raise UnexpectedEndOfFile("unexpected end of file")

    def _deeper(self, depth: int) -> int:
        if depth >= NESTING:
            raise InvalidSyntax("too many nested blocks")
        return depth + 1

    def _to_end(self) -> tuple[LogicalLine, ...]:
        lines: list[LogicalLine] = []
        while (inner := self.next()) is not None:
            lines.append(inner)
            if inner.text.strip() == "end":
                return tuple(lines)
        raise UnexpectedEndOfFile("unexpected end of file")


def _before_brace(text: str) -> str | None:
    """What stands before the brace that ends a line; None when none does.  Errors: r(198) code behind the brace."""
    stripped = text.rstrip()
    bare = _QUOTED.sub(lambda found: "x" * len(found[0]), stripped) if '"' in stripped else stripped
    bare = re.sub(r"\$\{[^{}]*\}", lambda found: "x" * len(found[0]), bare) if "${" in bare else bare
    if bare.endswith("{") and not bare.endswith("${"):
        return stripped[:-1].strip()
    if re.search(r"(?<!\$)\{.*\}$", bare):
        raise InvalidSyntax("program error:  code follows on the same line as open brace")
    return None
