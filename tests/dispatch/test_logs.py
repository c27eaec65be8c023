"""log: the file holds what the screen shows, between the boxes with which it begins and ends."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.dispatch.driver import Driver

RULE = "-" * 255
WHEN = r"[ \d]\d [A-Z][a-z]{2} \d{4}, \d\d:\d\d:\d\d"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Driver:
    monkeypatch.chdir(tmp_path)
    driver = Driver(echo=True)
    driver.session.settings = replace(driver.session.settings, linesize=255)  # no file name is cut
    return driver


def test_text_log(run: Driver, tmp_path: Path) -> None:
    shown = run("display 0\nlog using a, text\ndisplay 1\nquietly display 2\nlog close\ndisplay 3\n")
    assert run.rc == 0
    box = [
        r"      name:  <unnamed>", rf"       log:  {re.escape(str(tmp_path))}/a\.log", r"  log type:  text",
    ]  # fmt: skip
    # stata: the boxes of any log, with an empty line behind the first
    wanted = [
        RULE, *box, rf" opened on:  {WHEN}", "", r"\. display 1", "1", "", r"\. quietly display 2", "", r"\. log close",
        *box, rf" closed on:  {WHEN}", RULE,
    ]  # fmt: skip
    written = (tmp_path / "a.log").read_text().split("\n")
    assert re.fullmatch("\n".join([*wanted, ""]), "\n".join(written))
    assert re.search("\n".join(wanted), shown)  # the screen shows the same, and what is around it
    assert shown.startswith(". display 0\n0\n") and shown.rstrip().endswith(". display 3\n3")


def test_append_replace_and_what_is_refused(run: Driver, tmp_path: Path) -> None:
    run("log using a.log\ndisplay 11\nlog close")
    assert f"file {tmp_path}/a.log already exists" in run("log using a.log")
    assert run.rc == 602
    run("log using a.log, append\ndisplay 22\nlog close")
    text = (tmp_path / "a.log").read_text()
    assert text.index("\n11\n") < text.index("\n22\n") and text.count("opened on:") == 2
    run("log using a.log, replace\ndisplay 33")
    assert "\n11\n" not in (tmp_path / "a.log").read_text()
    assert "log file already open" in run("log using b.log")
    assert run.rc == 604
    assert "log file already open" in run("log using a.log, append name(second)")
    run("log close")
    assert "no log file open" in run("log close")
    assert run.rc == 606
    run("capture log close")
    assert run.rc == 0
    run("log nosuch")
    assert run.rc == 198
    run("log using nosuch/a.log")
    assert run.rc == 603


def test_named_logs_off_and_on(run: Driver, tmp_path: Path) -> None:
    run("log using one.log, name(first)\nlog using two.log, name(second)\ndisplay 11\nlog off first\ndisplay 22")
    run("log on first\ndisplay 33\nlog close second\ndisplay 44\nlog close _all\ndisplay 55\nlog close _all")
    assert run.rc == 0
    first, second = (tmp_path / "one.log").read_text(), (tmp_path / "two.log").read_text()
    assert [n for n in ("11", "22", "33", "44", "55") if f"\n{n}\n" in first] == ["11", "33", "44"]
    assert [n for n in ("11", "22", "33", "44", "55") if f"\n{n}\n" in second] == ["11", "22", "33"]
    assert re.search(rf" paused on:  {WHEN}\n{RULE}\n", first)
    assert re.search(rf"{RULE}\n.*\n.*\n.*\nresumed on:  {WHEN}\n", first)
    assert "name:  first" in first and "name:  second" in second


def test_an_error_is_in_the_log(run: Driver, tmp_path: Path) -> None:
    run("log using a.log\nnosuch")
    assert ". nosuch\ncommand nosuch is unrecognized\nr(199);\n" in (tmp_path / "a.log").read_text()


def test_quietly_and_nomsg(run: Driver, tmp_path: Path) -> None:
    shown = run("quietly log using a.log\ndisplay 1\nquietly log close")
    assert "log type" not in shown
    assert (tmp_path / "a.log").read_text().count("log type") == 2
    run("log using b.log, nomsg\ndisplay 1\nlog close, nomsg")
    assert (tmp_path / "b.log").read_text() == "\n. display 1\n1\n\n. log close, nomsg\n"


def test_query_and_results(run: Driver, tmp_path: Path) -> None:
    run("log using a.log")
    run("log")
    macros = run.session.r.macros
    assert dict(macros) == {"name": "<unnamed>", "filename": str(tmp_path / "a.log"), "status": "on", "type": "text"}
    run("quietly log off\nquietly log query")
    assert run.session.r.macros["status"] == "off"
    run("log using b.log, name(b)\nquietly log query _all")
    assert run.session.r.scalars["numlogs"] == 2
    run("log close _all\nlog")
    assert not run.session.r.macros


def test_smcl(run: Driver, tmp_path: Path) -> None:
    run('log using a\ndisplay "{x" 1\ndisplay as error "no"\nlog close')
    text = (tmp_path / "a.smcl").read_text()
    assert text.startswith(f"{{smcl}}\n{{com}}{{sf}}{{ul off}}\n{{txt}}{RULE}\n{{txt}}      name:  {{res}}<unnamed>\n")
    assert '\n{com}. display "{c -(}x" 1\n{txt}{c -(}x1\n' in text
    assert "\n{err}no\n" in text
    assert text.endswith(f"{{txt}}{RULE}\n{{smcl}}\n{{txt}}{{sf}}{{ul off}}\n")
    run("set logtype text\nlog using c")
    assert (tmp_path / "c.log").exists()
    run("log using d, smcl name(d)")
    assert (tmp_path / "d.smcl").exists()


def test_cmdlog_keeps_commands(run: Driver, tmp_path: Path) -> None:
    run("cmdlog using typed\ndisplay 1\ncmdlog close\ndisplay 2")
    assert (tmp_path / "typed.txt").read_text() == "display 1\ncmdlog close\n"


def test_a_log_that_cannot_be_written_is_closed(run: Driver, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    run("log using sub/a.log")
    (tmp_path / "sub/a.log").unlink()
    (tmp_path / "sub").rmdir()
    assert "cannot be written: it is closed" in run("display 1")
    assert not run.session.logs
    assert "cannot" not in run("display 2")
