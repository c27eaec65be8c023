"""estimates, lrtest, test after mixed: arithmetic checked by hand from e(), layout against the manual's logs."""

from __future__ import annotations

from math import log
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from mixedcli import Session, StataError

SLEEP = Path(__file__).parents[2] / "fixtures" / "rdatasets" / "sleepstudy.csv"


@pytest.fixture(scope="module")
def session() -> Session:
    """Two nested models of the sleep study, stored."""
    s = Session(data=SLEEP)
    s.run("mixed reaction days || subject: days")
    s.run("estimates store slope")
    s.run("mixed reaction days || subject:")
    s.run("estimates store intercept")
    return s


def ll(session: Session, name: str) -> float:
    session.run(f"estimates restore {name}")
    return float(session.e["ll"])


@pytest.mark.parametrize("order", ["slope intercept", "intercept slope"])
def test_lrtest_finds_the_restricted_model(session: Session, order: str) -> None:
    chi2 = 2 * (ll(session, "slope") - ll(session, "intercept"))
    text = session.run(f"lrtest {order}").text
    assert session.r["chi2"] == pytest.approx(chi2, rel=1e-12)
    assert session.r["df"] == 1
    assert session.r["p"] == pytest.approx(stats.chi2.sf(chi2, 1), rel=1e-9)
    assert "Assumption: intercept nested within slope" in text
    assert f" LR chi2(1) = {chi2:6.2f}" in text
    assert "the boundary of the parameter space" in text  # the models differ in the number of variances


def test_lrtest_against_the_last_estimates(session: Session) -> None:
    session.run("estimates restore intercept")
    assert "Assumption: . nested within slope" in session.run("lrtest slope").text


def test_lrtest_refuses_what_cannot_be_compared(session: Session) -> None:
    session.run("quietly mixed reaction days if days<9 || subject:")
    with pytest.raises(StataError, match=r"observations differ: 180 vs\. 162") as caught:
        session.run("lrtest slope .")
    assert caught.value.rc == 498
    session.run("quietly mixed reaction days || subject: days, reml")
    with pytest.raises(StataError, match="REML"):
        session.run("lrtest slope .")
    assert session.run("lrtest intercept ., force").text
    with pytest.raises(StataError, match=r"df\(unrestricted\) = df\(restricted\) = 5"):
        session.run("lrtest slope slope")
    with pytest.raises(StataError, match="estimation result nosuch not found") as caught:
        session.run("lrtest nosuch")
    assert caught.value.rc == 111


def test_long_names_are_abbreviated() -> None:
    """Manual example 6."""
    s = Session(data=SLEEP)
    s.run("mixed reaction days || subject: days\nestimates store heteroskedastic\nmixed reaction days || subject:")
    assert "nested within heteroskedas~c" in s.run("lrtest heteroskedastic .").text


def test_information_criteria(session: Session) -> None:
    value = ll(session, "slope")
    text = session.run("estimates stats slope").text
    row = next(line for line in text.splitlines() if line.startswith("       slope |"))
    cells = row.split("|")[1].split()
    assert cells[:2] == ["180", "."]
    assert float(cells[2]) == pytest.approx(value, abs=1e-3)
    assert cells[3] == "5"
    assert float(cells[4]) == pytest.approx(-2 * value + 2 * 5, abs=1e-2)
    assert float(cells[5]) == pytest.approx(-2 * value + log(180) * 5, abs=1e-2)
    assert "Note: BIC uses N = number of observations. See [R] IC note." in text


def test_store_marks_the_sample_and_drop_takes_it_away() -> None:
    s = Session(data=SLEEP)
    s.run("mixed reaction days if days>1 || subject:\nestimates store late")
    assert (s.data["_est_late"] == (s.data["days"] > 1)).all()
    s.run("estimates drop late")
    assert "_est_late" not in s.data.columns
    with pytest.raises(StataError):
        s.run("estimates restore late")


def test_restore_brings_everything_back(session: Session) -> None:
    session.run("estimates restore slope")
    assert session.e["k"] == 5
    assert "subject: Independent" in session.run("mixed").text
    session.run("estimates restore intercept")
    assert "subject: Identity" in session.run("mixed").text


def test_table_shows_models_side_by_side(session: Session) -> None:
    lines = session.run("estimates table slope intercept, stats(N ll)").text.splitlines()
    days = next(line for line in lines if line.strip().startswith("days |"))
    assert len(days.split("|")[1].split()) == 2
    second = next(i for i, line in enumerate(lines) if line.startswith("lns1_1_2"))
    assert len(lines[second + 1].split("|")[1].split()) == 1  # only the slope model has a second variance
    assert any(line.strip().startswith("N |") and line.split()[-2:] == ["180", "180"] for line in lines)


def test_wald_tests_by_hand(session: Session) -> None:
    session.run("estimates restore slope")
    b, v = session.e["b"].to_numpy()[0], session.e["V"].to_numpy()
    session.run("test days = 10")
    assert session.r["chi2"] == pytest.approx((b[0] - 10) ** 2 / v[0, 0], rel=1e-12)
    session.run("test (days = 10) (_cons = 250)")
    d = b[:2] - [10, 250]
    chi2 = float(d @ np.linalg.solve(v[:2, :2], d))
    assert session.r["chi2"] == pytest.approx(chi2, rel=1e-10)
    assert session.r["p"] == pytest.approx(stats.chi2.sf(chi2, 2), rel=1e-9)
    text = session.run("test 2*days - 20 = _cons/5").text
    assert " ( 1)  2*[reaction]days - .2*[reaction]_cons = 20" in text
    session.run("test [lns1_1_1]_cons = [lns1_1_2]_cons")
    assert session.r["df"] == 1


def test_redundant_constraints_are_dropped(session: Session) -> None:
    session.run("estimates restore slope")
    text = session.run("test (days = 10) (2*days = 20)").text
    assert session.r["df"] == 1
    assert "Constraint 2 dropped" in text


@pytest.mark.parametrize(
    ("text", "rc"),
    [("test nosuch", 111), ("test [nosuch]days", 303), ("test days*days = 1", 131), ("test", 198)],
)
def test_wrong_hypotheses(session: Session, text: str, rc: int) -> None:
    session.run("estimates restore slope")
    with pytest.raises(StataError) as caught:
        session.run(text)
    assert caught.value.rc == rc


@pytest.mark.parametrize("text", ["test days", "mixed", "estimates store a", "lrtest ."])
def test_nothing_without_estimates(text: str) -> None:
    with pytest.raises(StataError, match="last estimates not found") as caught:
        Session(data=SLEEP).run(text)
    assert caught.value.rc == 301


def test_the_sample_goes_with_its_data(tmp_path: Path) -> None:
    """Other data with as many rows are not the estimation sample."""
    s = Session(data=SLEEP)
    s.run("mixed reaction days if days > 1 || subject:")
    s.run("count if e(sample)")
    assert s.r["N"] == 144
    s.run(f'save "{tmp_path / "other.dta"}"')
    s.run(f'use "{tmp_path / "other.dta"}", clear')
    s.run("count if e(sample)")
    assert s.r["N"] == 0
    assert s.e["N"] == 144


@pytest.mark.parametrize(
    "command",
    [
        "regress reaction   days",
        "areg reaction days,  absorb(subject)",
        "anova reaction  subject",
        "mean  reaction",
        "xtreg reaction days,   i(subject)",
        "mixed reaction days  || subject:",
        "bootstrap r(mean),  reps(2) seed(1): summarize reaction",
        "jackknife r(mean):  summarize reaction",
    ],
)
def test_cmdline_is_what_was_typed_without_prefixes_and_blanks(command: str) -> None:
    s = Session(data=SLEEP)
    s.run(f"quietly {command}")
    assert s.e["cmdline"] == " ".join(command.split())
