"""use and webuse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import column, driver

from mixedcli.data.dataset import Column, Dataset


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    frame = pd.DataFrame({"id": [1, 1, 2, 2], "week": [1, 2, 1, 2], "weight": [3.5, 4.5, 5.5, 6.5]})
    frame.to_stata(tmp_path / "pig.dta", write_index=False, data_label="Pig weights", value_labels={"id": {1: "a"}})
    (tmp_path / "my data.dta").write_bytes((tmp_path / "pig.dta").read_bytes())
    (tmp_path / "text.dta").write_text("a,b\n1,2\n")
    (tmp_path / "folder.dta").mkdir()
    return tmp_path


def test_label_and_suffix(folder: Path) -> None:
    session, run = driver()
    assert run(f"use {folder}/pig") == "(Pig weights)"  # stata: ex01.log
    assert (session.data.n, session.data.changed) == (4, False)
    assert run(f'use "{folder}/my data.dta"') == "(Pig weights)"


def test_subsets(folder: Path) -> None:
    session, run = driver()
    run(f"use weight id if week == 2 using {folder}/pig")
    assert session.data.names == ("id", "weight")  # in the order of the file
    assert column(session, "weight") == [4.5, 6.5]
    assert not session.data.changed
    run(f"use using {folder}/pig in 2/3")
    assert column(session, "weight") == [4.5, 5.5]
    run(f"use w* using {folder}/pig")
    assert session.data.names == ("week", "weight")


def test_nolabel(folder: Path) -> None:
    session, run = driver()
    run(f"use {folder}/pig, nolabel")
    assert session.data.value_labels == {}
    assert session.data.columns["id"].value_label == ""


def test_changed_data_are_guarded(folder: Path) -> None:
    session, run = driver()
    run(f"use {folder}/pig")
    run("generate x = 1")
    before = session.data
    assert run(f"use {folder}/pig") == "r(4): no; dataset in memory has changed since last saved"
    assert session.data is before
    run(f"use {folder}/pig, clear")
    assert "x" not in session.data


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("use nope", "r(601): file nope.dta not found"),
        ("use text", "r(610): file text.dta not Stata format"),
        ("use folder", "r(603): file folder.dta could not be opened"),
        ("use a b", "r(198): invalid 'b'"),
        ("use nosuch using pig", "r(111): variable nosuch not found"),
        ("use using pig in 3/9", "r(198): observation numbers out of range"),
        ("use pig if week > 1", "r(100): using required"),
    ],
)
def test_failures_leave_the_data(typed: str, answer: str, folder: Path) -> None:
    session, run = driver(Dataset().with_columns([Column("x", "byte", np.array([1], dtype=np.int8))]))
    run("clear")
    run(f'cd "{folder}"')
    before = session.data
    assert run(typed) == answer
    assert session.data is before


def test_webuse_addresses() -> None:
    session, run = driver()
    assert run("webuse query") == '(prefix now "https://www.stata-press.com/data/r19")'
    assert run("webuse set http://127.0.0.1:1/data/") == '(prefix now "http://127.0.0.1:1/data")'
    assert run("webuse query") == '(prefix now "http://127.0.0.1:1/data")'
    assert run("webuse pig").startswith("r(631)")
    assert run("webuse set") == '(prefix now "https://www.stata-press.com/data/r19")'
    assert session.data.n == 0


def test_webuse_reads_the_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mixedcli.data.fetch import cached_path

    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    copy = cached_path("https://www.stata-press.com/data/r19/pig.dta")
    copy.parent.mkdir(parents=True)
    copy.write_bytes((folder / "pig.dta").read_bytes())
    session, run = driver()
    assert run("webuse pig") == "(Pig weights)"
    assert session.data.source == "https://www.stata-press.com/data/r19/pig.dta"
