"""tabstat, correlate, pwcorr, ttest, oneway, loneway, ci, centile, mean and its kin: R's numbers, Stata's layouts."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from described import FRAME, OATS, ORTHODONT, R

from mixedcli import Session, StataError


@pytest.fixture
def teeth() -> Session:
    return Session(data=ORTHODONT)


@pytest.fixture
def oats() -> Session:
    return Session(data=OATS)


# ----------------------------------------------------------------------------------------------------- summarize


def test_summarize_weights(teeth: Session) -> None:
    teeth.run("summarize distance [aw=age]")
    w = FRAME["age"] * len(FRAME) / FRAME["age"].sum()
    mean = float((w * FRAME["distance"]).sum() / w.sum())
    assert teeth.r["mean"] == pytest.approx(mean)
    assert teeth.r["Var"] == pytest.approx(float((w * (FRAME["distance"] - mean) ** 2).sum() / 107))
    assert (teeth.r["N"], teeth.r["sum_w"]) == (108, FRAME["age"].sum())
    copies = Session(data=FRAME.loc[FRAME.index.repeat(FRAME["age"])].reset_index(drop=True))
    copies.run("summarize distance, detail")
    teeth.run("summarize distance [fw=age], detail")
    for name in ("N", "mean", "sd", "skewness", "kurtosis", "sum", "p1", "p10", "p50", "p95", "min"):
        assert teeth.r[name] == pytest.approx(copies.r[name]), name
    text = teeth.run("summarize distance [aw=age]").text.splitlines()
    assert text[1] == "    Variable |     Obs      Weight        Mean   Std. dev.       Min        Max"
    assert text[3].startswith("    distance |     108        1188")


def test_meanonly_and_refusals(teeth: Session) -> None:
    teeth.run("su distance, meanonly")
    with pytest.raises(KeyError):
        teeth.r["sd"]
    for bad in ("su distance [iw=age], detail", "su distance [pw=age]"):
        with pytest.raises(StataError):
            teeth.run(bad)


# ------------------------------------------------------------------------------------------------------- tabstat

BY = """
Summary for variables: yield
Group variable: variety

 variety |         N      Mean        SD
---------+------------------------------
       1 |        24     104.5  26.94116
       2 |        24  109.7917  23.59436
       3 |        24    97.625  30.00118
---------+------------------------------
   Total |        72  103.9722  27.05913
----------------------------------------
"""


def test_tabstat_layout(oats: Session) -> None:
    """The shape of public logs of version 17; the figures are pandas' (below)."""
    assert oats.run("tabstat yield, by(variety) statistics(n mean sd)").text == BY
    frame = pd.read_csv(OATS).groupby("variety")["yield"].agg(["mean", "std"])
    assert frame.round(3).to_numpy().tolist() == [[104.5, 26.941], [109.792, 23.594], [97.625, 30.001]]
    lines = oats.run("tabstat yield nitro").text.splitlines()
    assert lines[1:4] == [
        "   Stats |     yield     nitro",
        "---------+--------------------",
        "    Mean |  103.9722        .3",
    ]
    lines = oats.run("tabstat yield nitro, columns(statistics) s(mean iqr) format(%9.2f)").text.splitlines()
    assert lines[1:4] == [
        "    Variable |      Mean       IQR",
        "-------------+--------------------",
        "       yield |    103.97     35.50",
    ]


def test_tabstat_statistics_and_save(oats: Session) -> None:
    oats.run("tabstat yield, s(count sum range var cv semean sk k q p5 p95 iqr median min max) save")
    y = pd.read_csv(OATS)["yield"].to_numpy()
    d = y - y.mean()
    m2 = (d**2).mean()
    sd = y.std(ddof=1)
    p5, p25, p50, p75, p95 = R["type2"]
    expected = [72, y.sum(), np.ptp(y), sd**2, sd / y.mean(), sd / math.sqrt(72), (d**3).mean() / m2**1.5,
                (d**4).mean() / m2**2, p25, p50, p75, p5, p95, p75 - p25, p50, y.min(), y.max()]  # fmt: skip
    np.testing.assert_allclose(oats.r["StatTotal"].to_numpy()[:, 0], expected, rtol=1e-12)
    oats.run("tabstat yield nitro, by(variety) save nototal")
    assert oats.r["name2"] == "2"
    assert oats.r["Stat2"].to_numpy().tolist() == [[pytest.approx(109.791667), pytest.approx(0.3)]]
    with pytest.raises(KeyError):
        oats.r["StatTotal"]


def test_tabstat_options(oats: Session) -> None:
    oats.run("replace nitro = . in 1\nreplace variety = . in 2")
    assert "Total |" not in oats.run("tabstat yield, by(variety) nototal").text
    assert "       . |" in oats.run("tabstat yield, by(variety) missing").text
    oats.run("tabstat yield nitro, s(n) casewise save")
    assert oats.r["StatTotal"].to_numpy().tolist() == [[71, 71]]
    text = oats.run("tabstat yield nitro, by(variety) s(mean sd) longstub").text
    assert " variety     Stats |     yield     nitro" in text
    text = oats.run("tabstat yield nitro, by(variety) s(mean sd) noseparator").text
    assert text.count("---------+") == 2  # below the heads, above the total
    oats.run("label define v 1 abcdefghijklmnopqrstuvw\nlabel values variety v")
    assert "\nabcdefghij |" in oats.run("tabstat yield, by(variety) labelwidth(10)").text
    assert "\n   yield |" not in oats.run("tabstat yield").text
    assert "    yield |" in oats.run("tabstat yield, varwidth(9)").text
    oats.run("format yield %9.1f")
    assert oats.run("tabstat yield in 3/6, format").text.splitlines()[3].split()[-1] == "140.5"
    with pytest.raises(StataError):
        oats.run("tabstat yield, s(mode)")


# -------------------------------------------------------------------------------------------- correlate, pwcorr


def test_correlate(teeth: Session) -> None:
    out = teeth.run("correlate distance age sex").text.splitlines()
    np.testing.assert_allclose(teeth.r["C"].to_numpy(), R["cor"], atol=1e-14)
    assert teeth.r["rho"] == pytest.approx(R["cor"][0][1])
    assert out[:4] == [
        "(obs=108)",
        "",
        "             | distance      age      sex",
        "-------------+---------------------------",
    ]
    assert out[5] == "         age |   0.5064   1.0000"
    teeth.run("correlate distance age sex, covariance")
    np.testing.assert_allclose(teeth.r["C"].to_numpy(), R["cov"], atol=1e-12)
    assert (teeth.r["cov_12"], teeth.r["Var_1"]) == (pytest.approx(R["cov"][0][1]), pytest.approx(R["cov"][0][0]))
    teeth.run("cor distance age [aw=age]")
    assert teeth.r["rho"] == pytest.approx(R["wcor"], rel=1e-12)
    assert "Std. dev." in teeth.run("cor distance age, means").text


def test_correlate_wraps_and_coefficients(teeth: Session) -> None:
    for k in range(9):
        teeth.run(f"generate v{k} = distance + {k} * age")
    assert teeth.run("cor distance-v8").text.count("    distance |") == 1
    assert [teeth.run(f"cor distance-v8{o}").text.count("-------------+") for o in ("", ", wrap")] == [2, 1]
    teeth.run("regress distance age\ncorrelate, _coef")
    assert teeth.r["C"].to_numpy()[0, 1] == pytest.approx(-11 / math.sqrt((FRAME["age"] ** 2).mean()))


def test_pwcorr(teeth: Session) -> None:
    teeth.run("replace age = . in 1/8")
    text = teeth.run("pwcorr distance age sex, sig obs star(5)").text
    teeth.run("pwcorr distance sex, sig")
    assert teeth.r["sig"].to_numpy()[1, 0] == pytest.approx(R["corp"], rel=1e-10)
    assert "         sex |  -0.3912*" in text
    teeth.run("pwcorr distance age sex, sig bonferroni")
    assert teeth.r["Nobs"].to_numpy()[0].tolist() == [108, 100, 108]
    assert teeth.r["sig"].to_numpy()[2, 0] == pytest.approx(3 * R["corp"], rel=1e-10)
    teeth.run("pwcorr distance age sex, sig sidak")
    assert teeth.r["sig"].to_numpy()[2, 0] == pytest.approx(1 - (1 - R["corp"]) ** 3, rel=1e-6)
    teeth.run("pwcorr distance age sex, listwise")
    assert set(teeth.r["Nobs"].to_numpy().ravel().tolist()) == {100.0}
    row = next(x for x in teeth.run("pwcorr distance age sex, print(.01)").text.splitlines() if " sex |" in x)
    assert row.partition("|")[2].split() == ["-0.3912", "1.0000"]  # age and sex: nothing


# --------------------------------------------------------------------------------------------------------- ttest


# -------------------------------------------------------------------------------------------------------- oneway


# --------------------------------------------------------------------------------------------------- ci, centile


def test_intervals(oats: Session) -> None:
    oats.run("generate hi = yield > 100\nci proportions hi")
    assert (oats.r["lb"], oats.r["ub"]) == (pytest.approx(R["exact"][0]), pytest.approx(R["exact"][1]))
    oats.run("ci proportions hi, wilson")
    assert (oats.r["lb"], oats.r["ub"]) == (pytest.approx(R["wilson"][0]), pytest.approx(R["wilson"][1]))
    p, n, z = 37 / 72, 72, 1.959963984540054
    oats.run("ci prop hi, wald")
    assert oats.r["ub"] == pytest.approx(p + z * math.sqrt(p * (1 - p) / n))
    oats.run("ci prop hi, agresti")
    c = (37 + z * z / 2) / (n + z * z)
    assert oats.r["ub"] == pytest.approx(c + z * math.sqrt(c * (1 - c) / (n + z * z)))
    oats.run("ci prop hi, jeffreys")
    assert R["exact"][0] < oats.r["lb"] < p
    oats.run("ci means yield, poisson")
    assert (oats.r["lb"], oats.r["ub"]) == (pytest.approx(R["poisson"][0]), pytest.approx(R["poisson"][1]))
    oats.run("ci variances yield")
    assert (oats.r["lb"], oats.r["ub"]) == (pytest.approx(R["variance"][0]), pytest.approx(R["variance"][1]))
    oats.run("ci variances yield, sd")
    assert oats.r["lb"] == pytest.approx(math.sqrt(R["variance"][0]))
    text = oats.run("ci means yield nitro, level(95) separator(1)").text
    assert "       yield |         72    103.9722    3.188949        97.61364    110.3308" in text
    assert text.count("-------------+") == 2
    for bad in ("ci yield", "ci proportions yield, exact wilson(3)"):
        with pytest.raises(StataError):
            oats.run(bad)


PRICES = """
3291 3299 3667 3748 3798 3799 3829 3895 3955 3984 3995 4010 4060 4082 4099 4172 4181 4187 4195 4296 4389 4424 4425 4453
4482 4499 4504 4516 4589 4647 4697 4723 4733 4749 4816 4890 4934 5079 5104 5172 5189 5222 5379 5397 5705 5719 5788 5798
5799 5886 5899 6165 6229 6295 6303 6342 6486 6850 7140 7827 8129 8814 9690 9735 10371 10372 11385 11497 11995 12990
13466
13594 14500 15906
"""
"""Prices of 74 cars in 1978; the limits below stand in a public log of centile on them."""


def test_centiles(oats: Session) -> None:
    s = Session(data=pd.DataFrame({"price": [float(x) for x in PRICES.split()]}))
    text = s.run("centile price, centile(1 5 10 25 50 75)").text
    for row in (
        "       price |        74          1        3291            3291    3701.074*",
        "             |                    5     3727.75        3291.232    3914.159",
        "             |                   10        3862        3683.619    4067.944",
        "             |                   25        4193        4009.467    4501.838",
        "             |                   50      5006.5        4593.566    5717.898",
        "             |                   75        6378        5798.432      9691.6",
    ):
        assert row in text
    oats.run("centile yield, centile(5 25 50 75 95)")
    np.testing.assert_allclose([oats.r[f"c_{k}"] for k in range(1, 6)], R["type6"], rtol=1e-12)
    low = oats.r["lb_3"]
    oats.run("centile yield, cci")
    assert oats.r["lb_1"] <= low


# ---------------------------------------------------------------------------------------------------------- mean


def test_mean(teeth: Session) -> None:
    text = teeth.run("mean distance age").text
    d = FRAME[["distance", "age"]].to_numpy()
    np.testing.assert_allclose(teeth.e["V"].to_numpy(), np.cov(d.T) / 108, atol=1e-15)
    assert "Mean estimation                            Number of obs = 108\n" in text
    assert "    distance |   24.02315   .2818024      23.46451    24.58179" in text
    teeth.run("mean distance [aw=age]")
    assert teeth.e["b"].to_numpy()[0, 0] == pytest.approx(R["awmean"][0])
    assert math.sqrt(teeth.e["V"].to_numpy()[0, 0]) == pytest.approx(R["awmean"][1])
    teeth.run("mean distance [fw=age]")
    copies = Session(data=FRAME.loc[FRAME.index.repeat(FRAME["age"])].reset_index(drop=True))
    copies.run("mean distance")
    assert teeth.e["V"].to_numpy()[0, 0] == pytest.approx(copies.e["V"].to_numpy()[0, 0])


def test_mean_over_and_clusters(teeth: Session) -> None:
    text = teeth.run("mean distance, over(sex)").text
    se = [g.std(ddof=1) / math.sqrt(len(g)) for _, g in FRAME.groupby("sex")["distance"]]
    np.testing.assert_allclose(np.sqrt(np.diag(teeth.e["V"].to_numpy())), se)  # stata: a public log of mean, over()
    assert teeth.e["df_r"] == 107
    assert "c.distance@sex |\n" in text
    teeth.run("mean distance [pw=age]")
    z = FRAME["age"] * (FRAME["distance"] - np.average(FRAME["distance"], weights=FRAME["age"])) / FRAME["age"].sum()
    assert teeth.e["V"].to_numpy()[0, 0] == pytest.approx(108 / 107 * float((z**2).sum()))
    text = teeth.run("mean distance [pw=age], vce(cluster subject)").text
    sums = z.groupby(FRAME["subject"]).sum()
    assert teeth.e["V"].to_numpy()[0, 0] == pytest.approx(27 / 26 * float((sums**2).sum()))
    assert (teeth.e["df_r"], teeth.e["N_clust"]) == (26, 27)
    assert "(Std. err. adjusted for 27 clusters in subject)" in text
    assert teeth.run("mean, level(90)").text.count("90% conf.") == 1


def test_total_and_proportion(teeth: Session) -> None:
    teeth.run("total distance")
    assert teeth.e["b"].to_numpy()[0, 0] == pytest.approx(FRAME["distance"].sum())
    assert teeth.e["V"].to_numpy()[0, 0] == pytest.approx(108 * FRAME["distance"].var())
    text = teeth.run("proportion sex").text
    p = 64 / 108
    assert teeth.e["V"].to_numpy()[0, 0] == pytest.approx(p * (1 - p) / 108)  # stata: a public log of version 17
    from scipy import stats

    half = stats.t.ppf(0.975, 107) * math.sqrt(p * (1 - p) / 108) / (p * (1 - p))
    low = 1 / (1 + math.exp(-(math.log(p / (1 - p)) - half)))
    assert f"          1  |   {p:.7f}".replace("0.", ".") in text
    assert f"{low:.6f}"[1:] in text
    assert "Logit" not in teeth.run("proportion sex, citype(normal)").text
    for bad in ("mean", "mean distance, vce(robust)", "proportion distance"):
        with pytest.raises(StataError):
            Session(data=ORTHODONT).run(bad)


@pytest.mark.parametrize(
    ("command", "note"),
    [
        ("summarize y", "(analytic weights assumed)"),
        ("regress y x", "(analytic weights assumed)"),
        ("areg y x, absorb(g)", "(analytic weights assumed)"),
        ("tabulate g", "(frequency weights assumed)"),
        ("tabulate g, summarize(y)", "(analytic weights assumed)"),
    ],
)
def test_weights_of_no_kind_are_those_of_the_command(command: str, note: str) -> None:
    frame = pd.DataFrame(
        {"y": [1.0, 4, 2, 8, 5, 7], "x": [1.0, 2, 3, 5, 8, 13], "g": [1.0, 1, 1, 2, 2, 2], "w": [1.0, 2, 3, 1, 2, 3]}
    )
    head, comma, options = command.partition(",")
    plain, named = Session(frame), Session(frame)
    told = str(plain.run(f"{head} [w=w]{comma}{options}"))
    kind = "fw" if "frequency" in note else "aw"
    assert told.replace(note + "\n", "") == str(named.run(f"{head} [{kind}=w]{comma}{options}"))
    assert note in told


@pytest.mark.parametrize("command", ["summarize y [pw=w]", "tabulate g [pw=w]", "correlate y x [pw=w]"])
def test_weights_that_are_not_allowed(command: str) -> None:
    s = Session(pd.DataFrame({"y": [1.0, 4, 2], "x": [1.0, 2, 3], "g": [1.0, 1, 2], "w": [1.0, 2, 3]}))
    with pytest.raises(StataError, match="pweights not allowed") as refused:
        s.run(command)
    assert refused.value.rc == 101


def test_frequency_weights_of_a_table_are_whole() -> None:
    s = Session(pd.DataFrame({"g": [1.0, 1, 2], "w": [1.0, 2.5, 3], "s": ["a", "b", "c"]}))
    for typed, rc in (("tabulate g [fw=w]", 401), ("tabulate g [fw=-w]", 402), ("tabulate g [fw=s]", 109)):
        with pytest.raises(StataError) as refused:
            s.run(typed)
        assert refused.value.rc == rc


def test_headings_and_synonyms(teeth: Session) -> None:
    # stata: public logs of ttesti and of ttest, unpaired
    assert "\n         |     Obs        Mean" in teeth.run("ttesti 20 20 5 32 15 4").text
    assert "\nVariable |     Obs" in teeth.run("ttest distance == age, unpaired").text
    assert teeth.run("tabstat distance, stats(mean sd)").text == teeth.run("tabstat distance, statistics(mean sd)").text
    teeth.run('label variable distance "to fissure"')
    assert "for distance: to fissure" in teeth.run("loneway distance age").text
    with pytest.raises(StataError, match="citype"):  # never limits of another kind than those asked for
        teeth.run("proportion age, citype(wilson)")
