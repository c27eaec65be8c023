"""What a command did becomes the session's state: the only place that writes a session."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mixedcli.session import KEEP, Frame, Outcome, Session

_WHOLE = ("data", "estimates", "r", "s", "settings", "collected")
_TABLES = (
    "stored",
    "scalars",
    "matrices",
    "constraints",
    "globals",
    "locals",
    "programs",
    "files",
    "postings",
    "timers",
)


def store(session: Session, outcome: Outcome) -> None:
    """Keep everything an outcome carries; blocks and requests are the caller's."""
    for name in _WHOLE:
        value = getattr(outcome, name)
        if value is not KEEP:
            setattr(session, name, value)
    for name in _TABLES:
        changes = getattr(outcome, name)
        if changes:
            _merge(getattr(session, name), changes)
    if outcome.returned is not KEEP:
        session.frame.returned = outcome.returned
    if outcome.temporary:
        session.frame.temporary += outcome.temporary
        session.temporaries += len(outcome.temporary)
    if outcome.preserved is not KEEP:
        session.frame.preserved = list(outcome.preserved)


def leave(session: Session, frame: Frame) -> None:
    """The end of a program or do-file: what it preserved comes back, what was temporary goes."""
    if frame.preserved:
        from mixedcli.commands.preserving import restored

        store(session, restored(session, frame.preserved[0]))
    for name in frame.temporary:
        session.scalars.pop(name, None)
        session.matrices.pop(name, None)
        if name in session.data:
            session.data = session.data.without([name])
    forget_files(frame)


def forget_files(frame: Frame) -> None:
    """Delete the temporary files of a program or do-file."""
    for name in frame.temporary:
        if not name.startswith("__"):  # names of variables, scalars and matrices do
            for path in (Path(name), Path(f"{name}.dta")):
                with suppress(OSError):
                    path.unlink()


def _merge(target: dict[Any, Any], changes: Mapping[Any, Any]) -> None:
    for name, value in changes.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = value
