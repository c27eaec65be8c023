"""confirm, assert: what they let pass, and the return code otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.driving import Run, driver

SETUP = ["set obs 10", "gen x = _n", "gen byte b = 1", 'gen str5 nm = "a"', "gen int day = 1", "format day %td",
         "matrix M = (1, 2)", "scalar s = 1"]  # fmt: skip


@pytest.fixture
def run() -> Run:
    _, run = driver()
    for text in SETUP:
        run(text)
    return run


PASS = [
    "existence anything, at (all", "variable x", "variable x nm", "variable x-nm", "variable n", "var x", "v x",
    "variable x, exact", "numeric variable x b", "string variable nm", "str5 variable nm", "byte variable b",
    "float variable x", "date variable day", "new variable y z", "number 3.5", "number -5.2e+6",
    "number 5", "number .5",
    "integer number -3", "names a b_1", "name a", "matrix M", "scalar s", "format %9.0g", "string format %12s",
    "numeric format %8.3f", "date format %td", "new file nosuch.dta", 'new file "no such.dta"',
]  # fmt: skip


@pytest.mark.parametrize("text", PASS)
def test_passes_in_silence(run: Run, text: str) -> None:
    assert run(f"confirm {text}") == ""


# stata: [P] confirm, and logs of "capture noisily confirm ..."
FAIL = [
    ("existence", 6, "'' found where something expected"),
    ("variable y", 111, "variable y not found"),
    ("variable n, exact", 111, "variable n not found"),
    ("numeric variable nm", 7, "'nm' found where numeric variable expected"),
    ("string variable x", 7, "'x' found where string variable expected"),
    ("byte variable x", 7, "'x' found where byte variable expected"),
    ("str6 variable nm", 7, "'nm' found where str6 variable expected"),
    ("date variable x", 7, "'x' found where date variable expected"),
    ("new variable x", 110, "variable x already defined"),
    ("new variable 1x", 198, "1x invalid name"),
    ("number a", 7, "'a' found where number expected"),
    ("number", 7, "'' found where number expected"),
    ("integer number 3.5", 7, "'3.5' found where integer expected"),
    ("names a 1b", 7, "'1b' found where name expected"),
    ("matrix N", 111, "matrix N not found"),
    ("scalar q", 111, "scalar q not found"),
    ("file nosuch.dta", 601, "file nosuch.dta not found"),
    ("format zz", 7, "'zz' found where format expected"),
    ("string format %9.0g", 7, "'%9.0g' found where string format expected"),
    ("nosuch x", 198, "invalid syntax"),
    ("variable x, nosuch", 198, "invalid syntax"),
    ("variable", 100, "varlist required"),
]


@pytest.mark.parametrize(("text", "rc", "message"), FAIL, ids=[text for text, _, _ in FAIL])
def test_fails_with_its_code(run: Run, text: str, rc: int, message: str) -> None:
    assert run(f"confirm {text}") == f"r({rc}): {message}"


def test_files(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my data.csv").write_text("a\n")
    assert run('confirm file "my data.csv"') == ""
    assert run('confirm new file "my data.csv"') == "r(602): file my data.csv already exists"
    assert run("confirm file .").startswith("r(601)")  # a directory is no file


def test_capture_and_rc(run: Run) -> None:
    run("capture confirm variable nosuch")
    assert run("display _rc") == "111"
    run("capture confirm variable x")
    assert run("display _rc") == "0"


def test_assert_counts_contradictions(run: Run) -> None:
    assert run("assert x > 0") == ""
    assert run("assert x < 5 if x < 5") == ""
    # stata: "39 contradictions in 384 observations" above "assertion is false"
    assert run("capture noisily assert x < 5") == "6 contradictions in 10 observations\nassertion is false"
    assert run("capture noisily assert x < 10") == "1 contradiction in 10 observations\nassertion is false"
    assert run("assert x < 5 in 1/6").startswith("r(9): assertion is false")
    assert run("capture noisily assert x < 5, fast") == "assertion is false"
    assert run("display _rc") == "9"


def test_assert_looks_at_what_is_the_same_everywhere_once(run: Run) -> None:
    assert run("assert _N == 10") == ""
    assert run("capture noisily assert _N == 11") == "assertion is false"
    run("drop _all")
    assert run("assert 1 == 2") == "r(9): assertion is false"


def test_missing_values_are_true(run: Run) -> None:
    run("replace x = . in 1")
    assert run("assert x") == ""
    assert run("assert x > 100 if x == .") == ""  # missing is greater than every number


def test_assert_options_and_by(run: Run) -> None:
    assert run("assert x < 5, rc0") == "6 contradictions in 10 observations\nassertion is false"
    assert run("assert x < 0 if x > 100") == ""
    assert run("assert x < 0 if x > 100, null").startswith("r(8)")
    assert run("assert x > 0, null") == ""
    assert run('assert nm == "a"') == ""
    assert run("assert nm") == "r(109): type mismatch"
    run("generate g = x > 5")
    assert "r(9)" not in run("bysort g: assert _N == 5")
    assert "r(9)" in run("bysort g: assert x <= 5")
