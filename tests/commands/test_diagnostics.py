"""areg, estat vif, hettest and ovtest, xttest0 against R (lm, car, lmtest, sandwich, plm: diagnostics.R)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mixedcli import Session, StataError

FIXTURES = Path(__file__).parents[2] / "fixtures"
R = json.loads((FIXTURES / "reference" / "diagnostics.json").read_text())
PRODUC = FIXTURES / "rdatasets" / "produc.csv"
MODEL = "gsp pc emp unemp"


@pytest.fixture
def states() -> Session:
    return Session(data=PRODUC)


def test_vif(states: Session) -> None:
    text = states.run(f"regress {MODEL}\nestat vif").text
    found = {states.r[f"name_{k}"]: states.r[f"vif_{k}"] for k in (1, 2, 3)}
    np.testing.assert_allclose([found[n] for n in ("pc", "emp", "unemp")], R["vif"], rtol=1e-9)
    assert f"    Mean VIF |{sum(R['vif']) / 3:>10.2f}" in text


def test_hettest(states: Session) -> None:
    text = states.run(f"regress {MODEL}\nestat hettest").text
    assert states.r["chi2"] == pytest.approx(R["bp"][0])
    assert "Assumption: Normal error terms\nVariable: Fitted values of gsp\n" in text
    states.run("estat hettest, rhs iid")
    assert (states.r["chi2"], states.r["df"]) == (pytest.approx(R["koenker"][0]), R["koenker"][1])
    states.run("estat hettest, rhs fstat")
    share = R["koenker"][0] / 816
    assert states.r["F"] == pytest.approx(share / 3 / ((1 - share) / 812))


def test_ovtest(states: Session) -> None:
    states.run(f"regress {MODEL}\nestat ovtest")
    assert (states.r["F"], states.r["df"], states.r["df_r"]) == (pytest.approx(R["reset"][0], rel=1e-6), 3, 809)
    states.run("estat ovtest, rhs")
    assert (states.r["F"], states.r["df"]) == (pytest.approx(R["rhs"][0], rel=1e-6), R["rhs"][1])


def test_influence(states: Session) -> None:
    states.run(f"regress {MODEL}")
    at = [0, 99, 499]
    for option, name in (("dfbeta(pc)", "dfbetas"), ("dfits", "dfits"), ("covratio", "covratio")):
        states.run(f"predict double {name}, {option}")
        np.testing.assert_allclose(states.data[name].to_numpy()[at], R[name], rtol=1e-8)
    states.run("predict double h, leverage\npredict double w, welsch")
    expected = states.data["dfits"] * np.sqrt(815 / (1 - states.data["h"]))
    np.testing.assert_allclose(states.data["w"], expected, rtol=1e-12)
    text = states.run("dfbeta").text
    assert "_dfbeta_3: DFBETA unemp" in text
    np.testing.assert_allclose(states.data["_dfbeta_1"], states.data["dfbetas"], rtol=1e-6)
    states.run("dfbeta emp, stub(d)")
    np.testing.assert_allclose(states.data["d1"], states.data["_dfbeta_2"], rtol=1e-7)
    for bad in ("predict x, dfbeta(state)", "predict x, dfbeta(pc) xb"):
        with pytest.raises(StataError):
            states.run(bad)


@pytest.mark.parametrize(("option", "name"), [("", "V"), ("robust", "hc1"), ("vce(cluster region)", "cl")])
def test_areg(states: Session, option: str, name: str) -> None:
    text = states.run(f"areg {MODEL}, absorb(state) {option}").text
    np.testing.assert_allclose(states.e["b"].to_numpy()[0, :3], R["b"], rtol=1e-8)
    np.testing.assert_allclose(states.e["V"].to_numpy()[:3, :3], R[name], rtol=1e-7)
    assert [states.e[x] for x in ("r2", "r2_a", "rmse")] == pytest.approx(R["r2"], rel=1e-9)
    if not option:
        assert f"F test of absorbed indicators: F(47, 765) = {R['absF']:.3f}" in text
    b = states.e["b"].to_numpy()[0]
    means = states.data[["pc", "emp", "unemp"]].mean().to_numpy()
    assert b[3] == pytest.approx(states.data["gsp"].mean() - means @ b[:3])
    assert "Absorbed variable: state" in states.run("areg, level(90)").text


def test_areg_weights_and_omitted(states: Session) -> None:
    states.run(f"areg {MODEL} [fw=region], absorb(state)")
    frame = states.data
    copies = Session(data=frame.loc[frame.index.repeat(frame["region"].astype(int))].reset_index(drop=True))
    copies.run(f"areg {MODEL}, absorb(state)")
    np.testing.assert_allclose(states.e["V"].to_numpy(), copies.e["V"].to_numpy(), rtol=1e-7)
    assert "note: region omitted because of collinearity." in states.run(f"areg {MODEL} region, absorb(state)").text
    assert states.e["df_r"] == 765
    states.run("predict double p")
    assert len(states.data["p"].dropna()) == 816


def test_random_effects(states: Session) -> None:
    text = states.run(f"xtset state year\nxtreg {MODEL}, re\nxttest0").text
    assert states.r["lm"] == pytest.approx(R["lm"], rel=1e-8)
    assert "gsp[state,year] = Xb + u[state] + e[state,year]" in text
    states.run("generate row = _n\ndrop if inlist(row, 1, 2, 3, 20, 40, 41, 42, 43, 100, 333)")
    states.run(f"xtreg {MODEL}, re\nxttest0")
    assert states.r["lm"] == pytest.approx(R["lmu"], rel=1e-8)


@pytest.mark.parametrize(
    "command",
    ["areg gsp pc", "areg gsp pc, absorb(state) vce(hc3)", "areg", "xttest0", "estat vif", "areg gsp pc, absorb(none)"],
)
def test_refusals(states: Session, command: str) -> None:
    states.run("xtset state year\nxtreg gsp pc, fe")
    with pytest.raises(StataError):
        states.run(command)
