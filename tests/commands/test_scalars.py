"""Scalars among variables and matrices of the same names."""

from __future__ import annotations

import numpy as np
import pytest
from driving import driver

from mixedcli.data.dataset import Column, Dataset


def prepared():
    data = Dataset().with_columns(
        [Column("income", "double", np.array([7.0, 8.0])), Column("x", "byte", np.array([3, 4]))]
    )
    session, run = driver(data)
    run('scalar x = 10\nscalar inc = 20\nscalar alone = 30\nscalar word = "abc"\nmatrix M = (5,6)')
    return session, run


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("display x", "3"),  # a variable comes before a scalar
        ("display inc", "7"),  # and so does an abbreviation of one
        ("display scalar(x)", "10"),
        ("display scalar(x) + scalar(inc)", "30"),
        ("display scalar(x + inc)", "30"),
        ("display alone", "30"),
        ("display word + word", "abcabc"),
        ("display x[2] + scalar(x)", "14"),
        ("display matrix(M[1,2])", "6"),
        ("display scalar(nothing)", "r(111): scalar nothing not found"),
        ("scalar drop nothing", "r(111): scalar nothing not found"),
        ("scalar list x word", "         x =         10\n      word = abc"),
        ("scalar dir alone", "     alone =         30"),
    ],
)
def test_which_of_them_a_name_means(text, shown):
    _, run = prepared()
    assert run(text) == shown


def test_scalars_keep_double_precision_and_missing_values():
    session, run = prepared()
    run("scalar third = 1/3\nscalar m = .b\nscalar n = third*3 == 1")
    assert session.scalars["third"] == 1 / 3 and session.scalars["n"] == 1
    assert run("display m") == ".b"
    run("matrix A = (third, scalar(x))\nscalar drop third m n")
    assert session.matrices["A"].values.tolist() == [[1 / 3, 10]]
    assert set(session.scalars) == {"x", "inc", "alone", "word"}
