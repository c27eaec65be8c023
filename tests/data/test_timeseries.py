"""Time-series operators against a dictionary look-up, row by row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.ast import TimeOp
from mixedcli.data.dataset import Column, Dataset, TimeSettings
from mixedcli.data.missing import SYSMISS
from mixedcli.data.timeseries import apply, letters, normalize
from mixedcli.errors import NotFound


def panel(ids, times, delta=1.0, panel_name="id"):
    columns = [
        Column("id", "double", np.array(ids, dtype=float)),
        Column("t", "double", np.array(times, dtype=float)),
    ]
    return Dataset().with_columns(columns), TimeSettings(panel_name, "t", delta)


def with_settings(data, settings):
    return Dataset(data.columns, data.n, settings=settings)


@settings(deadline=None)
@given(
    st.sets(st.tuples(st.integers(1, 3), st.integers(-4, 6)), max_size=20).flatmap(
        lambda s: st.permutations(sorted(s))
    ),
    st.integers(-3, 3).filter(bool),
    st.sampled_from([1.0, 0.5, 7.0]),
)
def test_lags_and_leads_find_the_row_of_that_time(rows, k, delta):
    data, settings = panel([r[0] for r in rows], [r[1] * delta for r in rows], delta)
    values = np.arange(len(rows), dtype=float) * 10
    place = {r: i for i, r in enumerate(rows)}
    expected = [values[place[i, t - k]] if (i, t - k) in place else SYSMISS for i, t in rows]
    op = TimeOp("L" if k > 0 else "F", abs(k))
    assert apply(values, [op], with_settings(data, settings)).tolist() == expected


def test_differences_and_gaps():
    data = with_settings(*panel([1, 1, 1, 1], [1, 2, 3, 5], panel_name=""))
    x = np.array([1.0, 4.0, 9.0, 25.0])
    dot = SYSMISS
    assert apply(x, [TimeOp("D", 1)], data).tolist() == [dot, 3, 5, dot]
    assert apply(x, [TimeOp("D", 2)], data).tolist() == [dot, dot, 2, dot]
    assert apply(x, [TimeOp("S", 2)], data).tolist() == [dot, dot, 8, 16]
    assert apply(x, [TimeOp("L", 1), TimeOp("D", 1)], data).tolist() == [dot, dot, 3, dot]
    assert apply(x, [TimeOp("L", 1), TimeOp("F", 1)], data).tolist() == x.tolist()
    assert apply(np.array([1.0, dot, 9.0, 25.0]), [TimeOp("D", 1)], data).tolist() == [dot] * 4


def test_missing_times_belong_nowhere():
    data = with_settings(*panel([1, 1, SYSMISS], [1, SYSMISS, 2]))
    assert apply(np.array([5.0, 6.0, 7.0]), [TimeOp("L", 1)], data).tolist() == [SYSMISS] * 3


def test_names_of_operators():
    assert letters([TimeOp("L", 1)]) == "L"
    assert letters([TimeOp("L", 2), TimeOp("D", 1)]) == "L2D"
    assert letters([TimeOp("D", 1), TimeOp("L", 1)]) == "LD"
    assert letters([TimeOp("L", 1), TimeOp("L", 1)]) == "L2"
    assert letters([TimeOp("F", 2), TimeOp("L", 1)]) == "F"
    assert letters([TimeOp("S", 12)]) == "S12"
    assert normalize([TimeOp("L", 1), TimeOp("F", 1)]) == ()


def test_without_xtset():
    with pytest.raises(NotFound, match="time variable not set"):
        apply(np.zeros(1), [TimeOp("L", 1)], Dataset(n=1))
    with pytest.raises(NotFound, match="time variable not set"):
        apply(np.zeros(1), [TimeOp("L", 1)], Dataset(n=1, settings=TimeSettings("id", "")))
