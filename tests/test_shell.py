"""The prompt, driven through a pseudo-terminal as a person would."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pty = pytest.importorskip("pty")
ROOT = Path(__file__).resolve().parents[1]
T43 = ROOT / "fixtures" / "t43" / "t43.csv"
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|[\r\b]")


def environment(home: Path) -> dict[str, str]:
    return {
        **os.environ, "TERM": "xterm", "HOME": str(home), "XDG_STATE_HOME": str(home), "PYTHONPATH": str(ROOT),
        "COLUMNS": "100", "LINES": "40", "PROMPT_TOOLKIT_NO_CPR": "1",
    }  # fmt: skip


class Terminal:
    """A running prompt: type into it, wait for text."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.master, slave = pty.openpty()
        command = [sys.executable, "-m", "mixedcli", *arguments]
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment(home),
            start_new_session=True,
            close_fds=True,
        )
        os.close(slave)
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def wait(self, text: str, seconds: float = 40) -> str:
        """Everything shown since the last wait, up to the text."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self.master], [], [], max(end - time.monotonic(), 0))
            if not ready:
                raise AssertionError(f"{text!r} did not appear in {self.seen!r}")
            try:
                raw = os.read(self.master, 65536)
            except OSError:
                raw = b""
            if not raw:
                raise AssertionError(f"the program ended: {self.seen!r}")
            self.seen += _CONTROL.sub("", raw.decode("utf-8", "replace"))
        shown, _, self.seen = self.seen.partition(text)
        return shown

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)
        os.close(self.master)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    running = Terminal(tmp_path, "-d", str(T43))
    try:
        running.wait("to leave.")
        yield running
    finally:
        running.close()


def test_commands_continuation_errors_and_leaving(terminal: Terminal, tmp_path: Path) -> None:
    terminal.type("display 6*7\r")
    terminal.wait("\n42")
    terminal.type("display 100 ///\r")
    terminal.wait("\n>")
    terminal.type(" + 23\r")
    terminal.wait("\n123")
    terminal.type("summarize nosuch\r")
    terminal.wait("^~~~~~")
    terminal.wait("variable nosuch not found")
    terminal.wait("r(111);")
    terminal.type("exit\r")
    assert terminal.process.wait(30) == 0
    assert "display 6*7" in (tmp_path / "mixedcli" / "history").read_text()


def test_changed_data_are_not_lost_by_a_plain_exit(terminal: Terminal) -> None:
    terminal.type("generate two = 2\r")
    terminal.type("exit\r")
    terminal.wait("no; dataset in memory has changed since last saved")
    terminal.wait("r(4);")
    terminal.type("exit, clear\r")
    assert terminal.process.wait(30) == 0


def test_control_c_drops_the_line_and_control_d_leaves(terminal: Terminal) -> None:
    terminal.type("display 1+")
    terminal.wait("display 1+")
    terminal.type("\x03")
    terminal.wait(".")  # a new prompt; whether "^C" or a new line is painted before it is the terminal's own affair
    terminal.type("display 3*3\r")
    terminal.wait("\n9")
    terminal.wait("\n.")  # until the prompt reads, the terminal itself would take Ctrl-D
    terminal.type("\x04")
    assert terminal.process.wait(30) == 0


def test_tab_completes_names(terminal: Terminal) -> None:
    terminal.type("summ\t")
    terminal.wait("summarize")
    terminal.type(" sco\t\r")
    terminal.wait("       score |")
    terminal.wait("\n.")
    terminal.type("\x04")
    assert terminal.process.wait(30) == 0


def test_control_c_stops_a_running_command_only(tmp_path: Path) -> None:
    """The handler is tested in the process itself: a command that never ends is interrupted by a real signal."""
    code = (
        "import os, signal, sys, threading\n"
        "from mixedcli import commands, cli\n"
        "real = commands.find\n"
        "def endless(*_):\n"
        "    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "    while True: pass\n"
        "commands.find = lambda w: (commands.CommandSpec('count'), endless) if w == 'count' else real(w)\n"
        "sys.exit(cli.main([]))\n"
    )
    running = Terminal(tmp_path, "-d", str(T43))
    running.close()
    master, slave = pty.openpty()
    running.master, running.seen = master, ""
    running.process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        env=environment(tmp_path),
    )  # fmt: skip
    os.close(slave)
    try:
        running.wait("to leave.")
        running.type("count\r")
        running.wait("--Break--")
        running.wait("r(1);")
        running.type("display 5*5\r")
        running.wait("\n25")
        running.type("exit\r")
        assert running.process.wait(30) == 0
    finally:
        running.close()
