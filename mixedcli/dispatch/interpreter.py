"""Runs statements on a session: commands, loops, choices, program calls, scripts; capture and quietly around them.

Errors travel up as StataError; the first place that sees one keeps where it happened (``failure``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mixedcli import ast
from mixedcli.dispatch import calls, echo, logs
from mixedcli.dispatch.failures import Call, Failure, Jump, Leave, as_error, placed
from mixedcli.dispatch.language import Stata
from mixedcli.dispatch.macros import expanded
from mixedcli.dispatch.performing import MODES, Mode, leading_modes, mode_of, outcomes, parsed
from mixedcli.dispatch.record import Record
from mixedcli.dispatch.storing import store
from mixedcli.errors import Coded, Interrupted, InvalidSyntax, NotYetAvailable, StataError
from mixedcli.render import messages
from mixedcli.session import KEEP, Session

if TYPE_CHECKING:
    from mixedcli.parse.dofile import LogicalLine
    from mixedcli.parse.script import Block, Choice, Statement


_IF = re.compile(r"\s*if(?!\w)")


def _nothing(_: Any) -> None:
    return None


class Interpreter:
    """show: receives the blocks of commands.  say: receives lines around them (echo, blank lines).  done: told about
    every command.  echoing: commands are echoed as they are reached.  ceiling: the most that noisily may show.
    """

    def __init__(
        self,
        session: Session,
        show: Callable[[Iterable[Any]], None],
        say: Callable[[Iterable[Any]], None] = _nothing,
        done: Callable[[Record], None] | None = None,
    ) -> None:
        self.session = session
        self.show = show
        self.say = say
        self.done = done
        self.visible = self.ceiling = True
        self.echoing = False
        self.source = "command"
        self.calls: list[Call] = []
        self.failure: Failure | None = None
        self.latest = Record("")  # the innermost command that ended, and what it had shown
        if session.language is None:
            session.language = Stata()

    # ----------------------------------------------------------------------------------------------------- statements

    def play(self, statement: Statement, *, blank: bool = True) -> None:
        """A statement of a do-file: echoed, run, followed by a blank line."""
        from mixedcli.parse import script

        if isinstance(statement, script.Choice):
            self._choice(statement, blank=blank)
            return
        braces = isinstance(statement, script.Block) and statement.kind == "braces"
        if self._echoes():
            self.say(echo.opening(statement) if braces else echo.whole(statement))
        if isinstance(statement, script.Simple) and not statement.line.text.strip():
            return
        if braces:
            assert isinstance(statement, script.Block)
            self._block(statement)
        else:
            with self._set(echoing=False):
                self.statement(statement)
        if blank:
            self.say([echo.BLANK])

    def _echoes(self) -> bool:
        return self.echoing and self.visible

    def statement(self, statement: Statement) -> None:
        """Run a statement.  Errors: any StataError, Leave, Jump."""
        from mixedcli.parse import script

        match statement:
            case script.Simple(line, rows):
                if line.text.strip():
                    with self._watched(line) as text:
                        self.inline(text, tuple(row.text for row in rows[:-1]))
            case script.Block():
                self._block(statement)
            case script.Choice():
                self._choice(statement)
            case script.Definition():
                with self._watched(statement.line):
                    store(self.session, calls.defined(self.session, statement, self.source))
            case script.Foreign(language):
                with self._watched(statement.line):
                    raise NotYetAvailable(f"{language} is not available: its lines up to end cannot be run")
            case script.Broken(error):
                with self._watched(statement.line):
                    raise error

    def body(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            if self.echoing:
                self.play(statement, blank=False)
            else:
                self.statement(statement)

    # ------------------------------------------------------------------------------------------------ blocks in braces

    def _block(self, block: Block) -> None:
        with self._watched(block.line, expand=False):
            mode = self._block_mode(block.prefix)
        try:
            with self._set(visible=mode.visible):
                if block.kind == "braces":
                    self.body(block.body)
                    if self._echoes():
                        self.say(messages.echo(block.close.echo))
                else:
                    self._loop(block)
        except StataError as error:
            self._caught(error, mode)
        else:
            if mode.capture:
                self.session.rc = 0

    def _loop(self, block: Block) -> None:
        from mixedcli.commands.macros import loops

        with self._set(echoing=False):
            if block.kind == "while":
                while self._true(block.line, block.text):
                    if self._round(block):
                        break
                return
            with self._watched(block.line, expand=False):
                text = expanded(self.session, block.text)
                if block.kind == "other":
                    self.command(text)
                    raise InvalidSyntax("invalid syntax")
                make = loops.foreach if block.kind == "foreach" else loops.forvalues
                name, items = make(self.session, text)
            local = self.session.locals
            for item in items:
                local[name] = item
                if self._round(block):
                    break
            local.pop(name, None)

    def _round(self, block: Block) -> bool:
        """One round of a loop; whether it was the last."""
        try:
            self.body(block.body)
        except Jump as jump:
            return jump.kind == "break"
        return False

    def _block_mode(self, prefix: str) -> Mode:
        if not prefix:
            return Mode(self.visible)
        command = parsed(f"{prefix} display")
        assert command is not None
        return mode_of(command.prefixes, visible=self.visible, ceiling=self.ceiling)

    def _choice(self, choice: Choice, *, blank: bool = False) -> None:
        with self._watched(choice.line, expand=False):
            mode = self._block_mode(choice.prefix)
        try:
            with self._set(visible=mode.visible):
                taken = False
                for k, branch in enumerate(choice.branches):
                    for line in (*branch.before, branch.line):
                        if self._echoes():
                            self.say(messages.echo(line.echo))
                    chosen = not taken and self._take(branch)
                    taken = taken or chosen
                    if branch.body is not None and self._echoes():
                        if not chosen:
                            self.say(echo.lines(line for inner in branch.body for line in inner.lines))
                        assert branch.close is not None
                        self.say(messages.echo(branch.close.echo))
                    following = choice.branches[k + 1 : k + 2]
                    if blank and not (following and not following[0].line.echo):
                        self.say([echo.BLANK])
        except StataError as error:
            self._caught(error, mode)
        else:
            if mode.capture:
                self.session.rc = 0

    def _take(self, branch: Any) -> bool:
        """Run an arm if its condition holds; whether it did."""
        if branch.body is None:
            with self._set(echoing=False), self._watched(branch.line) as text:
                return self._one_line(branch.kind, text, max(branch.line.text.rfind(branch.text), 0))
        if branch.kind == "if" and not self._true(branch.line, branch.text):
            return False
        self.body(branch.body)
        return True

    def _one_line(self, kind: str, text: str, start: int) -> bool:
        """An arm without braces: condition and command stand in ``text`` from ``start`` on."""
        from mixedcli.commands.macros import loops
        from mixedcli.parse import split_condition

        command = text[start:]
        if kind == "if":
            condition, command = split_condition(command)
            if not loops.holds(self.session, condition):
                return False
        self.inline(" " * (len(text) - len(command)) + command)  # positions stay those of the line
        return True

    def _true(self, line: LogicalLine, text: str) -> bool:
        from mixedcli.commands.macros import loops

        with self._watched(line, expand=False):
            return loops.holds(self.session, expanded(self.session, text))

    # ---------------------------------------------------------------------------------------------------- one command

    def inline(self, text: str, rows: tuple[str, ...] = ()) -> None:
        """A command line whose macros are expanded; what looks like if on one line is one."""
        head = _IF.match(text)
        if head is not None:
            self._one_line("if", text, head.end())
        else:
            self.command(text, rows)

    def command(self, text: str, rows: tuple[str, ...] = ()) -> None:
        """Parse and run a command.  Errors: any StataError, Leave, Jump."""
        try:
            command = parsed(text if not text.lstrip().startswith("!") else text.replace("!", "shell ", 1))
        except (StataError, RecursionError) as e:  # capture also catches what cannot be read
            self._caught(as_error(e), self._block_mode(leading_modes(text)))
            return
        if command is None:
            return
        if rows:
            command = replace(command, following=rows)
        mode = mode_of(command.prefixes, visible=self.visible, ceiling=self.ceiling)
        shown: list[Any] = []
        caught: StataError | None = None
        before = self.session.estimates
        try:
            with calls.version_of(self.session, command.prefixes):
                self._perform(command, mode, shown)
        except (StataError, RecursionError, MemoryError) as e:
            caught = as_error(e)
            self._caught(caught, mode)
        else:
            if mode.capture:
                self.session.rc = 0
        finally:
            posted = self.session.estimates is not before
            self.latest = Record(text, blocks=tuple(shown), posted=posted)
        if self.done is not None and (shown or posted or not calls.inside_program(self.calls)):
            table = messages.tables_shown(shown)
            self.done(Record(text, error=caught, blocks=tuple(shown), posted=posted, table=table))

    def _perform(self, command: ast.Command, mode: Mode, shown: list[Any]) -> None:
        session = self.session
        program = session.programs.get(command.name) if session.programs else None
        if program is not None and all(prefix.name in MODES for prefix in command.prefixes):
            calls.call(self, program, command, mode)
            return
        for outcome in outcomes(session, command):
            store(session, outcome)
            if outcome.logs:
                logs.before_showing(session, outcome)
            if mode.visible and outcome.blocks:
                self.show(outcome.blocks)
                shown += outcome.blocks
            if outcome.logs:
                logs.after_showing(session, outcome)
            if outcome.script is not KEEP and outcome.script is not None:
                calls.script(self, outcome.script, mode)
            if outcome.jump:
                raise Jump(outcome.jump)
            if outcome.exit:
                raise Leave(outcome.rc)
            if outcome.rc:
                raise Coded(outcome.rc, outcome.error)

    def _caught(self, error: StataError, mode: Mode) -> None:
        """What capture does with an error.  Errors: the error itself without capture, and a Break."""
        if not mode.capture or isinstance(error, Interrupted):
            raise error
        self.session.rc = error.rc
        if mode.visible and error.message:
            self.show(messages.message(error.message))
        self.failure = None

    # ------------------------------------------------------------------------------------------------------- machinery

    @contextmanager
    def _watched(self, line: LogicalLine, *, expand: bool = True) -> Iterator[str]:
        """The line's text with macros expanded; an error that comes out of the block is noted with its place."""
        text = line.text
        at, self.at = self.at, line
        try:
            if expand:
                text = expanded(self.session, text)
            yield text
        except (StataError, RecursionError, MemoryError, KeyboardInterrupt) as e:
            error = as_error(e)
            if self.failure is None or self.failure.error is not error:
                row, column = placed(line, text, error.span)
                self.failure = Failure(error, text, self.source, row, column, tuple(reversed(self.calls)))
            raise error from None
        finally:
            self.at = at

    at: LogicalLine | None = None

    @contextmanager
    def _set(self, **values: Any) -> Iterator[None]:
        before = {name: getattr(self, name) for name in values}
        for name, value in values.items():
            setattr(self, name, value)
        try:
            yield
        finally:
            for name, value in before.items():
                setattr(self, name, value)
