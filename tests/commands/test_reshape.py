"""reshape: the table of the logs, values, types and labels; there and back is the identity."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from driving import Run, column, driver
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.data import missing
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.frame import from_frame
from mixedcli.session import Session

INCOME = {
    "id": [3, 1, 2],
    "sex": [0, 0, 1],
    "inc80": [3000, 5000, 2000],
    "inc81": [2000, 5500, 2200],
    "inc82": [1000, 6000, 3300],
    "ue80": [0, 0, 1],
    "ue81": [0, 1, 0],
    "ue82": [1, 0, 0],
}


@pytest.fixture
def wide() -> tuple[Session, Run]:
    return driver(from_frame(pd.DataFrame(INCOME)))


def test_long_and_its_table(wide: tuple[Session, Run]) -> None:
    session, run = wide
    assert run("reshape long inc ue, i(id) j(year)") == (
        "(j = 80 81 82)\n\n"
        "Data                               Wide   ->   Long\n"
        "-----------------------------------------------------------------------------\n"
        "Number of observations                3   ->   9           \n"
        "Number of variables                   8   ->   5           \n"
        "j variable (3 values)                     ->   year\n"
        "xij variables:\n"
        "                      inc80 inc81 inc82   ->   inc\n"
        "                         ue80 ue81 ue82   ->   ue\n"
        "-----------------------------------------------------------------------------"
    )
    assert session.data.names == ("id", "year", "sex", "inc", "ue")
    assert column(session, "id") == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert column(session, "year") == [80, 81, 82] * 3
    assert column(session, "inc") == [5000, 5500, 6000, 2000, 2200, 3300, 3000, 2000, 1000]
    assert column(session, "sex") == [0, 0, 0, 1, 1, 1, 0, 0, 0]
    assert session.data.sorted_by == ("id", "year")
    assert session.data.columns["year"].type == "byte"


def test_back_without_arguments(wide: tuple[Session, Run]) -> None:
    session, run = wide
    run("reshape long inc ue, i(id) j(year)")
    shown = run("reshape wide")
    assert "Data                               Long   ->   Wide\n" in shown
    assert "j variable (3 values)              year   ->   (dropped)\n" in shown
    assert "                                    inc   ->   inc80 inc81 inc82\n" in shown
    # stata: list after reshape wide: by value of j, the other variables last
    assert session.data.names == ("id", "inc80", "ue80", "inc81", "ue81", "inc82", "ue82", "sex")
    for name, values in INCOME.items():
        assert column(session, name) == [values[k] for k in (1, 2, 0)]
    run("reshape long")
    assert column(session, "ue") == [0, 1, 0, 1, 0, 0, 0, 0, 1]
    assert session.data.n == 9


def test_types_widen_and_labels_come_back(wide: tuple[Session, Run]) -> None:
    session, run = wide
    run("reshape long inc ue, i(id) j(year)")
    run('label variable inc "Income"')
    run("label define yn 0 no 1 yes")
    run("label values ue yn")
    run("format inc %9.2f")
    run("reshape wide")
    inc = session.data.columns["inc81"]
    assert (inc.format, inc.label, inc.type) == ("%9.2f", "81 Income", "int")
    assert session.data.columns["ue80"].value_label == "yn"
    run("replace inc81 = 0.5 in 1")
    run("reshape long")
    inc = session.data.columns["inc"]
    assert (inc.format, inc.label, inc.type) == ("%9.2f", "Income", "float")


def test_at_signs_strings_and_several_identifiers() -> None:
    frame = pd.DataFrame({"f": [1, 1], "k": [2, 1], "xpre_s": [1.5, 2.5], "xpost_s": [3.5, 4.5], "c": ["u", "v"]})
    session, run = driver(from_frame(frame))
    shown = run("reshape long x@_s, i(f k) j(when) string")
    assert shown.startswith("(j = post pre)\n")
    assert session.data.names == ("f", "k", "when", "x_s", "c")
    assert column(session, "when") == ["post", "pre"] * 2
    assert column(session, "x_s") == [4.5, 2.5, 3.5, 1.5]
    assert column(session, "c") == ["v", "v", "u", "u"]
    run("reshape wide")
    assert session.data.names == ("f", "k", "xpost_s", "xpre_s", "c")


def test_values_listed_and_missing_variables() -> None:
    session, run = driver(from_frame(pd.DataFrame({"id": [1, 2], "x1": [1, 2], "x3": [5, 6], "y1": [7, 8]})))
    shown = run("reshape long x y, i(id) j(t 1 3)")
    assert shown.startswith("(variable y3 not found)\n\nData")
    assert column(session, "y") == [7, ".", 8, "."]
    run("reshape wide x y, i(id) j(t)")
    run("drop y3")
    assert "x1 x3   ->   x\n" in run("reshape long x, i(id)")
    assert session.data.names == ("id", "_j", "x", "y1")


def test_long_names_are_abridged() -> None:
    _, run = driver(from_frame(pd.DataFrame({"id": [1]} | {f"Y{2012 + k}": [k] for k in range(12)})))
    shown = run("reshape long Y, i(id)")
    assert "                  Y2012 Y2013 ... Y2023   ->   Y\n" in shown  # stata: log of release 17
    assert "j variable (12 values)                    ->   _j\n" in shown


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("reshape long inc ue, i(sex) j(year)", "r(9): variable sex does not uniquely identify the observations"),
        ("reshape long foo, i(id) j(year)", "r(111): no xij variables found"),
        ("reshape long inc, i(nope) j(year)", "r(111): variable nope not found"),
        ("reshape long inc, j(year)", "r(198): option i() required"),
        ("reshape long inc, i(id) j(sex)", "r(110): variable sex already defined"),
        ("reshape wide", "r(111): data have not been reshaped yet"),
        ("reshape wide inc80, i(id)", "r(198): option j() required"),
        ("reshape wide inc80 inc81, i(sex) j(ue80)", "r(9): values of variable ue80 not unique within sex"),
        ("reshape wide inc80, i(sex) j(id)", "r(9): variable inc81 not constant within sex"),
        ("reshape wide zzz, i(id) j(sex)", "r(111): variable zzz not found"),
        ("reshape long inc@@, i(id) j(year)", "r(198): inc@@ invalid"),
        ("reshape sideways", "r(198): invalid syntax"),
    ],
)
def test_failures_leave_the_data(typed: str, message: str, wide: tuple[Session, Run]) -> None:
    session, run = wide
    before = session.data
    assert run(typed).startswith(message)
    assert session.data.columns is before.columns


def test_missing_and_fractional_j() -> None:
    session, run = driver(from_frame(pd.DataFrame({"id": [1, 1], "t": [1, np.nan], "x": [1, 2]})))
    assert run("reshape wide x, i(id) j(t)") == "r(498): variable t contains missing values"
    run("replace t = 1.5 if t == .")
    assert run("reshape wide x, i(id) j(t)").startswith("r(9): ")
    assert session.data.n == 2


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_there_and_back_is_the_identity(data: st.DataObject) -> None:
    n, size = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 4))
    ids = data.draw(st.permutations(range(n)))
    cell = st.sampled_from([1.5, -2.0, 3.0, missing.SYSMISS, missing.missing_value("c")])
    values = st.lists(cell, min_size=n, max_size=n)
    columns = [Column("id", "byte", np.array(ids, dtype=np.int8))]
    columns += [Column(f"x{k + 5}", "double", np.array(data.draw(values))) for k in range(size)]
    columns += [
        Column("w", "str1", np.array(data.draw(st.lists(st.sampled_from("ab"), min_size=n, max_size=n)), object))
    ]
    session, run = driver(Dataset(columns={c.name: c for c in columns}, n=n))
    run("reshape long x, i(id) j(t)")
    long = {(i, t): x for i, t, x in zip(*(session.data.columns[v].values for v in ("id", "t", "x")), strict=True)}
    assert long == {(i, k + 5): columns[k + 1].values[row] for row, i in enumerate(ids) for k in range(size)}
    run("reshape wide x, i(id) j(t)")
    assert session.data.names == tuple(c.name for c in columns)
    order = np.argsort(ids)
    for c in columns:
        assert session.data.columns[c.name].values.tolist() == c.values[order].tolist()


def test_what_keeps_data_from_being_reshaped_is_listed() -> None:
    session, run = driver()
    run("set obs 4")
    run("generate id = cond(_n < 3, 2, 1)")
    run("generate year = 80 + mod(_n, 2)")
    run("generate inc = _n")
    run("generate sex = _n == 4")
    assert run("reshape error").startswith("r(111)")
    assert run("reshape wide inc, i(id) j(year)").startswith("r(9): variable sex not constant within id")
    assert session.data.names == ("id", "year", "inc", "sex")
    text = run("reshape error")
    assert "sex not constant within i (id) for 1 value of i:" in text
    rows = [line.split()[2:5] for line in text.splitlines() if line[2:5].strip().endswith(".") and "|" in line]
    assert rows == [["1", "80", "1"], ["1", "81", "0"]]
    assert session.data.sorted_by == ("id", "year")
    run("replace sex = 0")
    run("replace year = 80 in 1")
    run("replace year = 80 in 2")
    assert "2 of 4 observations have repeated year values:" in run("capture noisily reshape error")
    run("replace year = 80 + mod(_n, 2)")
    assert run("reshape error").endswith("no problems found")


def test_declared_in_parts() -> None:
    session, run = driver()
    run("set obs 2")
    run("generate id = _n")
    run("generate x1 = 10 * _n")
    run("generate x2 = 20 * _n")
    for part in ("i id", "j t 1 2", "xij x"):
        assert run(f"reshape {part}") == ""
    assert "t (1 2)" in run("reshape query")
    run("reshape long")
    assert column(session, "t") == [1, 2, 1, 2]
    assert column(session, "x") == [10, 20, 20, 40]
    run("reshape wide")
    assert session.data.names == ("id", "x1", "x2")
