"""Running command lines on a session inside a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mixedcli.data.dataset import Dataset
from mixedcli.data.missing import SYSMISS
from mixedcli.dispatch.runner import Runner
from mixedcli.render.text import render_all
from mixedcli.session import Session

Run = Callable[[str], str]


def driver(data: Dataset | None = None) -> tuple[Session, Run]:
    """A session on the data and a function that runs one command: its output, or "r(rc): message" when it fails."""
    session = Session(data=data if data is not None else Dataset())
    runner = Runner(session)

    def run(text: str) -> str:
        record = runner.execute(text)
        if record.failed:
            assert record.error is not None
            return f"r({record.rc}): {record.error.message}"
        return "\n".join(line.text for line in render_all(record.blocks))

    return session, run


def column(session: Session, name: str) -> list[Any]:
    """A variable as a list: strings, numbers, and "." for missing values."""
    found = session.data.column(name)
    if found.is_string:
        return found.values.tolist()
    return ["." if v >= SYSMISS else v for v in found.numeric().tolist()]
