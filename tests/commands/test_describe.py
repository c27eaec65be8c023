"""describe: the layout of the worked examples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from driving import driver

from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.dta_write import write_dta

RULE = "-" * 79
HEAD = [
    RULE,
    "Variable      Storage   Display    Value",
    "    name         type    format    label      Variable label",
    RULE,
]
#: rows as in ex06.log, the header with a shorter label
TABLE = [
    "",
    "Contains data from childweight.dta",
    " Observations:             1                  Weight data on Asian children",
    "    Variables:             2                  23 May 2024 15:12",
    "                                              (_dta has notes)",
    *HEAD,
    "id              int     %8.0g                 Child identifier",
    "girl            byte    %9.0g      bg         Gender",
    RULE,
    "Sorted by: id",
]


def data() -> Dataset:
    columns = [
        Column("id", "int", np.array([45], dtype=np.int16), "%8.0g", "Child identifier"),
        Column("girl", "byte", np.array([0], dtype=np.int8), "%9.0g", "Gender", "bg"),
    ]
    return Dataset(
        columns={c.name: c for c in columns},
        n=1,
        label="Weight data on Asian children",
        timestamp="23 May 2024 15:12",
        source="childweight.dta",
        sorted_by=("id",),
        characteristics={"note0": "1", "note1": "Built from asian.dta"},
    )


def test_layout() -> None:
    session, run = driver(data())
    assert run("describe").split("\n") == TABLE
    assert session.r.scalars["N"] == 1 and session.r.scalars["k"] == 2 and session.r.scalars["width"] == 3
    assert session.r.macros["sortlist"] == "id"


def test_short_and_changed() -> None:
    _, run = driver(data())
    run("label variable id")
    wanted = [*TABLE[:5], "Sorted by: id", "     Note: Dataset has changed since last saved."]
    assert run("describe, short").split("\n") == wanted


def test_some_variables_without_the_header() -> None:
    _, run = driver(data())
    assert run("describe girl").split("\n") == ["", *HEAD[1:], TABLE[10]]
    assert run("describe nope") == "r(111): variable nope not found"


def test_a_file_on_disk(tmp_path: Path) -> None:
    write_dta(data(), tmp_path / "childweight.dta")
    session, run = driver()
    run(f'cd "{tmp_path}"')
    assert run("describe using childweight").split("\n") == TABLE
    assert session.data.n == 0


def test_simple() -> None:
    _, run = driver(data())
    assert run("describe, simple") == "id    girl"


def test_replace_puts_the_description_in_memory() -> None:
    from driving import column

    session, run = driver(data())
    run("replace id = 46")
    assert run("describe, replace") == "r(4): no; dataset in memory has changed since last saved"
    run("describe, replace clear")
    assert session.data.names == ("position", "name", "type", "isnumeric", "format", "vallab", "varlab")
    assert column(session, "name") == ["id", "girl"]
    assert column(session, "type") == ["int", "byte"]
    assert column(session, "vallab") == ["", "bg"]
    assert column(session, "varlab") == ["Child identifier", "Gender"]
    assert column(session, "isnumeric") == [1, 1]
