"""label and its subcommands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from driving import driver

from mixedcli.data import missing
from mixedcli.data.dataset import Column, Dataset


def data() -> Dataset:
    text = np.empty(1, dtype=object)
    text[0] = "a"
    return Dataset().with_columns([Column("x", "byte", np.array([1], dtype=np.int8)), Column("s", "str1", text)])


def test_labels_of_data_and_variables() -> None:
    session, run = driver(data())
    run('label data "my data"')
    run('la var x "an x"')
    assert (session.data.label, session.data.columns["x"].label) == ("my data", "an x")
    run("label data")
    run("label variable x")
    assert (session.data.label, session.data.columns["x"].label) == ("", "")
    run(f'label variable x "{"é" * 100}"')
    assert session.data.columns["x"].label == "é" * 80


def test_define_and_list() -> None:
    _, run = driver(data())
    run('label define yn 1 yes 0 "no thanks" .a `"said "no""\'')
    assert run("label list yn").split("\n") == [
        "yn:",
        "           0 no thanks",
        "           1 yes",
        '          .a said "no"',
    ]
    assert run("label dir") == "yn"


def test_changing_a_label() -> None:
    session, run = driver(data())
    run("label define yn 0 no 1 yes")
    assert run("label define yn 2 maybe") == "r(110): label yn already defined"
    assert run("label define yn 1 no, add") == "r(180): invalid attempt to modify label"
    run("label define yn 2 maybe, add")
    run('label define yn 1 aye 0 "", modify')
    assert session.data.value_labels["yn"] == {1.0: "aye", 2.0: "maybe"}
    run("label copy yn other")
    run("label define yn 5 five, replace")
    assert session.data.value_labels == {"yn": {5.0: "five"}, "other": {1.0: "aye", 2.0: "maybe"}}
    run("label drop other")
    run("label drop _all")
    assert session.data.value_labels == {}


def test_attaching() -> None:
    session, run = driver(data())
    run("label values x yn")  # may be defined later
    assert session.data.columns["x"].value_label == "yn"
    run("label values x .")
    assert session.data.columns["x"].value_label == ""
    assert run("label values s yn") == "r(181): may not label strings"


def test_missing_codes() -> None:
    session, run = driver(data())
    run("label define m .z last")
    assert session.data.value_labels["m"] == {missing.missing_value("z"): "last"}


@pytest.mark.parametrize(
    ("typed", "rc"),
    [
        ("label", 198),
        ("label nonsense", 198),
        ("label define yn", 198),
        ("label define yn 1", 198),
        ("label define yn 1.5 x", 198),
        ("label define yn 1e12 x", 198),
        ("label define yn nan x", 198),
        ("label define yn x 1", 198),
        ("label define 1yn 1 a", 198),
        ("label list nope", 111),
        ("label drop nope", 111),
        ("label variable nope x", 111),
        ("label values nope yn", 111),
        ("label copy nope x", 111),
        ("label values", 100),
    ],
)
def test_failures(typed: str, rc: int) -> None:
    session, run = driver(data())
    before = session.data
    assert run(typed).startswith(f"r({rc}): ")
    assert session.data is before


def test_labels_as_a_do_file_and_numbers_before_texts(tmp_path: Path) -> None:
    session, run = driver()
    run("set obs 1")
    run("generate x = 1")
    run(f'cd "{tmp_path}"')
    run('label define yn 0 "no" 1 "yes, \'quoted\'" .a "dk"')
    run('label define other 5 "five"')
    assert run("label save yn using labs") == "file labs.do saved"
    assert (tmp_path / "labs.do").read_text() == (
        'label define yn 0 `"no"\', modify\n'
        "label define yn 1 `\"yes, 'quoted'\"', modify\n"
        'label define yn .a `"dk"\', modify\n'
    )
    assert run("label save using labs").startswith("r(602)")
    before = session.data.value_labels["yn"]
    run("label drop yn")
    run("do labs")
    assert session.data.value_labels["yn"] == before
    run("numlabel yn, add")
    assert list(session.data.value_labels["yn"].values()) == ["0. no", "1. yes, 'quoted'", ".a. dk"]
    assert session.data.value_labels["other"] == {5.0: "five"}
    assert "not changed" in run("numlabel yn, add")
    run("numlabel yn, remove")
    assert session.data.value_labels["yn"] == before
    run('numlabel, add mask("[#] ")')
    assert session.data.value_labels["other"] == {5.0: "[5] five"}
    assert run("numlabel yn").startswith("r(198)")
    assert run("numlabel nosuch, add") == "r(111): value label nosuch not found"


def test_label_save_writes_what_defines_the_labels_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    session, run = driver()
    run('label define a 1 `"one, "first""\' .b none')
    run('label define b -2 "minus two"')
    assert run("label save using labels") == "file labels.do saved"
    assert (tmp_path / "labels.do").read_text().split("\n")[0] == 'label define a 1 `"one, "first""\', modify'
    assert run("label save using labels").startswith("r(602)")
    assert run("label save").startswith("r(100): using required")
    assert run("label save nosuch using labels, replace").startswith("r(111)")
    before = dict(session.data.value_labels)
    assert before["a"][1.0] == 'one, "first"'
    run("label drop _all")
    run("do labels")
    assert dict(session.data.value_labels) == before
    assert run("label save b using labels, replace") == "file labels.do saved"
    assert (tmp_path / "labels.do").read_text() == 'label define b -2 `"minus two"\', modify\n'


def test_label_results_and_language() -> None:
    _, run = driver()
    run('label define a 1 "x" 4 "y" .a "z"')
    run("label list a")
    assert run('display r(k) " " r(min) " " r(max) " " r(hasemiss) " " r(nemiss)') == "3 1 4 1 1"
    run("label define b 0 no")
    run("label dir")
    assert run('display "`r(names)\'"') == "a b"
    assert "default" in run("label language")
    assert run("label language default") == ""
    assert run("label language fr").startswith("r(198)")
    assert run("label define a 1 x using b").startswith("r(1")


def test_label_values_of_several_variables() -> None:
    session, run = driver()
    run("set obs 1\ngen x1 = 1\ngen x2 = 1\ngen y = 1\nlabel define a 1 one")
    run("label values x* y a")
    assert [c.value_label for c in session.data.columns.values()] == ["a", "a", "a"]
    run("label values x1 y .")
    assert [c.value_label for c in session.data.columns.values()] == ["", "a", ""]
