"""joinby and cross against pairs written out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import Run, column, driver
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.data.dta_write import write_dta
from mixedcli.data.frame import from_frame
from mixedcli.data.matching import Side, joined
from mixedcli.session import Session


@pytest.fixture
def families(tmp_path: Path) -> tuple[Session, Run]:
    children = from_frame(pd.DataFrame({"family": [25, 27, 25, 30], "child": [3, 1, 4, 2], "x": [10, 13, 14, np.nan]}))
    write_dta(children, tmp_path / "child.dta")
    session, run = driver(
        from_frame(pd.DataFrame({"family": [30, 25, 25, 99], "parent": [10, 11, 12, 9], "x": [1, 2, np.nan, 4]}))
    )
    run(f'cd "{tmp_path}"')
    return session, run


def test_pairs_within_families(families: tuple[Session, Run]) -> None:
    session, run = families
    assert run("joinby family using child") == ""
    assert column(session, "family") == [25, 25, 25, 25, 30]
    assert column(session, "parent") == [11, 11, 12, 12, 10]
    assert column(session, "child") == [3, 4, 3, 4, 2]
    assert column(session, "x") == [2, 2, ".", ".", 1]
    assert session.data.names == ("family", "parent", "x", "child")
    assert session.data.sorted_by == ("family",)


def test_unmatched_and_update(families: tuple[Session, Run]) -> None:
    session, run = families
    run("joinby family using child, unmatched(both) update")
    assert column(session, "family") == [25, 25, 25, 25, 30, 99, 27]
    assert column(session, "_merge") == [3, 3, 3, 3, 3, 1, 2]
    assert column(session, "x") == [2, 2, 10, 14, 1, 4, 13]
    assert session.data.value_labels["_merge"][1.0] == "only in master data"


def test_common_variables_are_the_default(families: tuple[Session, Run]) -> None:
    session, run = families
    run("drop x")
    run("joinby using child, unm(master) _merge(m)")
    assert column(session, "m") == [3, 3, 3, 3, 3, 1]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("joinby family", "r(100): using required"),
        ("joinby nope using child", "r(111): variable nope not found"),
        ("joinby parent using child", "r(111): variable parent not found in using data"),
        ("joinby family using child, unmatched(some)", "r(198): option unmatched() incorrectly specified"),
        ("joinby family using child, replace", "r(198)"),
        ("joinby family using none", "r(601): file none.dta not found"),
        ("cross using none", "r(601): file none.dta not found"),
        ("cross family using child", "r(198): invalid syntax"),
    ],
)
def test_failures_leave_the_data(typed: str, message: str, families: tuple[Session, Run]) -> None:
    session, run = families
    before = session.data
    assert run(typed).startswith(message)
    assert session.data is before


def test_cross(families: tuple[Session, Run]) -> None:
    session, run = families
    run("keep parent")
    run("cross using child")
    found = sorted(zip(column(session, "parent"), column(session, "child"), strict=True))
    assert found == sorted((p, c) for p in (9, 10, 11, 12) for c in (1, 2, 3, 4))


CODES = st.lists(st.integers(0, 4), max_size=12)


@settings(max_examples=100, deadline=None)
@given(CODES, CODES, st.booleans(), st.booleans())
def test_pairs_written_out(left: list[int], right: list[int], keep_left: bool, keep_right: bool) -> None:
    sides = [Side.of(np.array(codes, dtype=np.int64)) for codes in (left, right)]
    pairs = joined(*sides, master_only=keep_left, using_only=keep_right)
    expected = [(i, j) for i, a in enumerate(left) for j, b in enumerate(right) if a == b]
    expected += [(i, -1) for i, a in enumerate(left) if keep_left and a not in right]
    expected += [(-1, j) for j, b in enumerate(right) if keep_right and b not in left]
    assert sorted(zip(pairs.master.tolist(), pairs.using.tolist(), strict=True)) == sorted(expected)
