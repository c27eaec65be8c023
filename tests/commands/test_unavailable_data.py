"""Commands around data that are refused, and those that stand in for Stata's."""

from __future__ import annotations

import pandas as pd
import pytest
from driving import driver

from mixedcli.data.frame import from_frame


@pytest.mark.parametrize(
    "typed",
    [
        "frame create other",
        "frames dir",
        "frame change other",
        "frame put x, into(y)",
        "snapshot save",
        "frlink m:1 id",
    ],
)
def test_frames_and_snapshots_are_refused(typed: str) -> None:
    session, run = driver(from_frame(pd.DataFrame({"x": [1, 2]})))
    before = session.data
    answer = run(typed)
    assert answer.startswith("r(198): ")
    assert answer.endswith("is not yet available")
    assert session.data is before


def test_sysuse_takes_names_only() -> None:
    session, run = driver(from_frame(pd.DataFrame({"x": [1]})))
    assert run("sysuse") == "r(198): invalid file specification"
    assert run("sysuse dir").startswith("r(198): sysuse dir is not available")
    assert run("sysuse ../auto, clear").startswith("r(601): ")
    run("replace x = 2")
    assert run("sysuse auto") == "r(4): no; dataset in memory has changed since last saved"
    assert session.data.n == 1


def test_datasignature_sees_changes() -> None:
    session, run = driver(from_frame(pd.DataFrame({"x": [1, 2], "s": ["a", "b"]})))
    shown = run("datasignature").strip()
    assert shown.startswith("2:2:")
    assert run("datasignature confirm") == "r(111): data signature not set"
    assert run("datasignature set") == f"  {shown}       (data signature set)"
    assert run("datasignature set").startswith("r(110): ")
    assert run("datasignature confirm") == "  (data unchanged since signature was set)"
    run('replace s = "c" in 2')
    assert run("datasignature confirm") == "r(9): data have changed since signature was set"
    assert run("datasignature set, reset") != f"  {shown}       (data signature set)"
    run("datasignature clear")
    assert run("datasignature confirm") == "r(111): data signature not set"
    assert run("datasignature what") == "r(198): invalid syntax"
    assert session.data.n == 2
