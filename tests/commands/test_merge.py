"""merge: its table, its messages, and the rows against a brute-force match."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from driving import Run, column, driver
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.dta_write import write_dta
from mixedcli.data.keys import joint_codes
from mixedcli.data.matching import Side, merged
from mixedcli.session import Session

Save = Callable[..., Path]


def dataset(**values: Sequence[Any]) -> Dataset:
    columns = {}
    for name, given_values in values.items():
        if any(isinstance(v, str) for v in given_values):
            array = np.array(given_values, dtype=object)
            columns[name] = Column(name, f"str{max(map(len, given_values))}", array, "%9s")
        else:
            columns[name] = Column(name, "float", np.array(given_values, dtype=np.float32))
    return Dataset(columns=columns, n=len(next(iter(columns.values())).values))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Session, Run]:
    """In memory: id 3 1 2 with x; in u.dta: id 2 3 4 with y and x."""
    write_dta(dataset(id=[2, 3, 4], y=[20, 30, 40], x=[5, 9, 6]), tmp_path / "u.dta")
    session, run = driver(dataset(id=[3, 1, 2], x=[3, 1, 2]))
    run(f'cd "{tmp_path}"')
    return session, run


def test_the_table_of_the_logs(pair: tuple[Session, Run]) -> None:
    session, run = pair
    assert run("merge 1:1 id using u") == (
        "\n    Result                      Number of obs\n"
        "    -----------------------------------------\n"
        "    Not matched                             2\n"
        "        from master                         1  (_merge==1)\n"
        "        from using                          1  (_merge==2)\n\n"
        "    Matched                                 2  (_merge==3)\n"
        "    -----------------------------------------"
    )
    assert column(session, "id") == [1, 2, 3, 4]
    assert column(session, "x") == [1, 2, 3, 6]  # the master's values, the using data's in their own rows
    assert column(session, "y") == [".", 20, 30, 40]
    assert column(session, "_merge") == [1, 3, 3, 2]
    made = session.data.columns["_merge"]
    assert (made.type, made.format, made.label) == ("byte", "%23.0g", "Matching result from merge")
    assert session.data.value_labels["_merge"][4] == "Missing updated (4)"
    assert run("merge 1:1 id using u") == "r(110): variable _merge already defined"


def test_all_matched_and_no_variable(pair: tuple[Session, Run]) -> None:
    session, run = pair
    assert run("merge m:1 id using u, keep(match) nogenerate keepusing(y)") == (
        "\n    Result                      Number of obs\n"
        "    -----------------------------------------\n"
        "    Not matched                             0\n"
        "    Matched                                 2  \n"
        "    -----------------------------------------"
    )
    assert session.data.names == ("id", "x", "y")
    assert column(session, "y") == [20, 30]


def test_update_and_replace(pair: tuple[Session, Run]) -> None:
    session, run = pair
    run("replace x = . if id == 2")
    before = session.data
    shown = run("merge 1:1 id using u, update")
    assert "        not updated                         0  (_merge==3)\n" in shown
    assert "        missing updated                     1  (_merge==4)\n" in shown
    assert "        nonmissing conflict                 1  (_merge==5)\n" in shown
    assert "    Matched                                 2\n" in shown
    assert column(session, "x") == [1, 5, 3, 6]
    assert column(session, "_merge") == [1, 4, 5, 2]
    session.data = before
    run("merge 1:1 id using u, update replace keep(4 5) noreport")
    assert column(session, "x") == [5, 9]
    session.data = before
    assert run("merge 1:1 id using u, replace").startswith("r(198)")


def test_assert_leaves_the_merged_data(pair: tuple[Session, Run]) -> None:
    session, run = pair
    assert run("merge 1:1 id using u, assert(match using) keep(match)") == (
        "r(9): merge:  after merge, not all observations from using or matched\n        (merged result left in memory)"
    )
    assert session.data.n == 4
    run("drop _merge")
    run("keep if id > 1")
    assert "Matched" in run("merge 1:1 id using u, assert(2 3)")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("merge id using u", "r(5): master data not sorted"),
        ("merge 1:1 id using u, sort", "r(198): option sort not allowed"),
        ("merge id using u, sort assert(3)", "r(198): option assert not allowed"),
        ("merge id using twice, sort", "r(459): variable id does not uniquely identify observations in the using data"),
        ("merge 1:1 id", "r(100): using required"),
        ("merge 1:1 using u", "r(100): varlist required"),
        ("merge 1:1 nope using u", "r(111): variable nope not found"),
        ("merge 1:1 id using none", "r(601): file none.dta not found"),
        ("merge 1:1 id using u, keep(some)", "r(198): option keep() invalid"),
        ("merge 1:1 id using u, keep(4)", "r(198): option keep() invalid"),
        ("merge 1:1 id using u v", "r(198): invalid 'v'"),
        ("merge 1:1 id using u, gen(x)", "r(110): variable x already defined"),
        ("merge m:1 id using twice", "r(459): variable id does not uniquely identify observations in the using data"),
        ("merge 1:m x using twice", "r(111): variable x not found in using data"),
        ("merge 1:1 id using text", "r(106): key variable id is float in master but str1 in using data"),
        ("merge 1:1 id using other", "r(106): variable x is float in master but str1 in using data"),
        ("merge m:m id using u, sorted", "r(5): master data not sorted"),
        ("merge 1:m _n using u", "r(198): invalid syntax"),
    ],
)
def test_failures_leave_the_data(typed: str, message: str, pair: tuple[Session, Run], tmp_path: Path) -> None:
    session, run = pair
    write_dta(dataset(id=[1, 1], y=[1, 2]), tmp_path / "twice.dta")
    write_dta(dataset(id=["a", "b"]), tmp_path / "text.dta")
    write_dta(dataset(id=[1, 2], x=["a", "b"]), tmp_path / "other.dta")
    before = session.data
    assert run(typed).startswith(message)
    assert session.data is before


def test_force_and_widened_types(pair: tuple[Session, Run], tmp_path: Path) -> None:
    session, run = pair
    write_dta(dataset(id=[1, 2], x=["a", "b"]), tmp_path / "other.dta")
    shown = run("merge 1:1 id using other, force noreport")
    assert shown == "(note: variable x was str1 in the using data, but will be float now)"
    assert column(session, "x") == [1, 2, 3]
    session.data = Dataset(columns={"id": Column("id", "byte", np.array([1, 2], np.int8))}, n=2)
    assert run("merge 1:1 id using u, noreport") == (
        "(variable id was byte, now float to accommodate using data's values)"
    )
    assert session.data.columns["id"].type == "float"


def test_labels_come_along_once(pair: tuple[Session, Run], tmp_path: Path) -> None:
    session, run = pair
    using = dataset(id=[1, 2, 3], z=[1, 1, 2]).with_value_label("yes", {1.0: "Yes"}).with_value_label("no", {2.0: "No"})
    columns = {**using.columns, "z": Column("z", "float", using.columns["z"].values, "%4.1f", "A label", "no")}
    write_dta(Dataset(columns=columns, n=3, value_labels=using.value_labels), tmp_path / "l.dta")
    run("label define yes 1 Oui")
    assert run("merge 1:1 id using l, noreport nogen") == "(label yes already defined)"
    assert session.data.value_labels["yes"] == {1.0: "Oui"}
    assert session.data.value_labels["no"] == {2.0: "No"}
    z = session.data.columns["z"]
    assert (z.format, z.label, z.value_label) == ("%4.1f", "A label", "no")
    assert session.data.sorted_by == ("id",)


def test_by_observation_number(pair: tuple[Session, Run]) -> None:
    session, run = pair
    run("drop in 3")
    run("merge 1:1 _n using u, keepusing(y)")
    assert column(session, "y") == [20, 30, 40]
    assert column(session, "_merge") == [3, 3, 2]
    assert column(session, "id") == [3, 1, "."]


def test_estimation_sample_goes_along(pair: tuple[Session, Run]) -> None:
    from mixedcli.results import Estimates, Stored

    session, run = pair
    session.estimates = Estimates(Stored(), sample=np.array([True, False, True]))
    run("merge 1:1 id using u")
    assert session.estimates.sample is not None
    assert session.estimates.sample.tolist() == [False, True, True, False]


KEYS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["", "a", "b"])), max_size=9)


@settings(max_examples=150, deadline=None)
@given(KEYS, KEYS)
def test_pairs_are_those_of_the_definition(left: list[tuple[int, str]], right: list[tuple[int, str]]) -> None:
    """k-th with k-th of a key, the shorter side's last again: written out with loops."""

    def side(keys: list[tuple[int, str]]) -> Dataset:
        numbers = Column("a", "byte", np.array([101 if k == 3 else k for k, _ in keys], dtype=np.int8))
        texts = np.empty(len(keys), dtype=object)
        texts[:] = [t for _, t in keys]
        return Dataset(columns={"a": numbers, "s": Column("s", "str1", texts)}, n=len(keys))

    codes = joint_codes(("a", "s"), side(left), side(right))
    pairs = merged(*(Side.of(c) for c in codes))
    expected = []
    for key in sorted(set(left) | set(right)):
        a = [k for k, v in enumerate(left) if v == key]
        b = [k for k, v in enumerate(right) if v == key]
        for k in range(max(len(a), len(b))):
            i = a[min(k, len(a) - 1)] if a else -1
            j = b[min(k, len(b) - 1)] if b else -1
            expected.append((i, j))
    found = list(zip(pairs.master.tolist(), pairs.using.tolist(), strict=True))
    assert sorted(found) == sorted(expected)
    first = [left[i] for i, _ in found[: len(left)]]
    assert first == sorted(left), "the master's rows stand first, in order of the keys"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), max_size=20),
    st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), unique=True, max_size=20),
)
def test_counts_are_those_of_pandas(left: list[float], right: list[float]) -> None:
    right = sorted({v + 0.0 for v in right})
    codes = joint_codes(("x",), dataset_of(left), dataset_of(right))
    pairs = merged(*(Side.of(c) for c in codes))
    theirs = pd.merge(pd.DataFrame({"x": left}), pd.DataFrame({"x": right}), on="x", how="outer", indicator=True)
    counts = theirs["_merge"].value_counts()
    assert int(np.count_nonzero(pairs.using < 0)) == counts["left_only"]
    assert int(np.count_nonzero(pairs.master < 0)) == counts["right_only"]
    assert int(np.count_nonzero((pairs.master >= 0) & (pairs.using >= 0))) == counts["both"]


def dataset_of(values: Sequence[float]) -> Dataset:
    return Dataset(columns={"x": Column("x", "double", np.array(values, dtype=np.float64))}, n=len(values))


def test_the_syntax_of_old_scripts(pair: tuple[Session, Run], tmp_path: Path) -> None:
    session, run = pair
    assert run("merge id using u, sort").startswith("(you are using old merge syntax")
    assert column(session, "id") == [1, 2, 3, 4]
    assert column(session, "x") == [1, 2, 3, 6]
    assert column(session, "_merge") == [1, 3, 3, 2]
    assert session.data.columns["_merge"].value_label == ""
    run("keep if _merge != 2")
    run("drop _merge y")
    run("replace x = . in 2")
    run("sort id")
    run("merge id using u, nokeep keep(y x) update _merge(m)")
    assert column(session, "id") == [1, 2, 3]
    assert column(session, "x") == [1, 5, 3]
    assert column(session, "m") == [1, 4, 5]


def test_old_one_to_one_merge_goes_by_position(pair: tuple[Session, Run]) -> None:
    session, run = pair
    run("keep x")
    run("merge using u")
    assert column(session, "x") == [3, 1, 2]
    assert column(session, "y") == [20, 30, 40]
    assert column(session, "_merge") == [3, 3, 3]
