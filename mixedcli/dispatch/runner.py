"""Running commands on a session: the only place that writes a session and the only one that catches StataError."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, TextIO, cast

from mixedcli import ast, commands
from mixedcli.dispatch import byprefix
from mixedcli.dispatch import options as option_table
from mixedcli.dispatch.record import Record
from mixedcli.errors import (
    ExpressionTooLong,
    Interrupted,
    InvalidSyntax,
    NotYetAvailable,
    OutOfMemory,
    Span,
    StataError,
    UnrecognizedCommand,
)
from mixedcli.frozen import frozen
from mixedcli.render import messages, text
from mixedcli.session import KEEP, Outcome, Session, read_data

if TYPE_CHECKING:
    from mixedcli.parse.dofile import LogicalLine


class Screen(Protocol):
    """Where lines go."""

    def write(self, lines: Iterable[Any]) -> None: ...


@frozen
class _Mode:
    """What the prefixes ask for."""

    visible: bool = True
    capture: bool = False


class Runner:
    """Runs command lines on a session.

    screen: receives the echo and the output.  errors: receives one line per failing command.  report: called with
    the Record of every command.  echo: commands are shown behind ". ".  keep_going: a failing command does not stop.
    carets: the source line with the culprit underlined follows the error line.
    """

    def __init__(
        self,
        session: Session,
        screen: Screen | None = None,
        *,
        errors: TextIO | None = None,
        report: Callable[[Record], None] | None = None,
        echo: bool = True,
        keep_going: bool = False,
        carets: bool = False,
    ) -> None:
        self.session = session
        self.screen = screen
        self.errors = errors
        self.report = report
        self.echo = echo
        self.keep_going = keep_going
        self.carets = carets
        self.underline = False  # mark the culprit above the message, as a prompt does
        self.stopped = False  # by exit or Break: nothing more is to be run
        self.interrupted = False

    def arguments(self, words: Sequence[str]) -> None:
        """A do-file's arguments: `1', `2', ... and `0' for all of them."""
        self.session.locals = {"0": " ".join(words), **{str(k): w for k, w in enumerate(words, 1)}}

    def unfinished(self, typed: str) -> bool:
        """Whether what was typed waits for another line."""
        from mixedcli.parse import needs_more

        return needs_more(typed)

    def load(self, path: str) -> Record:
        """Replace the data in memory by a file's, as use does; shows only a failure."""
        command = f'use "{path}"'
        try:
            self.session.data = read_data(path, self.session)
        except (StataError, MemoryError, KeyboardInterrupt) as e:
            error = _as_error(e)
            return self._finish(Record(command, rc=error.rc, error=error, failed=True), "--data", "")
        return Record(command)

    # ------------------------------------------------------------ one command

    def execute(self, command: str) -> Record:
        """Parse and run one command whose macros are expanded already; store what it did.  Raises nothing but bugs."""
        try:
            return self._execute(command)
        except (StataError, RecursionError, MemoryError, KeyboardInterrupt) as e:
            error = _as_error(e)
            return Record(command, rc=error.rc, error=error, failed=True)

    def _execute(self, typed: str) -> Record:
        from mixedcli.parse import parse_line

        command = parse_line(typed)
        if command is None:
            return Record(typed)
        mode = _mode(command.prefixes)
        blocks: list[Any] = []
        posted = False
        outcome = Outcome()
        try:
            for outcome in self._outcomes(command):
                self._store(outcome)
                blocks += outcome.blocks
                posted = posted or outcome.estimates is not KEEP
        except (StataError, RecursionError, MemoryError) as e:
            error = _as_error(e)
            if mode.capture:
                self.session.rc = error.rc
                blocks += messages.message(error.message)
            return Record(
                typed,
                rc=0 if mode.capture else error.rc,
                error=error,
                failed=not mode.capture,
                blocks=tuple(blocks) if mode.visible else (),
            )
        if mode.capture:
            self.session.rc = outcome.rc
        shown = tuple(blocks) if mode.visible else ()
        failed = outcome.rc != 0 and not mode.capture
        return Record(
            typed,
            rc=outcome.rc if failed else 0,
            blocks=shown,
            error=_late_error(outcome) if outcome.rc else None,
            failed=failed,
            exit=outcome.exit,
            posted=posted,
            table=messages.tables_shown(blocks),
        )

    def _outcomes(self, command: ast.Command) -> Iterable[Outcome]:
        """The outcome of a command, or under by those of its groups in turn."""
        try:
            spec, run = commands.find(command.name)
        except UnrecognizedCommand as e:
            raise UnrecognizedCommand(e.message, _name_span(command)) from None
        option_table.check(command, spec)
        options = option_table.bind(command.options, spec)
        by = [prefix for prefix in command.prefixes if prefix.name in ("by", "bysort")]
        if not by:
            return [run(self.session, command, options)]
        if len(by) > 1:
            raise InvalidSyntax("invalid syntax", by[1].span)
        return byprefix.outcomes(
            self.session, by[0], command, spec, lambda limited: run(self.session, limited, options)
        )

    def _store(self, outcome: Outcome) -> None:
        session = self.session
        for field in ("data", "estimates", "r", "settings"):
            value = getattr(outcome, field)
            if value is not KEEP:
                setattr(session, field, value)
        _merge(session.stored, outcome.stored)
        _merge(session.scalars, outcome.scalars)
        _merge(session.matrices, outcome.matrices)
        _merge(session.constraints, outcome.constraints)
        _merge(session.globals, outcome.globals)
        _merge(session.locals, outcome.locals)

    # ------------------------------------------------- lines with echo and output

    def run_line(self, typed: str, name: str = "command", number: int = 1) -> int:
        """One logical line as typed (continuations included); returns its return code."""
        return self.run_text(typed, name, first=number)

    def run_text(self, source: str, name: str, first: int = 1) -> int:
        """A do-file's text; stops at the first error unless keep_going.  Returns the last non-zero return code."""
        from mixedcli.parse import logical_lines

        last = 0
        lines = iter(logical_lines(source))
        while True:
            try:
                logical = next(lines, None)
            except StataError as e:  # an unterminated comment or string at the end of the file
                self._finish(Record("", rc=e.rc, error=e, failed=True, line=first), name, "")
                return e.rc
            if logical is None:
                return last
            record = self._logical(logical, name, first - 1)
            if record.failed:
                last = record.rc
            if self.stopped or (record.failed and not self.keep_going):
                return last

    def _logical(self, logical: LogicalLine, name: str, shift: int) -> Record:
        from mixedcli.parse import expand

        if self.echo:
            self._show(messages.echo(logical.echo))
        if not logical.text.strip():
            return Record("")
        typed = logical.text
        try:
            typed = expand(typed, self._macro)
        except StataError as e:
            record = Record(typed, rc=e.rc, error=e, failed=True)
        else:
            record = self.execute(typed)
        if record.error is not None:
            row, column = _place(logical, typed, record.error.span)
            record = record.placed(row + shift, column)
        return self._finish(record, name, logical.text)

    def _macro(self, name: str, is_global: bool) -> str:
        return (self.session.globals if is_global else self.session.locals).get(name, "")

    def _finish(self, record: Record, name: str, source: str) -> Record:
        error = record.error
        self.interrupted = self.interrupted or (record.failed and isinstance(error, Interrupted))
        self.stopped = record.exit or self.interrupted
        lines = text.render_all(record.blocks, self.session.settings.linesize)
        if record.failed and error is not None:
            if self.underline and error.span is not None and record.command == source:
                lines += messages.underlined(source, *error.span)
            lines += messages.failure(error.message, record.rc)
        self._show(lines if lines and lines[-1].open else [*lines, text.BLANK])
        if record.failed and error is not None and self.errors is not None:
            self._complain(record, error, name, source)
        if self.report is not None:
            self.report(replace(record, output=text.plain(lines)))
        return record

    def _complain(self, record: Record, error: StataError, name: str, source: str) -> None:
        assert self.errors is not None
        where = ":".join([name, *(str(n) for n in (record.line, record.column) if n)]) + ": "
        message = error.message.replace("\n", " ")
        self.errors.write(f"{where}r({record.rc}): {message}\n")
        if self.carets and error.span is not None and record.command == source:
            self.errors.write(messages.underline(source, *error.span))
        self.errors.flush()

    def _show(self, lines: Iterable[Any]) -> None:
        if self.screen is not None:
            size = self.session.settings.linesize
            self.screen.write([part for x in lines for part in text.wrap_line(x, size)])


def _as_error(e: BaseException) -> StataError:
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


def _mode(prefixes: tuple[ast.Prefix, ...]) -> _Mode:
    """Errors: r(198) for a prefix this version cannot carry out."""
    mode = _Mode()
    for prefix in prefixes:
        match prefix.name:
            case "quietly":
                mode = replace(mode, visible=False)
            case "noisily":
                mode = replace(mode, visible=True)
            case "capture":
                mode = _Mode(visible=False, capture=True)
            case "version" | "by" | "bysort":
                pass
            case name:
                raise NotYetAvailable(f"prefix {name} is not yet available", prefix.span)
    return mode


def _late_error(outcome: Outcome) -> StataError:
    named = type("LateError", (StataError,), {"rc": outcome.rc})
    return cast("StataError", named(outcome.error))


def _name_span(command: ast.Command) -> Span | None:
    found = re.search(rf"(?<![\w.]){re.escape(command.name)}", command.text)
    return Span(*found.span()) if found and command.name else None


def _place(logical: LogicalLine, expanded: str, span: Span | None) -> tuple[int, int]:
    """Line and column of a culprit in the file; macros move it, then its own text is looked for."""
    if span is None:
        return logical.number, 0
    start = span.start
    if expanded != logical.text:
        start = logical.text.find(expanded[span.start : span.end])
        if start < 0:
            return logical.number, 0
    return logical.locate(start)


def _merge(target: dict[Any, Any], changes: Mapping[Any, Any]) -> None:
    for name, value in changes.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = value
