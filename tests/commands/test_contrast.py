"""contrast and pwcompare: options, labels and errors; their numbers are in test_margins_reference."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import mixedcli

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
OATS = str(FIXTURES / "rdatasets" / "oats.csv")
CAKE = str(FIXTURES / "rdatasets" / "cake.csv")
MODEL = "quietly mixed yield i.variety##c.nitro || block:, reml dfmethod(kroger)"


def oats(*commands: str) -> mixedcli.Session:
    s = mixedcli.Session(data=OATS)
    s.run("\n".join(["drop if mod(_n, 7) == 3", MODEL, *commands]))
    return s


def cake(*commands: str) -> mixedcli.Session:
    s = mixedcli.Session(data=CAKE)
    s.run("\n".join(["quietly mixed angle i.recipe##i.temperature || replicate:, reml", *commands]))
    return s


def labels(text: str) -> list[str]:
    """Names of the rows that have numbers."""
    return [x.partition("|")[0].strip() for x in text.splitlines() if x.partition("|")[0].strip() and x[-1:].isdigit()]


def heads(text: str) -> list[str]:
    """Heads of the columns of every table, without what stands above them."""
    found = (" ".join(x.partition("|")[2].split()) for x in text.splitlines() if x.strip().startswith("|"))
    return [x for x in found if x]


def test_tables_asked_for() -> None:
    s = oats()
    wald, full = "df chi2 P>chi2", "Contrast Std. err. z P>|z| [95% conf. interval]"
    limits, tests = "Contrast Std. err. [95% conf. interval]", "Contrast Std. err. z P>|z|"
    for options, expected in (
        ("", [wald]),
        (", effects", [wald, full]),
        (", cieffects", [wald, limits]),
        (", pveffects nowald", [tests]),
        (", cieffects pveffects nowald", [full]),
    ):
        assert heads(s.run(f"contrast variety{options}").text) == expected, options
    assert heads(s.run("contrast r.variety").text) == [wald, limits]
    assert heads(s.run("contrast r.variety, noeffects").text) == [wald]
    assert heads(s.run("contrast variety, small").text) == ["df ddf F P>F"]
    # stata: ex13e.log: degrees of freedom beside limits alone
    assert heads(s.run("contrast r.variety, small nowald").text) == ["Contrast Std. err. df [95% conf. interval]"]
    assert heads(s.run("contrast variety, df(20)").text) == ["df F P>F"]
    assert "Denominator |         20" in s.run("contrast variety, df(20)").text


def test_labels_of_operators() -> None:
    # stata: published logs of contrast and margins
    s = cake()
    text = s.run("contrast r.recipe ar.recipe h.recipe j.recipe g.recipe, nowald").text
    assert labels(text) == [
        "(2 vs 1)", "(3 vs 1)", "(2 vs 1)", "(3 vs 2)", "(1 vs >1)", "(2 vs  3)", "(2 vs  1)", "(3 vs <3)",
        "(1 vs mean)", "(2 vs mean)", "(3 vs mean)",
    ]  # fmt: skip
    assert labels(s.run("contrast p.temperature, nowald").text) == [
        "(linear)", "(quadratic)", "(cubic)", "(quartic)", "(quintic)",
    ]  # fmt: skip
    assert labels(s.run("contrast p(2 3).temperature, noeffects").text) == ["(quadratic)", "(cubic)", "Joint"]
    assert labels(s.run("contrast ar3.recipe, nowald").text) == ["(3 vs 2)"]
    assert labels(s.run("contrast h2.recipe, nowald").text) == ["(2 vs 3)"]
    assert labels(s.run("contrast rb3.recipe, nowald").text) == ["(1 vs 3)", "(2 vs 3)"]
    assert labels(s.run("contrast a.recipe#temperature, noeffects").text) == [
        "(1 vs 2) (joint)", "(2 vs 3) (joint)", "Joint",
    ]  # fmt: skip
    assert labels(s.run("contrast recipe@temperature").text) == ["175", "185", "195", "205", "215", "225", "Joint"]
    text = s.run("contrast recipe#temperature, nowald pveffects").text.replace(" ", "")
    assert "(2vsbase)" in text.replace("\n", "").replace("|", "")
    assert labels(s.run("contrast {recipe 1 -.5 -.5}").text) == ["recipe", "(1)"]


def test_joint_tests_are_those_of_test() -> None:
    s = cake("testparm i.recipe#i.temperature")
    chi2 = s.r["chi2"]
    s.run("contrast recipe#temperature")
    assert (s.r["chi2"].iloc[0, 0], s.r["df"].iloc[0, 0]) == (pytest.approx(chi2), 10)
    # every operator spans the same contrasts
    for operator in ("r", "a", "ar", "g", "h", "j", "p", "q"):
        s.run(f"contrast {operator}.recipe#{operator}.temperature, noeffects")
        assert s.r["chi2"].iloc[0, -1] == pytest.approx(chi2), operator


def test_overall_and_adjustall() -> None:
    s = cake("contrast r.recipe p.temperature, overall")
    assert s.r["df"].iloc[0, -1] == 7
    one = s.r["table"].loc["pvalue"].to_numpy()
    s.run("contrast r.recipe p.temperature, mcompare(bonferroni)")
    assert s.r["table"].loc["pvalue"].to_numpy() == pytest.approx(np.minimum(one * np.array([2] * 2 + [5] * 5), 1))
    s.run("contrast r.recipe p.temperature, mcompare(bonferroni adjustall)")
    assert s.r["table"].loc["pvalue"].to_numpy() == pytest.approx(np.minimum(one * 7, 1))
    s.run("pwcompare recipe temperature, effects")
    one = s.r["table_vs"].loc["pvalue"].to_numpy()
    s.run("pwcompare recipe temperature, effects mcompare(sidak adjustall)")
    assert s.r["table_vs"].loc["pvalue"].to_numpy() == pytest.approx(1 - (1 - one) ** 18)


def test_adjusted_p_values_of_joint_tests() -> None:
    text = cake().run("contrast r.recipe, mcompare(bonferroni) noeffects").text
    assert "Bonferroni" in text
    assert " ".join(text.split()).endswith(
        "Note: Bonferroni-adjusted p-values are reported for tests on individual contrasts only."
    )
    rows = [x.split("|")[1].split() for x in text.splitlines() if " vs " in x]
    assert [float(r[3]) for r in rows] == pytest.approx([min(1, 2 * float(r[2])) for r in rows], abs=1e-4)


def test_observed_factors() -> None:
    """asobserved weights other factors by the sample, where asbalanced counts each level once."""
    s = mixedcli.Session(data=CAKE)
    s.run("drop if temperature > 200 & mod(_n, 7)\nquietly mixed angle i.recipe##i.temperature || replicate:\n"
          "contrast r.recipe@temperature, nowald")  # fmt: skip
    simple = s.r["b"].iloc[0].to_numpy().reshape(2, 6)
    s.run("contrast r.recipe")
    assert s.r["b"].iloc[0].to_numpy() == pytest.approx(simple.mean(1))
    share = s.data.groupby("temperature").size().to_numpy() / len(s.data)
    out = s.run("contrast r.recipe, asobserved")
    assert s.r["b"].iloc[0].to_numpy() == pytest.approx(simple @ share)
    assert "Margins: asobserved" in out.text
    s.run("pwcompare recipe, asobserved")
    assert s.r["b_vs"].iloc[0].to_numpy()[:2] == pytest.approx(simple @ share)
    s.run("margins r.recipe")
    assert s.r["b"].iloc[0].to_numpy() == pytest.approx(simple @ share)


def test_pairwise_tables_asked_for() -> None:
    s = oats()
    for options, expected in (
        ("", ["Unadjusted", "Contrast Std. err. [95% conf. interval]"]),
        (", effects", ["Unadjusted Unadjusted", "Contrast Std. err. z P>|z| [95% conf. interval]"]),
        (", pveffects", ["Unadjusted", "Contrast Std. err. z P>|z|"]),
        (", cimargins", ["Unadjusted", "Margin Std. err. [95% conf. interval]"]),
        (", groups", ["Unadjusted", "Margin Std. err. Groups"]),
        (", small", ["Unadjusted", "Contrast Std. err. df [95% conf. interval]"]),
    ):
        assert heads(s.run(f"pwcompare variety{options}").text) == expected, options
    assert labels(s.run("pwcompare variety").text) == ["2 vs 1", "3 vs 1", "3 vs 2"]
    text = s.run("pwcompare variety, sort").text
    found = [float(x.partition("|")[2].split()[0]) for x in text.splitlines() if " vs " in x]
    assert found == sorted(found)
    assert "Number of" not in s.run("pwcompare variety").text
    assert "variety |            3" in s.run("pwcompare variety, mcompare(sidak)").text


def test_letters_of_overlapping_groups() -> None:
    """1 and 2, 2 and 3 do not differ, 1 and 3 do: 2 bears both letters."""
    s = mixedcli.Session(data=OATS)
    s.run("bysort variety: replace yield = 10 * (variety * 1.5 + mod(_n, 12))\nquietly regress yield i.variety")
    s.run("pwcompare variety, effects")
    p = s.r["table_vs"].loc["pvalue"].to_numpy()
    assert p[1] < 0.05 < min(p[0], p[2])
    rows = [
        x for x in s.run("pwcompare variety, groups").text.splitlines() if x.strip()[:4] in ("1  |", "2  |", "3  |")
    ]
    # each letter has a column of its own
    assert [x[47:] for x in rows] == ["A ", "AB", " B"]


def test_posted_contrasts() -> None:
    s = oats("contrast r.variety, post")
    assert s.e["cmd"] == "contrast"
    b = s.r["b"].iloc[0].to_numpy()
    assert s.e["b"].iloc[0].to_numpy() == pytest.approx(b)
    assert s.e["V"].to_numpy().shape == (2, 2)
    s = oats("pwcompare variety, post")
    assert s.e["cmd"] == "pwcompare"
    assert s.e["b"].iloc[0].to_numpy().shape == (3,)


@pytest.mark.parametrize(
    ("command", "rc", "words"),
    [
        ("contrast", 100, "varlist required"),
        ("contrast nothere", 322, "factor nothere not found in list of covariates"),
        ("contrast k.variety", 198, "operator invalid"),
        ("contrast c.nothere", 322, "not found in list of covariates"),
        ("contrast {variety 1 -1}", 198, "3 contrast coefficients expected"),
        ("contrast {variety 1 -1 x}", 198, "user-defined contrast"),
        ("contrast r9.variety", 198, "not a contrast"),
        ("contrast rb9.variety", 322, "not found"),
        ("contrast variety, mcompare(tukey)", 198, "tukey"),
        ("contrast variety, mcompare(bonferroni adjustnone)", 198, "mcompare() incorrectly specified"),
        ("contrast variety, asobserved asbalanced", 198, "may not be combined"),
        ("contrast variety, emptycells(none)", 198, "emptycells() incorrectly specified"),
        ("pwcompare", 100, "varlist required"),
        ("pwcompare r.variety", 198, "contrast operators"),
        ("pwcompare variety, mcompare(snk)", 198, "not allowed with results from mixed"),
        ("pwcompare variety if nitro", 101, "if not allowed"),
    ],
)
def test_refusals(command: str, rc: int, words: str) -> None:
    with pytest.raises(mixedcli.StataError) as told:
        oats(command)
    assert told.value.rc == rc
    assert words in told.value.message


def test_small_needs_dfmethod() -> None:
    s = cake()
    for command in ("contrast recipe, small", "pwcompare recipe, small"):
        with pytest.raises(mixedcli.StataError, match="dfmethod"):
            s.run(command)
    for command in ("contrast recipe", "pwcompare recipe"):
        with pytest.raises(mixedcli.StataError) as told:
            mixedcli.Session(data=CAKE).run(command)
        assert told.value.rc == 301
