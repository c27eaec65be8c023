"""import excel and export excel, there and back; the cells as openpyxl sees them."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pytest
from driving import Run, column, driver

from mixedcli.data import missing
from mixedcli.data.dataset import Column, Dataset
from mixedcli.session import Session

openpyxl = pytest.importorskip("openpyxl")


def sample() -> Dataset:
    columns = [
        Column("id", "byte", np.array([1, 2, 101], np.int8), "%8.0g", "Number", "yn"),
        Column("x", "float", np.array([0.1, -2.5, missing.FLOAT_SYSMISS], np.float32), "%9.2f"),
        Column("d", "int", np.array([0, 366, 32741], np.int16), "%td"),
        Column("s", "str4", np.array(["a", "=1+1", "z"], dtype=object), "%9s"),
    ]
    return Dataset(columns={c.name: c for c in columns}, n=3, value_labels={"yn": {1.0: "yes"}})


@pytest.fixture
def here(tmp_path: Path) -> tuple[Session, Run, Path]:
    session, run = driver(sample())
    run(f'cd "{tmp_path}"')
    return session, run, tmp_path


def rows(path: Path, sheet: str = "Sheet1") -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))


def test_there_and_back(here: tuple[Session, Run, Path]) -> None:
    session, run, folder = here
    assert run("export excel using x, firstrow(variables) replace") == "(file x.xlsx not found)\nfile x.xlsx saved"
    first = dt.datetime(1960, 1, 1)
    assert rows(folder / "x.xlsx")[:2] == [("id", "x", "d", "s"), ("yes", 0.1, first, "a")]
    assert rows(folder / "x.xlsx")[2][3] == "=1+1"
    assert openpyxl.load_workbook(folder / "x.xlsx")["Sheet1"]["D3"].data_type == "s", "a text, not a formula"
    run("export excel using x, firstrow(variables) replace nolabel")
    assert run("import excel x.xlsx, firstrow clear") == "(4 vars, 3 obs)"
    assert column(session, "id") == [1, 2, "."]
    assert column(session, "x") == [0.1, -2.5, "."]
    assert column(session, "d") == [0, 366, "."]
    assert session.data.columns["d"].format == "%td"
    assert column(session, "s") == ["a", "=1+1", "z"]


def test_sheets_cells_and_labels(here: tuple[Session, Run, Path]) -> None:
    session, run, folder = here
    run('export excel id x using x.xlsx in 1/2, sheet("One") firstrow(varlabels) missing("NA")')
    run('export excel id using x.xlsx, sheet("Two") sheetmodify cell(B2) missing("NA") nolabel')
    book = openpyxl.load_workbook(folder / "x.xlsx")
    assert book.sheetnames == ["One", "Two"]
    assert rows(folder / "x.xlsx", "One")[0] == ("Number", "x")
    assert rows(folder / "x.xlsx", "Two") == [(None, None), (None, 1), (None, 2), (None, "NA")]
    assert run("export excel using x.xlsx") == "r(602): file x.xlsx already exists"
    run('import excel "x.xlsx", sheet("Two") cellrange(B2:B3) clear')
    assert column(session, "B") == [1, 2]
    run('import excel x.xlsx, sheet("Two") cellrange(B3) clear allstring')
    assert column(session, "B") == ["2", "NA"]
    run('import excel using x.xlsx, sheet("One") firstrow case(lower) clear')
    assert session.data.names == ("number", "x")
    assert session.data.columns["number"].label == "Number"
    before = session.data
    assert run('import excel x.xlsx, sheet("Three") clear') == "r(601): worksheet Three not found"
    assert run("import excel x.xlsx, cellrange(B3:A1) clear") == "r(198): option cellrange() invalid"
    assert session.data is before


def test_mixed_columns_and_odd_headers(here: tuple[Session, Run, Path]) -> None:
    session, run, folder = here
    book = openpyxl.Workbook()
    for row in (("My var", None, "My var", 2001), (1, 2.5, "t", True), (None, None, None, None), (3, "z", 4, False)):
        book.active.append(row)
    book.save(folder / "m.xlsx")
    run("import excel m.xlsx, firstrow clear")
    assert session.data.names == ("Myvar", "B", "C", "D")
    assert column(session, "Myvar") == [1, ".", 3]
    assert column(session, "B") == ["2.5", "", "z"]
    assert column(session, "C") == ["t", "", "4"]
    assert column(session, "D") == [1, ".", 0]
    assert session.data.columns["Myvar"].label == "My var"


def test_broken_files_and_a_missing_package(here: tuple[Session, Run, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    session, run, folder = here
    (folder / "bad.xlsx").write_bytes(b"PK not a workbook")
    before = session.data
    assert run("import excel bad.xlsx, clear") == "r(692): file bad.xlsx could not be loaded"
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert "needs the Python package openpyxl" in run("export excel using y.xlsx")
    assert "pip install 'mixedcli[excel]'" in run("import excel bad.xlsx, clear")
    assert session.data is before


def test_worksheets_added_described_and_read_by_column(here: tuple[Session, Run, Path]) -> None:
    session, run, path = here
    run("export excel id s using b, firstrow(variables) nolabel")
    assert run("export excel id using b").startswith("r(602): file b.xlsx already exists")
    assert run('export excel s using b, sheet("Two")') == "file b.xlsx saved"
    assert run('export excel s using b, sheet("Two")').startswith("r(602): worksheet Two")
    assert rows(path / "b.xlsx")[0] == ("id", "s")
    assert rows(path / "b.xlsx", "Two") == [("a",), ("=1+1",), ("z",)]
    lines = run("import excel using b, describe").splitlines()
    assert [line.split() for line in lines[3:]] == [["Sheet1", "|", "A1:B4"], ["Two", "|", "A1:A3"]]
    assert session.r.macros["range_2"] == "A1:A3"
    run("import excel text=B number=A using b, cellrange(A2) clear")
    assert session.data.names == ("text", "number")
    assert column(session, "number")[:2] == [1, 2]
    assert run("import excel x=Z using b, clear").startswith("r(111)")
