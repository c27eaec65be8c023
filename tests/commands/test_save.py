"""save and the file it leaves."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from driving import driver

from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.read import load_dta


def data() -> Dataset:
    x = Column("x", "byte", np.array([1, 2], dtype=np.int8), value_label="yn")
    return Dataset().with_columns([x]).with_value_label("yn", {1.0: "yes"}).with_value_label("idle", {1.0: "z"})


def test_saving_and_saving_again(tmp_path: Path) -> None:
    session, run = driver(data())
    run(f'cd "{tmp_path}"')
    assert run("save mine") == "file mine.dta saved"
    assert not session.data.changed
    assert session.data.source == "mine.dta"
    assert run("save mine") == "r(602): file mine.dta already exists"
    run("replace x = 3 in 1")
    assert run("save, replace") == "file mine.dta saved"
    saved = load_dta(str(tmp_path / "mine.dta"))
    assert saved.numeric("x").tolist() == [3, 2]
    assert re.fullmatch(r"[ 123]\d [A-Z][a-z]{2} \d{4} \d\d:\d\d", saved.timestamp)


def test_label_options(tmp_path: Path) -> None:
    session, run = driver(data())
    run(f'save "{tmp_path}/a"')
    assert set(load_dta(str(tmp_path / "a.dta")).value_labels) == {"yn"}
    assert set(session.data.value_labels) == {"yn", "idle"}
    run(f'save "{tmp_path}/b", orphans')
    assert set(load_dta(str(tmp_path / "b.dta")).value_labels) == {"yn", "idle"}
    run(f'save "{tmp_path}/c", nolabel')
    assert load_dta(str(tmp_path / "c.dta")).columns["x"].value_label == ""


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("save", "r(198): invalid file specification"),
        ("save nowhere/x", "r(603): file nowhere/x.dta could not be opened"),
        ("save a b", "r(198): invalid 'b'"),
    ],
)
def test_failures(typed: str, answer: str, tmp_path: Path) -> None:
    session, run = driver(data())
    run(f'cd "{tmp_path}"')
    before = session.data
    assert run(typed) == answer
    assert session.data is before
    assert not list(tmp_path.iterdir())


def test_a_text_file_is_not_saved_over(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    session, run = driver()
    from mixedcli.data.read import load

    session.data = load(tmp_path / "x.csv")
    assert run("save, replace").startswith("r(198)")
    assert (tmp_path / "x.csv").read_text() == "a\n1\n"


def test_nothing_to_save(tmp_path: Path) -> None:
    _, run = driver()
    assert run(f'save "{tmp_path}/x"') == "r(111): no variables defined"


def test_replace_tells_of_a_file_that_was_not_there(tmp_path: Path) -> None:
    _, run = driver(data())
    run(f'cd "{tmp_path}"')
    assert run("save new, replace") == "(file new.dta not found)\nfile new.dta saved"
    assert run("save new, replace") == "file new.dta saved"


def test_saveold_writes_what_pandas_reads_as_117(tmp_path: Path) -> None:
    import pandas as pd

    session, run = driver(data())
    run(f'cd "{tmp_path}"')
    run('generate strL story = "é" * 3000')
    run('generate s = "naïve" in 1')
    run('label variable s "Größe"')
    run('label data "old"')
    assert run("saveold a") == "(saving in Stata 13 format)\nfile a.dta saved"
    assert (tmp_path / "a.dta").read_bytes().startswith(b"<stata_dta><header><release>117</release>")
    read = pd.read_stata(tmp_path / "a.dta", convert_categoricals=False)
    assert read["story"].tolist() == ["é" * 3000] * 2
    assert read["s"].tolist() == ["naïve", ""]
    with pd.read_stata(tmp_path / "a.dta", iterator=True) as reader:
        assert (reader.data_label, reader.variable_labels()["s"]) == ("old", "Größe")
    assert read["x"].tolist() == [1, 2]
    again = load_dta(str(tmp_path / "a.dta"))
    assert again.columns["story"].values.tolist() == session.data.columns["story"].values.tolist()
    assert again.value_labels == {"yn": {1.0: "yes"}}
    assert run("saveold a, replace version(14)") == "(saving in Stata 14 format)\nfile a.dta saved"
    assert run("saveold a, replace version(9)").startswith("r(198): option version() invalid")
    assert run("save a, replace version(13)").startswith("r(198): option version() not allowed")


def test_another_ending_is_told_to_be_a_data_set(tmp_path: Path) -> None:
    _, run = driver(data())
    # stata: "file /tmp/St1753999.000001 saved as .dta format", logs of release 17
    out = run(f'save "{tmp_path}/kept.tmp"').replace("\n> ", "")
    assert out == f"file {tmp_path}/kept.tmp saved as .dta format"
