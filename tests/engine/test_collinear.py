"""Which columns Stata's rule keeps: rank by exact reasoning, not by our own output."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.engine import orthogonal
from mixedcli.engine.collinear import independent_columns

RNG = np.random.default_rng(0)
N = 200
ONE, X, Z = np.ones(N), RNG.normal(size=N), RNG.normal(size=N)
GROUP = np.arange(N) % 3
D = [(k == GROUP).astype(float) for k in range(3)]

CASES = {
    "nothing to drop": ([X, Z, ONE], [1, 1, 1]),
    "multiple": ([X, -3.5 * X, Z, ONE], [1, 0, 1, 1]),
    "sum": ([X, Z, X + Z, ONE], [1, 1, 0, 1]),
    "first come, first kept": ([X + Z, X, Z, ONE], [1, 1, 0, 1]),
    "sum rounded to float": ([X, Z, (X + Z).astype(np.float32).astype(float), ONE], [1, 1, 0, 1]),
    "constant beside the constant": ([X, 7.0 * ONE, ONE], [1, 0, 1]),
    "large constant": ([X, np.full(N, 1e9 + 0.1), ONE], [1, 0, 1]),
    "zero": ([0.0 * X, X, ONE], [0, 1, 1]),
    "all indicators and the constant": ([*D, ONE], [1, 1, 0, 1]),
    "all indicators alone": ([*D, X], [1, 1, 1, 1]),
    "constant not named one, no ones": ([7.0 * ONE, X], [1, 1]),
    "two columns of ones": ([ONE, X, ONE.copy()], [1, 1, 0]),
    "shifted by 1e8": ([X + 1e8, Z, ONE], [1, 1, 1]),
    "scaled by 1e-8": ([X * 1e-8, Z, ONE], [1, 1, 1]),
    "shifted, multiple of itself": ([X + 1e8, 2 * (X + 1e8), ONE], [1, 0, 1]),
    "nearly collinear": ([X, X + 1e-6 * Z, ONE], [1, 1, 1]),
    "shifted copies": ([X, X + 100.0, Z, ONE], [1, 0, 1, 1]),
    "a drop among near columns": ([X, X + 1e-5 * Z, Z, ONE], [1, 1, 0, 1]),
    "none": ([], []),
    "only the constant": ([ONE], [1]),
}


@pytest.mark.parametrize("name", CASES)
def test_kept(name: str) -> None:
    columns, expected = CASES[name]
    assert independent_columns(columns) == tuple(bool(k) for k in expected)


def test_no_more_columns_than_rows() -> None:
    columns = [RNG.normal(size=4) for _ in range(6)] + [np.ones(4)]
    assert independent_columns(columns) == (True, True, True, False, False, False, True)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(-2, 2), min_size=4, max_size=4), min_size=1, max_size=7), st.booleans())
def test_integer_combinations(mixing: list[list[int]], small_blocks: bool) -> None:
    """Integer combinations of four independent columns: the rank of the integers decides, column by column."""
    rng = np.random.default_rng(3)
    base = rng.normal(size=(50, 4))
    columns = [base @ np.array(row, dtype=float) for row in mixing]
    kept: list[list[int]] = []
    expected = []
    for row in mixing:
        grows = np.linalg.matrix_rank(np.array([*kept, row])) > len(kept)
        expected.append(bool(grows))
        if grows:
            kept.append(row)
    rows = orthogonal.ROWS
    try:
        orthogonal.ROWS = 16 if small_blocks else rows
        assert independent_columns(columns) == tuple(expected)
        # with a constant the same columns are kept: none of them is constant
        assert independent_columns([*columns, np.ones(50)]) == (*expected, True)
    finally:
        orthogonal.ROWS = rows
