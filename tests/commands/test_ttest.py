"""ttest and oneway: tests of means, against R."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from described import OATS, ORTHODONT, R

from mixedcli import Session, StataError


@pytest.fixture
def teeth() -> Session:
    return Session(data=ORTHODONT)


@pytest.fixture
def oats() -> Session:
    return Session(data=OATS)


TTEST = """
Two-sample t test with equal variances
------------------------------------------------------------------------------
   Group |     Obs        Mean    Std. err.   Std. dev.   [95% conf. interval]
---------+--------------------------------------------------------------------
       1 |      64    24.96875    .3625368    2.900294    24.24428    25.69322
       2 |      44    22.64773    .3615285    2.398109    21.91864    23.37682
---------+--------------------------------------------------------------------
Combined |     108    24.02315    .2818024    2.928577    23.46451    24.58179
---------+--------------------------------------------------------------------
    diff |            2.321023    .5302939                1.269663    3.372382
------------------------------------------------------------------------------
    diff = mean(1) - mean(2)                                      t =   4.3769
H0: diff = 0                                     Degrees of freedom =      106

    Ha: diff < 0                 Ha: diff != 0                 Ha: diff > 0
 Pr(T < t) = 1.0000         Pr(|T| > |t|) = 0.0000          Pr(T > t) = 0.0000
"""


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("ttest distance, by(sex)", "equal"),
        ("ttest distance, by(sex) unequal", "unequal"),
        ("ttest distance == 24.5 if sex == 1", "one"),
        ("ttest distance = age", "paired"),
        ("ttesti 64 24.96875 2.900294 44 22.64773 2.398109", "equal"),
    ],
)
def test_means(teeth: Session, command: str, name: str) -> None:
    text = teeth.run(command).text
    loose = 1e-5 if name == "equal" and "ttesti" in command else 1e-10
    assert (teeth.r["t"], teeth.r["df_t"], teeth.r["p"]) == (
        pytest.approx(R[name]["t"], rel=loose),
        pytest.approx(R[name]["df"], rel=loose),
        pytest.approx(R[name]["p"], rel=100 * loose),
    )
    if command == "ttest distance, by(sex)":
        assert text == TTEST  # the shape of public logs of version 17
        assert teeth.r["p_l"] == pytest.approx(R["less"], rel=1e-10)


def test_means_options(teeth: Session) -> None:
    text = teeth.run("ttest distance, by(sex) unequal").text
    assert "H0: diff = 0                     Satterthwaite's degrees of freedom =  102.333" in text
    teeth.run("ttest distance, by(sex) welch")
    va, vb = teeth.r["sd_1"] ** 2 / 64, teeth.r["sd_2"] ** 2 / 44
    assert teeth.r["df_t"] == pytest.approx((va + vb) ** 2 / (va**2 / 65 + vb**2 / 45) - 2)
    t = teeth.r["t"]
    teeth.run("ttest distance, by(sex) welch reverse")
    assert teeth.r["t"] == pytest.approx(-t)
    teeth.run("ttest distance == age, unpaired")
    assert teeth.r["df_t"] == 214
    assert "[90% conf. interval]" in teeth.run("ttest distance = 20, level(90)").text
    for bad, rc in (("ttest distance, by(age)", 420), ("ttest distance", 198), ("ttest nothing, by(sex)", 111)):
        with pytest.raises(StataError) as e:
            teeth.run(bad)
        assert e.value.rc == rc


def test_oneway(oats: Session) -> None:
    text = oats.run("oneway yield block, tabulate bonferroni").text
    assert oats.r["F"] == pytest.approx(R["oneway"]["F"])
    assert (oats.r["mss"], oats.r["rss"]) == (pytest.approx(R["oneway"]["ss"][0]), pytest.approx(R["oneway"]["ss"][1]))
    assert oats.r["chi2bart"] == pytest.approx(R["bartlett"]["chi2"])
    assert "Between groups      15875.2778      5   3175.05556      5.80     0.0002\n" in text
    assert " Within groups      36110.6667     66   547.131313\n" in text
    chi2, p = R["bartlett"]["chi2"], R["bartlett"]["p"]
    assert f"Bartlett's equal-variances test: chi2(5) = {chi2:8.4f}    Prob>chi2 = {p:.3f}" in text
    assert f"         |      0.002{R['bonferroni']:>11.3f}" in text
    assert "Summary of yield" in text
    text = oats.run("oneway yield block, scheffe sidak noanova").text
    assert "Source" not in text
    p = R["p32"]
    assert f"{1 - (1 - p) ** 15:>11.3f}" in text.partition("(Sidak)")[2]
    oats.run("oneway yield block [fw=variety]")
    assert oats.r["N"] == pd.read_csv(OATS)["variety"].sum()


def test_loneway(oats: Session) -> None:
    """Balanced groups: the textbook's moments, and the exact interval from F."""
    from scipy import stats

    oats.run("loneway yield block")
    F, k, n = R["oneway"]["F"], 6, 12
    rho = (F - 1) / (F - 1 + n)
    assert oats.r["rho"] == pytest.approx(rho)
    assert oats.r["sd_b"] == pytest.approx(math.sqrt((F - 1) * R["oneway"]["ss"][1] / 66 / n))
    # balanced groups: the formula is a square (Fisher 1925): here with k - 1 and N - k
    a = (1 - rho) * (1 + (n - 1) * rho) * math.sqrt(2) / n
    assert oats.r["se"] == pytest.approx(a * math.sqrt(1 / (k * (n - 1)) + 1 / (k - 1)))
    assert oats.r["rho_t"] == pytest.approx(n * rho / (1 + (n - 1) * rho))
    oats.run("loneway yield block, exact level(90)")
    q = F / stats.f.ppf(0.95, 5, 66)
    assert oats.r["lb"] == pytest.approx((q - 1) / (q - 1 + n))
    oats.run("loneway yield block, mean")
    g = F * 64 / 66
    assert oats.r["rho"] == pytest.approx((g - 1) / (g - 1 + n))
    oats.run("loneway yield block, median")
    g = F / stats.f.ppf(0.5, 5, 66)
    assert oats.r["rho"] == pytest.approx((g - 1) / (g - 1 + n))
    assert "(*) Truncated at zero." in oats.run("loneway nitro block").text
