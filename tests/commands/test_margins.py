"""margins: averages worked out row by row, after every kind of fit, and everything it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from driving import driver
from margined import MODEL, OATS, ORTHODONT, oats

import mixedcli
from mixedcli.data.read import load


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


def test_several_terms_with_numbers_side_by_side() -> None:
    _, run = driver(load(OATS, ""))
    run(MODEL)
    shown = run("margins variety, at(nitro=(0(.2).4)) vsquish").splitlines()
    at = shown.index(" _at#variety |")
    assert [x[:16] for x in shown[at + 1 : at + 4]] == [f"        1 {k}  |  " for k in (1, 2, 3)]


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


def test_legend_of_ten_scenarios() -> None:
    # stata: a published log: "9._at:  educ = 13" above "10._at: educ = 14"
    lines = oats(MODEL).run("margins, at(nitro=(1/10))").text.splitlines()
    assert [x for x in lines if "_at:" in x][8:] == ["9._at:  nitro =  9", "10._at: nitro = 10"]


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
