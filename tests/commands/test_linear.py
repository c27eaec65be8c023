"""regress and xtreg against R (lm, sandwich, plm; fixtures/reference/linear.R) and Stata's layouts."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mixedcli import Session, StataError

FIXTURES = Path(__file__).parents[2] / "fixtures"
SLEEP = FIXTURES / "rdatasets" / "sleepstudy.csv"
PRODUC = FIXTURES / "rdatasets" / "produc.csv"
R = json.loads((FIXTURES / "reference" / "linear.json").read_text())


def sleep(line: str) -> Session:
    s = Session(data=SLEEP)
    s.run(line)
    return s


def swapped(values: list[float]) -> np.ndarray:
    """R's matrix with the constant first, as Stata has it: last."""
    k = math.isqrt(len(values))
    order = [*range(1, k), 0]
    return np.array(values).reshape(k, k)[np.ix_(order, order)]


def test_ols() -> None:
    s = sleep("regress reaction days")
    r = R["ols"]
    np.testing.assert_allclose(s.e["b"].to_numpy()[0], r["b"][::-1], rtol=1e-12)
    np.testing.assert_allclose(s.e["V"].to_numpy(), swapped(r["V"]), rtol=1e-11)
    assert (s.e["r2"], s.e["r2_a"]) == pytest.approx(tuple(r["r2"]), rel=1e-12)
    assert (s.e["rmse"], s.e["F"], s.e["ll"], s.e["ll_0"]) == pytest.approx(
        (r["rmse"][0], r["F"][0], r["ll"][0], r["ll0"][0]), rel=1e-12
    )
    assert (s.e["df_m"], s.e["df_r"], s.e["N"], s.e["rank"]) == (1, 178, 180, 2)


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("robust", "hc1"),
        ("vce(r)", "hc1"),
        ("vce(hc2)", "hc2"),
        ("vce(hc3)", "hc3"),
        ("vce(cluster subject)", "cluster"),
    ],
)
def test_robust_variances(option: str, name: str) -> None:
    s = sleep(f"regress reaction days, {option}")
    np.testing.assert_allclose(s.e["V"].to_numpy(), swapped(R[name]["V"]), rtol=1e-10)
    assert s.e["df_r"] == (17 if name == "cluster" else 178)
    np.testing.assert_allclose(s.e["V_modelbased"].to_numpy(), swapped(R["ols"]["V"]), rtol=1e-11)


def test_weights() -> None:
    s = Session(data=SLEEP)
    text = s.run("regress reaction days [aw=days+1]").text
    assert text.startswith("(sum of wgt is 990)")
    r = R["weights"]
    np.testing.assert_allclose(s.e["b"].to_numpy()[0], r["b"][::-1], rtol=1e-12)
    np.testing.assert_allclose(s.e["V"].to_numpy(), swapped(r["V"]), rtol=1e-11)
    assert (s.e["rmse"], s.e["ll"]) == pytest.approx((r["rmse"][0], r["ll"][0]), rel=1e-12)


@pytest.mark.parametrize("option", ["", ", robust", ", vce(cluster subject)"])
def test_frequency_weights_are_copies(option: str) -> None:
    a = Session(data=SLEEP)
    a.run(f"regress reaction days [fw=days+1]{option}")
    b = Session(data=a.data.loc[a.data.index.repeat(a.data["days"].astype(int) + 1)].reset_index(drop=True))
    b.run(f"regress reaction days{option}")
    for name in ("N", "r2", "rmse", "F", "ll", "df_r"):
        assert a.e[name] == pytest.approx(b.e[name], rel=1e-11), name
    np.testing.assert_allclose(a.e["V"].to_numpy(), b.e["V"].to_numpy(), rtol=1e-10)


def test_sampling_weights_are_robust() -> None:
    s = sleep("regress reaction days [pw=days+1]")
    aw = sleep("regress reaction days [aw=days+1], robust")
    np.testing.assert_allclose(s.e["V"].to_numpy(), aw.e["V"].to_numpy(), rtol=1e-12)
    assert s.e["vce"] == "robust"


def test_layout_of_the_sums_of_squares() -> None:
    """The header as every public log of regress has it (Stata 17)."""
    lines = Session(data=SLEEP).run("regress reaction days").text.splitlines()
    assert lines[1] == "      Source |       SS           df       MS      Number of obs   =       180"
    assert lines[2] == "-------------+----------------------------------   F(1, 178)       =     71.46"
    assert lines[3].startswith("       Model |  162702.652         1  162702.652   Prob > F        =    0.0000")
    assert lines[5] == "-------------+----------------------------------   Adj R-squared   =    0.2825"
    assert lines[6].endswith("   Root MSE        =    47.715")
    assert lines[8] == "-" * 78
    assert lines[9] == "    reaction | Coefficient  Std. err.      t    P>|t|     [95% conf. interval]"


def test_robust_layout() -> None:
    lines = Session(data=SLEEP).run("regress reaction days, vce(cluster subject)").text.splitlines()
    assert lines[1] == "Linear regression                               Number of obs     =        180"
    assert lines[5].endswith("Root MSE          =     47.715")
    assert lines[7] == "(Std. err. adjusted for 18 clusters in subject)".rjust(78)
    assert lines[9] == "             |               Robust"


def test_standardised_and_constants() -> None:
    s = Session(data=SLEEP)
    lines = s.run("regress reaction days, beta").text.splitlines()
    d = s.data
    beta = np.corrcoef(d["reaction"], d["days"])[0, 1]
    assert float(lines[11].split()[-1]) == pytest.approx(beta, abs=1e-7)
    assert lines[12].split()[-1] == "."
    s.run("regress reaction days, noconstant")
    x, y = d["days"].to_numpy(float), d["reaction"].to_numpy(float)
    assert s.e["r2"] == pytest.approx((x @ y) ** 2 / (x @ x) / (y @ y))
    s.run("generate one = 1\nregress reaction one days, hascons")
    assert s.e["r2"] == pytest.approx(R["ols"]["r2"][0])


def test_collinear_and_empty() -> None:
    s = Session(data=SLEEP)
    text = s.run("generate twice = 2*days\nregress reaction days twice").text
    assert "note: twice omitted because of collinearity." in text
    assert "       twice |          0  (omitted)" in text
    s.run("regress reaction")
    assert (s.e["F"], s.e["r2"], s.e["df_m"]) == (0.0, 0.0, 0.0)


def test_predictions() -> None:
    s = sleep("regress reaction days")
    s.run("predict double xb\npredict double e, residuals\npredict double z, rstandard\npredict double t, rstudent")
    s.run("predict double h, hat\npredict double c, cooksd\npredict double sp, stdp\npredict double sf, stdf")
    d = s.data
    np.testing.assert_allclose(d["xb"] + d["e"], d["reaction"], rtol=1e-13)
    r = R["predict"]
    np.testing.assert_allclose(d["z"][:5], r["rstandard"], rtol=1e-10)
    np.testing.assert_allclose(d["t"][:5], r["rstudent"], rtol=1e-10)
    np.testing.assert_allclose(d["h"][:5], r["hat"], rtol=1e-10)
    np.testing.assert_allclose(d["c"][:5], r["cooks"], rtol=1e-10)
    mse = s.e["rmse"] ** 2
    np.testing.assert_allclose(d["sp"] ** 2, mse * d["h"], rtol=1e-10)
    np.testing.assert_allclose(d["sf"] ** 2, mse * (1 + d["h"]), rtol=1e-10)


# ------------------------------------------------------------------------------------------------------------ xtreg


@pytest.fixture
def panel() -> Session:
    s = Session(data=PRODUC)
    s.run("generate double y = ln(gsp)\ngenerate double k = ln(pc)\ngenerate double l = ln(emp)\nxtset state")
    return s


def test_fixed_effects(panel: Session) -> None:
    panel.run("xtreg y k l unemp, fe")
    r = R["fe"]
    np.testing.assert_allclose(panel.e["b"].to_numpy()[0][:3], r["b"], rtol=1e-9)
    np.testing.assert_allclose(panel.e["V"].to_numpy()[:3, :3].ravel(), r["V"], rtol=1e-9)
    assert panel.e["F_f"] == pytest.approx(r["F"][0], rel=1e-9)
    # the constant is the mean of the effects: y-bar less x-bar b
    d = panel.data
    expected = d["y"].mean() - d[["k", "l", "unemp"]].mean().to_numpy() @ np.array(r["b"])
    assert panel.e["b"].iloc[0, 3] == pytest.approx(expected, rel=1e-9)
    u = (d["y"] - d[["k", "l", "unemp"]].to_numpy() @ np.array(r["b"])).groupby(d["state"]).mean()
    assert panel.e["sigma_u"] == pytest.approx(u.std(), rel=1e-9)


def test_fixed_effects_by_panel_clusters(panel: Session) -> None:
    panel.run("xtreg y k l unemp, fe vce(robust)")
    # plm's HC0 without small-sample factor; Stata's: G/(G-1) (N-1)/(N-k) with the slopes and the constant
    factor = 48 / 47 * 815 / 812
    np.testing.assert_allclose(
        panel.e["V"].to_numpy()[:3, :3].ravel(), np.array(R["fe_cluster"]["V"]) * factor, rtol=1e-8
    )
    assert panel.e["df_r"] == 47


def test_random_effects(panel: Session) -> None:
    panel.run("xtreg y k l unemp, re theta")
    r = R["re"]
    order = [1, 2, 3, 0]
    np.testing.assert_allclose(panel.e["b"].to_numpy()[0], np.array(r["b"])[order], rtol=1e-8)
    np.testing.assert_allclose(panel.e["V"].to_numpy(), np.array(r["V"]).reshape(4, 4)[np.ix_(order, order)], rtol=1e-8)
    assert (panel.e["sigma_u"], panel.e["sigma_e"]) == pytest.approx(tuple(r["sigma"]), rel=1e-8)
    assert panel.e["theta"] == pytest.approx(r["theta"][0], rel=1e-8)


def test_between(panel: Session) -> None:
    panel.run("xtreg y k l unemp, be")
    order = [1, 2, 3, 0]
    np.testing.assert_allclose(panel.e["b"].to_numpy()[0], np.array(R["be"]["b"])[order], rtol=1e-9)
    np.testing.assert_allclose(
        panel.e["V"].to_numpy(), np.array(R["be"]["V"]).reshape(4, 4)[np.ix_(order, order)], rtol=1e-8
    )


def test_mle_is_mixed(panel: Session) -> None:
    panel.run("xtreg y k l unemp, mle")
    b, ll = panel.e["b"].to_numpy()[0], panel.e["ll"]
    assert list(panel.e["b"].columns)[-2:] == ["/:sigma_u", "/:sigma_e"]
    panel.run("quietly mixed y k l unemp || state:")
    m = panel.e["b"].to_numpy()[0]
    np.testing.assert_allclose(b, [*m[:4], *np.exp(m[4:])], rtol=1e-6)
    assert ll == pytest.approx(panel.e["ll"], rel=1e-10)


def test_layouts(panel: Session) -> None:
    """Public logs of xtreg (Stata 17)."""
    lines = panel.run("xtreg y k l unemp, fe").text.splitlines()
    assert lines[1] == "Fixed-effects (within) regression               Number of obs     =        816"
    assert lines[2] == "Group variable: state                           Number of groups  =         48"
    assert lines[4] == "R-squared:                                      Obs per group:"
    assert lines[5][:22].startswith("     Within  = 0.")
    assert lines[5].endswith("              min =         17")
    assert lines[9].startswith(" " * 48 + "F(3, 765)         =")
    assert lines[10].startswith("corr(u_i, Xb) = ")
    assert lines[-1].startswith("F test that all u_i=0: F(47, 765) = ")
    assert lines[-1].endswith("Prob > F = 0.0000")
    assert len(lines[-1]) == 78
    assert any(x.endswith("   (fraction of variance due to u_i)") for x in lines)
    lines = panel.run("xtreg y k l unemp").text.splitlines()
    assert lines[1].startswith("Random-effects GLS regression ")
    assert lines[10].startswith("corr(u_i, X) = 0 (assumed)                      Prob > chi2       =     0.0000")


def test_constant_within_panels(panel: Session) -> None:
    text = panel.run("xtreg y k region, fe").text
    assert "note: region omitted because of collinearity." in text
    panel.run("xtreg y k region, re\nxtreg")
    assert panel.e["df_m"] == 2


def test_hausman_after_both(panel: Session) -> None:
    panel.run("quietly xtreg y k l unemp, fe\nestimates store fe\nquietly xtreg y k l unemp, re")
    panel.run("hausman fe")
    d = np.array(R["fe"]["b"]) - np.array(R["re"]["b"])[[1, 2, 3]]
    W = np.array(R["fe"]["V"]).reshape(3, 3) - np.array(R["re"]["V"]).reshape(4, 4)[1:, 1:]
    assert panel.r["chi2"] == pytest.approx(d @ np.linalg.solve(W, d), rel=1e-6)


@pytest.mark.parametrize(
    ("line", "rc"),
    [
        ("regress", 301),
        ("regress nosuch days", 111),
        ("regress reaction days if days > 99", 2000),
        ("regress reaction days in 1", 2001),
        ("regress reaction days, vce(magic)", 198),
        ("regress reaction days [fw=days/2]", 401),
        ("regress reaction days [aw=-days]", 402),
        ("xtreg reaction days", 459),
        ("xtreg reaction days, fe re i(subject)", 198),
        ("xtreg reaction days, i(subject) mle robust", 198),
    ],
)
def test_refusals(line: str, rc: int) -> None:
    s = Session(data=SLEEP)
    with pytest.raises(StataError) as caught:
        s.run(line)
    assert caught.value.rc == rc


def test_cells_without_observations_are_named() -> None:
    # stata: a public log of regress with a##b names empty cells before what is collinear
    rows = [(1, 0), (1, 0), (2, 0), (2, 0), (3, 0), (3, 1), (3, 1), (4, 0), (4, 1), (4, 1)]
    frame = pd.DataFrame(rows, columns=["a", "b"]).assign(y=[1.0, 2, 4, 3, 5, 7, 6, 9, 8, 4])
    text = Session(data=frame).run("regress y i.a##i.b").text.splitlines()
    assert text[:2] == [
        "note: 2.a#1.b identifies no observations in the sample.",
        "note: 4.a#1.b omitted because of collinearity.",
    ]


def test_between_regression_without_what_panel_means_cannot_tell_apart() -> None:
    """Time in a balanced panel has one mean: R's plm (swar) leaves it out of the between regression."""
    s = Session(data=Path(__file__).parents[2] / "fixtures" / "rdatasets" / "sleepstudy.csv")
    s.run("xtset subject\nxtreg reaction days, re")
    assert s.e["sigma_u"] == pytest.approx(37.1238266942, rel=1e-9)
    se = np.sqrt(np.diag(s.e["V"].to_numpy()))
    assert se == pytest.approx([0.804221429099, 9.746716254209], rel=1e-9)
    s.run("xtreg reaction i.days, re")
    assert s.e["sigma_u"] ** 2 == pytest.approx(1375.47, abs=0.01)
    assert math.isnan(s.e["r2_b"])
    text = s.run("xtreg reaction days, be").text
    assert text.splitlines()[0] == "note: days omitted because of collinearity." and "(omitted)" in text
    assert s.e["df_r"] == 17
    s.run("generate two = subject > 350\ngenerate x = days * subject\nxtset two")
    with pytest.raises(StataError) as caught:  # fewer panels than regressors
        s.run("xtreg reaction x i.days, re")
    assert caught.value.rc == 2001


def test_predict_after_areg_is_the_regression_with_indicators() -> None:
    s = Session(data=Path(__file__).parents[2] / "fixtures" / "rdatasets" / "sleepstudy.csv")
    s.run("generate z = cos(subject) * days\nregress reaction z i.days")
    s.run("predict double full\npredict double e, residuals")
    s.run("areg reaction z, absorb(days)\npredict double xb\npredict double d, d\npredict double xbd, xbd")
    s.run("predict double r, residuals\npredict double dr, dresiduals")
    frame = s.data
    assert np.asarray(frame["xbd"]) == pytest.approx(np.asarray(frame["full"]), rel=1e-10)
    assert np.asarray(frame["r"]) == pytest.approx(np.asarray(frame["e"]), abs=1e-9)
    assert np.asarray(frame["d"] + frame["xb"]) == pytest.approx(np.asarray(frame["xbd"]), rel=1e-12)
    assert np.asarray(frame["dr"]) == pytest.approx(np.asarray(frame["reaction"] - frame["xb"]), rel=1e-12)


def test_hascons_is_the_model_with_the_constant() -> None:
    s = Session(data=Path(__file__).parents[2] / "fixtures" / "rdatasets" / "sleepstudy.csv")
    s.run("regress reaction i.days")
    F, r2 = s.e["F"], s.e["r2"]
    text = s.run("regress reaction ibn.days, hascons").text
    assert (s.e["F"], s.e["r2"], s.e["df_m"]) == pytest.approx((F, r2, 9), rel=1e-10) and "F(9, 170)" in text
    assert s.run("regress reaction subject, hascons").text.startswith("(note: hascons false)")
    s.run("regress reaction subject, noconstant")
    F, r2 = s.e["F"], s.e["r2"]
    s.run("regress reaction subject, hascons")
    assert (s.e["F"], s.e["r2"]) == pytest.approx((F, r2), rel=1e-12)
    assert "F(1, 0)         =         ." in s.run("regress reaction days in 1/2").text
