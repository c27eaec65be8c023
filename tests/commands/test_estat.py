"""estat icc, recovariance and ic: layout from OUTPUT.md, values by hand from e(b) and e(V)."""

from __future__ import annotations

from math import exp, log
from pathlib import Path

import numpy as np
import pytest

from mixedcli import Session, StataError

DATA = Path(__file__).parents[2] / "fixtures" / "rdatasets"


@pytest.fixture
def pastes() -> Session:
    s = Session(data=DATA / "pastes.csv")
    s.run("mixed strength || batch: || cask:")
    return s


def test_icc_by_hand(pastes: Session) -> None:
    text = pastes.run("estat icc").text
    theta, V = pastes.e["b"].to_numpy()[0][1:], pastes.e["V"].to_numpy()[1:, 1:]
    v = np.exp(2 * theta)
    total = v.sum()
    step = 1e-6
    for number, top in ((3, 1), (2, 2)):  # 3 is batch, 2 cask within batch
        value = v[:top].sum() / total
        gradient = []
        for k in range(3):
            moved = theta.copy()
            moved[k] += step
            w = np.exp(2 * moved)
            gradient.append((w[:top].sum() / w.sum() - value) / step)
        se = float(np.sqrt(np.array(gradient) @ V @ np.array(gradient)))
        assert pastes.r[f"icc{number}"] == pytest.approx(value, rel=1e-12)
        assert pastes.r[f"se{number}"] == pytest.approx(se, rel=1e-4)
        middle, width = log(value / (1 - value)), 1.959963984540054 * se / (value * (1 - value))
        limits = [1 / (1 + exp(-middle + width)), 1 / (1 + exp(-middle - width))]
        assert pastes.r[f"ci{number}"].to_numpy()[0] == pytest.approx(limits, rel=1e-4)
    lines = text.splitlines()
    assert lines[1] == "Intraclass correlation"
    assert lines[4] == "                       Level |        ICC   Std. err.     [95% conf. interval]"
    assert lines[6].startswith("                       batch | ")
    assert lines[7].startswith("                  cask|batch | ")


def test_icc_titles_and_refusals() -> None:
    s = Session(data=DATA / "sleepstudy.csv")
    s.run("mixed reaction days || subject:")
    assert "\nResidual intraclass correlation\n" in s.run("estat icc").text
    s.run("mixed reaction days || subject: days")
    assert "\nConditional intraclass correlation\n" in s.run("estat icc").text
    for refused in (
        "mixed reaction days || subject:, residuals(ar 1, t(days))",
        "mixed reaction days || _all: R.subject",
        "mixed reaction days || subject: days, nocons",
        "mixed reaction days",
        "regress reaction days",
        "xtset subject\nxtreg reaction days",
    ):
        s.run(refused)
        with pytest.raises(StataError) as caught:
            s.run("estat icc")
        assert caught.value.rc == 321, refused


def test_icc_on_the_boundary_has_no_interval() -> None:
    s = Session(data=DATA / "dyestuff2.csv")
    s.run("mixed yield || batch:")
    s.run("estat icc")
    assert s.r["icc2"] == pytest.approx(0, abs=1e-6)
    assert np.isnan(s.r["ci2"].to_numpy()).all()


def test_recovariance(pastes: Session) -> None:
    s = Session(data=DATA / "sleepstudy.csv")
    s.run("mixed reaction days || subject: days, cov(un)")
    text = s.run("estat recovariance").text
    rows = {p["name"]: p["estimate"] for p in s.table().reset_index().to_dict("records") if p["part"] == "random"}
    found = s.r["Cov2"].to_numpy()
    assert found[0, 0] == pytest.approx(rows["var(days)"])
    assert found[1, 0] == pytest.approx(rows["cov(days,_cons)"])
    assert text.splitlines()[1] == "Random-effects covariance matrix for level subject"
    assert text.splitlines()[3].rstrip() == "             |      days      _cons"
    assert text.splitlines()[4].startswith("-------------+--")
    s.run("estat recovariance, correlation")
    r = found[1, 0] / np.sqrt(found[0, 0] * found[1, 1])
    assert s.r["Corr2"].to_numpy()[1, 0] == pytest.approx(r)
    pastes.run("estat recov, relevel(batch)")
    assert "Cov3" in pastes.r
    assert "Cov2" not in pastes.r


def test_ic_and_mistakes(pastes: Session) -> None:
    assert "Note: BIC uses N = number of observations." in pastes.run("estat ic").text
    assert "Note: N = 10 used" in pastes.run("estat ic, n(10),").text
    for text, rc in (
        ("estat nosuch", 321),
        ("estat vif", 321),
        ("estat", 198),
        ("estat recov, relevel(nosuch)", 111),
        ("estat ic, n(x)", 198),
    ):
        with pytest.raises(StataError) as caught:
            pastes.run(text)
        assert caught.value.rc == rc


def test_recovariance_of_crossed_effects() -> None:
    s = Session(data=DATA / "penicillin.csv")
    s.run("mixed diameter || _all: R.plate || sample:")
    rows = [p["estimate"] for p in s.table().reset_index().to_dict("records") if p["part"] == "random"]
    text = s.run("estat recovariance").text
    assert s.r["Cov3"].to_numpy().tolist() == [[pytest.approx(rows[0])]]
    assert s.r["Cov2"].to_numpy().tolist() == [[pytest.approx(rows[1])]]
    assert "matrix for level _all" in text
    assert "R.plate" in text
    assert f"{rows[0]:.2f}".lstrip("0") in s.run("estat recovariance, format(%9.2f)").text
    s.run("mixed diameter")
    with pytest.raises(StataError) as caught:
        s.run("estat recovariance")
    assert caught.value.rc == 321
