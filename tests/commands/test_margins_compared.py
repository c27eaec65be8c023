"""margins: contrasts and pairwise comparisons of margins."""

from __future__ import annotations

import math

import pytest
from margined import MODEL, oats

import mixedcli


def test_nothing_to_compare_is_said() -> None:
    s = oats(MODEL)
    # stata: a published log
    text = " ".join(s.run("margins, dydx(nitro) pwcompare(effects)").text.split())
    assert text.startswith(
        "note: ignoring pwcompare options because there are no margins for making pairwise comparisons. Average"
    )


def test_contrasts_of_scenarios_and_groups() -> None:
    s = oats(MODEL, "margins, at(nitro=(0 .2 .6))")
    m = s.r["b"].iloc[0].to_numpy()
    s.run("margins, at(nitro=(0 .2 .6)) contrast(atcontrast(ar._at) effects)")
    assert s.r["b"].iloc[0].to_numpy() == pytest.approx([m[1] - m[0], m[2] - m[1]])
    s.run("margins, at(nitro=(0 .2 .6)) contrast")
    assert s.r["df"].iloc[0, 0] == 1  # all on one line
    s.run("margins variety, dydx(nitro)")
    d = s.r["b"].iloc[0].to_numpy()
    s.run("margins, dydx(nitro) over(variety) contrast(overcontrast(r) effects)")
    assert s.r["b"].iloc[0].to_numpy() == pytest.approx(d[1:] - d[0])
    s.run("margins r.variety, at(nitro=(0 .2)) contrast(atcontrast(r._at) nowald)")
    assert s.r["b"].iloc[0].to_numpy() == pytest.approx((d[1:] - d[0]) * 0.2)
    assert math.isnan(s.r["table"].loc["df"].iloc[0])


def test_wald_rows_of_simple_effects() -> None:
    s = oats("generate a = 1 + (nitro > .3)", "quietly mixed yield i.variety##i.a || block:")
    s.run("test 2.variety 3.variety")
    chi2 = s.r["chi2"]
    text = s.run("contrast variety@a").text
    rows = [x.split() for x in text.splitlines() if "|" in x]
    assert rows[1:] == [["yield", "|"], ["variety@a", "|"], *rows[3:]]
    assert [r[0] for r in rows[3:]] == ["1", "2", "Joint"]
    assert float(rows[3][3]) == pytest.approx(chi2, abs=0.005)
    assert s.r["chi2"].iloc[0, 0] == pytest.approx(chi2)
    assert s.r["df"].iloc[0].tolist() == [2, 2, 4]
    s.run("test 2.variety#2.a 3.variety#2.a")
    chi2 = s.r["chi2"]
    s.run("contrast variety##a, overall")
    assert s.r["chi2"].iloc[0, 2] == pytest.approx(chi2)
    # all terms at once are the model's own test
    assert s.r["chi2"].iloc[0, 3] == pytest.approx(s.e["chi2"])


def test_groups_of_margins_that_do_not_differ() -> None:
    s = oats("replace yield = yield + 60 * (variety == 3)", MODEL)
    text = s.run("pwcompare variety, groups").text
    rows = [x for x in text.splitlines() if x.strip().startswith(("1  |", "2  |", "3  |"))]
    assert [x.rstrip().endswith("A") for x in rows] == [True, True, False]
    order = s.run("pwcompare variety, cimargins sort").text
    means = [
        float(x.partition("|")[2].split()[0]) for x in order.splitlines() if x.strip()[:3] in ("1  ", "2  ", "3  ")
    ]
    assert means == sorted(means)


def test_lincom_contrast_and_formats() -> None:
    s = oats(MODEL)
    with pytest.raises(mixedcli.StataError, match="does not sum to zero"):
        s.run("contrast {variety 1 1 0}")
    s.run("margins variety, at(nitro=0)")
    m = s.r["b"].iloc[0].to_numpy()
    s.run("contrast {variety 1 1 0}, lincom")
    assert s.r["b"].iloc[0, 0] == pytest.approx(m[0] + m[1])
    text = s.run("margins variety, level(90) cformat(%6.2f) pformat(%4.2f) sformat(%5.1f)").text
    assert "[90% conf. interval]" in text
    assert f"{s.r['b'].iloc[0, 0]:.2f}" in text
    assert "P>|z|" not in s.run("margins variety, nopvalues").text
    assert "conf. interval" not in s.run("margins variety, noci").text
    assert "1._at" not in s.run("margins, at(nitro=(1 2)) noatlegend").text
    nose = s.run("margins variety, nose")
    assert math.isnan(s.r["table"].loc["se"].iloc[0])
    assert nose.text
    s.run("margins variety, df(10)")
    assert "t" in s.r["table"].index
    assert s.r["table"].loc["df"].iloc[0] == 10


def test_margins_adjusted_for_their_number() -> None:
    s = oats(MODEL, "margins variety, mcompare(bonferroni)")
    table = s.r["table"]
    assert table.loc["crit"].iloc[0] == pytest.approx(2.393980, abs=1e-6)  # normal quantile of 1 - .05/6
    assert "Bonferroni           Bonferroni" in s.run("margins variety, mcompare(bonferroni)").text


def test_unbalanced_factors_are_noted_where_the_method_needs_balance() -> None:
    s = oats("quietly regress yield i.variety nitro")
    assert "requires balanced data" in s.run("pwcompare variety, mcompare(dunnett)").text
    # stata: notes on its updates: no such note for tukey
    assert "requires balanced data" not in s.run("pwcompare variety, mcompare(tukey)").text
    with pytest.raises(mixedcli.StataError, match="no confidence intervals"):
        s.run("pwcompare variety, mcompare(snk)")


def test_scenarios_tested_at_once() -> None:
    s = oats("generate byte a = 1 + (nitro > .3)", "quietly mixed yield i.variety##i.a || block:")
    s.run("testparm i.variety")
    chi2 = s.r["chi2"]
    s.run("margins, at(variety=(1 2 3) a=1) contrast(atjoint effects)")
    assert s.r["chi2"].iloc[0, 0] == pytest.approx(chi2)
    with pytest.raises(mixedcli.StataError, match="not yet available"):
        s.run("margins r.a, at(variety=(1 2)) contrast(atjoint)")
