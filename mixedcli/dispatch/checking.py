"""--check: a whole script parsed without running any of it, and what in it could not run.

What macros stand for is not known here: of a line with macros only what is typed literally is judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from mixedcli import ast, commands
from mixedcli.dispatch import byprefix
from mixedcli.dispatch import options as option_table
from mixedcli.dispatch.failures import placed
from mixedcli.dispatch.language import Stata
from mixedcli.dispatch.performing import MODES, found
from mixedcli.errors import InvalidSyntax, NotYetAvailable, StataError, UnrecognizedCommand
from mixedcli.frozen import frozen
from mixedcli.session import Session

if TYPE_CHECKING:
    from mixedcli.parse.dofile import LogicalLine
    from mixedcli.parse.script import Branch, Statement

#: stands for what a macro would: a name where a name is wanted, a variable in an expression
_STAND_IN = "_what_a_macro_holds"
_DEFINED = re.compile(r"\s*(\w+)")


@frozen
class Finding:
    """One thing that could not run.  line, column: from 1, column 0 when it is not known."""

    line: int
    column: int
    error: StataError

    def __str__(self) -> str:
        where = f"{self.line}:{self.column}" if self.column else str(self.line)
        message = self.error.message.replace("\n", " ")
        return f"{where}: r({self.error.rc}): {message}"


def check(text: str, *, allow_shell: bool = False) -> list[Finding]:
    """Everything in a do-file that could not run, in the order of its lines."""
    from mixedcli.parse import statements

    read = list(statements(text))
    return list(_Checker(read, allow_shell=allow_shell).all(read))


class _Checker:
    def __init__(self, read: list[Statement], *, allow_shell: bool) -> None:
        self.allow_shell = allow_shell
        self.programs = set(_programs(read))
        self.session = Session(language=Stata())

    def all(self, statements: Iterable[Statement]) -> Iterator[Finding]:
        for statement in statements:
            yield from self.statement(statement)

    def statement(self, statement: Statement) -> Iterator[Finding]:
        from mixedcli.parse import script

        match statement:
            case script.Simple(line, _):
                yield from self.line(line, line.text)
            case script.Block():
                yield from self.head(statement)
                yield from self.all(statement.body)
            case script.Choice():
                for branch in statement.branches:
                    yield from self.branch(branch)
            case script.Definition():
                yield from self.all(statement.body)
            case script.Foreign(language):
                yield Finding(statement.line.number, 0, NotYetAvailable(f"{language} is not available"))
            case script.Broken(error):
                yield Finding(statement.line.number, 0, error)

    def head(self, block: Any) -> Iterator[Finding]:
        if block.kind == "other":
            yield from self.line(block.line, block.line.text.rstrip().removesuffix("{"))
            return
        if _macros(block.text) or block.kind == "braces":
            return
        from mixedcli.commands.macros import loops

        of_data = re.match(r"\w+\s+of\s+(?!num)", block.text)
        try:
            if block.kind == "while":
                Stata().expr(block.text)
            elif block.kind == "forvalues":
                loops.forvalues(self.session, block.text)
            elif of_data is None:
                loops.foreach(self.session, block.text)
        except StataError as error:
            yield Finding(block.line.number, 0, error)

    def branch(self, branch: Branch) -> Iterator[Finding]:
        if branch.body is not None:
            if branch.kind == "if" and not _macros(branch.text):
                try:
                    Stata().expr(branch.text)
                except StataError as error:
                    yield Finding(branch.line.number, 0, error)
            yield from self.all(branch.body)
            return
        text = branch.text
        if branch.kind == "if":
            from mixedcli.parse import split_condition

            try:
                _, text = split_condition(_filled(text))
            except StataError as error:
                if not _macros(branch.text):
                    yield Finding(branch.line.number, 0, error)
                return
        yield from self.line(branch.line, text)

    def line(self, line: LogicalLine, text: str) -> Iterator[Finding]:
        if not text.strip():
            return
        macros = _macros(line.text)
        filled = _filled(text) if macros else text
        if filled.lstrip().startswith("!"):
            filled = filled.replace("!", "shell ", 1)
        try:
            self.command(filled)
        except StataError as error:
            if not macros or _typed(error, line.text):
                yield Finding(*placed(line, filled, error.span), error)

    def command(self, text: str) -> None:
        """Errors: whatever can be said of a command without data."""
        from mixedcli.parse import parse_line, parse_prefix

        command = parse_line(text)
        if command is None:
            return
        for prefix in command.prefixes:
            if prefix.name in ("by", "bysort"):
                byprefix.read(prefix)
            elif prefix.name not in MODES:
                spec = _prefix_spec(prefix)
                assert prefix.span is not None
                inner = command.text[prefix.span.end :].strip()
                option_table.bind(parse_prefix(prefix, inner)[1], spec)
                self.command(inner)
                return
        if command.name in self.programs:
            return
        spec, _ = found(command)
        if spec.name == "shell" and not self.allow_shell:
            raise InvalidSyntax("shell commands are not run; --allow-shell allows them", command.span)
        option_table.check(command, spec)
        option_table.bind(command.options, spec)


def _prefix_spec(prefix: ast.Prefix) -> commands.CommandSpec:
    try:
        spec, _ = commands.find(prefix.name)
    except (UnrecognizedCommand, NotYetAvailable):
        spec = None
    if spec is None or not spec.prefix:
        raise NotYetAvailable(f"prefix {prefix.name} is not yet available", prefix.span)
    return spec


def _programs(statements: Iterable[Statement]) -> Iterator[str]:
    """Names that the script defines itself."""
    from mixedcli.parse import script

    for statement in statements:
        if isinstance(statement, script.Definition):
            name = _DEFINED.match(statement.text)
            if name is not None:
                yield name[1]
            yield from _programs(statement.body)
        elif isinstance(statement, script.Block):
            yield from _programs(statement.body)
        elif isinstance(statement, script.Choice):
            for branch in statement.branches:
                yield from _programs(branch.body or ())


def _macros(text: str) -> bool:
    return "`" in text or "$" in text


def _filled(text: str) -> str:
    """The text with a stand-in for every macro."""
    from mixedcli.parse import expand

    return expand(text, lambda name, is_global: "1" if name[:1] == "=" else _STAND_IN)


def _typed(error: StataError, text: str) -> bool:
    """Whether an error in a line with macros is about something that stands there literally."""
    if isinstance(error, UnrecognizedCommand):
        word = error.message.removeprefix("command ").removesuffix(" is unrecognized")
        return re.search(rf"(?<![\w`$'}}]){re.escape(word)}(?![\w`$'])", text) is not None
    if isinstance(error, NotYetAvailable):
        return True
    option = re.fullmatch(r"option (\w+)(?:\(\))? not allowed", error.message)
    return option is not None and re.search(rf"(?<![\w`$'}}]){option[1]}(?![\w`$'])", text) is not None
