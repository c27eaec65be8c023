"""constraint and constraints(): numbering, lists, what is shown, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mixedcli import Session, StataError

SLEEP = Path(__file__).parents[2] / "fixtures" / "rdatasets" / "sleepstudy.csv"


@pytest.fixture
def session() -> Session:
    s = Session(data=SLEEP)
    s.run("generate double late = days > 4")
    return s


def test_defined_listed_dropped(session: Session) -> None:
    session.run("constraint 2 [reaction]days = 10")
    session.run("cons de 11 late days")
    # the layout of the list is that of the manual entry of constraint
    assert session.run("constraint list").text.rstrip() == "     2:  [reaction]days = 10\n    11:  late days"
    assert session.run("constraint dir 1/5").text.rstrip() == "     2:  [reaction]days = 10"
    session.run("constraint free")
    assert session.r["free"] == "1"
    session.run("constraint get 11")
    assert (session.r["defined"], session.r["contents"]) == (1, "late days")
    session.run("constraint 2 days = 9")
    assert "days = 9" in session.run("constraint list 2").text
    session.run("constraint drop 1/3")
    assert session.run("constraint list").text.rstrip() == "    11:  late days"
    session.run("constraint drop _all")
    assert session.run("constraint list").text.strip() == ""


@pytest.mark.parametrize(
    ("text", "rc"),
    [
        ("constraint drop", 100),
        ("constraint drop x", 121),
        ("constraint list 3/2", 121),
        ("constraint frobnicate", 198),
        ("constraint", 198),
        ("constraint 2000 x = 1", 198),
    ],
)
def test_mistakes(session: Session, text: str, rc: int) -> None:
    with pytest.raises(StataError) as caught:
        session.run(text)
    assert caught.value.rc == rc


def test_a_fixed_coefficient(session: Session) -> None:
    session.run("constraint 1 days = 10")
    text = session.run("mixed reaction days late || subject:, constraints(1) nolog").text
    lines = text.split("\n")
    table = next(i for i, x in enumerate(lines) if x.startswith("----"))
    assert lines[table - 2 : table] == ["", " ( 1)  [reaction]days = 10"]
    assert "        days |         10  (constrained)" in lines
    assert "Wald chi2(1)" in text
    assert " ( 1)" not in session.run("mixed, nocnsreport").text
    cns = session.e["Cns"]
    np.testing.assert_array_equal(np.asarray(cns.values)[0, [0, 1, 2, -1]], [1, 0, 0, 10])
    fixed = np.asarray(session.e["b"].values)[0]
    session.run("generate double rest = reaction - 10*days")
    session.run("quietly mixed rest late || subject:")
    np.testing.assert_allclose(fixed[1:], np.asarray(session.e["b"].values)[0], rtol=1e-7)


def test_two_at_once_and_redundant_ones(session: Session) -> None:
    session.run("constraint 1 days = late")
    session.run("constraint 2 2*days - late = late")
    text = session.run("mixed reaction days late || subject:, const(1 2) nolog").text
    assert " ( 1)  [reaction]days - [reaction]late = 0" in text
    assert " ( 2)" not in text
    b = np.asarray(session.e["b"].values)[0]
    assert b[0] == pytest.approx(b[1], rel=1e-12)
    assert "Wald chi2(1)" in text


def test_contradictions_and_unknown_names(session: Session) -> None:
    session.run("constraint 1 days = 10")
    session.run("constraint 2 days = 11")
    session.run("constraint 3 nothing = 1")
    with pytest.raises(StataError) as caught:
        session.run("mixed reaction days || subject:, constraints(1 2)")
    assert caught.value.rc == 412
    with pytest.raises(StataError) as caught:
        session.run("mixed reaction days || subject:, constraints(7)")
    assert caught.value.rc == 111
    # stata: a Statalist thread on cnsreg shows this note
    text = session.run("mixed reaction days || subject:, constraints(1 3)").text
    assert "(note: constraint number 3 caused error r(111))" in text
    assert " ( 1)  [reaction]days = 10" in text


def test_levels_of_factors(session: Session) -> None:
    session.run("constraint 1 1.late = 2*days")
    session.run("mixed reaction days i.late || subject:, constraints(1)")
    b = session.e["b"]
    place = {name: k for k, name in enumerate(b.columns)}
    values = np.asarray(b.values)[0]
    assert values[place["reaction:1.late"]] == pytest.approx(2 * values[place["reaction:days"]], rel=1e-12)


def test_constraints_are_forgotten_by_clear_all(session: Session) -> None:
    session.run("constraint 1 days = 10")
    session.run("clear all")
    assert session.run("constraint list").text.strip() == ""


def test_coefficients_held_equal_have_a_difference_without_variance() -> None:
    """b1 - b2 = 0 by constraint: nothing is left to test, and rounding is no standard error."""
    s = Session()
    s.run("set obs 120\nset seed 5\ngenerate g = int((_n - 1) / 6)\ngenerate a = mod(_n, 3) + 1")
    s.run("generate y = a + g / 9 + rnormal()\nconstraint 1 2.a = 3.a")
    s.run("mixed y i.a || g:, constraints(1) reml")
    s.run("test 2.a = 3.a")
    assert s.r["df"] == 0
    s.run("lincom 2.a - 3.a")
    assert not s.r["se"] > 0
    s.run("pwcompare a")
    assert not s.r["table_vs"].loc["se"].iloc[2] > 0
    s.run("contrast a")
    assert s.r["df"].to_numpy().ravel()[0] == 1
