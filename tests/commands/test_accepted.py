"""Words that are accepted, known by name only, or explained."""

from __future__ import annotations

import pytest
from driving import driver

from mixedcli import commands
from mixedcli.commands.later import LATER


@pytest.mark.parametrize("line", ["ssc install estout", "net install x, from(http://a.b/c)", "adopath + folder", "ado"])
def test_what_concerns_add_ons_is_noted(line: str) -> None:
    _, run = driver()
    assert run(line).startswith("note: ")
    assert run(line).endswith("has no effect here.")


@pytest.mark.parametrize("line", ["discard", "more", "sleep 100", "pause on"])
def test_what_concerns_the_window_is_silent(line: str) -> None:
    assert driver()[1](line) == ""


def test_which() -> None:
    _, run = driver()
    run("program p\nend")
    assert run("which sum") == "built-in command:  summarize"
    assert run("which p").startswith("p is a program")
    assert run("which nosuch") == "r(111): command nosuch not found as either built-in or ado-file"


@pytest.mark.parametrize(
    ("line", "word"),
    [("twoway scatter y x", "twoway"), ("gr box y", "graph"), ("frame create a", "frame"), ("mi set wide", "mi"),
     ("logit y x", "logit"), ("bayes: mixed y x", "bayes"), ("hist x", "histogram")],
)  # fmt: skip
def test_commands_of_later_versions_say_so(line: str, word: str) -> None:
    shown = driver()[1](line)
    assert shown.startswith("r(198): ")
    assert shown.endswith(f"{word} is not yet available")


def test_no_command_is_both_here_and_later() -> None:
    assert not set(LATER) & set(commands.ABBREVIATIONS)
    for word in commands.ABBREVIATIONS:
        assert commands.resolve(word) == word


@pytest.mark.parametrize("topic", ["foreach", "while", "by", "bysort", "xi", "local", "program", "syntax", "do", "ssc"])
def test_the_language_is_explained(topic: str) -> None:
    assert len(driver()[1](f"help {topic}").splitlines()) > 5


@pytest.mark.parametrize("line", ["by x", "bysort x", "foreach", "else", "while 1", "collect", "statsby", "xi"])
def test_words_of_the_language_without_the_rest(line: str) -> None:
    assert driver()[1](line).startswith("r(198)")
