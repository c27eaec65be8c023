"""Running do-file texts inside a test, with screen and error stream to read."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from mixedcli.data.dataset import Column, Dataset
from mixedcli.dispatch import Record, Runner
from mixedcli.render.console import Console
from mixedcli.session import Session


class Driver:
    """A runner on a session of its own; calling it runs a text and gives what was shown."""

    def __init__(self, **options: Any) -> None:
        self.screen, self.errors = io.StringIO(), io.StringIO()
        self.records: list[Record] = []
        self.session = Session()
        options.setdefault("echo", False)
        self.runner = Runner(
            self.session, Console(self.screen), errors=self.errors, report=self.records.append, **options
        )
        self.rc = 0

    def __call__(self, text: str, name: str = "a.do") -> str:
        start = self.screen.tell()
        self.rc = self.runner.run_text(text, name)
        return self.screen.getvalue()[start:]

    def lines(self, text: str) -> list[str]:
        """The lines shown, without blank ones; the text must not fail."""
        shown = self(text)
        assert self.rc == 0, self.errors.getvalue()
        return [line for line in shown.splitlines() if line]


def started(**options: object) -> Driver:
    """Two numeric variables, one with a missing value, and a string, for what programs do with them."""
    d = Driver(**options)
    columns = [Column(k, "double", np.array(v)) for k, v in {"x": [1.0, 2, 2.0**1023, 4], "y": [5.0, 6, 8, 7]}.items()]
    strings = Column("s", "str1", np.array(["a", "", "b", "c"], dtype=object), format="%9s")
    d.session.data = Dataset().with_columns([*columns, strings])
    return d
