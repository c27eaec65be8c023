"""margins: averages worked out row by row, after every kind of fit, and everything it refuses."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from driving import driver

import mixedcli
from mixedcli.data.read import load

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
OATS = str(FIXTURES / "rdatasets" / "oats.csv")
ORTHODONT = str(FIXTURES / "rdatasets" / "orthodont.csv")
MODEL = "quietly mixed yield i.variety##c.nitro || block:, reml"


def oats(*commands: str) -> mixedcli.Session:
    s = mixedcli.Session(data=OATS)
    s.run("\n".join(["drop if mod(_n, 7) == 3", *commands]))
    return s


def predictions(s: mixedcli.Session, change: str, keep: str = "1") -> tuple[float, int]:
    """The mean of xb where variables are replaced, and the number of rows: what a margin is by definition."""
    r = s.r
    s.run(f"preserve\nkeep if {keep}\n{change}\nquietly predict double __p, xb\nquietly summarize __p\nrestore")
    out = float(s.r["mean"]), int(s.r["N"])
    assert r is not None
    return out


#: every kind of linear mixed model, with a factor and a covariate
FAMILIES = {
    "reml": "mixed distance i.sex##c.age || subject: age, reml",
    "ml unstructured": "mixed distance i.sex##c.age || subject: age, cov(un)",
    "no random effects": "mixed distance i.sex##c.age",
    "robust": "mixed distance i.sex##c.age || subject:, vce(robust)",
    "kroger": "mixed distance i.sex##c.age || subject:, reml dfmethod(kroger)",
    "satterthwaite": "mixed distance i.sex##c.age || subject:, reml dfmethod(satterthwaite)",
    "crossed": "mixed distance i.sex##c.age || _all: R.age || subject:",
    "ar": "mixed distance i.sex##c.age || subject:, nocons residuals(ar 1, t(age))",
    "heteroskedastic": "mixed distance i.sex##c.age || subject:, residuals(independent, by(sex))",
    "frequency weights": "mixed distance i.sex##c.age [fw=w] || subject:",
    "sampling weights": "mixed distance i.sex##c.age [pw=w] || subject:",
    "least squares": "regress distance i.sex##c.age",
    "weighted least squares": "regress distance i.sex##c.age [aw=w]",
    "panel": "xtreg distance i.sex##c.age, i(subject)",
    "analysis of variance": "anova distance sex##c.age",
}


@pytest.mark.parametrize("name", FAMILIES)
def test_after_every_kind_of_fit(name: str) -> None:
    """The margin is the weighted mean of predictions, its variance that of the mean design row."""
    s = mixedcli.Session(data=ORTHODONT)
    s.run(f"generate w = 1 + mod(_n, 3)\nquietly {FAMILIES[name]}\nmargins sex, at(age=(9 13))")
    b, table = s.e["b"], s.r["table"]
    eq = b.columns[0].rpartition(":")[0]
    names = [f"{eq}:{c}" if eq else c for c in ("2.sex", "age", "2.sex#c.age", "_cons")]
    V = s.e["V"].loc[names, names].to_numpy()
    rows = np.array([[g, t, g * t, 1.0] for t in (9.0, 13.0) for g in (0.0, 1.0)])
    assert table.loc["b"].to_numpy() == pytest.approx(rows @ b[names].to_numpy()[0], rel=1e-10)
    assert table.loc["se"].to_numpy() == pytest.approx(np.sqrt(np.diag(rows @ V @ rows.T)), rel=1e-10)
    t = name in ("least squares", "weighted least squares", "analysis of variance")
    assert ("t" in table.index) == t
    s.run("margins sex")
    data = s.data
    w = data["w"].to_numpy(float) if "weight" in name else np.ones(len(data))
    age = float((w * data["age"].to_numpy(float)).sum() / w.sum())
    rows = np.array([[g, age, g * age, 1.0] for g in (0.0, 1.0)])
    assert s.r["table"].loc["b"].to_numpy() == pytest.approx(rows @ b[names].to_numpy()[0], rel=1e-10)
    assert s.r["N"] == (w.sum() if name == "frequency weights" else len(data))
    for command in (
        "contrast r.sex#c.age",
        "pwcompare sex",
        "margins r.sex",
        "margins, dydx(*)",
        "margins, dydx(age) over(sex)",
    ):
        s.run(command)
    assert s.r["table"].loc["b"].to_numpy() == pytest.approx(
        [b[names[1]].iloc[0], b[names[1]].iloc[0] + b[names[2]].iloc[0]], rel=1e-10
    )


def test_constraints() -> None:
    s = mixedcli.Session(data=ORTHODONT)
    s.run("constraint 1 2.sex#c.age = -.25\nquietly mixed distance i.sex##c.age || subject:, constraints(1)\n"
          "margins r.sex, dydx(age)")  # fmt: skip
    assert s.r["b"].iloc[0, 0] == pytest.approx(-0.25)
    s.run("margins sex, dydx(age)")
    assert s.r["b"].iloc[0].to_numpy() @ [-1, 1] == pytest.approx(-0.25)


@pytest.mark.parametrize(
    ("margins", "change", "keep"),
    [
        ("margins", "", "1"),
        ("margins, at(variety=2)", "replace variety = 2", "1"),
        ("margins if block < 4, at(nitro=.1)", "replace nitro = .1", "block < 4"),
        ("margins in 5/20", "", "inrange(_n, 5, 20)"),
        ("margins, at(nitro=gen(nitro^2))", "replace nitro = nitro^2", "1"),
        ("margins, at((zero) nitro)", "replace nitro = 0", "1"),
        ("margins, at((max) nitro (base) variety)", "replace nitro = .6\nreplace variety = 1", "1"),
        ("margins, at((p25) nitro)", "quietly summarize nitro, detail\nreplace nitro = r(p25)", "1"),
        ("margins, subpop(if block == 2)", "", "block == 2"),
        ("margins, at((asobserved) _all nitro=.3)", "replace nitro = .3", "1"),
        ("margins, noesample", "", "1"),
    ],
)
def test_by_definition(margins: str, change: str, keep: str) -> None:
    s = oats(MODEL, margins)
    found, n = float(s.r["b"].iloc[0, 0]), s.r["_N"].iloc[0, 0]
    expected, rows = predictions(s, change, keep)
    assert found == pytest.approx(expected, rel=1e-10)
    assert n == rows


def test_weights_typed_and_noweights() -> None:
    s = oats(MODEL, "margins [fw=block]")
    assert s.r["N"] == s.data["block"].sum()
    s.run("quietly predict double p, xb")
    p, w = s.data["p"].to_numpy(), s.data["block"].to_numpy(float)
    s.run("margins [fw=block]")
    assert s.r["b"].iloc[0, 0] == pytest.approx((p * w).sum() / w.sum(), rel=1e-10)
    s.run("generate byte few = block < 3\nmargins [fw=block], subpop(few)")
    few = s.data["block"].to_numpy() < 3
    assert s.r["b"].iloc[0, 0] == pytest.approx((p * w)[few].sum() / w[few].sum(), rel=1e-10)
    assert s.r["N"] == w.sum()
    s.run("quietly regress yield i.variety nitro [aw=block]\nquietly predict double q\nmargins, noweights")
    assert s.r["b"].iloc[0, 0] == pytest.approx(s.data["q"].mean(), rel=1e-10)
    s.run("margins")
    assert s.r["b"].iloc[0, 0] == pytest.approx((s.data["q"] * w).sum() / w.sum(), rel=1e-10)


def test_proportions_of_levels_and_asbalanced() -> None:
    s = oats(MODEL, "margins variety, at(nitro=.2)")
    each = s.r["b"].iloc[0].to_numpy()
    s.run("margins, at(1.variety=.5 3.variety=.5 nitro=.2)")
    assert s.r["b"].iloc[0, 0] == pytest.approx((each[0] + each[2]) / 2)
    s.run("margins, at(nitro=.2) asbalanced")
    assert s.r["b"].iloc[0, 0] == pytest.approx(each.mean())
    out = s.run("margins, at((asbalanced) variety nitro=.2)")
    assert s.r["b"].iloc[0, 0] == pytest.approx(each.mean())
    assert "(asbalanced)" in out.text


def test_statistics_within_groups() -> None:
    s = oats("replace nitro = nitro + variety", MODEL, "margins, over(variety) atmeans")
    means = s.data.groupby("variety")["nitro"].mean()
    b = s.e["b"]
    slope = [b["yield:nitro"].iloc[0] + (b[f"yield:{k}.variety#c.nitro"].iloc[0] if k > 1 else 0) for k in (1, 2, 3)]
    start = [b["yield:_cons"].iloc[0] + (b[f"yield:{k}.variety"].iloc[0] if k > 1 else 0) for k in (1, 2, 3)]
    assert s.r["b"].iloc[0].to_numpy() == pytest.approx(np.array(start) + np.array(slope) * means.to_numpy())
    assert list(s.r["b"].columns) == ["1bn.variety", "2.variety", "3.variety"]


def test_order_and_names_of_margins() -> None:
    s = oats(MODEL, "margins variety, at(nitro=(0 .2)) over(block)")
    names = list(s.r["b"].columns)
    assert names[:4] == [
        "1bn._at#1bn.block#1bn.variety", "1bn._at#1bn.block#2.variety", "1bn._at#1bn.block#3.variety",
        "1bn._at#2.block#1bn.variety",
    ]  # fmt: skip
    assert names[-1] == "2._at#6.block#3.variety"
    s.run("margins variety, dydx(nitro)")
    assert list(s.r["b"].columns) == ["nitro:1bn.variety", "nitro:2.variety", "nitro:3.variety"]
    s.run("margins, dydx(*)")
    assert list(s.r["b"].columns) == ["1b.variety", "2.variety", "3.variety", "nitro"]
    assert s.r["b"].iloc[0, 0] == 0
    assert s.r["error"].iloc[0].tolist() == [6, 0, 0, 0]
    s.run("margins variety, grand")
    assert list(s.r["b"].columns) == ["1bn.variety", "2.variety", "3.variety", "_cons"]


def test_at_in_r() -> None:
    s = oats(MODEL, "margins, at(nitro=(0 .2) variety=2) at((mean) _all)")
    at = s.r["at"]
    assert list(at.columns) == ["1b.variety", "2.variety", "3.variety", "nitro"]
    assert at.iloc[0].tolist() == [0, 1, 0, 0]
    assert at.iloc[1].tolist() == [0, 1, 0, 0.2]
    assert at.iloc[2].to_numpy() == pytest.approx(
        [(s.data["variety"] == k).mean() for k in (1, 2, 3)] + [s.data["nitro"].mean()]
    )
    assert (s.r["atstats1"], s.r["atstats3"]) == ("value value value value", "mean mean mean mean")
    assert s.r["k_at"] == 3


def test_titles() -> None:
    s = oats(MODEL)
    for command, title in (
        ("margins", "Predictive margins"),
        ("margins variety, at(nitro=1)", "Adjusted predictions"),
        ("margins, atmeans", "Adjusted predictions"),
        ("margins, dydx(nitro)", "Average marginal effects"),
        ("margins, dydx(nitro) atmeans", "Conditional marginal effects"),
        ("margins r.variety", "Contrasts of predictive margins"),
        ("margins r.variety, at(nitro=1)", "Contrasts of adjusted predictions"),
        ("margins r.variety, dydx(nitro)", "Contrasts of average marginal effects"),
        ("margins variety, pwcompare", "Pairwise comparisons of predictive margins"),
    ):
        head = s.run(command).text.splitlines()[1]
        assert head.startswith(title + "  "), command
        assert head.endswith(" = 62")
        assert len(head) == 78
        assert s.r["title"] == title


def test_posted_margins_are_results() -> None:
    s = oats(MODEL, "margins variety, post")
    first = s.r["b"].iloc[0].to_numpy()
    s.run("lincom 2.variety - 1.variety")
    assert s.r["estimate"] == pytest.approx(first[1] - first[0])
    s.run("test 1.variety = 2.variety = 3.variety\nestimates store m\nestimates replay m")
    assert s.e["cmd"] == "margins"
    assert "_b[1bn.variety]" in oats(MODEL).run("margins variety, post coeflegend").text
    with pytest.raises(mixedcli.StataError, match="posted results") as told:
        s.run("margins")
    assert told.value.rc == 322


def test_saving(tmp_path: Path) -> None:
    s = oats(MODEL, f'margins variety, at(nitro=(0 .2)) saving("{tmp_path}/m")')
    b, table = s.r["b"].iloc[0].to_numpy(), s.r["table"]
    with pytest.raises(mixedcli.StataError) as told:
        s.run(f'margins variety, saving("{tmp_path}/m")')
    assert told.value.rc == 602
    data = load(str(tmp_path / "m.dta"), "")
    assert data.numeric("_margin") == pytest.approx(b)
    assert data.numeric("_se_margin") == pytest.approx(table.loc["se"].to_numpy())
    assert data.numeric("_m1").tolist() == [1, 2, 3, 1, 2, 3]
    assert data.numeric("_at").tolist() == [1, 1, 1, 2, 2, 2]
    assert data.numeric("_at2").tolist() == pytest.approx([0, 0, 0, 0.2, 0.2, 0.2])


def test_what_an_empty_cell_leaves_open() -> None:
    """Without the cell (2, 2) neither it nor its row's balanced mean can be told; what is observed can."""
    s = oats(
        "generate a = 1 + (nitro > .3)", "drop if variety == 2 & a == 2", "quietly mixed yield i.variety##i.a || block:"
    )
    text = s.run("margins variety#a").text
    assert text.count("(not estimable)") == 1
    assert s.r["error"].iloc[0].tolist() == [0, 0, 0, 8, 0, 0]
    assert s.run("margins variety, asbalanced").text.count("(not estimable)") == 1
    assert "(not estimable)" not in s.run("margins, over(variety)").text
    out = s.run("contrast r.variety, effects").text
    assert "(not testable)" in out
    assert "(not estimable)" in out
    assert "(not estimable)" in s.run("pwcompare variety").text
    assert "(not estimable)" not in s.run("margins variety#a, noestimcheck").text
    # over the cells that occur
    s.run("contrast r.variety, effects emptycells(reweight)")
    b = s.e["b"]
    values = {name.partition(":")[2]: float(b[name].iloc[0]) for name in b.columns}
    cell = {
        (v, a): values["_cons"] + sum(values.get(n, 0.0) for n in (f"{v}.variety", f"{a}.a", f"{v}.variety#{a}.a"))
        for v in (1, 2, 3)
        for a in (1, 2)
    }
    expected = cell[2, 1] - (cell[1, 1] + cell[1, 2]) / 2
    assert s.r["b"].iloc[0, 0] == pytest.approx(expected)


def test_collinear_covariates_leave_values_open() -> None:
    s = oats("generate twice = 2 * nitro", "quietly mixed yield nitro twice || block:")
    assert "(not estimable)" not in s.run("margins").text
    assert "(not estimable)" in s.run("margins, at(nitro=1)").text
    assert "(not estimable)" not in s.run("margins, at(nitro=1 twice=2)").text


def test_nearly_collinear_covariates_are_estimable() -> None:
    """Beside a covariate that was left out, powers that are hard to tell apart stay estimable."""
    s = oats("generate u = 100 + nitro", "generate w = 2 * u",
             "quietly regress yield c.u##c.u##c.u w i.variety")  # fmt: skip
    assert "(not estimable)" not in s.run("margins variety").text
    assert "(not estimable)" not in s.run("margins, at(u=100.3 w=200.6)").text
    assert "(not estimable)" in s.run("margins, at(u=101)").text


def test_several_terms_with_numbers_side_by_side() -> None:
    _, run = driver(load(OATS, ""))
    run(MODEL)
    shown = run("margins variety, at(nitro=(0(.2).4)) vsquish").splitlines()
    at = shown.index(" _at#variety |")
    assert [x[:16] for x in shown[at + 1 : at + 4]] == [f"        1 {k}  |  " for k in (1, 2, 3)]


@pytest.mark.parametrize(
    ("command", "rc", "words"),
    [
        ("margins nitro", 322, "factor nitro not found in list of covariates"),
        ("margins, at(zz=1)", 322, "'zz' not found in list of covariates"),
        ("margins, dydx(q*)", 322, "'q*' not found in list of covariates"),
        ("margins, dydx(9.variety)", 322, "'9.variety' not found in list of covariates"),
        ("margins, at(variety=9)", 322, "not found in list of covariates"),
        ("margins, at((median) variety)", 198, "not allowed with factor variables"),
        ("margins, at((sd) nitro)", 198, "not a statistic"),
        ("margins, at(nitro=(1 2)", 132, "parentheses unbalanced"),
        ("margins, at(1.variety=.4 2.variety=.4)", 198, "sum to one"),
        ("margins, dydx(nitro) eyex(nitro)", 198, "may not be combined"),
        ("margins, eyex(variety)", 198, "factor variable"),
        ("margins variety, dydx(variety)", 198, "both"),
        ("margins, predict(reffects)", 498, "possibly stochastic quantities"),
        ("margins, vce(unconditional)", 198, "not yet available"),
        ("margins, within(variety)", 198, "not yet available"),
        ("margins, contrast pwcompare", 198, "may not be combined"),
        ("margins r.variety, pwcompare", 198, "contrast operators"),
        ("margins if block > 99", 2000, "no observations"),
        ("margins variety, mcompare(tukey) pwcompare", 198, "not allowed with results from mixed"),
        ("margins, saving()", 198, ""),
        ("margins, level(5)", 198, "between 10 and 99.99"),
    ],
)
def test_refusals(command: str, rc: int, words: str) -> None:
    s = oats(MODEL)
    before = s.e["b"]
    with pytest.raises(mixedcli.StataError) as told:
        s.run(command)
    assert told.value.rc == rc
    assert words in told.value.message
    assert s.e["b"].equals(before)


def test_without_estimates_or_sample(tmp_path: Path) -> None:
    s = mixedcli.Session(data=OATS)
    with pytest.raises(mixedcli.StataError) as told:
        s.run("margins")
    assert told.value.rc == 301
    s.run(f'{MODEL}\nestimates save "{tmp_path}/e"\nmargins variety')
    first = s.r["b"].iloc[0].to_numpy()
    fresh = mixedcli.Session(data=OATS)
    fresh.run(f'estimates use "{tmp_path}/e"\ncontrast r.variety')
    with pytest.raises(mixedcli.StataError, match="does not identify the estimation sample") as told:
        fresh.run("margins")
    assert told.value.rc == 322
    fresh.run("margins variety, noesample")
    assert fresh.r["b"].iloc[0].to_numpy() == pytest.approx(first)
    fresh.run("estimates esample: yield variety nitro block\nmargins variety")
    assert fresh.r["b"].iloc[0].to_numpy() == pytest.approx(first)
    s.run("estimates store a\nquietly regress yield nitro\nestimates restore a\nmargins variety")
    assert s.r["b"].iloc[0].to_numpy() == pytest.approx(first)


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


def test_value_labels_and_nofvlabel() -> None:
    s = oats('label define v 1 "Golden" 2 "Marvellous" 3 "Victory"', "label values variety v", MODEL)
    assert "     Golden  |" in s.run("margins variety").text
    assert "(Victory vs Golden)" in s.run("contrast r.variety").text.replace("\n", "")
    assert "          1  |" in s.run("margins variety, nofvlabel").text


def test_wildcards_and_levels_of_derivatives() -> None:
    s = oats(MODEL)
    for command, names in (
        ("margins, dydx(n*)", ["nitro"]),
        ("margins, dydx(i.variety)", ["1b.variety", "2.variety", "3.variety"]),
        ("margins, dydx(3.variety nitro)", ["3.variety", "nitro"]),
        ("margins, dydx(2.variety v*)", ["1b.variety", "2.variety", "3.variety"]),
        ("margins, dydx(_continuous)", ["nitro"]),
        ("margins, dydx(_factor)", ["1b.variety", "2.variety", "3.variety"]),
    ):
        s.run(command)
        assert list(s.r["b"].columns) == names, command


def test_margins_adjusted_for_their_number() -> None:
    s = oats(MODEL, "margins variety, mcompare(bonferroni)")
    table = s.r["table"]
    assert table.loc["crit"].iloc[0] == pytest.approx(2.393980, abs=1e-6)  # normal quantile of 1 - .05/6
    assert "Bonferroni           Bonferroni" in s.run("margins variety, mcompare(bonferroni)").text


def test_legend_of_ten_scenarios() -> None:
    # stata: a published log: "9._at:  educ = 13" above "10._at: educ = 14"
    lines = oats(MODEL).run("margins, at(nitro=(1/10))").text.splitlines()
    assert [x for x in lines if "_at:" in x][8:] == ["9._at:  nitro =  9", "10._at: nitro = 10"]


def test_unbalanced_factors_are_noted_where_the_method_needs_balance() -> None:
    s = oats("quietly regress yield i.variety nitro")
    assert "requires balanced data" in s.run("pwcompare variety, mcompare(dunnett)").text
    # stata: notes on its updates: no such note for tukey
    assert "requires balanced data" not in s.run("pwcompare variety, mcompare(tukey)").text
    with pytest.raises(mixedcli.StataError, match="no confidence intervals"):
        s.run("pwcompare variety, mcompare(snk)")


def test_time_series_operators() -> None:
    s = mixedcli.Session(data=ORTHODONT)
    s.run("generate t = age / 2\nxtset subject t\nquietly mixed distance i.sex L.distance || subject:")
    s.run("margins sex, at(L.distance=(20 24))")
    b = s.e["b"]
    slope, start = b["distance:L.distance"].iloc[0], b["distance:_cons"].iloc[0]
    assert s.r["b"].iloc[0].to_numpy()[[0, 2]] == pytest.approx([start + 20 * slope, start + 24 * slope])
    s.run("margins, dydx(L.distance)")
    assert s.r["b"].iloc[0, 0] == pytest.approx(slope)


def test_groups_of_names_and_c_in_at() -> None:
    s = oats("generate byte a = 1 + (nitro > .3)", "quietly mixed yield i.variety i.a nitro || block:")
    s.run("margins i.(variety a)")
    names = list(s.r["b"].columns)
    s.run("margins variety a")
    assert list(s.r["b"].columns) == names
    s.run("margins, at(c.nitro=(0 .2) i.a=2)")
    assert s.r["at"]["nitro"].tolist() == [0, 0.2]
    assert s.r["at"]["2.a"].tolist() == [1, 1]


def test_models_without_a_base_or_with_another() -> None:
    plain = oats("quietly mixed yield i.variety nitro || block:", "margins variety")
    b, se = plain.r["b"].iloc[0].to_numpy(), plain.r["table"].loc["se"].to_numpy()
    plain.run("contrast r.variety")
    for model in ("ibn.variety nitro, noconstant", "ib3.variety nitro"):
        s = oats(f"quietly mixed yield {model} || block:", "margins variety")
        assert s.r["b"].iloc[0].to_numpy() == pytest.approx(b, rel=1e-6)
        assert s.r["table"].loc["se"].to_numpy() == pytest.approx(se, rel=1e-5)
    s.run("contrast r.variety")
    assert s.r["b"].iloc[0].to_numpy() == pytest.approx([b[0] - b[2], b[1] - b[2]], rel=1e-5)
    s.run("margins, dydx(variety)")
    assert list(s.r["b"].columns) == ["1.variety", "2.variety", "3b.variety"]


def test_results_of_other_commands_are_refused() -> None:
    s = oats(MODEL, "quietly nlcom _b[nitro], post")
    for command in ("margins", "contrast variety", "pwcompare variety"):
        with pytest.raises(mixedcli.StataError, match="posted results") as told:
            s.run(command)
        assert told.value.rc == 322


def test_scenarios_tested_at_once() -> None:
    s = oats("generate byte a = 1 + (nitro > .3)", "quietly mixed yield i.variety##i.a || block:")
    s.run("testparm i.variety")
    chi2 = s.r["chi2"]
    s.run("margins, at(variety=(1 2 3) a=1) contrast(atjoint effects)")
    assert s.r["chi2"].iloc[0, 0] == pytest.approx(chi2)
    with pytest.raises(mixedcli.StataError, match="not yet available"):
        s.run("margins r.a, at(variety=(1 2)) contrast(atjoint)")


def test_combinations() -> None:
    """Dimensions in any company: the numbers are those of the separate commands."""
    s = oats("generate byte a = 1 + (nitro > .3)", "quietly mixed yield i.variety##i.a##c.nitro || block:")

    def b(command: str, name: str = "b") -> np.ndarray:  # type: ignore[type-arg]
        s.run(command)
        return s.r[name].iloc[0].to_numpy()

    groups = [b(f"margins if variety == {v} & a == {k}")[0] for v in (1, 2, 3) for k in (1, 2)]
    assert b("margins, over(variety a)") == pytest.approx(groups)
    assert b("margins, over(a) pwcompare", "b_vs")[0] == pytest.approx(
        b("margins if a == 2")[0] - b("margins if a == 1")[0]
    )
    steps = b("margins variety, dydx(a) at(nitro=(0 1))").reshape(2, 2, 3)[1]  # base outcome, then 2.a
    assert b("margins r.variety, dydx(a) at(nitro=(0 1))") == pytest.approx((steps[:, 1:] - steps[:, :1]).T.ravel())
    assert "discrete change" in s.run("margins r.variety, dydx(a)").text
    slopes = b("margins variety#a, dydx(nitro)").reshape(3, 2)
    turns = slopes[:, 1] - slopes[:, 0]
    assert b("contrast r.variety#r.a#c.nitro") == pytest.approx(turns[1:] - turns[0])
    assert b("margins a@variety, contrast(effects)") == pytest.approx(
        np.diff(b("margins variety#a").reshape(3, 2)).ravel()
    )
    assert b("margins, eyex(nitro) over(a)") == pytest.approx(
        [b(f"margins if a == {k}, eyex(nitro)")[0] for k in (1, 2)]
    )
    assert b("margins, expression(predict(xb)^2) over(a)") == pytest.approx(
        [b(f"margins if a == {k}, expression(predict()^2)")[0] for k in (1, 2)]
    )
    plain = b("margins, dydx(variety)")
    assert b("margins, dydx(variety) continuous") == pytest.approx(plain)
    assert "discrete change" not in s.run("margins, dydx(variety) continuous").text


def test_posted_margins_are_saved_and_shown_again(tmp_path: Path) -> None:
    s = oats(MODEL)
    shown = s.run("margins variety, at(nitro=(0 .2)) post").text
    s.run(f'estimates save "{tmp_path}/m"')
    fresh = mixedcli.Session(data=OATS)
    fresh.run(f'estimates use "{tmp_path}/m"')
    assert shown.strip() in fresh.run("estimates replay").text
    assert fresh.e["b"].iloc[0].to_numpy() == pytest.approx(s.e["b"].iloc[0].to_numpy())
    assert fresh.e["at"]["nitro"].tolist() == [0, 0.2]
