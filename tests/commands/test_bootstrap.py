"""bootstrap: draws replicated by hand from the documented stream, intervals by hand, layouts from logs."""

from __future__ import annotations

import pathlib
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from driving import column, driver
from redrawn import FRAME, ROOT, N, data

from mixedcli.data.dataset import Column
from mixedcli.data.read import load


def generator(seed: int, number: int) -> np.random.Generator:
    """The stream as the help tells it: one per replication, whose first number is the command's own seed."""
    made = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
    made.integers(1, 2**31 - 1)
    return made


def means(seed: int, reps: int) -> np.ndarray:
    y = FRAME.y.to_numpy()
    return np.array([y[generator(seed, k).integers(0, N, N)].mean() for k in range(reps)])


def test_an_expression_has_the_variance_of_its_replicates() -> None:
    session, run = driver(data())
    shown = run("bootstrap m=r(mean) (r(sd)/r(mean)), reps(30) seed(7): summarize y")
    wanted = means(7, 30)
    e = session.e
    assert e.matrices["b"].colnames == ("m", "_bs_2")
    assert e.matrices["b"].values[0, 0] == pytest.approx(FRAME.y.mean())
    assert e.matrices["V"].values[0, 0] == pytest.approx(wanted.var(ddof=1))
    assert e.matrices["b_bs"].values[0, 0] == pytest.approx(wanted.mean())
    assert e.matrices["bias"].values[0, 0] == pytest.approx(wanted.mean() - FRAME.y.mean())
    assert (e.scalars["N"], e.scalars["N_reps"], e.scalars["N_misreps"]) == (N, 30, 0)
    assert (e.macros["prefix"], e.macros["cmd"], e.macros["vcetype"]) == ("bootstrap", "bootstrap", "Bootstrap")
    assert "warning: summarize does not set e(sample)" in shown
    assert "Bootstrap replications (30): .........10.........20.........30 done" in shown
    # stata: the legend and the heads of a log of release 17
    assert "      Command: summarize y\n            m: r(mean)\n        _bs_2: r(sd)/r(mean)\n" in shown
    assert (
        "             |   Observed   Bootstrap                         Normal-based\n"
        "             | coefficient  std. err.      z    P>|z|     [95% conf. interval]\n"
    ) in shown


def test_mse_is_about_the_observed_value() -> None:
    session, run = driver(data())
    run("bootstrap r(mean), reps(30) seed(7) mse nowarn nodots: summarize y")
    assert session.e.matrices["V"].values[0, 0] == pytest.approx(((means(7, 30) - FRAME.y.mean()) ** 2).mean())


def test_intervals_by_hand() -> None:
    session, run = driver(data())
    run("bootstrap r(mean), reps(99) seed(3) level(90) bca: summarize y")
    b, t = FRAME.y.mean(), np.sort(means(3, 99))
    normal = NormalDist()
    e = session.e.matrices

    def at(p: float) -> float:
        """Stata's percentile of 99 values: never at a whole rank here."""
        return float(t[int(np.floor(99 * p))])

    assert e["ci_percentile"].values[:, 0] == pytest.approx([at(0.05), at(0.95)])
    half = 1.6448536269514722 * t.std(ddof=1)
    assert e["ci_normal"].values[:, 0] == pytest.approx([b - half, b + half])
    z0 = normal.inv_cdf((t <= b).mean())
    assert e["z0"].values[0, 0] == pytest.approx(z0)
    p = [normal.cdf(2 * z0 - 1.6448536269514722), normal.cdf(2 * z0 + 1.6448536269514722)]
    assert e["ci_bc"].values[:, 0] == pytest.approx([at(p[0]), at(p[1])])
    out = np.array([np.delete(FRAME.y.to_numpy(), k).mean() for k in range(N)])
    d = out.mean() - out
    a = (d**3).sum() / (6 * (d**2).sum() ** 1.5)
    assert e["accel"].values[0, 0] == pytest.approx(a)
    p = [normal.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))) for z in (-1.6448536269514722, 1.6448536269514722)]
    assert e["ci_bca"].values[:, 0] == pytest.approx([at(p[0]), at(p[1])])


def test_a_percentile_at_a_whole_rank_is_the_mean_of_two() -> None:
    session, run = driver(data())
    run("bootstrap r(mean), reps(40) seed(3): summarize y")
    t = np.sort(means(3, 40))
    expected = [(t[0] + t[1]) / 2, (t[38] + t[39]) / 2]  # 2.5 percent of 40 is 1
    assert session.e.matrices["ci_percentile"].values[:, 0] == pytest.approx(expected)


def test_equal_values_count_half_with_ties() -> None:
    frame = pd.DataFrame({"y": [0.0, 0.0, 0.0, 1.0, 1.0]})
    draws = np.array([frame.y.to_numpy()[generator(2, k).integers(0, 5, 5)].mean() for k in range(200)])
    for option, share in (("", (draws <= 0.4).mean()), ("ties", (draws < 0.4).mean() + (draws == 0.4).mean() / 2)):
        session, run = driver(data(frame))
        run(f"bootstrap r(mean), reps(200) seed(2) {option}: summarize y")
        assert session.e.matrices["z0"].values[0, 0] == pytest.approx(NormalDist().inv_cdf(share))


def test_clusters_are_drawn_whole() -> None:
    session, run = driver(data())
    shown = run("bootstrap, reps(20) seed(5) cluster(g): regress y x if g < 7")
    kept = FRAME[FRAME.g < 7]
    slopes = []
    for k in range(20):
        picks = generator(5, k).integers(0, 7, 7)
        drawn = pd.concat([kept[kept.g == p] for p in picks])
        slopes.append(np.polyfit(drawn.x, drawn.y, 1)[0])
    assert session.e.matrices["V"].values[0, 0] == pytest.approx(np.var(slopes, ddof=1), rel=1e-8)
    assert session.e.scalars["N_clust"] == 7
    assert session.e.macros["cmd"] == "regress"
    # stata: flush right on the table, in many logs
    assert "\n                                       (Replications based on 7 clusters in g)\n-----" in shown
    assert "Wald chi2(1)" in shown
    assert "t    P>|t|" not in shown


def test_strata_and_size() -> None:
    session, run = driver(data())
    shown = run("bootstrap r(mean), reps(25) seed(9) strata(s) size(6): summarize y")
    low, high = FRAME.y[FRAME.s == 0].to_numpy(), FRAME.y[FRAME.s == 1].to_numpy()
    wanted = []
    for k in range(25):
        rng = generator(9, k)
        wanted.append(np.concatenate([low[rng.integers(0, 20, 6)], high[rng.integers(0, 20, 6)]]).mean())
    assert session.e.matrices["V"].values[0, 0] == pytest.approx(np.var(wanted, ddof=1))
    assert session.e.scalars["N_strata"] == 2
    assert "Number of strata = 2 " in shown


def test_mixed_with_clusters_numbered_anew_against_a_loop() -> None:
    orthodont = load(str(ROOT / "orthodont.csv"), "")
    session, run = driver(orthodont)
    shown = run("bootstrap, reps(6) seed(4) cluster(subject) idcluster(new): mixed distance age || new:")
    subject = orthodont.numeric("subject")
    ids = np.unique(subject)
    found = []
    for k in range(6):
        picks = generator(4, k).integers(0, len(ids), len(ids))
        rows = [np.flatnonzero(subject == ids[p]) for p in picks]
        drawn = orthodont.rows(np.concatenate(rows), keeps_order=False)
        new = np.repeat(np.arange(1.0, len(ids) + 1), [len(r) for r in rows])
        again, other = driver(drawn.with_columns([Column("new", "double", new)]))
        other("mixed distance age || new:")
        found.append(again.e.matrices["b"].values[0])
    V = np.cov(np.array(found).T)
    e = session.e
    assert e.matrices["V"].values == pytest.approx(V, rel=1e-6, abs=1e-12)
    assert e.matrices["b"].colnames == ("distance:age", "distance:_cons", "lns1_1_1:_cons", "lnsig_e:_cons")
    # delta method: var = exp(2 lns), its interval on the log scale
    estimates = session.estimates
    assert estimates is not None
    row = estimates.fit.result.rows[0].variance
    assert row.estimate == pytest.approx(np.exp(2 * e.matrices["b"].values[0, 2]))
    assert row.se == pytest.approx(2 * row.estimate * V[2, 2] ** 0.5, rel=1e-6)
    assert e.scalars["chi2"] == pytest.approx(e.matrices["b"].values[0, 0] ** 2 / V[0, 0], rel=1e-6)
    assert column(session, "new")[:2] == [column(session, "new")[0]] * 2
    # stata: the heads of both tables in a log of bootstrap: mixed
    assert "                             |   Observed   Bootstrap         Normal-based\n" in shown
    assert "LR test vs. linear model: chibar2(01)" in shown
    assert "(Replications based on 27 clusters in subject)\n" in shown
    # what works after mixed works here
    assert "chi2(  1)" in run("test age = 0.5")
    assert "(1)" in run("lincom age + _cons")
    assert run("estimates store bs") == ""
    assert run("predict u, reffects") == ""
    assert run("mixed") == run("bootstrap")
    assert "Bootstrap" in run("mixed, stddeviations")


def test_without_idcluster_clusters_drawn_twice_are_one_group() -> None:
    orthodont = load(str(ROOT / "orthodont.csv"), "")
    session, run = driver(orthodont)
    run("bootstrap n=e(N) g=el(e(N_g),1,1) ll=e(ll), reps(3) seed(4) cluster(subject): mixed distance age || subject:")
    session, run = driver(orthodont)
    run("bootstrap ll=e(ll), reps(3) seed(4) cluster(subject): mixed distance age || subject:")
    subject = orthodont.numeric("subject")
    ids = np.unique(subject)
    picks = [generator(4, k).integers(0, 27, 27) for k in range(3)]
    values = []
    for pick in picks:
        rows = np.concatenate([np.flatnonzero(subject == ids[p]) for p in pick])
        again, other = driver(orthodont.rows(rows, keeps_order=False))
        other("mixed distance age || subject:")
        values.append(again.e.scalars["ll"])
    assert session.e.matrices["V"].values[0, 0] == pytest.approx(np.var(values, ddof=1), rel=1e-6)


def test_group_is_told_apart_within_draws() -> None:
    frame = FRAME.assign(h=np.tile([1.0, 1.0, 1.0, 2.0, 2.0], 8))
    session, run = driver(data(frame))
    run("program define count_groups, rclass\nend")
    run("bootstrap r(r), reps(5) seed(2) cluster(g) idcluster(new) group(h): tabulate h")
    # eight draws of two groups each, whatever is drawn
    assert session.e.matrices["b_bs"].values[0, 0] == 16
    assert session.e.matrices["b"].values[0, 0] == 2


def test_replications_that_fail_are_marked_and_left_out() -> None:
    # a coefficient that cannot be estimated in a sample without any z = 1
    frame = FRAME.assign(z=(np.arange(N) == 3).astype(float))
    session, run = driver(data(frame))
    shown = run("bootstrap, reps(20) seed(1): regress y x z")
    missed = sum(3 not in generator(1, k).integers(0, N, N) for k in range(20))
    assert 0 < missed < 19
    e = session.e
    assert (e.scalars["N_reps"], e.scalars["N_misreps"]) == (20 - missed, missed)
    dots = shown.split("(20): ")[1].split(" done")[0]
    assert dots.count("x") == missed
    assert "Replications  =" in shown
    assert f"Note: One or more parameters could not be estimated in {missed} bootstrap replicate" in shown


def test_rejected_results_do_not_count() -> None:
    session, run = driver(data())
    run("bootstrap r(mean), reps(30) seed(7) reject(r(mean) > 1.2): summarize y")
    kept = means(7, 30)
    kept = kept[kept <= 1.2]
    assert 2 <= len(kept) < 30
    assert session.e.matrices["V"].values[0, 0] == pytest.approx(kept.var(ddof=1))


def test_nothing_is_left_when_no_replication_counts() -> None:
    session, run = driver(data())
    assert run("bootstrap r(mean), reps(5) reject(1): summarize y").startswith("r(2000)")
    assert session.estimates is None


def test_saving_keeps_the_replicates(tmp_path: pathlib.Path) -> None:
    session, run = driver(data())
    file = tmp_path / "bs.dta"
    run(f'bootstrap _b, reps(12) seed(7) saving("{file}", double): regress y x')
    assert run(f'bootstrap _b, reps(12) saving("{file}"): regress y x').startswith("r(602)")
    V = session.e.matrices["V"].values
    run(f'use "{file}", clear')
    assert session.data.names == ("_b_x", "_b_cons")
    saved = np.array([column(session, n) for n in session.data.names])
    assert np.cov(saved) == pytest.approx(V, rel=1e-9)


def test_weights_are_refused() -> None:
    frame = FRAME.assign(w=1.0)
    _, run = driver(data(frame))
    refused = "r(101): weights not allowed"
    assert run("bootstrap, reps(5): mixed y x [pw=w] || g:") == refused
    assert run("bootstrap, reps(5): mixed y x || g:, pweight(w)") == refused
    assert run("bootstrap, reps(5): regress y x [fw=w]") == refused
    assert not run("bootstrap, reps(5) force: regress y x [fw=w]").startswith("r(")


def test_bad_options_are_refused_and_nothing_changes() -> None:
    session, run = driver(data())
    before = session.data
    assert run("bootstrap r(mean), reps(1): summarize y").startswith("r(198)")
    assert run("bootstrap r(mean), idcluster(n): summarize y").startswith("r(198)")
    assert run("bootstrap r(mean), cluster(nope): summarize y").startswith("r(111)")
    assert run("bootstrap, reps(5): summarize y").startswith("r(100)")
    assert run("bootstrap r(mean), reps(5): summarize nope").startswith("r(111)")
    assert run("bootstrap").startswith("r(301)")
    assert run("estat bootstrap").startswith("r(301)")
    assert session.data is before
    assert session.settings.seed is None


def test_the_session_goes_on_from_another_seed() -> None:
    session, run = driver(data())
    run("set seed 5")
    run("bootstrap r(mean), reps(10): summarize y")
    first = session.e.matrices["V"].values[0, 0]
    assert first == pytest.approx(means(5, 10).var(ddof=1))
    run("bootstrap r(mean), reps(10): summarize y")
    assert session.e.matrices["V"].values[0, 0] != first
    run("set seed 5")
    run("bootstrap r(mean), reps(10): summarize y")
    assert session.e.matrices["V"].values[0, 0] == first


def test_programs_are_bootstrapped() -> None:
    session, run = driver(data())
    lines = ["summarize y", "local a = r(mean)", "summarize x", "return scalar gap = `a' - r(mean)", "end"]
    run("\n".join(["program define gap, rclass", *lines]))
    run("bootstrap gap=r(gap), reps(15) seed(6): gap")
    wanted = [(FRAME.y - FRAME.x).to_numpy()[generator(6, k).integers(0, N, N)].mean() for k in range(15)]
    assert session.e.matrices["V"].values[0, 0] == pytest.approx(np.var(wanted, ddof=1))


def test_estat_bootstrap_shows_the_intervals() -> None:
    session, run = driver(data())
    run("bootstrap m=r(mean), reps(50) seed(7): summarize y")
    shown = run("estat bootstrap, all")
    # stata: heads, marks and legend of estat bootstrap, all in public logs
    assert "             |    Observed               Bootstrap\n" in shown
    assert shown.endswith(
        "(N)    normal confidence interval\n(P)    percentile confidence interval\n"
        "(BC)   bias-corrected confidence interval"
    )
    lines = shown.splitlines()
    first = next(k for k, line in enumerate(lines) if line.lstrip().startswith("m |"))
    assert [line.split()[-1] for line in lines[first : first + 3]] == ["(N)", "(P)", "(BC)"]
    limits = [float(x) for x in lines[first + 1].split("|")[1].split()[:2]]
    assert limits == pytest.approx(session.e.matrices["ci_percentile"].values[:, 0].tolist(), rel=1e-6)
    assert run("estat bootstrap, percentile noheader nolegend").strip().startswith("-----")
    assert run("estat bootstrap, bca").startswith("r(198)")


def test_display_options() -> None:
    _, run = driver(data())
    shown = run("bootstrap r(mean), reps(5) nodots noheader nowarn level(90): summarize y")
    assert "[90% conf. interval]" in shown
    assert "Replications" not in shown
    assert run('bootstrap r(mean), reps(20) dots(10) title("Mean of y") nolegend: summarize y').count("Mean of y") == 1
    assert "20): .. done" in run("bootstrap r(mean), reps(20) dots(10): summarize y")
    assert "Observed" not in run("bootstrap, reps(5) notable: regress y x")
    assert run("bootstrap, reps(2) noisily: regress y x").count("Root MSE") == 4


def test_vce_of_regress_is_the_prefix_and_mixed_has_none() -> None:
    session, run = driver(data())
    run("bootstrap, reps(12) seed(4) cluster(g) level(90): regress y x if s == 1")
    want = session.e.matrices["V"].values
    shown = run("regress y x if s == 1, level(90) vce(bootstrap, reps(12) seed(4) cluster(g))")
    assert np.array_equal(session.e.matrices["V"].values, want)
    assert "[90% conf. interval]" in shown
    assert "F(1, 19)" in run("regress y x if s == 1, vce(jackknife)")
    assert run("mixed y x || g:, vce(bootstrap)").startswith("r(198)")
    assert run("mixed y x || g:, vce(jackknife)").startswith("r(198)")


def test_panels_stand_in_the_header() -> None:
    _, run = driver(data())
    shown = run("bootstrap, reps(5) seed(1): xtreg y x, re i(g)")
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "Group variable: g Number of groups = 8" in lines
    assert "max = 5" in lines
    assert any(line.startswith("Wald chi2(1)") for line in lines)


def test_estat_sd_says_where_standard_errors_come_from() -> None:
    orthodont = load(str(ROOT / "orthodont.csv"), "")
    session, run = driver(orthodont)
    run("bootstrap, reps(5) seed(4) cluster(subject) idcluster(new): mixed distance age || new:")
    shown = run("estat sd")
    assert "Observed   Bootstrap" in shown
    assert "Robust" not in shown
    assert session.estimates is not None
    sd = session.estimates.fit.result.rows[0].sd
    assert f"{sd.estimate:.6f}" in shown
    assert sd.se == pytest.approx(sd.estimate * session.e.matrices["V"].values[2, 2] ** 0.5, rel=1e-6)


@pytest.mark.parametrize("prefix", ["mi estimate", "svy", "stepwise, pr(.2)", "bayes", "fp <x>", "nestreg"])
def test_prefixes_that_are_not_there_say_so(prefix: str) -> None:
    _, run = driver(data())
    answer = run(f"{prefix}: regress y x")
    assert answer.startswith("r(198)")
    assert answer.endswith("is not yet available")
