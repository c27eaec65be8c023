"""What tests of several layers share: running the program as a user does."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent

Json = list[dict[str, Any]]


def run_program(*arguments: str | pathlib.Path, cwd: pathlib.Path | None = None, stdin: str = "") -> Any:
    """Run ``mixedcli`` in a process of its own: a CompletedProcess with text output."""
    command = [sys.executable, "-m", "mixedcli", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, input=stdin, env=environment, timeout=300, check=False
    )


@pytest.fixture(scope="session")
def program() -> Callable[..., Any]:
    """The program itself: arguments -> finished process."""
    return run_program


@pytest.fixture(scope="session")
def run_json(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Json]:
    """Commands -> the JSON object of each, failing ones included (--continue)."""

    def run(*commands: str, cwd: pathlib.Path | None = None) -> Json:
        script = tmp_path_factory.mktemp("script") / "commands.do"
        script.write_text("\n".join(commands) + "\n", encoding="utf-8")
        done = run_program("--json", "--continue", script, cwd=cwd)
        assert done.returncode in (0, 1), done.stderr[-3000:]
        return [json.loads(line) for line in done.stdout.split("\n") if line]

    return run
