"""One command: its line parsed, its prefixes obeyed, its outcomes stored and shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from mixedcli import ast, commands
from mixedcli.dispatch import byprefix
from mixedcli.dispatch import options as option_table
from mixedcli.dispatch.display_settings import with_settings
from mixedcli.errors import InvalidSyntax, NotYetAvailable, Span, UnrecognizedCommand
from mixedcli.frozen import frozen
from mixedcli.session import Outcome, Session

#: prefixes that only change how a command runs
MODES = ("quietly", "noisily", "capture", "version", "by", "bysort")


_LEADING = re.compile(
    r"\s*(?:(?:qui(?:e(?:t(?:ly?)?)?)?|n(?:o(?:i(?:s(?:i(?:ly?)?)?)?)?)?|cap(?:t(?:u(?:re?)?)?)?)\b\s*:?\s*)+"
)


def leading_modes(text: str) -> str:
    """The words quietly, noisily and capture that a line begins with, for lines that cannot be parsed."""
    found = _LEADING.match(text)
    return found[0].strip().rstrip(":") if found else ""


@frozen
class Mode:
    """What the prefixes of a command ask for.  around: the visibility in which by shows its headers."""

    visible: bool
    capture: bool = False


@lru_cache(maxsize=4096)
def parsed(text: str) -> ast.Command | None:
    """The command of a line; lines that come again are parsed once.  Errors: as ``parse.parse_line``."""
    from mixedcli.parse import parse_line

    return parse_line(text)


def mode_of(prefixes: Iterable[ast.Prefix], *, visible: bool, ceiling: bool) -> Mode:
    """The mode after the prefixes; noisily shows no more than the caller does (ceiling)."""
    capture = False
    for prefix in prefixes:
        match prefix.name:
            case "quietly":
                visible = False
            case "noisily":
                visible = ceiling
            case "capture":
                visible, capture = False, True
            case name if name not in MODES:  # what follows belongs to the command of that prefix
                break
    return Mode(visible, capture)


def outcomes(session: Session, command: ast.Command) -> Iterable[Outcome]:
    """The outcome of a command, or under by those of its groups in turn: each is to be stored before the next.

    Errors: r(199) unknown command, r(198) options and prefixes it does not take, and the command's own.
    """
    if session.data.abbreviations != session.settings.varabbrev:
        session.data = replace(session.data, abbreviations=session.settings.varabbrev)
    for k, prefix in enumerate(command.prefixes):
        if prefix.name not in MODES:
            return prefixed(session, command, k)
    spec, run = found(command)
    option_table.check(command, spec)
    if session.settings.other:
        command = with_settings(command, spec, session.settings.other)
    bound = option_table.bind(command.options, spec)
    by = [prefix for prefix in command.prefixes if prefix.name in ("by", "bysort")]
    if not by:
        return [run(session, command, bound)]
    if len(by) > 1:
        raise InvalidSyntax("invalid syntax", by[1].span)
    return byprefix.outcomes(session, by[0], command, spec, lambda part: run(session, part, bound))


def found(command: ast.Command) -> tuple[commands.CommandSpec, commands.Runner]:
    """What stands behind a command's word.  Errors: r(199), r(198) with the word's place."""
    try:
        return commands.find(command.name)
    except (UnrecognizedCommand, NotYetAvailable) as e:
        raise type(e)(e.message, name_span(command)) from None


def prefixed(session: Session, command: ast.Command, k: int) -> Iterable[Outcome]:
    """A prefix command: its module runs with the text behind the colon, which it hands to ``session.language.run``.

    Errors: r(198) a prefix there is not yet, and the prefix command's own.
    """
    from mixedcli.parse import parse_prefix

    prefix = command.prefixes[k]
    assert prefix.span is not None
    try:
        spec, run = commands.find(prefix.name)
    except (UnrecognizedCommand, NotYetAvailable):
        spec = None
    if spec is None or not spec.prefix:
        raise NotYetAvailable(f"prefix {prefix.name} is not yet available", prefix.span)
    body, options = parse_prefix(prefix, command.text[prefix.span.end :].strip())
    made = ast.Command(
        prefix.name, body, options=options, text=command.text, span=Span(prefix.span.start, len(command.text))
    )
    return [run(session, made, option_table.bind(options, spec))]


def name_span(command: ast.Command) -> Span | None:
    """Where the command's word stands in its line."""
    place = re.search(rf"(?<![\w.]){re.escape(command.name)}", command.text)
    return Span(*place.span()) if place and command.name else None
