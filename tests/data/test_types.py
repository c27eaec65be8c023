"""Storage types against the ranges and precisions Stata documents ([D] data types)."""

from __future__ import annotations

import numpy as np
import pytest

from mixedcli.data import missing, types
from mixedcli.errors import InvalidSyntax

MISS = missing.SYSMISS


@pytest.mark.parametrize(
    ("storage", "low", "high"),
    [("byte", -127, 100), ("int", -32767, 32740), ("long", -2147483647, 2147483620)],
)
def test_documented_ranges(storage: str, low: int, high: int) -> None:
    assert types.fits(np.array([low, high, MISS]), storage)
    assert not types.fits(np.array([low - 1.0]), storage)
    assert not types.fits(np.array([high + 1.0]), storage)
    assert not types.fits(np.array([0.5]), storage)


def test_float_range_ends_below_its_missing_code() -> None:
    assert types.fits(np.array([1.70141173319e38]), "float")  # documented maximum
    assert not types.fits(np.array([1.7014118347e38]), "float")


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("byte", 101, "int"),
        ("byte", 40000, "long"),
        ("byte", 0.5, "float"),
        ("int", 32741, "long"),
        ("int", 1.5, "float"),
        ("long", 2147483621, "double"),
        ("long", 0.25, "double"),
        ("float", 1e39, "double"),
        ("float", 0.1, "float"),
        ("byte", 7, "byte"),
        ("byte", MISS, "byte"),
        ("int", 5, "int"),
    ],
)
def test_promotion(before: str, value: float, after: str) -> None:
    assert types.promote(before, np.array([value])) == after


@pytest.mark.parametrize("name", ["x", "_x1", "Überschuß", "a" * 32, "変数", "If", "strx", "str"])
def test_legal_names(name: str) -> None:
    assert types.check_name(name) == name


@pytest.mark.parametrize("name", ["", "1x", "a b", "a" * 33, "if", "_n", "double", "str8", "a-b", "x.y", "using"])
def test_illegal_names(name: str) -> None:
    with pytest.raises(InvalidSyntax, match="invalid name"):
        types.check_name(name)


@pytest.mark.parametrize(
    ("storage", "fmt"),
    [
        ("byte", "%8.0g"),
        ("int", "%8.0g"),
        ("long", "%12.0g"),
        ("float", "%9.0g"),
        ("double", "%10.0g"),
        ("str5", "%9s"),
        ("str17", "%17s"),
        ("strL", "%9s"),
    ],
)
def test_default_formats(storage: str, fmt: str) -> None:
    assert types.default_format(storage) == fmt


def test_string_types_count_bytes() -> None:
    assert types.string_type(["", ""]) == "str1"
    assert types.string_type(["añb", "x"]) == "str4"
    assert types.string_type(["x" * 2045]) == "str2045"
    assert types.string_type(["x" * 2046]) == "strL"


@pytest.mark.parametrize("word", ["byte", "str1", "str2045", "strL"])
def test_type_words(word: str) -> None:
    assert types.is_type(word)


@pytest.mark.parametrize("word", ["str2046", "str0", "str", "real", "strl"])
def test_no_type_words(word: str) -> None:
    assert not types.is_type(word)
