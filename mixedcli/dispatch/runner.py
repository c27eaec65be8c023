"""A session at work: texts run statement by statement, shown, reported; only here errors are caught and told."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Protocol, TextIO

from mixedcli.dispatch import logs
from mixedcli.dispatch.failures import Call, Failure, Jump, Leave, as_error
from mixedcli.dispatch.interpreter import Interpreter
from mixedcli.dispatch.record import Record
from mixedcli.dispatch.storing import forget_files
from mixedcli.errors import Interrupted, InvalidSyntax, StataError
from mixedcli.render import messages, text
from mixedcli.session import Session, read_data


class Screen(Protocol):
    """Where lines go."""

    def write(self, lines: Iterable[Any]) -> None: ...


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
        self._output: list[Any] = []  # lines shown since the last report
        self._open = False  # the last line shown goes on
        self._interpreter = Interpreter(session, self._show_blocks, self._show, self._done)
        weakref.finalize(self, forget_files, session.frame)  # temporary files do not outlive the session

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
            error = as_error(e)
            record = Record(command, rc=error.rc, error=error, failed=True)
            self._fail(record, "--data", "")
            return record
        return Record(command)

    def execute(self, command: str) -> Record:
        """Run the statements of a text and give back what they show, for callers that show it themselves.

        The Record is that of the last command, with the blocks of all.  Raises nothing but bugs.
        """
        from mixedcli.parse import statements

        blocks: list[Any] = []
        last: list[Record] = []
        quiet = Interpreter(self.session, blocks.extend, done=last.append)
        ended = False
        try:
            for statement in statements(command):
                quiet.statement(statement)
        except Leave as left:
            ended = True
            if left.rc:
                return Record(command, rc=left.rc, blocks=tuple(blocks), failed=True, exit=True)
        except Jump:
            pass
        except (StataError, KeyboardInterrupt) as e:
            error = as_error(e)
            return Record(command, rc=error.rc, blocks=tuple(blocks), error=error, failed=True)
        posted = any(record.posted for record in last)
        base = last[-1] if last else Record(command)
        return replace(
            base, command=command, blocks=tuple(blocks), exit=ended, posted=posted, table=messages.tables_shown(blocks)
        )

    # ------------------------------------------------- texts with echo and output

    def run_line(self, typed: str, name: str = "command", number: int = 1) -> int:
        """One logical line as typed (continuations included); returns its return code."""
        return self.run_text(typed, name, first=number)

    def run_text(self, source: str, name: str, first: int = 1) -> int:
        """A do-file's text; stops at the first error unless keep_going.  Returns the last non-zero return code."""
        from mixedcli.parse import statements

        last = 0
        self._interpreter.source = name
        self._interpreter.echoing = self.echo
        for statement in statements(source):
            rc = self._play(statement, first - 1)
            last = rc or last
            if self.stopped or (rc and not self.keep_going):
                break
        return last

    def _play(self, statement: Any, shift: int) -> int:
        interpreter = self._interpreter
        interpreter.failure = None
        self._open = False
        self._output = []
        try:
            interpreter.play(statement)
        except Leave as left:
            self.stopped = True
            return self._left(left, statement)
        except Jump:
            failure = Failure(InvalidSyntax("continue is not allowed outside a loop"), "", "", 0, 0, ())
        except (StataError, KeyboardInterrupt) as e:
            error = as_error(e)
            failure = interpreter.failure or Failure(error, "", interpreter.source, statement.line.number, 0, ())
            failure = failure._replace(error=error)
        else:
            return 0
        return self._failed(failure, statement.line.text, shift)

    def _left(self, left: Leave, statement: Any) -> int:
        self._show([text.BLANK])
        if self.report is not None:
            self.report(Record(statement.line.text.strip(), rc=left.rc, failed=left.rc != 0, exit=True))
        return left.rc

    def _failed(self, failure: Failure, source: str, shift: int) -> int:
        error = failure.error
        self.interrupted = isinstance(error, Interrupted)
        self.stopped = self.stopped or self.interrupted
        line = failure.line + shift if failure.line else 0
        record = Record(failure.command, rc=error.rc, error=error, failed=True, line=line, column=failure.column)
        latest = self._interpreter.latest
        if latest.blocks and latest.command == failure.command:  # what it did before it failed stays done
            table = messages.tables_shown(latest.blocks)
            record = replace(record, blocks=latest.blocks, posted=latest.posted, table=table)
        record = replace(record, calls=tuple(str(call) for call in failure.calls))
        self._fail(record, failure.source, source, failure.calls, shown=failure.shown)
        return error.rc

    def _fail(
        self, record: Record, name: str, source: str, calls: tuple[Call, ...] = (), *, shown: bool = False
    ) -> None:
        """Show, tell and report a failure."""
        error = record.error
        assert error is not None
        lines: list[Any] = []
        if self.underline and error.span is not None and record.command == source:
            lines += messages.underlined(source, *error.span)
        lines += messages.failure("" if shown else error.message, record.rc)
        self._output += lines
        self._show([*lines, text.BLANK])
        if self.errors is not None:
            self._complain(record, error, name, source, calls)
        if self.report is not None:
            self.report(replace(record, output=text.plain(self._output)))
        self._output = []

    def _complain(self, record: Record, error: StataError, name: str, source: str, calls: tuple[Call, ...]) -> None:
        assert self.errors is not None
        where = ":".join([name, *(str(n) for n in (record.line, record.column) if n)]) + ": "
        message = error.message.replace("\n", " ")
        self.errors.write(f"{where}r({record.rc}): {message}\n")
        for call, again in groupby(calls):
            times = len(list(again))
            self.errors.write(f"  {call}{f' ({times} times)' if times > 1 else ''}\n")
        if self.carets and error.span is not None and record.command == source:
            self.errors.write(messages.underline(source, *error.span))
        self.errors.flush()

    # ------------------------------------------------------------------ the screen

    def _show_blocks(self, blocks: Iterable[Any]) -> None:
        lines = text.render_all(blocks, self.session.settings.linesize)
        self._output += lines
        self._show(lines)

    def _done(self, record: Record) -> None:
        if self.report is not None:
            self.report(replace(record, output=text.plain(self._output)))
        self._output = []

    def _show(self, lines: Iterable[Any]) -> None:
        shown = list(lines)
        if not shown:
            return
        if self._open and shown == [text.BLANK]:  # an open line is not closed by the blank one
            return
        self._open = shown[-1].open
        shown += logs.keep(self.session, shown)
        if self.screen is not None:
            size = self.session.settings.linesize
            self.screen.write([part for x in shown for part in text.wrap_line(x, size)])
