"""The compiled grammar: kept on disk, rebuilt when damaged, and true to what Lark itself accepts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from lark import Lark
from lark.exceptions import LarkError

from mixedcli.errors import StataError
from mixedcli.parse import loader
from mixedcli.parse.machine import UnexpectedError


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mixedcli"


def test_tables_are_kept_and_read_back(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = loader.load()
    (file,) = cache.iterdir()
    assert file.name.startswith("grammar-")
    monkeypatch.setattr(loader, "compile_grammar", lambda text: pytest.fail("compiled again"))
    assert loader.load() == first


@pytest.mark.parametrize("damage", [b"", b"short", b"\x00" * 5000])
def test_a_damaged_file_is_written_anew(cache: Path, damage: bytes) -> None:
    first = loader.load()
    (file,) = cache.iterdir()
    good = file.read_bytes()
    file.write_bytes(damage or good[: len(good) // 2])
    second = loader.load()
    assert second.terminals == first.terminals
    assert set(second.rules) == set(first.rules)  # Lark numbers rules and states anew each time
    assert loader._read(file) == second


def test_without_a_folder_to_write_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    obstacle = tmp_path / "file"
    obstacle.write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(obstacle))
    assert loader.load().starts


def test_another_grammar_has_another_file(cache: Path) -> None:
    text = loader.grammar_text()
    assert loader._cache_path(text) != loader._cache_path(text + "\n// changed")
    assert loader._cache_path(text) == loader._cache_path(text)


def test_a_warm_start_does_not_import_lark(cache: Path) -> None:
    loader.load()
    code = "import sys, mixedcli.parse as p; p.parse_line('mixed y x || id:'); print('lark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.fixture(scope="module")
def lark() -> Lark:
    return Lark(loader.grammar_text(), parser="lalr", start=list(loader.STARTS), maybe_placeholders=False)


LINES = [
    "mixed y i.grp##c.time [pw=w] if a|b || id: time, cov(un)vce(robust) || _all : R.x, nolog,",
    "mixed mixed if_ || id:",
    "mixed, small",
    "bysort id (t): gen byte x:lbl = 3*x[_n-1]+_b[a:b] if e(sample) in 1/5",
    "test (a=b) (c) [eq]: x y",
    'di as res %9.2f x+1 " abc" _col(20) y -1',
    "use a b if x>1 using http://x.y/file.dta, clear",
    'label define yn 0 "no" 1 `"a "q" b"\', modify',
    "egen m = rowmean(a-c), by(id)",
    "foreach v of varlist a b {",
    "notacommand x y z, option(a (b))",
    "mixed y || id",
    "mixed y x if || id:",
    "gen x = 1 foo",
    "gen x == 1",
    "summarize 5x",
    "list x, 5",
    "display (1",
    "list in abc",
    "use a if using f",
    "test [a",
]


@pytest.mark.parametrize("line", LINES)
def test_the_machine_accepts_what_lark_accepts(lark: Lark, line: str) -> None:
    """The tables are Lark's; this checks the machine that runs them, scanner included, against Lark's own."""
    from mixedcli.parse import build

    try:
        lark.parse(line, start="line")
        accepted = True
    except LarkError:
        accepted = False
    try:
        build._machine().run(line, "line")
        assert accepted
    except UnexpectedError:
        assert not accepted
    except StataError:  # what the grammar accepts and a node's builder refuses
        assert accepted
