"""if and in."""

from __future__ import annotations

import numpy as np
import pytest

from mixedcli.ast import InRange
from mixedcli.data import sample
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.expression import Context
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import InvalidSyntax, TypeMismatch
from mixedcli.parse import parse_expr

NAMES = np.empty(4, dtype=object)
NAMES[:] = ["a", "", "c", "d"]
DATA = Dataset().with_columns([Column("x", "double", np.array([1.0, SYSMISS, 3.0, 4.0])), Column("s", "str1", NAMES)])


def rows(condition=None, first=None, last=None):
    expr = parse_expr(condition) if condition else None
    inside = InRange(first, last) if first is not None else None
    return np.flatnonzero(sample.mask(DATA, expr, inside, Context(DATA))).tolist()


def test_everything():
    assert rows() == [0, 1, 2, 3]


def test_conditions():
    assert rows("x > 2") == [1, 2, 3]  # missing is greater than any number
    assert rows("x") == [0, 1, 2, 3]
    assert rows("x > 2 & x < .") == [2, 3]
    assert rows('s == "c"') == [2]
    assert rows("1") == [0, 1, 2, 3]
    assert rows("0") == []
    assert rows("_n == _N") == [3]


def test_ranges():
    assert rows(None, 2, 3) == [1, 2]
    assert rows(None, -2, -1) == [2, 3]
    assert rows(None, 1, -1) == [0, 1, 2, 3]
    assert rows("x > 2", 1, 2) == [1]


@pytest.mark.parametrize(("first", "last"), [(1, 5), (0, 1), (3, 2), (-5, -1), (5, 5)])
def test_ranges_outside_the_data(first, last):
    with pytest.raises(InvalidSyntax, match="observation numbers out of range"):
        rows(None, first, last)


def test_a_string_is_no_condition():
    with pytest.raises(TypeMismatch, match="type mismatch"):
        rows("s")


def test_complete_rows():
    assert sample.complete(DATA, "x", "s").tolist() == [True, False, True, True]
    assert sample.complete(DATA, np.array([1.0, 2.0, SYSMISS, 4.0])).tolist() == [True, True, False, True]
    assert sample.complete(DATA).tolist() == [True] * 4
