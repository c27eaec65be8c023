"""pctile, xtile, mkspline, split, separate, stack, ipolate, range, drawnorm, corr2data, fvrevar: new variables."""

from __future__ import annotations

from math import isclose

import numpy as np
import pandas as pd
import pytest
from driving import Run, column, driver

from mixedcli import Session, StataError
from mixedcli.results import Matrix
from mixedcli.session import Session as SessionState

SCORES = [3.0, 1.0, 7.0, 5.0, 9.0, 11.0, 2.0, 8.0]  # sorted: 1 2 3 5 7 8 9 11


def scores() -> Session:
    return Session(data=pd.DataFrame({"x": SCORES, "w": [1.0, 2, 1, 1, 3, 1, 1, 2], "z": [1.0] * 8}))


def test_pctile_by_hand() -> None:
    s = scores()
    s.run("pctile double p = x, nquantiles(4) genp(at)")
    assert s.data["p"].tolist()[:3] == [2.5, 6.0, 8.5]  # 8/4 is whole: two values are averaged
    assert s.data["at"].tolist()[:3] == [25.0, 50.0, 75.0]
    assert s.data["p"].isna().sum() == 5
    s.run("pctile double q = x, nquantiles(3) altdef")
    # ranks 9/3 and 18/3
    assert s.data["q"].tolist()[:2] == [3.0, 8.0]
    s.run("pctile double r = x, nq(4) altdef")  # ranks 2.25, 4.5, 6.75
    assert s.data["r"].tolist()[:3] == [2.25, 6.0, 8.75]


def test_thirds_of_nine_average_no_more_than_they_should() -> None:
    """n p / 100 must not miss a whole number by rounding."""
    s = Session(data=pd.DataFrame({"x": np.arange(1.0, 10.0)}))
    s.run("pctile double p = x, nquantiles(3)\nxtile c = x, nquantiles(3)")
    assert s.data["p"].tolist()[:2] == [3.5, 6.5]
    assert s.data["c"].tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_weighted_percentiles_are_those_of_copies() -> None:
    s = scores()
    s.run("_pctile x [fw=w], percentiles(10 25 33.3 50 90)")
    weighted = dict(s.r)
    s.run("expand w\n_pctile x, percentiles(10 25 33.3 50 90)")
    assert weighted == dict(s.r)
    assert len(weighted) == 5


def test_xtile_cells() -> None:
    s = scores()
    s.run("xtile q = x, nquantiles(4)")
    assert s.data["q"].tolist() == [2, 1, 3, 2, 4, 4, 1, 3]
    s.run("xtile h = x*2 if x < 9")  # half of the doubled values below 9: median 8
    assert s.data["h"].tolist()[:4] == [1, 1, 2, 2]
    assert s.data["h"].isna().tolist() == [x >= 9 for x in SCORES]
    s.run("replace z = cond(_n==1, 3, cond(_n==2, 8, .))\nxtile c = x, cutpoints(z)")
    assert s.data["c"].tolist() == [1, 1, 2, 2, 3, 3, 1, 2]
    assert "4 quantiles of x" in s.run("describe q").text


def test_xtile_against_pandas() -> None:
    x = np.random.default_rng(2).normal(size=1001)  # no ties, no averaging: cells are those of qcut
    s = Session(data=pd.DataFrame({"x": x}))
    s.run("xtile q = x, nquantiles(10)")
    # n p is never whole: the k-th decile is the value of rank ceil(n k / 10)
    ends = [int(np.ceil(1001 * k / 10)) for k in range(1, 10)]
    np.testing.assert_array_equal(s.data["q"], np.searchsorted(ends, pd.Series(x).rank()) + 1)


@pytest.mark.parametrize(
    "line", ["pctile p = x, nq(10)", "xtile q = x, nq(1)", "_pctile x, p(0)", "xtile q = x, c(z) nq(2)"]
)
def test_quantiles_refuse(line: str) -> None:
    s = scores()
    with pytest.raises(StataError) as error:
        s.run(line)
    assert error.value.rc == 198


# ---------------------------------------------------------------- splines


def test_linear_splines() -> None:
    s = Session(data=pd.DataFrame({"x": [0.0, 10, 25, 30, 50, np.nan]}))
    s.run(
        "set type double\nmkspline a 20 b 40 c = x\nmkspline m1 20 m2 40 m3 = x, marginal\n"
        "mkspline e 5 = x, displayknots"
    )
    assert s.data["a"].tolist()[:5] == [0, 10, 20, 20, 20]
    assert s.data["b"].tolist()[:5] == [0, 0, 5, 10, 20]
    assert s.data["c"].tolist()[:5] == [0, 0, 0, 0, 10]
    assert s.data["m2"].tolist()[:5] == [0, 0, 5, 10, 30]
    assert s.data["a"].isna().tolist()[5]
    assert s.r["N_knots"] == 4
    assert s.r["knots"].to_numpy().tolist() == [[10, 20, 30, 40]]
    s.run("mkspline p 2 = x, pctile")
    assert s.r["knots"].to_numpy().tolist() == [[25]]


def test_cubic_splines_against_the_formula() -> None:
    x = np.linspace(-3, 8, 45)
    s = Session(data=pd.DataFrame({"x": x}))
    s.run("set type double\nmkspline r = x, cubic knots(-1 0.5 2 6) displayknots")
    k = [-1, 0.5, 2, 6]

    def cube(t: float) -> np.ndarray:
        return np.clip(x - t, 0, None) ** 3

    np.testing.assert_allclose(s.data["r1"], x)
    for j in (0, 1):
        term = cube(k[j]) - (cube(2) * (6 - k[j]) - cube(6) * (2 - k[j])) / (6 - 2)
        np.testing.assert_allclose(s.data[f"r{j + 2}"], term / 49, rtol=1e-12, atol=1e-14)
    # linear beyond the outer knots
    beyond = np.diff(s.data["r2"][x > 6], 2)
    assert abs(beyond).max() < 1e-12


@pytest.mark.parametrize(
    "count, percents", [(3, [10, 50, 90]), (4, [5, 35, 65, 95]), (5, [5, 27.5, 50, 72.5, 95]), (7, None)]
)
def test_cubic_knots_are_harrells(count: int, percents: list[float] | None) -> None:
    percents = percents or [2.5, 18.33, 34.17, 50, 65.83, 81.67, 97.5]
    x = np.random.default_rng(8).normal(size=997)
    s = Session(data=pd.DataFrame({"x": x}))
    s.run(f"mkspline r = x, cubic nknots({count})")
    ordered = np.sort(x)
    expected = [ordered[int(np.ceil(p / 100 * 997)) - 1] for p in percents]
    np.testing.assert_allclose(s.r["knots"].to_numpy()[0], expected, rtol=1e-12)
    assert len([c for c in s.data.columns if c.startswith("r")]) == count - 1


def test_outer_knots_of_few_observations_are_the_fifth_values() -> None:
    s = Session(data=pd.DataFrame({"x": np.arange(1.0, 31.0)}))
    s.run("mkspline r = x, cubic nknots(5)")
    assert s.r["knots"].to_numpy()[0, [0, -1]].tolist() == [5, 26]


def test_mkspline_refuses() -> None:
    s = scores()
    for line in (
        "mkspline r = x, cubic nknots(8)",
        "mkspline r = x",
        "mkspline a 9 b 3 c = x",
        "mkspline r = x, nknots(4)",
    ):
        with pytest.raises(StataError) as error:
            s.run(f"mkspline {line}")
        assert error.value.rc == 198
    with pytest.raises(StataError) as error:
        s.run("mkspline x 3 w = x")
    assert error.value.rc == 110


# ---------------------------------------------------------------- strings, groups, stacks


def test_split() -> None:
    s = Session(data=pd.DataFrame({"s": ["a b  c", " d", "", "e-f g"], "d": ["1999-12", "2001-3", "x-4", ""]}))
    assert "variables created as string: \ns1  s2  s3" in s.run("split s").text
    assert s.data["s1"].tolist() == ["a", "d", "", "e-f"]
    assert s.data["s3"].tolist() == ["c", "", "", ""]
    assert s.r["k_new"] == 3
    s.run("split s, parse(- b) generate(p) limit(1)")
    assert s.data["p1"].tolist() == ["a", "d", "", "e"]
    assert "p2" not in s.data
    s.run('split d, parse("-") generate(n) destring')
    assert s.data["n1"].tolist() == ["1999", "2001", "x", ""]  # not all numeric: stays
    assert s.data["n2"].tolist()[:3] == [12, 3, 4]
    s.run('split d, parse("-") generate(f) destring force')
    assert s.data["f1"].isna().tolist() == [False, False, True, True]
    with pytest.raises(StataError) as error:
        s.run("split s")
    assert error.value.rc == 110


def test_separate() -> None:
    s = Session(data=pd.DataFrame({"y": [1.0, 2, 3, 4], "g": [1.0, 5, 1, np.nan], "t": ["u", "v", "", "u"]}))
    s.run('label define o 1 "one" 5 "five"\nlabel values g o')
    out = s.run("separate y, by(g)").text
    assert s.r["varlist"] == "y1 y5"
    assert "y, g == five" in out
    assert s.data["y5"].isna().tolist() == [True, False, True, True]
    s.run("separate y, by(t) generate(z) shortlabel\nseparate y, by(g) sequential generate(q) missing")
    assert s.data["z2"].isna().tolist() == [True, False, True, True]
    assert {"q1", "q2", "q3"} <= set(s.data.columns)
    s.run("separate y, by(y > 2) generate(k)")
    assert s.data["k0"].isna().tolist() == [False, False, True, True]
    assert s.data["k1"].isna().tolist() == [True, True, False, False]


def test_stack() -> None:
    d = pd.DataFrame({"a": [1.0, 2], "b": [3.0, 4], "c": [5.0, 6], "d": [7.0, 8]})
    s = Session(data=d)
    s.run("stack a b c d, into(e f) clear")
    assert s.data.columns.tolist() == ["e", "f", "_stack"]
    assert s.data.to_numpy().tolist() == [[1, 3, 1], [2, 4, 1], [5, 7, 2], [6, 8, 2]]
    s = Session(data=d)
    s.run("stack a b c d, group(2) clear wide")
    assert s.data["a"].tolist() == [1, 2, 5, 6]
    assert s.data["c"].isna().tolist() == [True, True, False, False]
    s = Session(data=d)
    s.run("generate g = 1")
    with pytest.raises(StataError) as error:
        s.run("stack a b c d, into(e f)")
    assert error.value.rc == 4
    for line in ("stack a b c, into(e f) clear", "stack a b c d, clear", "stack a b c d, into(e e) clear"):
        with pytest.raises(StataError):
            s.run(line)
    assert s.data["a"].tolist() == [1, 2]


def test_ipolate_against_numpy() -> None:
    rng = np.random.default_rng(4)
    n = 300
    d = pd.DataFrame(
        {"g": rng.integers(0, 9, n).astype(float), "x": rng.permutation(n).astype(float), "y": rng.normal(size=n)}
    )
    d.loc[rng.random(n) < 0.5, "y"] = np.nan
    s = Session(data=d)
    s.run("set type double\nbysort g (x): ipolate y x, generate(a)\nbysort g (x): ipolate y x, generate(b) epolate")
    for _, part in s.data.groupby("g"):
        p = part.sort_values("x")
        known = p["y"].notna()
        inner = np.interp(p["x"], p["x"][known], p["y"][known], left=np.nan, right=np.nan)
        np.testing.assert_allclose(p["a"], inner, rtol=1e-12)
        xs, ys = p["x"][known].to_numpy(), p["y"][known].to_numpy()
        left = ys[0] + (ys[1] - ys[0]) * (p["x"] - xs[0]) / (xs[1] - xs[0])
        right = ys[-1] + (ys[-1] - ys[-2]) * (p["x"] - xs[-1]) / (xs[-1] - xs[-2])
        expected = np.where(p["x"] < xs[0], left, np.where(p["x"] > xs[-1], right, inner))
        np.testing.assert_allclose(p["b"], expected, rtol=1e-10)


def test_ipolate_averages_ties_and_counts_missing() -> None:
    session, run = driver()
    run("set obs 4")
    run("generate x = cond(_n<3, 1, _n)")
    run("generate y = cond(_n==1, 2, cond(_n==2, 4, cond(_n==3, ., 9)))")
    assert run("ipolate y x, generate(z)") == ""
    assert column(session, "z") == [3, 3, 7, 9]  # (1, 3) to (4, 9)
    assert run("ipolate y x if x < 4, generate(v)") == "(2 missing values generated)"
    assert run("ipolate y x, generate(z)") == "r(110): variable z already defined"


def test_range() -> None:
    session, run = driver()
    assert run("range x 1 2*2 4") == "Number of observations (_N) was 0, now 4."
    assert column(session, "x") == [1, 2, 3, 4]
    assert run("range y 5 1 2") == ""
    assert column(session, "y") == [5, 1, ".", "."]
    run("range z 0 1")
    assert isclose(column(session, "z")[1], 1 / 3, rel_tol=1e-7)
    assert run("range z 0 1") == "r(110): variable z already defined"


# ---------------------------------------------------------------- draws


def with_matrices() -> tuple[SessionState, Run]:
    session, run = driver()
    for name, values in {
        "C": [[4, 1.2], [1.2, 1]],
        "m": [[3, -1]],
        "R": [[1, 0.5, 1]],
        "A": [[1, 2], [2, 1]],
    }.items():
        table = np.array(values, dtype=float)
        session.matrices[name] = Matrix(table, ("r",) * len(table), ("c",) * table.shape[1])
    return session, run


def test_corr2data_is_exact_and_drawnorm_near() -> None:
    session, run = with_matrices()
    run("corr2data a b, n(50) means(m) cov(C) double")
    made = np.array([column(session, "a"), column(session, "b")])
    np.testing.assert_allclose(np.cov(made), [[4, 1.2], [1.2, 1]], rtol=1e-12)
    np.testing.assert_allclose(made.mean(axis=1), [3, -1], rtol=1e-12)
    run("set seed 3")
    run("drawnorm x y, n(20000) means(m) cov(C) clear")
    made = np.array([column(session, "x"), column(session, "y")])
    # standard errors: 0.014 for the mean of x, 0.04 for its variance
    np.testing.assert_allclose(made.mean(axis=1), [3, -1], atol=0.06)
    np.testing.assert_allclose(np.cov(made), [[4, 1.2], [1.2, 1]], atol=0.16)
    run("corr2data p q, corr(R) cstorage(lower) sds(2 3) double")
    made = np.array([column(session, "p"), column(session, "q")])
    np.testing.assert_allclose(np.cov(made), [[4, 3], [3, 9]], rtol=1e-12)


def test_drawnorm_names_seed_and_refusals() -> None:
    session, run = with_matrices()
    assert run("drawnorm x1-x3, n(5) seed(2)") == "(obs 5)"
    assert session.data.names == ("x1", "x2", "x3")
    first = column(session, "x2")
    run("drawnorm x1-x3, n(5) seed(2) clear")
    assert column(session, "x2") == first
    assert run("drawnorm u v, cov(A)").startswith("r(506)")
    run("drawnorm u v, cov(A) forcepsd")
    assert run("drawnorm w, cov(A)") == "r(503): conformability error"
    assert run("drawnorm u").startswith("r(110)")


# ---------------------------------------------------------------- operators written out


def test_fvexpand_and_fvrevar() -> None:
    session, run = driver()
    run("set obs 6")
    run("generate g = mod(_n, 3) + 1")
    run("generate x = _n")
    run("fvexpand i.g##c.x")
    assert session.r.macros["varlist"] == "1b.g 2.g 3.g x 1b.g#co.x 2.g#c.x 3.g#c.x"
    assert session.r.macros["fvops"] == "true"
    run("fvrevar i.g c.x#c.x x, stub(v)")
    assert session.r.macros["varlist"] == "v1 v2 v3 v4 x"
    assert column(session, "v1") == [0] * 6  # the base level
    assert column(session, "v2") == [1, 0, 0, 1, 0, 0]
    assert column(session, "v4") == [k * k for k in range(1, 7)]
    run("fvrevar i.g##c.x, list")
    assert session.r.macros["varlist"] == "g x"


def test_tsrevar_and_temporary_variables() -> None:
    s = Session(data=pd.DataFrame({"t": [1.0, 2, 3], "x": [5.0, 7, 4]}))
    s.run("tsset t")
    s.run(
        "program p\n tsrevar L.x D.x x\n local names `r(varlist)'\n tokenize `names'\n generate lag = `1'\n"
        " generate dif = `2'\n global third `3'\nend\np"
    )
    assert s.data["lag"].tolist()[1:] == [5, 7]
    assert s.data["dif"].tolist()[1:] == [2, -3]
    assert s.data.columns.tolist() == ["t", "x", "lag", "dif"]  # the temporary ones are gone
    with pytest.raises(StataError) as error:
        s.run("tsrevar i.t")
    assert error.value.rc == 101
