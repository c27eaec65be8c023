"""notes and char: texts that stay with variables and data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands.driving import Run, driver


@pytest.fixture
def run() -> Run:
    _, run = driver()
    for text in ["set obs 2", "gen mpg = 1", "gen price = 2"]:
        run(text)
    return run


def test_notes_are_added_and_listed(run: Run) -> None:
    run("notes: Send copy to Bob once verified.")
    run("notes mpg: Is the 44 a mistake?  Ask Bob.")
    run("note mpg : second, with commas")
    # stata: [D] notes
    assert run("notes") == (
        "\n_dta:\n  1.  Send copy to Bob once verified.\n\nmpg:\n  1.  Is the 44 a mistake?  Ask Bob.\n"
        "  2.  second, with commas"
    )
    assert run("notes list _dta") == "\n_dta:\n  1.  Send copy to Bob once verified."
    assert run("notes mpg in 2") == "\nmpg:\n  2.  second, with commas"
    assert run("notes mpg in 1/l").count(".  ") == 2
    assert run("notes price") == ""
    assert run("notes search BOB").count("\n\n") == 1
    assert run("display \"`mpg[note2]' `mpg[note0]'\"") == "second, with commas 2"
    assert run("notes nosuch: text").startswith("r(111)")


def test_notes_are_dropped_replaced_renumbered(run: Run) -> None:
    for k in range(3):
        run(f"notes mpg: number {k + 1}")
    assert run("notes drop mpg in 2").strip() == "(1 note dropped)"
    assert run("notes mpg") == "\nmpg:\n  1.  number 1\n  3.  number 3"
    run("notes mpg: number 4")  # numbers of dropped notes are not given again
    assert run("notes mpg in 4") == "\nmpg:\n  4.  number 4"
    run("notes renumber mpg")
    assert run("notes mpg") == "\nmpg:\n  1.  number 1\n  2.  number 3\n  3.  number 4"
    run("notes replace mpg in 2: new")
    assert run("notes mpg in 2") == "\nmpg:\n  2.  new"
    assert run("notes replace mpg in 9: new").startswith("r(198)")
    assert run("notes drop _dta mpg").strip() == "(3 notes dropped)"
    assert run("notes") == ""
    assert run("notes drop").startswith("r(198)")


def test_time_stamp(run: Run) -> None:
    run("notes: TS checked")
    run("notes: ITS own")
    first, second = run("notes _dta in 1"), run("notes _dta in 2")
    assert re.search(r"1\.  \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d checked$", first)
    assert second.endswith("ITS own")


def test_notes_are_saved(run: Run, tmp_path: Path) -> None:
    run("notes price: in dollars")
    run("char price[unit] USD")
    run(f'save "{tmp_path}/a.dta"')
    run("drop _all")
    run(f'use "{tmp_path}/a.dta", clear')
    assert run("notes") == "\nprice:\n  1.  in dollars"
    assert run('display "`price[unit]\'"') == "USD"


def test_char(run: Run) -> None:
    run("char mpg[one] this is char named one of mpg")
    run('char define mpg[two] "quoted text"')
    run("char _dta[omit] 3")
    assert run("display \"`mpg[one]'|`mpg[two]'|`_dta[omit]'|`mpg[]'|`mpg[nosuch]'\"") == (
        "this is char named one of mpg|quoted text|3|one two|"
    )
    # stata: [P] char, the text in column 31
    assert run("char list mpg[]").split("\n")[0] == f"  {'mpg[one]:':<28}this is char named one of mpg"
    assert len(run("char list").split("\n")) == 3
    assert run("char list mpg[two]").strip().endswith("quoted text")
    run("local i two")
    assert run("display \"`mpg[`i']'\"") == "quoted text"
    assert run("char rename mpg price") == ""
    assert run("display \"`mpg[]'|`price[]'\"") == "|one two"
    run("char mpg[x] 1")
    assert run("char rename mpg price").startswith("r(110)")
    assert run("char rename mpg price, replace") == ""
    run("char price[one]")
    assert run('display "`price[]\'"') == "two x"
    assert run("char nosuch[a] b").startswith("r(111)")
    assert run("char mpg").startswith("r(198)")
    assert run("char mpg[1x] b").startswith("r(198)")


def test_char_omit_is_what_xi_reads(run: Run) -> None:
    run("replace mpg = _n")
    run("char mpg[omit] 2")
    run("xi i.mpg")
    assert run("ds _I*") == "_Impg_1"
