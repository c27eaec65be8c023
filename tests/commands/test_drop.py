"""drop, keep, sort and count; e(sample) follows its observations."""

from __future__ import annotations

import numpy as np
import pytest
from driving import column, driver
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.data.dataset import Column, Dataset, TimeSettings
from mixedcli.data.missing import SYSMISS
from mixedcli.results import Estimates, Stored


def example() -> Dataset:
    names = np.empty(4, dtype=object)
    names[:] = ["d", "", "b", "a"]
    return Dataset().with_columns(
        [
            Column("x", "byte", np.array([3, 101, 1, 1], dtype=np.int8)),
            Column("y", "double", np.array([5.0, 6, 7, SYSMISS])),
            Column("s", "str1", names),
        ]
    )


def test_drop_observations():
    session, run = driver(example())
    assert run("drop if x == 1") == "(2 observations deleted)"
    assert column(session, "s") == ["d", ""]
    assert run("drop in 1") == "(1 observation deleted)"
    assert run("drop if 0") == "(0 observations deleted)"
    assert column(session, "x") == ["."]


def test_keep_observations():
    session, run = driver(example())
    assert run("keep if x == 1 & y < .") == "(3 observations deleted)"
    assert column(session, "s") == ["b"]


def test_missing_is_greater_than_any_number():
    session, run = driver(example())
    run("keep if x > 1")
    assert column(session, "s") == ["d", ""]


def test_drop_and_keep_variables():
    session, run = driver(example())
    assert run("drop y") == ""
    assert session.data.names == ("x", "s")
    run("keep s")
    assert session.data.names == ("s",)
    assert run("drop _all") == ""
    assert (session.data.names, session.data.n) == ((), 0)


def test_keep_does_not_reorder():
    session, run = driver(example())
    run("keep s x")
    assert session.data.names == ("x", "s")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("drop", "r(100): varlist or in range required"),
        ("keep", "r(100): varlist or in range required"),
        ("drop z*", "r(111): variable z* not found"),
        ("drop x if y > 1", "r(198): invalid syntax"),
        ("drop i.x", "r(101): factor-variable and time-series operators not allowed"),
        ("drop in 5", "r(198): observation numbers out of range"),
        ("sort", "r(100): varlist required"),
        ("sort nope", "r(111): variable nope not found"),
        ("count if s", "r(109): type mismatch"),
    ],
)
def test_refused(text, answer):
    session, run = driver(example())
    before = session.data
    assert run(text) == answer
    assert session.data is before


def test_sort_puts_missing_last_and_keeps_ties():
    session, run = driver(example())
    run("sort x")
    assert column(session, "x") == [1, 1, 3, "."]
    assert column(session, "s") == ["b", "a", "d", ""]
    assert session.data.sorted_by == ("x",)
    run("sort s")
    assert column(session, "s") == ["", "a", "b", "d"]
    run("sort x y")
    assert column(session, "s") == ["b", "a", "d", ""]
    assert session.data.sorted_by == ("x", "y")


def test_sort_in_a_range():
    session, run = driver(example())
    run("sort s in 3/4")
    assert column(session, "s") == ["d", "", "a", "b"]
    assert session.data.sorted_by == ()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5), st.sampled_from("abc")), max_size=30))
def test_sort_agrees_with_pythons(rows):
    names = np.empty(len(rows), dtype=object)
    names[:] = [r[1] for r in rows]
    data = Dataset().with_columns(
        [
            Column("k", "int", np.array([r[0] for r in rows], dtype=np.int16)),
            Column("s", "str1", names),
            Column("n", "long", np.arange(len(rows), dtype=np.int32)),
        ]
    )
    session, run = driver(data)
    run("sort s k")
    order = sorted(range(len(rows)), key=lambda i: (rows[i][1], rows[i][0]))
    assert column(session, "n") == order


def test_count():
    session, run = driver(example())
    assert run("count") == "  4"
    assert session.r.scalars["N"] == 4
    assert run("count if y < . & x < . in 1/3") == "  2"
    assert session.r.scalars["N"] == 2


def test_the_estimation_sample_follows_its_observations():
    session, run = driver(example())
    estimates = Estimates(Stored(), sample=np.array([True, False, False, True]))
    session.estimates = estimates
    session.stored["m"] = estimates
    run("sort s")
    assert run("count if e(sample)") == "  2"
    assert [s for s, inside in zip(column(session, "s"), session.estimates.sample, strict=True) if inside] == ["a", "d"]
    run('drop if s == "a"')
    assert session.estimates.sample.tolist() == [False, False, True]
    assert session.stored["m"].sample.tolist() == [False, False, True]
    run("gen in_model = e(sample)")
    assert column(session, "in_model") == [0, 0, 1]


def test_xtset_is_forgotten_with_its_variables():
    data = example()
    session, run = driver(Dataset(data.columns, data.n, settings=TimeSettings("x", "y")))
    run("drop s")
    assert session.data.settings is not None
    run("drop y")
    assert session.data.settings is None
