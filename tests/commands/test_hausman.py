"""hausman and the options of test that join or separate hypotheses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mixedcli import Session, StataError
from mixedcli.commands.hausman import hausman

SLEEP = Path(__file__).parents[2] / "fixtures" / "rdatasets" / "sleepstudy.csv"


def test_statistic_and_rank() -> None:
    rng = np.random.default_rng(3)
    half = rng.normal(size=(3, 3))
    V, d = half @ half.T, rng.normal(size=3)
    told = hausman(d, V)
    assert told.chi2 == pytest.approx(d @ np.linalg.solve(V, d))
    assert (told.df, told.positive) == (3, True)
    assert hausman(d[:1], -V[:1, :1]).chi2 < 0
    flat = np.zeros((2, 2))
    flat[0, 0] = 4.0
    alone = hausman(np.array([2.0, 0.0]), flat)
    assert (alone.chi2, alone.df, alone.positive) == (1.0, 1, False)


def test_layout() -> None:
    """Two fits of different slopes: the columns of public logs of hausman (Stata 17)."""
    s = Session(data=SLEEP)
    s.run("quietly mixed reaction days if subject < 350 || subject:\nestimates store FE")
    s.run("quietly mixed reaction days || subject:\nestimates store RASCH")
    lines = s.run("hausman FE RASCH").text.splitlines()
    assert lines[1:4] == [
        "                 ---- Coefficients ----",
        "             |      (b)          (B)            (b-B)     sqrt(diag(V_b-V_B))",
        "             |       FE         RASCH        Difference       Std. err.",
    ]
    assert "                          b = Consistent under H0 and Ha; obtained from mixed." in lines
    assert "           B = Inconsistent under Ha, efficient under H0; obtained from mixed." in lines
    assert "    chi2(1) = (b-B)'[(V_b-V_B)^(-1)](b-B)" in lines


def test_chi2_of_one_coefficient() -> None:
    s = Session(data=SLEEP)
    s.run("quietly mixed reaction days if subject < 350 || subject:\nestimates store part")
    b, v = s.e["b"].iloc[0, 0], s.e["V"].iloc[0, 0]
    s.run("quietly mixed reaction days || subject:")
    B, V = s.e["b"].iloc[0, 0], s.e["V"].iloc[0, 0]
    s.run("hausman part")
    assert s.r["chi2"] == pytest.approx((b - B) ** 2 / (v - V))
    assert s.r["df"] == 1


def test_refusals() -> None:
    s = Session(data=SLEEP)
    s.run("quietly mixed reaction days || subject:, vce(robust)\nestimates store r")
    s.run("quietly mixed reaction days || subject:")
    for line, rc in (("hausman", 198), ("hausman nobody", 111), ("hausman r", 498)):
        with pytest.raises(StataError) as caught:
            s.run(line)
        assert caught.value.rc == rc


def test_accumulate_joins_the_last_test() -> None:
    s = Session(data=SLEEP)
    s.run("quietly mixed reaction days || subject:\ntest (days = 10) (_cons = 250)")
    together = s.r["chi2"]
    s.run("test days = 10")
    text = s.run("test _cons = 250, accumulate").text
    assert s.r["chi2"] == pytest.approx(together)
    assert " ( 2)  [reaction]_cons = 250" in text
    s.run("quietly mixed reaction days || subject:\ntest _cons = 250, accumulate")
    assert s.r["df"] == 1  # new estimates forget earlier tests


def test_notest_lists_only() -> None:
    s = Session(data=SLEEP)
    s.run("quietly mixed reaction days || subject:")
    assert s.run("test days = 10, notest").text.splitlines() == ["", " ( 1)  [reaction]days = 10"]
    s.run("test _cons = 250, accumulate")
    assert s.r["df"] == 2


def test_df_gives_f() -> None:
    s = Session(data=SLEEP)
    s.run("quietly mixed reaction days || subject:\ntest days")
    chi2 = s.r["chi2"]
    s.run("test days, df(17)")
    assert (s.r["F"], s.r["df_r"]) == (pytest.approx(chi2), 17.0)
    s.run("lincom days, df(17)")
    assert s.r["t"] ** 2 == pytest.approx(chi2)


def test_equations_by_number() -> None:
    """equations(1:1) names what is compared; a wrong number is refused."""
    s = Session(data=SLEEP)
    s.run("quietly mixed reaction days if subject < 350 || subject:\nestimates store part")
    s.run("quietly mixed reaction days || subject:\nestimates store full")
    s.run("hausman part full")
    plain = s.r["chi2"]
    s.run("hausman part full, equations(1:1)")
    assert s.r["chi2"] == plain
    with pytest.raises(StataError, match="no coefficients in common"):
        s.run("hausman part full, equations(1:2)")
    # constants of two equations of different names are the same coefficient when paired
    b, B = (s.run(f"estimates restore {n}") and s.e["b"].iloc[0, 2] for n in ("part", "full"))
    v, V = (s.run(f"estimates restore {n}") and s.e["V"].iloc[2, 2] for n in ("part", "full"))
    s.run("hausman part full, equations(2:2) constant")
    assert s.r["chi2"] == pytest.approx((b - B) ** 2 / (v - V))
    with pytest.raises(StataError, match="equations"):
        s.run("hausman part full, equations(1:9)")
