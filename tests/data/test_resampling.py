"""Drawing observations and clusters with replacement."""

from __future__ import annotations

import numpy as np
import pytest

from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.resampling import draw, units_of, without
from mixedcli.errors import InsufficientObservations

ID = np.array([30.0, 10.0, 10.0, 20.0, 30.0, 30.0])
STRATUM = np.array([1.0, 0.0, 0.0, 1.0, 1.0, 1.0])


def data() -> Dataset:
    return Dataset().with_columns([Column("id", "double", ID), Column("s", "double", STRATUM)])


def test_observations_are_drawn_from_the_generator_as_documented() -> None:
    drawn = draw(units_of(data()), np.random.default_rng(5))
    assert drawn.rows.tolist() == np.random.default_rng(5).integers(0, 6, 6).tolist()
    assert drawn.place.tolist() == [0, 1, 2, 3, 4, 5]


def test_clusters_come_whole_and_every_draw_is_told_apart() -> None:
    rng = np.random.default_rng(1)
    picks = np.random.default_rng(1).integers(0, 3, 3)
    drawn = draw(units_of(data(), ["id"]), rng)
    rows = {0: [1, 2], 1: [3], 2: [0, 4, 5]}  # 10, 20, 30
    assert drawn.rows.tolist() == [r for p in picks for r in rows[p]]
    assert drawn.place.tolist() == [k for k, p in enumerate(picks) for _ in rows[p]]


def test_strata_keep_their_number_of_units() -> None:
    units = units_of(data(), ["id"], ["s"])
    assert units.first.tolist() == [0, 1, 3]
    for seed in range(20):
        drawn = draw(units, np.random.default_rng(seed))
        labels = ID[drawn.rows]
        first_rows = [labels[drawn.place == k][0] for k in range(3)]
        assert first_rows[0] == 10
        assert set(first_rows[1:]) <= {20, 30}


def test_strata_without_clusters() -> None:
    units = units_of(data(), (), ["s"])
    rows = draw(units, np.random.default_rng(4)).rows
    rng = np.random.default_rng(4)
    low, high = np.flatnonzero(STRATUM == 0), np.flatnonzero(STRATUM == 1)
    assert rows.tolist() == [*low[rng.integers(0, 2, 2)], *high[rng.integers(0, 4, 4)]]


def test_a_size_is_for_each_stratum_and_not_larger_than_it() -> None:
    units = units_of(data(), (), ["s"])
    assert len(draw(units, np.random.default_rng(0), 2).rows) == 4
    with pytest.raises(InsufficientObservations):
        draw(units, np.random.default_rng(0), 3)


def test_one_unit_left_out() -> None:
    units = units_of(data(), ["id"])
    assert without(units, 0).tolist() == [0, 3, 4, 5]
