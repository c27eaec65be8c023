"""margins: what cannot be estimated, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from margined import MODEL, OATS, oats

import mixedcli


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


def test_results_of_other_commands_are_refused() -> None:
    s = oats(MODEL, "quietly nlcom _b[nitro], post")
    for command in ("margins", "contrast variety", "pwcompare variety"):
        with pytest.raises(mixedcli.StataError, match="posted results") as told:
            s.run(command)
        assert told.value.rc == 322
