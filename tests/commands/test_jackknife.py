"""jackknife: closed forms, a brute-force loop over clusters, pseudovalues."""

from __future__ import annotations

import pathlib

import numpy as np
import pandas as pd
import pytest
from driving import column, driver

from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.read import load

ROOT = pathlib.Path(__file__).resolve().parents[2] / "fixtures/rdatasets"
RNG = np.random.default_rng(12)
N = 30
FRAME = pd.DataFrame({"x": RNG.normal(size=N), "g": np.repeat(np.arange(6.0), 5)}).assign(
    y=lambda d: 3 - d.x + RNG.normal(size=N)
)


def data(frame: pd.DataFrame = FRAME) -> Dataset:
    return Dataset().with_columns(Column(k, "double", frame[k].to_numpy()) for k in frame)


def test_the_mean_has_its_usual_standard_error() -> None:
    session, run = driver(data())
    shown = run("jackknife r(mean), rclass: summarize y")
    e = session.e
    assert e.matrices["V"].values[0, 0] == pytest.approx(FRAME.y.var() / N, rel=1e-10)
    assert e.matrices["b"].values[0, 0] == pytest.approx(FRAME.y.mean())
    assert (e.scalars["N"], e.scalars["N_reps"], e.scalars["df_r"]) == (N, N, N - 1)
    assert (e.macros["prefix"], e.macros["vcetype"], e.macros["exp1"]) == ("jackknife", "Jackknife", "r(mean)")
    assert "Jackknife replications (30): .........10.........20.........30 done" in shown
    # stata: where svy jackknife has the word
    assert "\n             |              Jackknife\n             | Coefficient  std. err.      t    P>|t|" in shown


def test_regress_is_the_closed_form() -> None:
    """Leaving out row i moves the coefficients by D x_i e_i / (1 - h_i)."""
    session, run = driver(data())
    shown = run("jackknife: regress y x")
    X = np.column_stack([FRAME.x, np.ones(N)])
    D = np.linalg.inv(X.T @ X)
    e = FRAME.y - X @ (D @ X.T @ FRAME.y)
    h = np.einsum("ij,jk,ik->i", X, D, X)
    moved = (X @ D) * (e / (1 - h)).to_numpy()[:, None]
    d = moved - moved.mean(0)
    V = (N - 1) / N * d.T @ d
    assert session.e.matrices["V"].values == pytest.approx(V, rel=1e-8)
    b = session.e.matrices["b"].values[0, 0]
    assert session.e.scalars["F"] == pytest.approx(b**2 / V[0, 0], rel=1e-8)
    assert "F(1, 29)" in shown
    assert "chi2" not in shown
    run("jackknife, mse: regress y x")
    assert session.e.matrices["V"].values == pytest.approx((N - 1) / N * moved.T @ moved, rel=1e-8)
    assert "F(  1,    29)" in run("test x")
    assert "[90% conf. interval]" in run("jackknife, level(90)")


def test_clusters_of_mixed_against_a_loop() -> None:
    orthodont = load(str(ROOT / "orthodont.csv"), "")
    session, run = driver(orthodont)
    shown = run("jackknife, cluster(subject): mixed distance age || subject:")
    subject = orthodont.numeric("subject")
    ids = np.unique(subject)
    found = []
    for i in ids:
        again, other = driver(orthodont.rows(subject != i))
        other("mixed distance age || subject:")
        found.append(again.e.matrices["b"].values[0])
    d = np.array(found) - np.mean(found, axis=0)
    V = (len(ids) - 1) / len(ids) * d.T @ d
    assert session.e.matrices["V"].values == pytest.approx(V, rel=1e-6, abs=1e-12)
    assert session.e.scalars["df_r"] == len(ids) - 1
    assert session.estimates is not None
    row = session.estimates.fit.result.rows[-1].variance
    assert row.se == pytest.approx(2 * row.estimate * V[3, 3] ** 0.5, rel=1e-6)
    assert "(Replications based on 27 clusters in subject)" in shown
    assert "F(1, 26)" in shown
    table = session.r.matrices["table"]
    assert table.rownames[2] == "t"
    assert "t    P>|t|" in run("mixed, estmetric")


def test_idcluster_numbers_the_clusters() -> None:
    orthodont = load(str(ROOT / "orthodont.csv"), "")
    session, run = driver(orthodont)
    run("jackknife, cluster(subject): mixed distance age || subject:")
    want = session.e.matrices["V"].values
    run("jackknife, cluster(subject) idcluster(new): mixed distance age || new:")
    assert session.e.matrices["V"].values == pytest.approx(want, rel=1e-5, abs=1e-10)


def test_pseudovalues_stay_with_keep() -> None:
    session, run = driver(data())
    run("jackknife m=r(mean), rclass keep: summarize y if x > 0")
    kept = FRAME.y.where(FRAME.x > 0)
    # the pseudovalues of a mean are the observations
    got = [np.nan if v == "." else v for v in column(session, "m")]
    assert got == pytest.approx(kept.tolist(), nan_ok=True)
    assert run("jackknife m=r(mean), rclass keep: summarize y").startswith("r(110)")


def test_observations_are_those_of_the_sample() -> None:
    frame = FRAME.assign(x=FRAME.x.where(FRAME.g != 2, 2.0**1023))
    session, run = driver(data(frame))
    run("jackknife: regress y x if g < 5")
    assert session.e.scalars["N_reps"] == 20
    assert run("jackknife e(N), n(e(N)): regress y x") != ""
    assert session.e.scalars["N"] == 25


def test_saving_and_eclass(tmp_path: pathlib.Path) -> None:
    session, run = driver(data())
    run(f'jackknife _b[x], eclass saving("{tmp_path}/jk", double): regress y x')
    assert session.e.scalars["N"] == N
    run(f'use "{tmp_path}/jk", clear')
    assert session.data.n == N
    assert session.data.names == ("_jk_1",)
    X = np.column_stack([FRAME.x, np.ones(N)])
    first = np.linalg.lstsq(X[1:], FRAME.y[1:], rcond=None)[0][0]
    assert column(session, "_jk_1")[0] == pytest.approx(first)


def test_refusals() -> None:
    frame = FRAME.assign(w=1.0)
    session, run = driver(data(frame))
    assert run("jackknife: regress y x [aw=w]") == "r(101): aweights not allowed"
    assert run("jackknife: regress y x [fw=w]").startswith("r(198)")
    assert run("jackknife r(mean), idcluster(n): summarize y").startswith("r(198)")
    assert run("jackknife").startswith("r(301)")
    assert session.estimates is None
    assert not run("jackknife: regress y x [pw=w]").startswith("r(")
