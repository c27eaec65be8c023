"""log, cmdlog - write what is shown to a file as well

    log using filename [, text | smcl append replace name(logname) nomsg]
    log close [logname | _all]
    log off [logname]
    log on [logname]
    log [query [logname | _all]]

A name that ends in .log, or text, makes a plain text; .smcl is the default.  Several logs with different names may be
open.  cmdlog, with the same words, keeps the commands only.

Example: log using analysis, text replace
         mixed weight week || id:
         log close
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mixedcli import ast, commands
from mixedcli.blocks import Block, Line, Segment, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import words_of
from mixedcli.data.files import located, opening, with_suffix
from mixedcli.errors import FileCannotOpen, FileExists, InvalidSyntax, LogAlreadyOpen, NoLogOpen
from mixedcli.results import Stored
from mixedcli.session import Log, Outcome, Session

SPEC = CommandSpec(
    "log",
    (
        OptionSpec("text", "t"),
        OptionSpec("smcl", "s"),
        OptionSpec("append", "a"),
        OptionSpec("replace", "r"),
        OptionSpec("name", "name", "name"),
        OptionSpec("nomsg", "nomsg"),
        OptionSpec("permanently", "p"),
    ),
    allows=frozenset({"using"}),
)

UNNAMED = "<unnamed>"
_COMMANDS = "<cmdlog>"


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Open, close, pause ...  Errors: r(198), r(602), r(603), r(604) already open, r(606) none open."""
    words = [word.text for word in words_of(command)]
    only_commands = commands.resolve(command.name) == "cmdlog"
    if command.using is not None:
        if words:
            raise InvalidSyntax("invalid syntax", command.span)
        return _opened(session, command.using, options, only_commands)
    what, names = (words[0], words[1:]) if words else ("query", [])
    if what not in ("close", "off", "on", "query") or len(names) > 1:
        raise InvalidSyntax("invalid syntax", command.span)
    if what == "query":
        return _queried(session, names, only_commands)
    if names == ["_all"]:
        chosen = [name for name, log in session.logs.items() if not log.commands]
    else:
        chosen = names or [_COMMANDS if only_commands else options.get("name", UNNAMED)]
    if not all(name in session.logs for name in chosen):
        raise NoLogOpen("no log file open")
    blocks: list[Block] = []
    changed: dict[str, Log | None] = {}
    for name in chosen:
        log = session.logs[name]
        if what == "close":
            blocks += _box(session, log, "closed on", _now(), below=True)
            changed[name] = None
        elif log.on != (what == "on"):
            label = "paused on" if log.on else "resumed on"
            blocks += _box(session, log, label, _now(), below=log.on, above=not log.on)
            changed[name] = replace(log, on=not log.on)
    return Outcome(blocks=() if options.get("nomsg") or only_commands else tuple(blocks), logs=changed)


def _opened(session: Session, typed: str, options: Options, only_commands: bool) -> Outcome:
    name = _COMMANDS if only_commands else options.get("name", UNNAMED)
    if name in session.logs:
        raise LogAlreadyOpen("log file already open")
    smcl = not options.get("text") and not only_commands
    if smcl and not options.get("smcl"):
        smcl = session.settings.other.get("logtype") != "text" and not typed.endswith(".log")
    typed = with_suffix(typed, ".smcl" if smcl else ".txt" if only_commands else ".log")
    path = located(typed, session.settings.cwd).absolute()
    if any(log.path == str(path) for log in session.logs.values()):
        raise LogAlreadyOpen("log file already open")
    with opening(typed):
        if not path.parent.is_dir():
            raise FileCannotOpen(f"file {typed} could not be opened")
        exists = path.exists()
        if exists and not options.get("replace") and not options.get("append"):
            raise FileExists(f"file {path} already exists")
        if exists and not path.is_file():
            raise FileCannotOpen(f"file {path} could not be opened")
        with path.open("a" if options.get("append") else "w", encoding="utf-8"):
            pass
    log = Log(name, str(path), smcl, only_commands, True, _now())
    shown = tuple(_box(session, log, "opened on", log.opened, above=True))
    quiet = options.get("nomsg") or only_commands
    return Outcome(blocks=() if quiet else shown, logs={name: log}, r=_returned(log))


def _queried(session: Session, names: list[str], only_commands: bool) -> Outcome:
    logs = [log for log in session.logs.values() if log.commands == only_commands]
    if names != ["_all"]:
        wanted = names[0] if names else _COMMANDS if only_commands else UNNAMED
        logs = [log for log in logs if log.name == wanted]
        if names and not logs:
            raise NoLogOpen("no log file open")
    if not logs:
        return Outcome(blocks=(line("  (log closed)"),), r=Stored())  # unverified: wording
    shown = [
        block for log in logs for block in _box(session, log, "opened on" if log.on else "paused on", log.opened)
    ]  # fmt: skip
    returned = _returned(logs[0])
    if names == ["_all"]:
        returned = replace(returned, scalars={"numlogs": float(len(logs))})
    return Outcome(blocks=tuple(shown), r=returned)


def _returned(log: Log) -> Stored:
    kind = "smcl" if log.smcl else "text"
    given = {"name": log.name, "filename": log.path, "status": "on" if log.on else "off", "type": kind}
    return Stored(macros=given)


def _now() -> str:
    """stata: " 3 Feb 2012, 10:12:34", the day in two columns"""
    now = datetime.now()
    return f"{now.day:>2} {now:%b %Y, %H:%M:%S}"


def _box(
    session: Session, log: Log, label: str, when: str, *, above: bool = False, below: bool = False
) -> Iterator[Block]:
    rule = line("-" * session.settings.linesize)
    if above:
        yield rule
    facts = {"name": log.name, "log": log.path, "log type": "smcl" if log.smcl else "text", label: when}
    for name, fact in facts.items():
        yield Line((Segment(f"{name:>10}:  "), Segment(fact, "result")))
    if below:
        yield rule
