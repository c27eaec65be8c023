"""simulate, permute and rolling, against loops over the documented streams."""

from __future__ import annotations

import pathlib

import numpy as np
import pandas as pd
import pytest
from driving import column, driver

from mixedcli.data.dataset import Column, Dataset

RNG = np.random.default_rng(21)
N = 24
FRAME = pd.DataFrame(
    {
        "t": np.arange(1.0, N + 1),
        "x": RNG.normal(size=N),
        "d": np.tile([0.0, 1.0], N // 2),
        "s": np.repeat([1.0, 2.0], 12),
    }
).assign(y=lambda f: f.x + f.d + RNG.normal(size=N))


def data(frame: pd.DataFrame = FRAME) -> Dataset:
    return Dataset().with_columns(Column(k, "double", frame[k].to_numpy()) for k in frame)


def generator(seed: int, number: int) -> tuple[np.random.Generator, int]:
    made = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
    return made, int(made.integers(1, 2**31 - 1))


PROGRAM = """program define draws, rclass
syntax [, n(integer 10)]
drop _all
set obs `n'
generate double z = rnormal()
summarize z
return scalar mean = r(mean)
return scalar sd = r(sd)
end"""


def test_simulate_collects_a_programs_results() -> None:
    session, run = driver(data())
    run(PROGRAM)
    shown = run("simulate m=r(mean) r(sd), reps(12) seed(3): draws, n(15)")
    assert session.data.names == ("m", "_sim_2")
    assert session.data.n == 12
    wanted = [np.random.default_rng(generator(3, k)[1]).standard_normal(15).mean() for k in range(12)]
    assert column(session, "m") == pytest.approx(wanted, rel=1e-6)
    assert session.data.column("m").label == "r(mean)"
    assert "Simulations (12): .........10.. done" in shown
    assert "      Command: draws, n(15)\n            m: r(mean)\n" in shown
    first = column(session, "m")
    run("simulate m=r(mean), reps(12) seed(3): draws, n(15)")
    assert column(session, "m") == first


def test_simulate_without_a_list_and_with_saving(tmp_path: pathlib.Path) -> None:
    session, run = driver(data())
    run(PROGRAM)
    before = session.data
    run(f'simulate, reps(5) seed(1) saving("{tmp_path}/sim", double) nodots nolegend: draws')
    assert session.data is before
    run(f'use "{tmp_path}/sim", clear')
    assert set(session.data.names) == {"mean", "sd"}
    assert session.data.column("mean").type == "double"
    assert run("simulate r(mean): draws").startswith("r(198)")
    assert run("simulate r(mean), reps(3): nosuch").startswith("r(199)")


def test_permute_counts_orders_as_extreme() -> None:
    session, run = driver(data())
    shown = run("permute d diff=(_b[d]), reps(60) seed(5): regress y d")
    y, d = FRAME.y.to_numpy(), FRAME.d.to_numpy()
    observed = y[d == 1].mean() - y[d == 0].mean()
    values = []
    for k in range(60):
        order = np.argsort(generator(5, k)[0].random(N), kind="stable")
        values.append(y[d[order] == 1].mean() - y[d[order] == 0].mean())
    lower = (np.array(values) <= observed + 1e-7).sum()
    upper = (np.array(values) >= observed - 1e-7).sum()
    r = session.r.matrices
    assert r["b"].values[0, 0] == pytest.approx(observed)
    assert r["c_lower"].values[0, 0] == lower
    assert r["c_upper"].values[0, 0] == upper
    p = upper / 60
    assert r["p_upper"].values[0, 0] == pytest.approx(p)
    assert r["se_upper"].values[0, 0] == pytest.approx((p * (1 - p) / 60) ** 0.5)
    assert r["p_twosided"].values[0, 0] == pytest.approx(min(1, 2 * min(lower, upper) / 60))
    assert "Permutation variable: d" in shown
    assert "Permutations (60): " in shown
    assert session.data.numeric("d").tolist() == d.tolist()


def test_permute_within_strata_keeps_their_totals() -> None:
    session, run = driver(data())
    run("permute y t1=r(mean), reps(10) seed(5) strata(s): summarize y if s == 1")
    assert session.r.matrices["c_lower"].values[0, 0] == 10  # the mean of a stratum cannot change
    assert run("permute nope r(mean): summarize y").startswith("r(111)")
    assert run("permute y: summarize y").startswith("r(198)")


def test_exact_limits_of_a_share() -> None:
    """Clopper and Pearson's limits solve binomial tail equations."""
    from math import comb

    from mixedcli.engine.resampling import binomial_interval

    low, high = binomial_interval(3, 20, 95)
    assert sum(comb(20, k) * low**k * (1 - low) ** (20 - k) for k in range(3, 21)) == pytest.approx(0.025)
    assert sum(comb(20, k) * high**k * (1 - high) ** (20 - k) for k in range(4)) == pytest.approx(0.025)
    assert binomial_interval(0, 10, 95)[0] == 0
    assert binomial_interval(10, 10, 95)[1] == 1


def test_rolling_windows_of_one_series() -> None:
    session, run = driver(data())
    run("tsset t")
    shown = run("rolling m=r(mean), window(5) clear keep(x): summarize y")
    assert session.data.names == ("start", "end", "x", "m")
    wanted = FRAME.y.rolling(5).mean().dropna()
    assert column(session, "m") == pytest.approx(wanted.tolist(), rel=1e-6)
    assert column(session, "start") == list(range(1, N - 3))
    assert column(session, "end") == list(range(5, N + 1))
    assert column(session, "x") == pytest.approx(FRAME.x[4:].tolist())
    assert "(running summarize on estimation sample)" in shown


def test_rolling_windows_that_grow_and_step() -> None:
    session, run = driver(data())
    run("tsset t")
    run("rolling m=r(N), window(6) step(3) recursive clear: summarize y")
    assert column(session, "m") == [6, 9, 12, 15, 18, 21, 24]
    assert set(column(session, "start")) == {1}
    session, run = driver(data())
    run("tsset t")
    run("rolling m=r(N), window(6) stepsize(6) rrecursive start(7) clear: summarize y")
    assert column(session, "m") == [18, 12, 6]
    assert set(column(session, "end")) == {24}


def test_rolling_in_panels_and_refusals() -> None:
    frame = FRAME.assign(t=np.tile(np.arange(1.0, 13), 2))
    session, run = driver(data(frame))
    assert run("rolling m=r(mean), window(3) clear: summarize y").startswith("r(111)")
    run("xtset s t")
    assert run("rolling m=r(mean), window(3): summarize y").startswith("r(4)")
    assert run("rolling m=r(mean), clear: summarize y").startswith("r(198)")
    run("rolling _b, window(10) clear: regress y x")
    assert session.data.names == ("s", "start", "end", "_b_x", "_b_cons")
    assert column(session, "s") == [1, 1, 1, 2, 2, 2]
    part = frame[(frame.s == 2) & frame.t.between(2, 11)]
    assert column(session, "_b_x")[4] == pytest.approx(np.polyfit(part.x, part.y, 1)[0], rel=1e-5)
