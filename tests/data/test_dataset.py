"""The data set is a value: changes make new ones and keep what is still true."""

from __future__ import annotations

import numpy as np
import pytest

from mixedcli.data.dataset import Column, Dataset, TimeSettings
from mixedcli.errors import NotFound, TypeMismatch


def numbers(name: str, *values: int) -> Column:
    return Column(name, "int", np.array(values, dtype=np.int16))


@pytest.fixture
def data() -> Dataset:
    made = Dataset().with_columns([numbers("a", 1, 2, 3), numbers("b", 4, 5, 6), numbers("c", 7, 8, 9)])
    return Dataset(columns=made.columns, n=3, sorted_by=("a", "b"), settings=TimeSettings("a", "b"))


def test_replacing_a_sort_key_ends_the_order_there(data: Dataset) -> None:
    assert data.with_columns([numbers("b", 0, 0, 0)]).sorted_by == ("a",)
    assert data.with_columns([numbers("a", 0, 0, 0)]).sorted_by == ()
    assert data.with_columns([numbers("d", 0, 0, 0)]).sorted_by == ("a", "b")
    assert data.without(["a"]).sorted_by == ()
    assert data.without(["c"]).sorted_by == ("a", "b")


def test_the_old_value_is_untouched(data: Dataset) -> None:
    changed = data.with_columns([numbers("a", 0, 0, 0)])
    assert data.columns["a"].values.tolist() == [1, 2, 3]
    assert changed.columns["b"].values is data.columns["b"].values
    assert changed.changed and not data.changed


def test_dropping_everything_leaves_no_observations(data: Dataset) -> None:
    assert data.without(["a", "b", "c"]).n == 0


def test_dropping_a_panel_variable_clears_the_settings(data: Dataset) -> None:
    assert data.without(["c"]).settings == TimeSettings("a", "b")
    assert data.without(["b"]).settings is None


def test_rows(data: Dataset) -> None:
    masked = data.rows(np.array([True, False, True]))
    assert masked.columns["c"].values.tolist() == [7, 9]
    assert (masked.n, masked.sorted_by) == (2, ("a", "b"))
    turned = data.rows(np.array([2, 0]), keeps_order=False)
    assert turned.columns["a"].values.tolist() == [3, 1]
    assert turned.sorted_by == ()


def test_renaming_takes_order_and_settings_along(data: Dataset) -> None:
    new = data.renamed({"a": "b", "b": "a"})
    assert new.names == ("b", "a", "c")
    assert new.columns["b"].values.tolist() == [1, 2, 3]
    assert new.columns["b"].name == "b"
    assert (new.sorted_by, new.settings) == (("b", "a"), TimeSettings("b", "a"))


def test_errors(data: Dataset) -> None:
    with pytest.raises(NotFound, match="variable zz not found"):
        data.column("zz")
    with pytest.raises(TypeMismatch):
        Column("s", "str1", np.array(["x"], dtype=object)).numeric()
