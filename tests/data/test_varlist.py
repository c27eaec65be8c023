"""Plain varlists: abbreviation, wildcards, ranges, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from mixedcli.data import varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.errors import NotFound, TooManySpecified, VarlistNotAllowed, VarlistRequired
from mixedcli.parse import parse_varlist

NAMES = ("id", "income", "inc", "x1", "x2", "y", "x10", "weight")
DATA = Dataset().with_columns([Column(name, "byte", np.zeros(2, dtype=np.int8)) for name in NAMES])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y id", ("y", "id")),
        ("we", ("weight",)),
        ("inc", ("inc",)),  # a full name is no abbreviation
        ("inco", ("income",)),
        ("x*", ("x1", "x2", "x10")),
        ("x?", ("x1", "x2")),
        ("*t", ("weight",)),
        ("w~t", ("weight",)),
        ("x1-y", ("x1", "x2", "y")),
        ("inco-x1", ("income", "inc", "x1")),
        ("_all", NAMES),
        ("*", NAMES),
        ("y y", ("y", "y")),
        ("", ()),
    ],
)
def test_names(text, expected):
    assert varlist.names(parse_varlist(text), DATA) == expected


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("foo", NotFound, "variable foo not found"),
        ("x", NotFound, "x ambiguous abbreviation"),
        ("i", NotFound, "i ambiguous abbreviation"),
        ("z*", NotFound, r"variable z\* not found"),
        ("x~", NotFound, "x~ ambiguous abbreviation"),
        ("id-foo", NotFound, "variable foo not found"),
        ("i.id", VarlistNotAllowed, "factor-variable and time-series operators not allowed"),
        ("id#y", VarlistNotAllowed, "factor-variable and time-series operators not allowed"),
        ("L.id", VarlistNotAllowed, "factor-variable and time-series operators not allowed"),
    ],
)
def test_refused(text, error, message):
    with pytest.raises(error, match=message) as caught:
        varlist.names(parse_varlist(text), DATA)
    assert caught.value.span is not None


def test_a_single_name():
    assert varlist.names(parse_varlist("we"), DATA, single=True) == ("weight",)
    with pytest.raises(TooManySpecified):
        varlist.names(parse_varlist("x*"), DATA, single=True)
    with pytest.raises(VarlistRequired):
        varlist.names(parse_varlist(""), DATA, single=True)
