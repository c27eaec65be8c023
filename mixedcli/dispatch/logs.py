"""Log files: what is shown is written to those that are open.

A file is opened for each piece that is written, so that it is complete whatever happens next.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mixedcli.render import logfile, messages, text
from mixedcli.session import Log, Outcome, Session


def keep(session: Session, lines: Iterable[Any]) -> list[Any]:
    """Write lines to the open logs; gives the lines that tell which of them cannot be written any more."""
    if not session.logs:
        return []
    shown = [part for row in lines for part in text.wrap_line(row, session.settings.linesize)]
    lost = [name for name, log in session.logs.items() if log.on and not _write(log, shown)]
    told = [f"log file {session.logs.pop(name).path} cannot be written: it is closed" for name in lost]
    return [line for text in told for line in messages.message(text)]


def before_showing(session: Session, outcome: Outcome) -> None:
    """Logs that close or pause get the outcome's own message and nothing after it."""
    for name, log in outcome.logs.items():
        old = session.logs.get(name)
        if old is None or (log is not None and log.on):
            continue
        rows = text.render_all(outcome.blocks, session.settings.linesize)
        _write(old, rows, logfile.CLOSING + "\n" if old.smcl and log is None else "")
        if log is None:
            del session.logs[name]
        else:
            session.logs[name] = log


def after_showing(session: Session, outcome: Outcome) -> None:
    """Logs that open or go on begin with the outcome's own message, shown or not."""
    for name, log in outcome.logs.items():
        if log is not None and log.on:
            fresh = log.smcl and name not in session.logs and not Path(log.path).stat().st_size
            session.logs[name] = log
            rows = text.render_all(outcome.blocks, session.settings.linesize)
            _write(log, rows, first=logfile.OPENING + "\n" if fresh else "")


def _write(log: Log, lines: list[Any], last: str = "", first: str = "") -> bool:
    form = logfile.commands_alone if log.commands else logfile.as_smcl if log.smcl else logfile.as_text
    try:
        with Path(log.path).open("a", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(first + form(lines) + last)
    except OSError:
        return False
    return True
