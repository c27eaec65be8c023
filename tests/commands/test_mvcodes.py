"""mvdecode and mvencode: by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from mixedcli import Session, StataError


def small() -> Session:
    return Session(data=pd.DataFrame({"x": [1, -9, -8, 5, 99], "y": [99.5, -9, 3, 4, 7], "s": ["a"] * 5}))


def test_decode() -> None:
    s = small()
    text = s.run("mvdecode x y s, mv(-9/-8 \\ 99=.a)").text
    assert "           x: 3 missing values generated" in text
    assert "           y: 1 missing value generated" in text
    s.run("count if x == .")
    assert s.r["N"] == 2
    s.run("count if x == .a")
    assert s.r["N"] == 1
    assert s.run("mvdecode x, mv(1) \n count if missing(x)") and s.r["N"] == 4


def test_decode_only_where_asked() -> None:
    s = small()
    s.run("mvdecode x if y > 0 in 1/3, mv(-9 -8)\ncount if missing(x)")
    assert s.r["N"] == 1


def test_encode_and_back() -> None:
    s = small()
    s.run("mvdecode x, mv(-9=. \\ -8=.b)")
    assert "           x: 2 missing values recoded" in s.run("mvencode x, mv(.b=500 \\ else=-7)").text
    assert s.data["x"].tolist() == [1, -7, 500, 5, 99]
    s.run("mvdecode x, mv(500)\nmvencode x, mv(1000)")
    assert s.data["x"].tolist() == [1, -7, 1000, 5, 99]


def test_encode_refuses_a_number_in_use() -> None:
    s = small()
    s.run("mvdecode x, mv(-9)")
    before = s.data
    with pytest.raises(StataError) as found:
        s.run("mvencode x, mv(5)")
    assert found.value.rc == 9
    pd.testing.assert_frame_equal(s.data, before)
    s.run("mvencode x, mv(5) override")
    assert s.data["x"].tolist() == [1, 5, -8, 5, 99]


@pytest.mark.parametrize(
    ("line", "rc"),
    [("mvdecode x", 198), ("mvdecode x, mv(1=2)", 198), ("mvencode x, mv(a)", 121), ("mvdecode zz, mv(1)", 111)],
)
def test_refused(line: str, rc: int) -> None:
    with pytest.raises(StataError) as found:
        small().run(line)
    assert found.value.rc == rc
