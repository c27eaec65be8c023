"""Number lists ([U] 11.1.8)."""

from __future__ import annotations

import math

import pytest

from mixedcli.errors import InvalidNumlist
from mixedcli.parse import parse_numlist

CASES: list[tuple[str, list[float]]] = [
    ("5", [5]),
    ("1 2 3", [1, 2, 3]),
    ("1, 2,3", [1, 2, 3]),
    ("-1 +2 .5 1e3", [-1, 2, 0.5, 1000]),
    ("1/4", [1, 2, 3, 4]),
    ("4/1", [4, 3, 2, 1]),
    ("-1/2", [-1, 0, 1, 2]),
    ("10(5)30", [10, 15, 20, 25, 30]),
    ("10[5]30", [10, 15, 20, 25, 30]),
    ("1(2)6", [1, 3, 5]),
    ("5(-1)3", [5, 4, 3]),
    ("-.2(.2).4", [-0.2, 0.0, 0.2, 0.4]),
    ("1 2 to 5", [1, 2, 3, 4, 5]),
    ("1 2:5", [1, 2, 3, 4, 5]),
    ("10 8 : 4", [10, 8, 6, 4]),
    ("1/3 10(5)20 7", [1, 2, 3, 10, 15, 20, 7]),
    ("1 3 to 7 9/10", [1, 3, 5, 7, 9, 10]),
    ("0(.1).3", [0, 0.1, 0.2, 0.3]),
    ("3/3", [3]),
]


@pytest.mark.parametrize(("text", "numbers"), CASES, ids=[text for text, _ in CASES])
def test_numlist(text: str, numbers: list[float]) -> None:
    assert parse_numlist(text) == pytest.approx(numbers)


def test_missing() -> None:
    first, second = parse_numlist("1 .")
    assert first == 1 and math.isnan(second)


@pytest.mark.parametrize(
    "text", ["", " ", "a", "1 b", "1/", "1(0)5", "1(-1)5", "1/1e9", "1(1e-9)2", "1 1 to 5", "1..2"]
)
def test_invalid(text: str) -> None:
    with pytest.raises(InvalidNumlist) as caught:
        parse_numlist(text)
    assert caught.value.rc == 121
