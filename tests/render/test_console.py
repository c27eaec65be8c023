"""Streams: plain text everywhere, colours on a terminal only, progress on long loads only."""

from __future__ import annotations

import io
import re

import pytest

from mixedcli.blocks import Line, Segment, line
from mixedcli.render.console import Console, ProgressBar, wants_colour
from mixedcli.render.json import dumps

LINES = [
    line("[95% conf. interval]", "text"),
    line("r(111);", "error"),
    Line((Segment("  x |"), Segment("  :smile: [bold] 1.5  ", "result"))),
    Line((Segment("open "),), open=True),
    line("closed", "command"),
]
PLAIN = "[95% conf. interval]\nr(111);\n  x |  :smile: [bold] 1.5  \nopen closed\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_text_and_log_are_the_same() -> None:
    stream, log = io.StringIO(), io.StringIO()
    Console(stream, log=log).write(LINES)
    assert stream.getvalue() == log.getvalue() == PLAIN


def test_colours_add_nothing_but_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    stream, log = Terminal(), io.StringIO()
    Console(stream, colour=True, log=log).write(LINES)
    assert "\x1b[31mr(111);" in stream.getvalue()
    assert re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()) == PLAIN
    assert log.getvalue() == PLAIN


def test_long_lines_are_not_wrapped_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    Console(stream, colour=True).write([line("x" * 120)])
    assert stream.getvalue() == "x" * 120 + "\n"


@pytest.mark.parametrize(
    ("terminal", "no_color", "environment", "wanted"),
    [
        (True, False, {}, True),
        (False, False, {}, False),
        (True, True, {}, False),
        (True, False, {"NO_COLOR": "1"}, False),
        (True, False, {"TERM": "dumb"}, False),
    ],
)
def test_when_colours_are_wanted(
    terminal: bool, no_color: bool, environment: dict[str, str], wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_colour(Terminal() if terminal else io.StringIO(), no_color) is wanted


def test_a_short_load_shows_no_progress() -> None:
    stream = io.StringIO()
    bar = ProgressBar(stream, delay=60)
    for done in range(0, 101, 10):
        bar(done, 100)
    assert stream.getvalue() == ""


def test_a_long_load_shows_its_share_and_cleans_up() -> None:
    stream = io.StringIO()
    bar = ProgressBar(stream, delay=-1)
    bar(25, 100)
    assert stream.getvalue() == "\rworking ...  25%"
    bar(100, 100)
    assert stream.getvalue().endswith("\r" + " " * 24 + "\r")


def test_json_numbers() -> None:
    values = {"a": float("nan"), "b": 2.0**1023, "c": 3.0, "d": 0.1, "e": (1, "x", None, True), "f": float("inf")}
    assert dumps(values) == '{"a": null, "b": null, "c": 3, "d": 0.1, "e": [1, "x", null, true], "f": null}'
