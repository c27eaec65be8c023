"""sample, bsample, splitsample, contract, fillin, tsfill: which observations are there afterwards."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from driving import column, driver

from mixedcli import Session, StataError


def panel(n: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    return pd.DataFrame({"g": rng.integers(1, 6, n).astype(float), "x": rng.normal(size=n), "row": np.arange(float(n))})


def test_sample_percent_rounds_within_groups() -> None:
    d = panel()
    s = Session(data=d)
    out = s.run("set seed 9\nsample 30, by(g)")
    left = s.data.groupby("g").size()
    expected = d.groupby("g").size().map(lambda k: int(np.floor(k * 0.3 + 0.5)))
    assert left.to_dict() == expected.to_dict()
    assert f"({200 - int(expected.sum())} observations deleted)" in out.text
    assert s.data["row"].is_monotonic_increasing  # those that stay keep their order


def test_sample_count_leaves_the_others_alone() -> None:
    d = panel()
    s = Session(data=d)
    s.run("sample 3 if g > 2, count by(g)")
    sizes = s.data.groupby("g").size()
    whole = d.groupby("g").size()
    assert [sizes[1], sizes[2]] == [whole[1], whole[2]]
    assert [sizes[3], sizes[4], sizes[5]] == [3, 3, 3]


def test_sample_draws_every_observation_equally_often() -> None:
    session, run = driver()
    run("set obs 10")
    run("generate row = _n")
    whole = session.data
    hits = np.zeros(10)
    run("set seed 1")
    for _ in range(400):
        session.data = whole
        run("sample 40")
        hits[np.array(column(session, "row"), dtype=int) - 1] += 1
    # binomial(400, 0.4): standard deviation 9.8
    assert hits.sum() == 1600
    assert abs(hits - 160).max() < 40


def test_same_seed_same_sample() -> None:
    rows = []
    for _ in range(2):
        s = Session(data=panel())
        s.run("set seed 12\nsample 20")
        rows.append(s.data["row"].tolist())
    assert rows[0] == rows[1]


@pytest.mark.parametrize("line, rc", [("sample 101", 198), ("sample -1, count", 198), ("sample", 198)])
def test_sample_refuses(line: str, rc: int) -> None:
    s = Session(data=panel())
    with pytest.raises(StataError) as error:
        s.run(line)
    assert error.value.rc == rc
    assert len(s.data) == 200


def test_bsample_size_and_strata() -> None:
    d = panel()
    s = Session(data=d)
    s.run("bsample, strata(g)")
    assert s.data.groupby("g").size().to_dict() == d.groupby("g").size().to_dict()
    assert s.data["row"].duplicated().any()
    s = Session(data=d)
    s.run("bsample 50 if g > 1")
    assert len(s.data) == 50
    assert (s.data["g"] > 1).all()
    with pytest.raises(StataError) as error:
        s.run("bsample 51")
    assert error.value.rc == 498


def test_bsample_clusters_come_whole_and_get_new_numbers() -> None:
    d = panel().sort_values("g")
    whole = {g: sorted(part["row"]) for g, part in d.groupby("g")}
    s = Session(data=d)
    s.run("set seed 4\nbsample, cluster(g) idcluster(new)")
    parts = dict(list(s.data.groupby("new")))
    assert sorted(parts) == [1, 2, 3, 4, 5]
    for part in parts.values():
        assert sorted(part["row"]) == whole[part["g"].iloc[0]]


def test_bsample_weights_instead_of_rows() -> None:
    s = Session(data=panel())
    s.run("generate w = .\nbsample 80, weight(w)")
    assert len(s.data) == 200
    assert s.data["w"].sum() == 80


def test_splitsample_sizes_balance_and_clusters() -> None:
    s = Session(data=panel())
    s.run("splitsample, generate(part) split(1 3) balance(g) rseed(7)")
    for _, group in s.data.groupby("g"):
        assert (group["part"] == 1).sum() == int(np.floor(len(group) / 4 + 0.5))
    s.run("splitsample, generate(third) nsplit(3) rseed(7)")
    assert sorted(s.data["third"].value_counts()) == [66, 67, 67]
    s.run("generate c = ceil(_n/10)\nsplitsample, generate(whole) cluster(c) rseed(2)")
    assert s.data.groupby("c")["whole"].nunique().max() == 1
    assert s.data["whole"].value_counts().tolist() == [100, 100]


def test_splitsample_leaves_out_missing_values_and_replaces() -> None:
    s = Session(data=panel())
    s.run("replace x = . in 1/20\nsplitsample x, generate(part)\nsplitsample, generate(part, replace) rround nsplit(4)")
    assert s.data["part"].notna().all()
    s.run("splitsample x if g > 1, generate(other) show")
    assert s.data.loc[:19, "other"].isna().all()
    assert s.data.loc[s.data["g"] == 1, "other"].isna().all()
    with pytest.raises(StataError) as error:
        s.run("splitsample, generate(part)")
    assert error.value.rc == 110


# ---------------------------------------------------------------- contract


def test_contract_against_pandas() -> None:
    d = panel()
    d["h"] = (d["x"] > 0).astype(float)
    d.loc[:9, "h"] = np.nan
    s = Session(data=d)
    s.run("contract g h, freq(n) cfreq(c) percent(p) cpercent(cp)")
    counts = d.groupby(["g", "h"], dropna=False).size().reset_index(name="n")
    counts = counts.sort_values(["g", "h"], na_position="last")
    assert s.data.columns.tolist() == ["g", "h", "n", "c", "p", "cp"]
    np.testing.assert_array_equal(s.data["n"], counts["n"])
    np.testing.assert_array_equal(s.data["c"], counts["n"].cumsum())
    np.testing.assert_allclose(s.data["p"], counts["n"] / 2, rtol=1e-14)
    np.testing.assert_allclose(s.data["cp"], counts["n"].cumsum() / 2, rtol=1e-14)


def test_contract_of_data_sorted_by_another_variable() -> None:
    s = Session(data=pd.DataFrame({"g": [2, 1, 2], "h": [3, 1, 2]}))
    s.run("sort h g\ncontract g")
    assert s.data["_freq"].tolist() == [1, 2]


def test_contract_zero_nomiss_weights_and_if() -> None:
    session, run = driver()
    run("set obs 6")
    run("generate a = cond(_n<4, 1, 2)")
    run("generate b = cond(_n==1, 1, cond(_n==6, ., 2))")
    run("generate w = _n")
    whole = session.data
    run("contract a b [fw=w] if _n > 1, zero nomiss")
    assert column(session, "a") == [1, 2]  # 2 only with b == 2 once observation 1 is out
    assert column(session, "_freq") == [5, 9]
    session.data = whole
    run("contract a b, zero")
    cells = list(itertools.product([1, 2], [1, 2, "."]))
    assert list(zip(column(session, "a"), column(session, "b"), strict=True)) == cells
    assert column(session, "_freq") == [1, 2, 0, 0, 2, 1]
    assert session.data.column("_freq").label == "Frequency"
    session.data = whole
    assert run("contract a if a > 5") == "r(2000): no observations"
    assert run("contract a [aw=w]") == "r(101): aweights not allowed"
    assert run("contract a, freq(a)") == "r(110): variable a already defined"
    assert session.data is whole
    run("contract a, percent(p) float format(%5.1f)")
    assert (session.data.column("p").type, session.data.column("p").format) == ("float", "%5.1f")


# ---------------------------------------------------------------- rectangles


def test_fillin_makes_every_combination_once() -> None:
    d = pd.DataFrame(
        {"id": [2.0, 1.0, 2.0, 3.0], "t": [1.0, 1.0, 5.0, 2.0], "s": ["a", "b", "c", "d"], "y": [1.0, 2, 3, 4]}
    )
    s = Session(data=d)
    s.run("fillin id t")
    assert list(zip(s.data["id"], s.data["t"], strict=True)) == list(itertools.product([1, 2, 3], [1, 2, 5]))
    assert s.data["_fillin"].tolist() == [0, 1, 1, 0, 1, 0, 1, 0, 1]
    assert s.data["s"].tolist() == ["b", "", "", "a", "", "c", "", "d", ""]
    assert s.data["y"].isna().tolist() == [False, True, True, False, True, False, True, False, True]
    with pytest.raises(StataError) as error:
        s.run("fillin id t")
    assert error.value.rc == 110
    with pytest.raises(StataError) as error:
        s.run("fillin id")
    assert error.value.rc == 102


def test_tsfill_within_panels_and_full() -> None:
    session, run = driver()
    run("set obs 5")
    run("generate byte id = cond(_n<4, 1, 2)")
    run("generate int t = cond(_n==1, 10, cond(_n==2, 14, cond(_n==3, 16, cond(_n==4, 12, 14))))")
    run("generate y = _n")
    assert run("tsfill").startswith("r(111)")
    run("xtset id t, delta(2)")
    whole = session.data
    assert run("tsfill") == ""
    assert list(zip(column(session, "id"), column(session, "t"), strict=True)) == [
        (1, 10), (1, 12), (1, 14), (1, 16), (2, 12), (2, 14)
    ]  # fmt: skip
    assert column(session, "y") == [1, ".", 2, 3, 4, 5]
    assert session.data.column("t").type == "int"
    session.data = whole
    run("tsfill, full")
    assert list(zip(column(session, "id"), column(session, "t"), strict=True)) == list(
        itertools.product([1, 2], [10, 12, 14, 16])
    )


def test_the_estimation_sample_survives_new_observations() -> None:
    session, run = driver()
    run("set obs 6")
    run("generate id = cond(_n < 4, 2, 1)")
    run("generate t = cond(_n == 3, 4, cond(_n == 6, 5, mod(_n - 1, 3) + 1))")
    run("generate y = (_n - 3)^2")
    run("regress y t if id == 2")
    run("xtset id t")
    run("tsfill")
    run("generate used = e(sample)")
    assert column(session, "used") == [0, 0, 0, 0, 0, 1, 1, 0, 1]
    run("fillin id t")
    assert run("count if e(sample)").strip() == "3"
