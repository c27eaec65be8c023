"""Running do-file texts inside a test, with screen and error stream to read."""

from __future__ import annotations

import io
from typing import Any

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
