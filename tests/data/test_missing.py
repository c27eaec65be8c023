"""Missing codes: Stata's documented order and bit patterns."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixedcli.data import missing

LETTERS = ["", *"abcdefghijklmnopqrstuvwxyz"]


def test_order_of_missing_values() -> None:
    values = [missing.missing_value(letter) for letter in LETTERS]
    assert values == sorted(values)
    assert len(set(values)) == 27
    assert values[0] > 8.9884656743e307  # the largest double


def test_documented_bit_patterns() -> None:
    """help dta: "." is 0x7fe0000000000000 as double, 0x7f000000 as float; .z adds 26 * 2^-12 of it."""
    assert struct.pack(">d", missing.missing_value()) == bytes.fromhex("7fe0000000000000")
    assert struct.pack(">d", missing.missing_value("a")) == bytes.fromhex("7fe0010000000000")
    assert struct.pack(">d", missing.missing_value("z")) == bytes.fromhex("7fe01a0000000000")
    as_float = missing.narrow(np.array([missing.missing_value("z")]), "float")
    assert struct.pack(">f", as_float[0]) == bytes.fromhex("7f00d000")


@pytest.mark.parametrize(("storage", "first"), [("byte", 101), ("int", 32741), ("long", 2147483621)])
def test_integer_codes(storage: str, first: int) -> None:
    codes = missing.narrow(np.array([missing.missing_value(x) for x in LETTERS]), storage)
    assert codes.tolist() == list(range(first, first + 27))


@given(st.sampled_from(["byte", "int", "long", "float", "double"]), st.lists(st.sampled_from(LETTERS), min_size=1))
def test_widen_undoes_narrow(storage: str, letters: list[str]) -> None:
    wide = np.array([missing.missing_value(x) for x in letters] + [3.0, -7.0])
    assert missing.widen(missing.narrow(wide, storage), storage).tolist() == wide.tolist()
    assert [missing.letter_of(v) for v in wide[:-2]] == ["." + x for x in letters]


def test_nan_and_infinities_are_missing() -> None:
    odd = np.array([np.nan, np.inf, -np.inf, 1.0])
    for storage in ("byte", "float", "double"):
        back = missing.widen(missing.narrow(odd, storage), storage)
        assert back.tolist() == [missing.SYSMISS] * 3 + [1.0]
    assert missing.is_missing(odd[:2]).all()
