"""export delimited, outsheet, insheet: what stands in the file, and that it reads back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from driving import Run, column, driver
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.data import missing
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.text_write import shortest
from mixedcli.session import Session


def sample() -> Dataset:
    text = np.array(["plain", 'say "x"', "a,b", ""], dtype=object)
    columns = [
        Column("id", "byte", np.array([1, 2, 3, 101], np.int8), "%8.0g", value_label="yn"),
        Column("x", "float", np.array([0.1, -0.25, 1e9, missing.FLOAT_SYSMISS], np.float32), "%9.2f"),
        Column("y", "double", np.array([1 / 3, 2.0, missing.missing_value("b"), -1e-20]), "%10.0g"),
        Column("d", "int", np.array([0, 366, 32741, 1], np.int16), "%td"),
        Column("s", "str7", text, "%9s"),
    ]
    return Dataset(columns={c.name: c for c in columns}, n=4, value_labels={"yn": {1.0: "yes, sure", 2.0: "no"}})


@pytest.fixture
def here(tmp_path: Path) -> tuple[Session, Run, Path]:
    session, run = driver(sample())
    run(f'cd "{tmp_path}"')
    return session, run, tmp_path


def test_the_file_of_export_delimited(here: tuple[Session, Run, Path]) -> None:
    _, run, folder = here
    assert run("export delimited using x.csv, replace") == "(file x.csv not found)\nfile x.csv saved"
    assert (folder / "x.csv").read_text() == (
        "id,x,y,d,s\n"
        '"yes, sure",.1,.3333333333333333,01jan1960,plain\n'
        'no,-.25,2,01jan1961,"say ""x"""\n'
        '3,1000000000,.b,,"a,b"\n'
        ",,-1e-20,02jan1960,\n"
    )
    assert run("export delimited x.csv") == "r(602): file x.csv already exists"
    assert run("export delimited x, replace nolabel") == "file x.csv saved"
    assert (folder / "x.csv").read_text().splitlines()[1].startswith("1,.1,")


def test_options_and_selections(here: tuple[Session, Run, Path]) -> None:
    _, run, folder = here
    run('export delimited id x s using y.txt if id < 3, delimiter(";") novarnames nolabel datafmt quote')
    assert (folder / "y.txt").read_text() == '1;0.10;"plain"\n2;-0.25;"say ""x"""\n'
    run("export delimited id using z.tsv in 1/2, delim(tab) nolabel")
    assert (folder / "z.tsv").read_text() == "id\n1\n2\n"
    assert run("outsheet id s using old, nolabel") == ""
    assert (folder / "old.out").read_text() == 'id\ts\n1\t"plain"\n2\t"say ""x"""\n3\t"a,b"\n\t""\n'
    run("outsheet id s in 1 using old.csv, comma nonames noquote nolabel")
    assert (folder / "old.csv").read_text() == "1,plain\n"


def test_it_reads_back(here: tuple[Session, Run, Path]) -> None:
    session, run, _ = here
    run("export delimited x.csv, nolabel")
    before = {name: column(session, name) for name in ("id", "x", "y", "s")}
    before["y"][2] = "."
    run("import delimited x.csv, clear asdouble")
    after = {name: column(session, name) for name in before}
    assert after["s"] == before["s"]
    assert after["id"] == before["id"]
    assert [np.float32(v) if v != "." else v for v in after["x"]] == before["x"]
    assert run("insheet using x.csv, clear") == "(5 vars, 4 obs)"
    assert run("insheet a b c d e using x.csv, clear nonames") == "(5 vars, 5 obs)"
    assert session.data.names == ("a", "b", "c", "d", "e")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("export", "r(198): export: only delimited and excel are available"),
        ("export sasxport5 x", "r(198): export sasxport5: only"),
        ("export delimited", "r(198): invalid file specification"),
        ("export delimited nope using x.csv", "r(111): variable nope not found"),
        ("export delimited x.csv, delimiter(ab)", "r(198): option delimiter() invalid"),
        ("export delimited nowhere/x.csv", "r(603): file nowhere/x.csv could not be opened"),
        ("export delimited https://a.b/x.csv", "r(198): invalid file specification"),
        ("export excel x.xls", "r(198): file x.xls: only .xlsx files can be written"),
        ("export excel x.xlsx, firstrow(wrong)", "r(198): option firstrow() invalid"),
        ("export excel x.xlsx, cell(1A)", "r(198): cell 1A invalid"),
        ('export excel x.xlsx, sheet("a/b")', "r(198): worksheet name a/b invalid"),
        ("outsheet id", "r(100): using required"),
        ("insheet using nope.csv, clear", "r(601): file nope.csv not found"),
        ("insheet using x.csv", "r(4): no; dataset in memory has changed since last saved"),
    ],
)
def test_failures(typed: str, message: str, here: tuple[Session, Run, Path]) -> None:
    session, run, folder = here
    run("replace id = 5 in 1")
    before = session.data
    assert run(typed).startswith(message)
    assert session.data is before
    assert list(folder.iterdir()) == []


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-8e307, max_value=8e307), st.booleans())
def test_numbers_lose_nothing(value: float, single: bool) -> None:
    if single:
        value = float(np.float32(max(min(value, 1e38), -1e38)))
        assert np.float32(shortest(value, single=True)) == np.float32(value)
    else:
        assert float(shortest(value)) == value
