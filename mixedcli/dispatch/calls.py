"""Programs and scripts: defined, called with their own macros, left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from mixedcli import ast
from mixedcli.dispatch import byprefix, echo
from mixedcli.dispatch.failures import Call, Jump, Leave
from mixedcli.dispatch.macros import expanded
from mixedcli.dispatch.performing import Mode
from mixedcli.dispatch.storing import leave, store
from mixedcli.errors import AlreadyDefined, Coded, InvalidSyntax, NotCombinable, StataError, SystemLimit
from mixedcli.render import messages
from mixedcli.session import Frame, Outcome, Program, Script, Session

if TYPE_CHECKING:
    from mixedcli.dispatch.interpreter import Interpreter
    from mixedcli.parse.script import Definition

#: programs and do-files within one another
NESTING = 64
_DEFINED = re.compile(r"(\w+)\s*(?:,\s*(.*))?", re.DOTALL)
_OPTION = re.compile(r"(\w+)(?:\(([^()]*)\))?")

_OPTIONS = (
    ("rclass", 1), ("eclass", 1), ("sclass", 1), ("nclass", 1), ("sortpreserve", 4), ("byable", 2), ("properties", 4),
    ("plugin", 6),
)  # fmt: skip


def inside_program(calls: list[Call]) -> bool:
    return bool(calls) and calls[-1].kind == "program"


def defined(session: Session, definition: Definition, source: str) -> Outcome:
    """A program made.  Errors: r(110) it exists, r(198) bad name or option."""
    found = _DEFINED.fullmatch(expanded(session, definition.text).strip())
    if found is None or found[1][0].isdigit():
        raise InvalidSyntax("invalid syntax")
    name = found[1]
    if name in session.programs:
        raise AlreadyDefined(f"program {name} already defined")
    kind, sortpreserve, byable = "", False, ""
    for option in _OPTION.finditer(found[2] or ""):
        word = option[1]
        full = next((name for name, least in _OPTIONS if name.startswith(word) and len(word) >= least), None)
        if full is None:
            raise InvalidSyntax(f"option {word} not allowed")
        if full.endswith("class"):
            kind = "" if full == "nclass" else full
        sortpreserve = sortpreserve or full == "sortpreserve"
        byable = option[2] or "" if full == "byable" else byable
    text = tuple(part for line in definition.lines for part in line.echo)
    return Outcome(programs={name: Program(name, kind, definition.body, text, source, sortpreserve, byable)})


def call(
    interpreter: Interpreter,
    program: Program,
    command: ast.Command,
    mode: Mode,
    group: tuple[int, int] | None = None,
) -> None:
    """Run a program on what is typed behind its name; group: the rows that marksample may mark, under by.

    Errors: those of its commands, r(190) by with a program that is not byable, r(1000) nested too deep.
    """
    from mixedcli.commands.macros.text import words

    by = next((prefix for prefix in command.prefixes if prefix.name in ("by", "bysort")), None)
    if by is not None:
        _call_for_groups(interpreter, program, command, by, mode)
        return
    assert command.span is not None
    typed = command.text[command.span.start : command.span.end].strip()[len(command.name) :].strip()
    positional = {str(k): word for k, word in enumerate(words(typed), 1)}
    with _inside(interpreter, "program", program.name, {"0": typed, **positional}, mode, program.source) as frame:
        frame.program = program
        frame.group = group
        if program.sortpreserve:
            from mixedcli.commands.preserving import keeping_order

            store(interpreter.session, keeping_order(interpreter.session))
        interpreter.body(program.body)
    if program.sortpreserve:
        from mixedcli.commands.preserving import order_restored

        store(interpreter.session, order_restored(interpreter.session))
    if program.kind == "rclass":
        interpreter.session.r = frame.returned


def _call_for_groups(
    interpreter: Interpreter, program: Program, command: ast.Command, prefix: ast.Prefix, mode: Mode
) -> None:
    """byable(recall): the program runs once for each group."""
    from mixedcli.commands import bygrouping

    if not program.byable.strip().startswith("r"):
        raise NotCombinable(f"{program.name} may not be combined with by", command.span)
    session = interpreter.session
    alone = replace(command, prefixes=tuple(p for p in command.prefixes if p is not prefix))
    wanted = byprefix.read(prefix)
    grouping = bygrouping.group(session, wanted.by, wanted.within, sort=wanted.sort)
    store(session, grouping.ordered)
    groups = grouping.groups
    if groups is None:
        call(interpreter, program, alone, mode)
        return
    for k in range(len(groups.sizes)):
        head, tail = bygrouping.frame(session, groups, k)
        if mode.visible:
            interpreter.show(head)
        try:
            call(interpreter, program, alone, mode, (int(groups.starts[k]), int(groups.starts[k + 1])))
        except StataError as error:
            if not wanted.rc0:
                raise
            interpreter.failure = None
            if mode.visible:
                interpreter.show(messages.message(error.message))
        if mode.visible:
            interpreter.show(tail)


def script(interpreter: Interpreter, wanted: Script, mode: Mode) -> None:
    """Run a do-file.  Errors: those of its commands, r(1000) nested too deep."""
    from mixedcli.parse import statements

    own = None
    if wanted.own:
        own = {"0": wanted.arguments, **{str(k): word for k, word in enumerate(wanted.words, 1)}}
    quiet = Mode(mode.visible and wanted.shown)
    echoes = wanted.shown and wanted.own
    with _inside(interpreter, "do-file", wanted.name, own, quiet, wanted.name):
        interpreter.echoing = echoes
        if echoes and quiet.visible:
            interpreter.say([echo.BLANK])
        try:
            for statement in statements(wanted.text):
                if echoes:
                    interpreter.play(statement)
                else:
                    interpreter.statement(statement)
        except StataError as error:
            if echoes and quiet.visible:
                _ended(interpreter, error)
            raise
        if echoes and quiet.visible:
            interpreter.say([*messages.echo([""]), *messages.end_of_do_file()])


def _ended(interpreter: Interpreter, error: StataError) -> None:
    """A do-file that failed shows its error and its end."""
    failure = interpreter.failure
    if failure is not None and not failure.shown:
        interpreter.say([*messages.failure(error.message, error.rc), echo.BLANK])
        interpreter.failure = failure._replace(shown=True)
    else:
        interpreter.say([*messages.failure("", error.rc), echo.BLANK])
    interpreter.say([*messages.end_of_do_file(), echo.BLANK])


@contextmanager
def version_of(session: Session, prefixes: tuple[ast.Prefix, ...]) -> Iterator[None]:
    """``version #:`` holds for one command.  Errors: r(9), r(198)."""
    wanted = next((prefix.text for prefix in prefixes if prefix.name == "version"), None)
    if wanted is None:
        yield
        return
    from mixedcli.commands.version import number

    outside = session.settings.version
    session.settings = replace(session.settings, version=number(wanted.partition(",")[0].strip()))
    try:
        yield
    finally:
        session.settings = replace(session.settings, version=outside)


@contextmanager
def _inside(
    interpreter: Interpreter, kind: str, name: str, macros: dict[str, str] | None, mode: Mode, source: str
) -> Iterator[Frame]:
    """Macros, temporary names and visibility of a program or do-file, and the way back."""
    session = interpreter.session
    if len(interpreter.calls) >= NESTING:
        raise SystemLimit("system limit exceeded - see manual")
    line = interpreter.at.number if interpreter.at is not None else 0
    interpreter.calls.append(Call(kind, name, interpreter.source, line))
    outer = (interpreter.source, interpreter.visible, interpreter.ceiling, interpreter.echoing)
    prompting, session.interactive = session.interactive, False
    interpreter.source = source
    interpreter.visible = interpreter.ceiling = mode.visible
    interpreter.echoing = False
    frame, outside, version = session.frame, session.locals, session.settings.version
    if macros is not None:
        session.frame, session.locals = Frame(), macros
    own = session.frame
    try:
        yield own
    except Leave as left:
        if left.rc:
            raise Coded(left.rc, "") from None
    except Jump:
        raise InvalidSyntax("continue is not allowed outside a loop") from None  # unverified: wording
    finally:
        if macros is not None:
            leave(session, own)
            session.frame, session.locals = frame, outside
            session.settings = replace(session.settings, version=version)
        interpreter.source, interpreter.visible, interpreter.ceiling, interpreter.echoing = outer
        session.interactive = prompting
        interpreter.calls.pop()
