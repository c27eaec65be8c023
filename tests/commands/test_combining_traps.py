"""What real scripts do around merge, append, reshape and collapse, and what is easily got wrong there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from driving import Run, column, driver
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.data.dta_write import write_dta
from mixedcli.data.frame import from_frame
from mixedcli.session import Session


@pytest.fixture
def here(tmp_path: Path) -> tuple[Session, Run, Path]:
    session, run = driver(from_frame(pd.DataFrame({"id": [2, 1, 2, 3], "x": [1, 2, 3, 4]})))
    run(f'cd "{tmp_path}"')
    (tmp_path / "raw").mkdir()
    write_dta(from_frame(pd.DataFrame({"id": [1, 2, 3], "z": [10, 20, 30]})), tmp_path / "raw" / "u.dta")
    return session, run, tmp_path


def test_trailing_commas_and_windows_paths(here: tuple[Session, Run, Path]) -> None:
    session, run, _ = here
    assert "Matched" in run(r'merge m:1 id using "raw\u.dta", nogen keep(match),')
    assert column(session, "z") == [10, 20, 20, 30]
    run("collapse z, by(id),")
    assert column(session, "z") == [10, 20, 30]
    run("rename z z5")
    assert "->   z\n" in run("reshape long z, i(id) j(t),")


def test_ties_keep_their_order(here: tuple[Session, Run, Path]) -> None:
    session, run, _ = here
    run("merge m:1 id using raw/u, nogen")
    assert column(session, "x") == [2, 1, 3, 4]
    assert session.data.sorted_by == ("id",)


def test_missing_values_are_keys_of_their_own(here: tuple[Session, Run, Path]) -> None:
    session, run, _ = here
    for k, value in enumerate((".", ".a", ".b"), start=1):
        run(f"replace id = {value} in {k}")
    run("save coded")
    run("replace id = .c if id == .a")
    run("rename x y")
    run("merge 1:1 id using coded")
    assert column(session, "_merge") == [3, 3, 3, 1, 2]
    assert column(session, "y")[1] == column(session, "x")[1] == 1


def test_quietly_and_capture(here: tuple[Session, Run, Path]) -> None:
    session, run, _ = here
    before = session.data
    assert run("capture merge 1:1 id using raw/u") == ""
    assert run("display _rc") == "459"
    assert session.data is before
    assert run("quietly merge m:1 id using raw/u") == ""
    assert session.data.n == 4


@pytest.mark.parametrize(
    "command", ["merge m:1 id using raw/u", "append using raw/u", "collapse x", "reshape wide x, i(id) j(x)"]
)
def test_by_is_refused(command: str, here: tuple[Session, Run, Path]) -> None:
    session, run, _ = here
    before = session.data
    assert run(f"bysort id: {command}").startswith("r(190): ")
    assert session.data is before


def test_types_that_cannot_hold_both_become_double(here: tuple[Session, Run, Path]) -> None:
    """A long and a float meet in double: 16,777,217 is no float."""
    session, run, _ = here
    run("generate long big = 16777217")
    run("save long")
    run("drop big")
    run("generate float big = .5")
    assert run("append using long") == "(variable big was float, now double to accommodate using data's values)"
    assert column(session, "big")[-1] == 16777217


def test_settings_of_the_panel_survive_what_keeps_their_variables(here: tuple[Session, Run, Path]) -> None:
    session, run, _ = here
    run("xtset id")
    run("merge m:1 id using raw/u, nogen noreport")
    assert session.data.settings is not None
    run("collapse z, by(id)")
    assert session.data.settings is not None
    run("collapse z")
    assert session.data.settings is None


@settings(max_examples=40, deadline=None)
@given(
    st.text(max_size=40),
    st.sampled_from(["merge", "append", "reshape", "collapse", "joinby", "xtsum", "import"]),
)
def test_hostile_text_changes_nothing(text: str, command: str) -> None:
    session, run = driver(from_frame(pd.DataFrame({"id": [1, 2], "x": [1, 2]})))
    before = session.data
    answer = run(f"{command} {text}".replace("\n", " "))
    if answer.startswith("r("):
        assert session.data is before
