"""xtset and tsset: messages as in logs of Stata 17 and later."""

from __future__ import annotations

import numpy as np
import pytest
from driving import column, driver

from mixedcli.data.dataset import Column, Dataset, TimeSettings


def panels(ids: list[float], times: list[float], fmt: str = "%8.0g") -> Dataset:
    text = np.empty(len(ids), dtype=object)
    text[:] = "a"
    columns = [
        Column("id", "double", np.array(ids)),
        Column("t", "double", np.array(times), fmt),
        Column("s", "str1", text),
    ]
    return Dataset(columns={c.name: c for c in columns}, n=len(ids))


def test_strongly_balanced() -> None:
    session, run = driver(panels([2, 2, 1, 1], [2, 1, 1, 2]))
    assert run("xtset id t").split("\n") == [
        "",
        "Panel variable: id (strongly balanced)",
        " Time variable: t, 1 to 2",
        "         Delta: 1 unit",
    ]
    assert column(session, "id") == [1, 1, 2, 2] and column(session, "t") == [1, 2, 1, 2]
    assert session.data.sorted_by == ("id", "t")
    assert session.data.settings == TimeSettings("id", "t")
    assert session.r.macros["balanced"] == "strongly balanced"
    assert (session.r.scalars["tmin"], session.r.scalars["tmax"], session.r.scalars["imax"]) == (1, 2, 2)


@pytest.mark.parametrize(
    ("ids", "times", "line1", "line2"),
    [
        ([1, 1, 2, 2], [1, 2, 2, 3], "id (weakly balanced)", "t, 1 to 3"),
        ([1, 1, 2], [1, 2, 1], "id (unbalanced)", "t, 1 to 2"),
        ([1, 1, 2], [1, 5, 1], "id (unbalanced)", "t, 1 to 5, but with a gap"),
        ([1, 1, 2, 2], [2021, 2024, 2021, 2024], "id (strongly balanced)", "t, 2021 to 2024, but with gaps"),
    ],
)
def test_balance_and_gaps(ids: list[float], times: list[float], line1: str, line2: str) -> None:
    _, run = driver(panels(ids, times))
    assert run("xtset id t").split("\n")[1:3] == [f"Panel variable: {line1}", f" Time variable: {line2}"]


def test_delta_and_units() -> None:
    session, run = driver(panels([1, 1, 1], [1955, 1960, 1970]))
    out = run("xtset id t, delta(5) yearly").split("\n")
    assert out[2:] == [" Time variable: t, 1955 to 1970, but with a gap", "         Delta: 5 years"]
    assert session.data.columns["t"].format == "%ty"
    assert session.data.settings == TimeSettings("id", "t", 5.0)


def test_series() -> None:
    _, run = driver(panels([1, 1], [1, 500]))
    assert run("tsset t").split("\n") == ["", "Time variable: t, 1 to 500, but with a gap", "        Delta: 1 unit"]


def test_formatted_times() -> None:
    _, run = driver(panels([1, 1], [0, 1], "%tq"))
    assert run("tsset t").split("\n")[1:] == ["Time variable: t, 1960q1 to 1960q2", "        Delta: 1 quarter"]


def test_panel_alone_shown_again_and_cleared() -> None:
    session, run = driver(panels([1, 1, 2], [1, 2, 1]))
    assert run("xtset id") == "\nPanel variable: id (unbalanced)"
    assert run("xtset") == "\nPanel variable: id (unbalanced)"
    assert column(session, "id") == [1, 1, 2]
    run("xtset, clear")
    assert session.data.settings is None
    assert run("xtset").startswith("r(459): panel variable not set")
    assert run("tsset").startswith("r(111): time variable not set")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("xtset id t", "r(451): repeated time values within panel"),
        ("tsset t", "r(451): repeated time values in sample"),
        ("xtset s", "r(109): string variables not allowed in varlist;\ns is a string variable"),
        ("xtset id t s", "r(103): too many variables specified"),
        ("xtset nope", "r(111): variable nope not found"),
    ],
)
def test_failures(typed: str, answer: str) -> None:
    session, run = driver(panels([1, 1, 2], [1, 1, 1]))
    before = session.data
    assert run(typed) == answer
    assert session.data is before


def test_times_off_the_grid() -> None:
    _, run = driver(panels([1, 1], [1, 2.5]))
    assert run("xtset id t").startswith("r(451): ")
    _, run = driver(panels([1, 1], [1, 3]))
    assert run("xtset id t, delta(5)").startswith("r(451): ")


def test_missing_times_do_not_count() -> None:
    miss = 2.0**1023
    _, run = driver(panels([1, 1, 1, 2], [1, miss, miss, 1]))
    assert run("xtset id t").split("\n")[1] == "Panel variable: id (strongly balanced)"


def test_settings_give_lags_their_meaning_and_are_saved(tmp_path: object) -> None:
    session, run = driver(panels([1, 1, 2, 2], [1, 2, 1, 2]))
    run("xtset id t")
    run("generate before = L.t")
    assert column(session, "before") == [".", 1, ".", 1]
    run(f'save "{tmp_path}/x"')
    run(f'use "{tmp_path}/x", clear')
    assert session.data.settings == TimeSettings("id", "t")
    assert not session.data.changed
    run("xtset id t")
    assert not session.data.changed
