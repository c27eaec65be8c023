"""Group codes: value order, nesting, every route (sorted, table, unique, strings) alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mixedcli.data.dataset import Column
from mixedcli.model.groups import group_codes, missing_groups, nest, number_codes, sizes


def reference(values: list[object]) -> list[int]:
    order = sorted(set(values))  # type: ignore[type-var]
    return [order.index(v) for v in values]


@pytest.mark.parametrize(
    "values",
    [
        [3.0, 3.0, 5.0, 9.0],  # sorted
        [5.0, 3.0, 5.0, -2.0],  # table of whole numbers
        [0.5, 0.25, 0.5],  # no whole numbers
        [1e12, -1e12, 1e12],  # a range too wide for a table
        [7.0],
    ],
)
def test_codes_follow_value_order(values: list[float]) -> None:
    codes, count = number_codes(np.array(values))
    assert codes.tolist() == reference(values)
    assert count == len(set(values))


@given(arrays(np.int16, st.integers(1, 40), elements=st.integers(-50, 50)))
@settings(max_examples=60, deadline=None)
def test_codes_of_integers(values: np.ndarray) -> None:
    codes, count = number_codes(values)
    assert codes.tolist() == reference(values.tolist())
    assert count == len(set(values.tolist()))


def test_string_groups() -> None:
    column = Column("g", "str2", np.array(["b", "a", "", "b"], dtype=object))
    assert missing_groups(column).tolist() == [False, False, True, False]
    codes, count = group_codes(column, ~missing_groups(column))
    assert (codes.tolist(), count) == ([1, 0, 1], 2)


def test_codes_reused_inside_parents_are_different_groups() -> None:
    region = np.array([0, 0, 1, 1, 0])
    state = np.array([0, 1, 0, 1, 0])
    codes, count = nest(region, 2, state, 2)
    assert count == 4
    assert codes[0] == codes[4] != codes[2]


def test_sizes_count_observations() -> None:
    assert sizes(np.array([0, 0, 0, 1]), 2) == (1, 2.0, 3)
