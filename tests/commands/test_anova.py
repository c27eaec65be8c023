"""anova and table: the manual's drug trial, textbook arithmetic, R's car::Anova type III numbers worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mixedcli
from mixedcli.errors import InvalidSyntax, NoObservations, StataError

T43 = Path(__file__).resolve().parents[2] / "fixtures" / "t43" / "t43.csv"


@pytest.fixture
def drug() -> mixedcli.Session:
    return mixedcli.Session(data=str(T43))


def test_the_drug_trial(drug: mixedcli.Session) -> None:
    out = drug.run("anova score person drug, repeated(drug)")  # stata: ex13f.log
    e = drug.e
    assert (e["df_m"], e["df_r"], e["N"]) == (7.0, 12.0, 20.0)
    assert (e["mss"], e["rss"]) == (pytest.approx(1379), pytest.approx(112.8))
    assert (e["ss_1"], e["ss_2"]) == (pytest.approx(680.8), pytest.approx(698.2))
    assert e["r2"] == pytest.approx(0.9244, abs=5e-5)
    assert e["r2_a"] == pytest.approx(0.8803, abs=5e-5)
    assert (e["hf1"], e["gg1"], e["box1"]) == (
        pytest.approx(1.0789, abs=5e-5),
        pytest.approx(0.6049, abs=5e-5),
        pytest.approx(1 / 3),
    )
    assert "0.0076" in out.text


def test_two_levels_need_no_correction(drug: mixedcli.Session) -> None:
    drug.run("keep if drug <= 2\nanova score person drug, repeated(drug)")
    assert drug.e["gg1"] == pytest.approx(1.0)


def test_partial_sums_of_squares_of_an_unbalanced_layout() -> None:
    """Each is the drop in fit when the term leaves the effect-coded model, checked by least squares here."""
    rng = np.random.default_rng(4)
    a, b = rng.integers(1, 4, 40), rng.integers(1, 3, 40)
    a[:6], b[:6] = [1, 2, 3, 1, 2, 3], [1, 1, 1, 2, 2, 2]
    x = rng.normal(size=40)
    y = a + 0.5 * b + a * b * 0.3 + x + rng.normal(size=40)
    s = mixedcli.Session(data=pd.DataFrame({"y": y, "a": a, "b": b, "x": x}))
    s.run("anova y a##b c.x")
    A = np.column_stack([(a == 1) - (a == 3) * 1.0, (a == 2) - (a == 3) * 1.0])
    B = ((b == 1) - (b == 2) * 1.0)[:, None]
    parts = [A, B, A * B, x[:, None]]

    def rss(skip: int | None) -> float:
        X = np.column_stack([np.ones(40), *(p for k, p in enumerate(parts) if k != skip)])
        return float(((y - X @ np.linalg.lstsq(X, y, rcond=None)[0]) ** 2).sum())

    full = rss(None)
    for k, df in enumerate([2, 1, 2, 1]):
        assert s.e[f"ss_{k + 1}"] == pytest.approx(rss(k) - full, rel=1e-9)
        assert s.e[f"df_{k + 1}"] == df
        assert s.e[f"F_{k + 1}"] == pytest.approx((rss(k) - full) / df / (full / (40 - 7)), rel=1e-9)
    assert s.e["rss"] == pytest.approx(full)


def test_a_nested_factor_has_the_rank_that_is_left(drug: mixedcli.Session) -> None:
    drug.run("generate pair = ceil(drug / 2)\nanova score drug pair")
    assert (drug.e["df_1"], drug.e["df_2"]) == (2.0, 0.0)


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("anova score person drug, repeated(person_)", StataError),
        ("anova score person, repeated(drug)", InvalidSyntax),
        ("anova score drug, repeated(drug)", InvalidSyntax),
        ("anova score person drug in 1/19, repeated(drug)", InvalidSyntax),
        ("anova score person##drug in 1/0", StataError),
        ("anova score / person", StataError),
        ("anova score L.drug", InvalidSyntax),
        ("anova score drug if drug > 9", NoObservations),
        ("anova", StataError),
    ],
)
def test_refusals(drug: mixedcli.Session, command: str, error: type[StataError]) -> None:
    with pytest.raises(error):
        drug.run(command)


def test_counts(drug: mixedcli.Session) -> None:
    drug.run("drop in 1\nlabel define d 1 one 2 two\nlabel values drug d")
    lines = drug.run("table person drug").text.splitlines()
    body = [line.partition("|") for line in lines if "|" in line]
    assert body[1][2].split() == ["one", "two", "3", "4", "Total"]
    assert body[3][0].strip() == "1"
    assert body[3][2].split() == ["1", "1", "1", "3"]  # the missing cell is blank
    assert body[-1][2].split() == ["4", "5", "5", "5", "19"]
    assert drug.r["N"] == 19.0


def test_counts_of_one_variable(drug: mixedcli.Session) -> None:
    out = drug.run("table drug if person > 2, nototals").text
    assert [line.split()[-1] for line in out.splitlines() if "|" in line][2:] == ["3"] * 4
    with pytest.raises(StataError):
        drug.run("table")
    with pytest.raises(StataError):
        drug.run("table drug person score")


def test_a_model_without_terms() -> None:
    s = mixedcli.Session(pd.DataFrame({"y": [1.0, 2, 4]}))
    assert "Residual |" in str(s.run("anova y"))
    assert s.e["rss"] == pytest.approx(14 / 3, rel=1e-12)


@pytest.mark.parametrize("typed", ["areg 10", "areg y = x", "jackknife: areg 10"])
def test_areg_takes_variables_only(typed: str) -> None:
    s = mixedcli.Session(pd.DataFrame({"y": [1.0, 2, 4], "x": [1.0, 2, 3]}))
    with pytest.raises(StataError) as refused:
        s.run(typed)
    assert refused.value.rc == 198
