"""egen against pandas, by hand, and Stata's rules (LANGUAGE.md E.1, E.19)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mixedcli import Session, StataError


def messy(n: int = 400, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=n) * 5, 1)
    x[rng.random(n) < 0.15] = np.nan
    return pd.DataFrame(
        {
            "g": rng.integers(1, 25, n).astype(float),
            "h": rng.integers(0, 3, n).astype(float),
            "x": x,
            "y": rng.integers(0, 9, n).astype(float),
            "s": rng.choice(["a", "b", "", "cc"], n),
        }
    )


STATISTICS = {
    "mean": lambda v: v.mean(),
    "sd": lambda v: v.std(),
    "min": lambda v: v.min(),
    "max": lambda v: v.max(),
    "median": lambda v: v.median(),
    "total": lambda v: v.sum(),
    "count": lambda v: v.count(),
}


@pytest.mark.parametrize("name", STATISTICS)
@pytest.mark.parametrize("how", ["option", "prefix", "all", "if"])
def test_group_statistics(name: str, how: str) -> None:
    d = messy()
    s = Session(data=d)
    line = {
        "option": f"egen double v = {name}(x), by(g h)",
        "prefix": f"bysort g h: egen double v = {name}(x)",
        "all": f"egen double v = {name}(x)",
        "if": f"egen double v = {name}(x) if y > 3, by(g h)",
    }[how]
    s.run("generate long row = _n\n" + line + "\nsort row")
    if how == "all":
        expected = pd.Series(STATISTICS[name](d["x"]), index=d.index)
    else:
        used = d if how != "if" else d[d["y"] > 3]
        expected = used.groupby(["g", "h"])["x"].transform(STATISTICS[name]).reindex(d.index)
    np.testing.assert_allclose(s.data["v"].to_numpy(float), expected.to_numpy(float), rtol=1e-12)


@pytest.mark.parametrize("p", [5, 10, 25, 50, 75, 90, 99])
def test_percentiles_are_those_of_summarize(p: int) -> None:
    d = messy(97)
    s = Session(data=d)
    s.run(f"egen double v = pctile(x), p({p})\nsummarize x, detail")
    x = np.sort(d["x"].dropna())
    place = len(x) * p / 100
    k = int(place)
    expected = (x[k - 1] + x[k]) / 2 if place == k else x[k]
    assert s.data["v"].iloc[0] == pytest.approx(expected)
    if p in (5, 10, 25, 50, 75, 90, 99):
        assert s.r[f"p{p}"] == pytest.approx(expected)


def test_shape_and_spread() -> None:
    d = messy()
    s = Session(data=d)
    s.run(
        "egen double k = kurt(x)\negen double w = skew(x)\negen double i = iqr(x)\negen double m = mad(x)"
        "\nsummarize x, detail"
    )
    got = s.data.iloc[0]
    assert (got["k"], got["w"]) == pytest.approx((s.r["kurtosis"], s.r["skewness"]))
    assert got["i"] == pytest.approx(s.r["p75"] - s.r["p25"])
    centre = s.r["p50"]
    s.run(f"generate double a = abs(x - {centre})\nsummarize a, detail")
    assert got["m"] == pytest.approx(s.r["p50"])


def test_ranks() -> None:
    d = messy()
    s = Session(data=d)
    s.run("egen double r = rank(x), by(g)\negen double f = rank(x), field by(g)\negen double t = rank(x), track by(g)")
    s.run("egen double u = rank(x), unique by(g)")
    groups = d.groupby("g")["x"]
    for name, how, up in (("r", "average", True), ("f", "min", False), ("t", "min", True), ("u", "first", True)):
        expected = groups.rank(method=how, ascending=up)
        np.testing.assert_allclose(s.data[name].to_numpy(float), expected.to_numpy(float))


def test_total_counts_missing_as_nothing_unless_told() -> None:
    s = Session(data=pd.DataFrame({"g": [1, 1, 2], "x": [1.0, np.nan, np.nan]}))
    s.run("egen t = total(x), by(g)\negen m = total(x), by(g) missing\negen c = count(x), by(g)")
    assert s.data["t"].tolist() == [1, 1, 0]
    assert s.data["m"].isna().tolist() == [False, False, True]
    assert s.data["c"].tolist() == [1, 1, 0]


def test_groups_and_tags() -> None:
    d = messy()
    s = Session(data=d)
    s.run("egen i = group(g h)\negen m = group(x h), missing\negen t = tag(g h)\negen n = group(s)")
    expected = d.groupby(["g", "h"], sort=True).ngroup() + 1
    assert s.data["i"].tolist() == expected.tolist()
    assert s.data["m"].isna().sum() == 0
    assert s.data["t"].tolist() == (~d.duplicated(["g", "h"])).astype(int).tolist()
    assert s.data["n"].isna().equals(d["s"] == "")
    s.run("egen k = group(x), autotype")
    assert s.data["k"].isna().equals(d["x"].isna())


def test_labels_of_groups() -> None:
    s = Session(data=pd.DataFrame({"a": [1, 2, 1], "b": ["x", "y", "z"]}))
    s.run("label define l 1 one 2 two\nlabel values a l\negen g = group(a b), label")
    assert "one x" in s.run("label list g").text
    assert "two y" in s.run("list g, clean").text


def test_rows() -> None:
    d = messy()
    d["z"] = np.where(d["y"] > 5, np.nan, d["y"])
    s = Session(data=d)
    s.run("\n".join(f"egen double {f} = {f}(x y z)" for f in
          ("rowmean", "rowtotal", "rowmin", "rowmax", "rowsd", "rowmiss", "rownonmiss",
           "rowfirst", "rowlast", "rowmedian")))  # fmt: skip
    x = d[["x", "y", "z"]]
    expected = {
        "rowmean": x.mean(axis=1),
        "rowtotal": x.sum(axis=1),
        "rowmin": x.min(axis=1),
        "rowmax": x.max(axis=1),
        "rowsd": x.std(axis=1),
        "rowmiss": x.isna().sum(axis=1),
        "rownonmiss": x.notna().sum(axis=1),
        "rowfirst": x.bfill(axis=1).iloc[:, 0],
        "rowlast": x.ffill(axis=1).iloc[:, -1],
        "rowmedian": x.median(axis=1),
    }
    for name, want in expected.items():
        np.testing.assert_allclose(s.data[name].to_numpy(float), want.to_numpy(float), rtol=1e-12, err_msg=name)


def test_matches_and_texts() -> None:
    s = Session(data=pd.DataFrame({"a": [1, 2, 3], "b": [3, 3, 5], "t": ["x y", "z", " w  v"]}))
    s.run("egen m = anymatch(a b), values(3/4)\negen n = anycount(a b), values(3)\negen v = anyvalue(a), values(2 3)")
    s.run('egen d = diff(a b)\negen c = concat(a t), punct("-")\negen h = ends(t), head\negen l = ends(t), last')
    assert s.data["m"].tolist() == [1, 1, 1]
    assert s.data["n"].tolist() == [1, 1, 1]
    assert s.data["v"].isna().tolist() == [True, False, False]
    assert s.data["d"].tolist() == [1, 1, 1]
    assert s.data["c"].tolist() == ["1-x y", "2-z", "3- w  v"]
    assert s.data["h"].tolist() == ["x", "z", "w"]
    assert s.data["l"].tolist() == ["y", "z", "v"]


def test_sequences() -> None:
    s = Session(data=pd.DataFrame({"g": [1, 2, 1, 2, 1, 1]}))
    s.run("egen a = seq(), by(g)\negen b = seq(), to(2)\negen c = seq(), from(3) to(1)\negen d = seq(), block(2)")
    s.run("egen e = fill(2 4)\negen f = fill(1 1 2 2)\negen h = fill(0 1 0 1)")
    assert s.data["a"].tolist() == [1, 1, 2, 2, 3, 4]
    assert s.data["b"].tolist() == [1, 2, 1, 2, 1, 2]
    assert s.data["c"].tolist() == [3, 2, 1, 3, 2, 1]
    assert s.data["d"].tolist() == [1, 1, 2, 2, 3, 3]
    assert s.data["e"].tolist() == [2, 4, 6, 8, 10, 12]
    assert s.data["f"].tolist() == [1, 1, 2, 2, 3, 3]
    assert s.data["h"].tolist() == [0, 1, 0, 1, 0, 1]


def test_cut_and_mode_and_std() -> None:
    s = Session(data=pd.DataFrame({"x": [1.0, 5.0, 10.0, 20.0, np.nan, 30.0], "m": [1, 1, 2, 2, 3, 3]}))
    text = s.run("egen c = cut(x), at(0 10 30)").text
    assert text == "(2 missing values generated)\n"
    assert s.data["c"].fillna(-1).tolist() == [0, 0, 10, 10, -1, -1]
    s.run("egen i = cut(x), at(0 10 30) icodes\negen q = cut(x), group(2)")
    assert s.data["i"].fillna(-1).tolist() == [0, 0, 1, 1, -1, -1]
    assert s.data["q"].fillna(-1).tolist() == [0, 0, 0, 1, -1, 1]
    assert "multiple modes" in s.run("egen o = mode(m)").text
    s.run("egen lo = mode(m), minmode\negen hi = mode(m), maxmode\negen two = mode(m), nummode(2)\negen z = std(x)")
    assert s.data[["lo", "hi", "two"]].iloc[0].tolist() == [1, 3, 2]
    assert s.data["o"].isna().all()
    assert (s.data["z"].mean(), s.data["z"].std()) == (pytest.approx(0, abs=1e-7), pytest.approx(1, rel=1e-6))


def test_types_labels_and_messages() -> None:
    s = Session(data=messy(20))
    s.run("egen m = mean(x)\negen byte t = tag(g)\negen g2 = group(g)")
    described = s.run("describe m t g2").text
    assert "m               float" in described
    assert "tag(g)" in described
    assert "group(g)" in described
    s.run("set type double\negen w = mean(x)")
    assert s.data["w"].dtype == np.float64


@pytest.mark.parametrize(
    ("line", "rc"),
    [
        ("egen x = mean(y)", 110),
        ("egen v = nosuch(y)", 133),
        ("egen v = mean(s)", 109),
        ("egen v = mean(nosuch)", 111),
        ("egen v = mean(y), p(3)", 198),
        ("egen v = group(g), by(h)", 190),
        ("egen v = anymatch(y)", 198),
        ("egen v = rowmean()", 100),
        ("egen v = pctile(y), p(0)", 198),
        ("by g: egen v = mean(y)", 5),
    ],
)
def test_refusals(line: str, rc: int) -> None:
    s = Session(data=messy(20))
    before = s.data
    with pytest.raises(StataError) as caught:
        s.run(line)
    assert caught.value.rc == rc
    assert s.data.equals(before)


def test_p_is_punct_where_there_is_no_percentage() -> None:
    s = Session(data=pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": ["x", "y", "z"]}))
    s.run('egen c = concat(a b), p("/")\negen q = pctile(a), p(90)\nreplace a = .b in 1\negen d = concat(a b)')
    assert s.data["c"].tolist() == ["1/x", "2/y", "4/z"]
    assert s.data["d"].tolist() == [".bx", "2y", "4z"]
    assert s.data["q"].tolist() == [4.0, 4.0, 4.0]
    with pytest.raises(StataError) as error:
        s.run("egen r = pctile(a), p(x)")
    assert error.value.rc == 198


def test_tag_is_never_missing() -> None:
    s = Session(data=pd.DataFrame({"g": [1.0, 1.0, 2.0, np.nan, 2.0], "y": [0.0, 1, 1, 1, 1]}))
    s.run("egen t = tag(g) if y == 1\negen byte m = tag(g), missing")
    assert s.data["t"].tolist() == [0, 1, 1, 0, 0]  # observations that if leaves out are 0, not missing
    assert s.data["m"].tolist() == [1, 0, 1, 1, 0]


def test_medians_and_ranks_of_many_observations() -> None:
    """Beyond 20,000 observations another way is taken."""
    rng = np.random.default_rng(6)
    d = pd.DataFrame({"g": rng.integers(0, 40, 30_000).astype(float), "x": rng.integers(0, 99, 30_000).astype(float)})
    d.loc[d["g"] == 3, "x"] = np.nan
    s = Session(data=d)
    s.run("egen double m = median(x), by(g)\negen double r = rank(x), by(g)\negen double p = pctile(x), p(20) by(g)")
    grouped = d.groupby("g")["x"]
    np.testing.assert_allclose(s.data["m"].astype(float), grouped.transform("median"), equal_nan=True)
    np.testing.assert_allclose(s.data["r"].astype(float), grouped.rank(), equal_nan=True)
    one = np.sort(d.loc[d["g"] == 7, "x"])
    k = len(one) * 20 / 100
    expected = (one[int(k) - 1] + one[int(k)]) / 2 if k == int(k) else one[int(k)]
    assert set(s.data.loc[d["g"] == 7, "p"]) == {expected}
