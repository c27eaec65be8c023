"""The README is run: console and Python blocks must show what the program says, and the table of commands is current.

python tests/test_readme.py        writes the blocks' outputs and the table anew
"""

from __future__ import annotations

import doctest
import importlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import pytest

from mixedcli.commands import ABBREVIATIONS

ROOT = pathlib.Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")

BLOCK = re.compile(r"(?P<mark><!-- [\w :]+ -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```\n", re.S)
TABLE = re.compile(r"(?<=<!-- commands -->\n).*?(?=<!-- end of commands -->)", re.S)


def console_steps(body: str) -> list[tuple[str, str]]:
    """(command, what it shows) of one console block."""
    steps = re.split(r"^\$ ", body, flags=re.M)[1:]
    return [(s.partition("\n")[0], s.partition("\n")[2]) for s in steps]


def show(command: str, folder: pathlib.Path) -> str:
    """What a command of the README prints.  Set-up steps before the last && are left out: this Python is set up."""
    shim = folder / "mixedcli"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mixedcli "$@"\n')
    shim.chmod(0o755)
    command = command.rpartition(" && ")[2].replace(".venv/bin/mixedcli", "mixedcli")
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, timeout=120, check=False
    )
    return "\n".join(line.rstrip() for line in done.stdout.splitlines())


def blocks(kind: str) -> list[str]:
    return [m["body"] for m in BLOCK.finditer(TEXT) if m["kind"] == kind and (m["mark"] or "") != "<!-- tests -->\n"]


STEPS = [step for body in blocks("console") for step in console_steps(body)]


@pytest.mark.parametrize(("command", "shown"), STEPS, ids=[c[-50:] for c, _ in STEPS])
def test_console_block(command: str, shown: str, tmp_path: pathlib.Path) -> None:
    assert show(command, tmp_path) == "\n".join(line.rstrip() for line in shown.splitlines())


def test_python_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks("python")), {}, "README", str(README), 0)
    assert examples.examples
    report: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(examples, out=report.append)
    assert not report, "".join(report)


def test_do_files_are_those_of_the_fixtures() -> None:
    shown = blocks("stata")
    assert shown == [(ROOT / "fixtures/growth.do").read_text(encoding="utf-8")]


def test_both_first_commands_are_there() -> None:
    commands = [c for m in BLOCK.finditer(TEXT) if m["kind"] == "console" for c, _ in console_steps(m["body"])]
    fresh = [c for c in commands if c.startswith("python3 -m venv .venv && .venv/bin/pip install ")]
    assert [c.rpartition(" && ")[2].partition(" ")[0] for c in fresh] == [".venv/bin/mixedcli", ".venv/bin/python"]


def command_table() -> str:
    """One row for each help text: the commands it explains, their shortest forms in brackets, and its first line."""
    helps: dict[str, list[str]] = {}
    for name in sorted(ABBREVIATIONS):
        helps.setdefault(ABBREVIATIONS[name][1], []).append(name)
    rows = ["| command (shortest form) | what it does |", "|---|---|"]
    for module, names in helps.items():
        text = importlib.import_module(f"mixedcli.commands.{module}").__doc__ or ""
        rows.append(f"| {', '.join(shown_name(name) for name in names)} | {summary(text, names)} |")
    return "\n".join(rows) + "\n"


def shown_name(name: str) -> str:
    shortest = ABBREVIATIONS[name][0]
    return f"`{name}`" if shortest == name else f"`{name}` (`{shortest}`)"


def summary(text: str, names: list[str]) -> str:
    """The first sentence of a help text, without the commands' names before and behind it: these have their column."""
    first = text.strip().split("\n\n")[0].split()
    line = re.sub(r"^[`\w, ]+ --? ", "", " ".join(first)).rstrip(".")
    described, _, behind = line.rpartition("; ")
    if described and set(behind.split(", ")) <= set(names):
        line = described
    return line.replace("|", "\\|")


def test_summary_drops_the_names_and_keeps_the_rest() -> None:
    assert summary("foreach - run again; forvalues, while\n\nmore", ["foreach", "forvalues", "while"]) == "run again"
    assert (
        summary("log, cmdlog - write what is shown; or not.\n\nmore", ["log", "cmdlog"])
        == "write what is shown; or not"
    )


def test_table_of_commands_is_current() -> None:
    found = TABLE.search(TEXT)
    assert found, "the README has lost its table of commands"
    assert found[0] == command_table()


def refresh() -> None:
    """Write every output and the table of commands anew."""

    def renewed(match: re.Match[str]) -> str:
        if match["kind"] != "console" or (match["mark"] or "") == "<!-- tests -->\n":
            return match[0]
        with tempfile.TemporaryDirectory() as folder:
            parts = [f"$ {c}\n{show(c, pathlib.Path(folder))}\n" for c, _ in console_steps(match["body"])]
        return f"{match['mark'] or ''}```console\n{''.join(parts)}```\n"

    text = BLOCK.sub(renewed, TEXT)
    README.write_text(TABLE.sub(lambda _: command_table(), text), encoding="utf-8")


if __name__ == "__main__":
    refresh()
