"""clear in all its forms: what goes, and what stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from mixedcli.session import Session
from tests.commands.driving import Run, driver

HELD = ("data", "scalars", "matrices", "constraints", "programs", "timers", "postings", "files", "r", "stored")


def held(session: Session) -> set[str]:
    """The parts of a session that hold anything."""
    full = {name for name in HELD if name != "data" and name != "r" and getattr(session, name)}
    return full | ({"data"} if session.data.columns else set()) | ({"r"} if session.r.scalars else set())


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Session, Run]:
    monkeypatch.chdir(tmp_path)
    session, run = driver()
    run("set obs 20\ngen x = mod(_n, 7)\ngen y = x + mod(_n, 3)\nregress y x\nestimates store m\nscalar s = 1")
    run("matrix M = (1, 2)\nconstraint 1 x = 1\nprogram p\ndisplay 1\nend\ntimer on 1\npostfile h a using r")
    run("file open f using f.txt, write\nglobal g 1\nlocal l 1\nsummarize x")
    assert held(session) == set(HELD)
    return session, run


FORMS = [
    ("clear", {"data"}),
    ("clear all", set(HELD)),
    ("clear *", set(HELD)),
    ("clear results", {"r"}),
    ("clear matrix", {"matrices"}),
    ("clear programs", {"programs"}),
    ("clear ado", {"programs"}),
    ("clear mata", set()),
    ("clear rngstream", set()),
    ("clear frames", set()),
    ("clear collect", set()),
]


@pytest.mark.parametrize(("text", "gone"), FORMS, ids=[text for text, _ in FORMS])
def test_what_goes(loaded: tuple[Session, Run], text: str, gone: set[str]) -> None:
    session, run = loaded
    assert run(text) == ""
    assert set(HELD) - held(session) == gone
    assert (session.estimates is None) == ("r" in gone)
    assert session.globals == {"g": "1"} and session.locals["l"] == "1"


def test_nothing_else_is_cleared(loaded: tuple[Session, Run]) -> None:
    session, run = loaded
    assert run("clear nosuch").startswith("r(198)")
    assert run("clear all results").startswith("r(198)")
    assert held(session) == set(HELD)
