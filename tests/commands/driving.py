"""Running command lines on a session inside a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from driver import Driver

from mixedcli.data.dataset import Column, Dataset
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


def started(**options: object) -> Driver:
    """Two numeric variables, one with a missing value, and a string, for what programs do with them."""
    d = Driver(**options)
    columns = [Column(k, "double", np.array(v)) for k, v in {"x": [1.0, 2, 2.0**1023, 4], "y": [5.0, 6, 8, 7]}.items()]
    strings = Column("s", "str1", np.array(["a", "", "b", "c"], dtype=object), format="%9s")
    d.session.data = Dataset().with_columns([*columns, strings])
    return d
