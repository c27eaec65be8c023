"""append: types, labels, sources, several files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from driving import Run, column, driver

from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.dta_write import write_dta
from mixedcli.session import Session


def text(name: str, *values: str) -> Column:
    return Column(name, f"str{max(map(len, values))}", np.array(values, dtype=object), "%9s")


def byte(name: str, *values: int, label: str = "") -> Column:
    return Column(name, "byte", np.array(values, dtype=np.int8), "%8.0g", value_label=label)


def data(*columns: Column, **labels: dict[float, str]) -> Dataset:
    return Dataset(columns={c.name: c for c in columns}, n=len(columns[0].values), value_labels=labels)


@pytest.fixture
def waves(tmp_path: Path) -> tuple[Session, Run]:
    two = data(byte("id", 3), Column("x", "int", np.array([200], np.int16)), text("s", "longer"), yes={1.0: "y"})
    write_dta(two, tmp_path / "two.dta")
    write_dta(data(byte("id", 5, 6), byte("z", 1, 2, label="zz"), zz={1.0: "one"}), tmp_path / "three.dta")
    session, run = driver(data(byte("id", 1, 2), byte("x", 1, 101), text("s", "a", "b"), yes={1.0: "Y"}))
    run(f'cd "{tmp_path}"')
    return session, run


def test_several_files_and_generate(waves: tuple[Session, Run]) -> None:
    session, run = waves
    assert run('append using two "three", generate(wave)') == (
        "(variable x was byte, now int to accommodate using data's values)\n"
        "(variable s was str1, now str6 to accommodate using data's values)\n"
        "(label yes already defined)"
    )
    assert column(session, "id") == [1, 2, 3, 5, 6]
    assert column(session, "x") == [1, ".", 200, ".", "."]
    assert column(session, "s") == ["a", "b", "longer", "", ""]
    assert column(session, "z") == [".", ".", ".", 1, 2]
    assert column(session, "wave") == [0, 0, 1, 2, 2]
    assert session.data.columns["wave"].type == "byte"
    assert session.data.columns["z"].value_label == "zz"
    assert session.data.value_labels == {"yes": {1.0: "Y"}, "zz": {1.0: "one"}}


def test_keep_nolabel_and_an_empty_start(waves: tuple[Session, Run]) -> None:
    session, run = waves
    assert run("append using three, keep(id) nolabel") == ""
    assert session.data.names == ("id", "x", "s")
    run("clear")
    assert run("append using three") == ""
    assert column(session, "z") == [1, 2]
    assert session.data.changed


def test_strings_and_numbers(waves: tuple[Session, Run], tmp_path: Path) -> None:
    session, run = waves
    write_dta(data(text("x", "abc")), tmp_path / "odd.dta")
    before = session.data
    assert run("append using odd").startswith("r(106): variable x is byte in master but str3 in using data\n")
    assert session.data is before
    assert run("append using odd, force") == "(note: variable x was str3 in the using data, but will be byte now)"
    assert column(session, "x") == [1, ".", "."]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("append two", "r(100): using required"),
        ("append using two, gen(x)", "r(110): variable x already defined"),
        ("append using two none", "r(601): file none.dta not found"),
        ("append using two, keep(q)", "r(111): variable q not found"),
    ],
)
def test_failures_leave_the_data(typed: str, message: str, waves: tuple[Session, Run]) -> None:
    session, run = waves
    before = session.data
    assert run(typed) == message
    assert session.data is before
