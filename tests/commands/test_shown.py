"""summarize, list, matrix, return, ereturn, set, version, help and exit against Stata's logs or brute force."""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np
import pytest
from driving import Run, driver
from hypothesis import given
from hypothesis import strategies as st

from mixedcli import commands
from mixedcli.commands.help import documentation, reflow
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.moments import figures as summary
from mixedcli.data.moments import percentiles
from mixedcli.results import Estimates, Matrix, Stored
from mixedcli.session import Session


def data(**columns: list[Any]) -> Dataset:
    made = []
    for name, values in columns.items():
        if isinstance(values[0], str):
            made.append(Column(name, "str9", np.array(values, dtype=object), format="%9s"))
        else:
            made.append(Column(name, "double", np.array(values, dtype=np.float64), format="%9.0g"))
    return Dataset().with_columns(made)


@pytest.fixture
def seven() -> tuple[Session, Run]:
    return driver(data(g=[1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0], x=[4.0, 1.0, 3.0, 2.0, 8.0, 5.0, 2.0**1023]))


# -------------------------------------------------------------------- summarize


def test_summarize_leaves_out_missing_values(seven: tuple[Session, Run]) -> None:
    session, run = seven
    lines = run("summarize x if g > 1").splitlines()
    assert lines[3] == "           x |          4         4.5    2.645751          2          8"
    assert list(session.r.scalars) == ["N", "sum_w", "mean", "Var", "sd", "min", "max", "sum"]
    assert session.r.scalars["sum"] == 18


def test_summarize_of_one_observation_and_of_none() -> None:
    _, run = driver(data(x=[3.0, 2.0**1023]))
    assert (
        run("summarize x").splitlines()[3] == "           x |          1           3           .          3          3"
    )
    assert run("summarize x in 2").splitlines()[3] == "           x |          0"


def test_summarize_detail_layout() -> None:
    # stata: [R] summarize, price in auto.dta: the layout; the numbers are checked below by brute force
    values = [float(v) for v in range(1, 75)]
    _, run = driver(data(price=values))
    lines = run("su price, d").splitlines()
    assert lines[1:5] == [
        "                            price",
        "-" * 61,
        "      Percentiles      Smallest",
        " 1%            1              1",
    ]
    assert lines[6] == "10%            8              3       Obs                  74"
    assert lines[9] == "50%         37.5                      Mean               37.5"
    assert lines[10] == "                        Largest       Std. dev.      21.50581"


def test_percentiles_by_the_definition() -> None:
    x = np.array([1.0, 2.0, 4.0, 8.0])
    assert list(percentiles(x, (1, 25, 50, 75, 99)).values()) == [1.0, 1.5, 3.0, 6.0, 8.0]


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40), st.sampled_from([0.0, 1e8]))
def test_moments_by_exact_arithmetic(values: list[float], shift: float) -> None:
    x = np.array([v + shift for v in values])
    s = summary(x, detail=True)
    exact = [float(v) for v in x]
    assert s["mean"] == pytest.approx(statistics.fmean(exact), rel=1e-13, abs=1e-12)
    assert s["Var"] == pytest.approx(statistics.variance(exact), rel=1e-8, abs=1e-9 * max(abs(x)))
    assert s["p50"] == pytest.approx(statistics.median(exact))


def test_skewness_and_kurtosis() -> None:
    # moments of 1, 2, 3, 10 about their mean 4: m2 = 12.5, m3 = 45, m4 = 348.5
    s = summary(np.array([1.0, 2.0, 3.0, 10.0]), detail=True)
    assert s["skewness"] == pytest.approx(45 / 12.5**1.5)
    assert s["kurtosis"] == pytest.approx(348.5 / 12.5**2)


def test_meanonly_shows_nothing(seven: tuple[Session, Run]) -> None:
    session, run = seven
    assert run("summarize x, meanonly") == ""
    assert session.r.scalars["max"] == 8


# ------------------------------------------------------------------------- list


def test_list_keeps_observation_numbers_and_shows_missing(seven: tuple[Session, Run]) -> None:
    _, run = seven
    assert run("list if x > 4").splitlines() == [
        "",
        "     +-------+",
        "     | g   x |",
        "     |-------|",
        "  5. | 2   8 |",
        "  6. | 3   5 |",
        "  7. | 3   . |",
        "     +-------+",
    ]


def test_list_sepby_draws_a_rule_where_the_value_changes(seven: tuple[Session, Run]) -> None:
    _, run = seven
    lines = run("list, sepby(g)").splitlines()
    assert [k for k, line in enumerate(lines[4:-1]) if line.startswith("     |--")] == [2, 6]


@pytest.mark.parametrize(("option", "rules"), [("", 1), (", separator(2)", 3), (", separator(0)", 0)])
def test_list_separator(seven: tuple[Session, Run], option: str, rules: int) -> None:
    _, run = seven
    lines = run(f"list{option}").splitlines()[4:-1]
    assert sum(line.startswith("     |--") for line in lines) == rules


def test_list_shows_value_labels_unless_told_otherwise() -> None:
    named = data(g=[1.0, 2.0]).with_value_label("yn", {1.0: "yes"})
    column = Column("g", "double", named.column("g").values, value_label="yn")
    _, run = driver(named.with_columns([column]))
    assert run("list, clean noobs").splitlines()[2:] == ["    yes  ", "      2  "]
    assert run("list, clean noobs nolabel").splitlines()[2:] == ["    1  ", "    2  "]


def test_list_abbreviates_names_to_eight() -> None:
    _, run = driver(data(displacement=[1.0]))
    assert "displa~t" in run("list")
    assert "displacement" in run("list, abbreviate(12)")


def test_list_of_nothing_is_silent(seven: tuple[Session, Run]) -> None:
    _, run = seven
    assert run("list if x > 100 & x < .") == ""
    assert run("list nosuch") == "r(111): variable nosuch not found"


# ------------------------------------------------------- matrices, stored results


@pytest.fixture
def stored() -> tuple[Session, Run]:
    session, run = driver()
    v = Matrix(np.array([[4.0, 1.0], [1.0, 9.0]]), ("a", "b"), ("a", "b"))
    row = Matrix(np.array([[1.5, -2.0]]), ("y1",), ("a", "b"))
    kept = Stored({"N": 5.0, "ll": -10.25}, {"cmd": "mixed", "_private": "x"}, {"b": row, "V": v})
    session.estimates = Estimates(kept, np.ones(5, dtype=np.bool_))
    return session, run


def test_matrix_list(stored: tuple[Session, Run]) -> None:
    _, run = stored
    assert run("matrix list e(V)").splitlines() == ["", "symmetric e(V)[2,2]", "    a   b", "a   4", "b   1   9"]
    assert run("mat l e(V), nohalf").splitlines()[3] == "a   4   1"
    assert run("matrix list e(b), format(%6.2f)").splitlines()[3] == "y1   1.50  -2.00"
    assert run("matrix list nosuch") == "r(111): matrix nosuch not found"


def test_matrix_copies_and_drops(stored: tuple[Session, Run]) -> None:
    session, run = stored
    run("matrix t = e(b)'")
    assert session.matrices["t"].values.tolist() == [[1.5], [-2.0]]
    assert session.matrices["t"].rownames == ("a", "b")
    run("mat u=t")
    assert run("matrix dir").splitlines() == ["            u[2,1]", "            t[2,1]"]
    run("matrix drop t")
    assert list(session.matrices) == ["u"]
    run("matrix z = e(b)*e(V)")
    np.testing.assert_allclose(
        session.matrices["z"].values, session.e.matrices["b"].values @ session.e.matrices["V"].values
    )


def test_ereturn_list(stored: tuple[Session, Run]) -> None:
    _, run = stored
    assert run("ereturn list").splitlines() == [
        "",
        "scalars:",
        "                  e(N) =  5",
        "                 e(ll) =  -10.25",
        "",
        "macros:",
        '                e(cmd) : "mixed"',
        "",
        "matrices:",
        "                  e(b) :  1 x 2",
        "                  e(V) :  2 x 2",
        "",
        "functions:",
        "             e(sample)   ",
    ]


def test_return_list_is_empty_before_anything() -> None:
    _, run = driver()
    assert run("return list") == ""
    assert run("return") == "r(198): invalid syntax"


# -------------------------------------------------------- set, version, help, exit


def test_set_obs_adds_missing_rows() -> None:
    session, run = driver(data(x=[1.0], s=["a"]))
    assert run("set obs 3") == "Number of observations (_N) was 1, now 3."
    assert session.data.column("s").values.tolist() == ["a", "", ""]
    assert run("count if missing(x)").strip() == "2"
    assert run("set obs 2").startswith("r(198)")
    assert session.data.n == 3


def test_set_obs_keeps_the_estimation_sample(stored: tuple[Session, Run]) -> None:
    session, run = stored
    session.data = data(x=[1.0] * 5)
    run("set obs 6")
    assert session.estimates is not None
    assert session.estimates.sample is not None
    assert session.estimates.sample.tolist() == [True] * 5 + [False]


@pytest.mark.parametrize(
    ("command", "field", "value"),
    [
        ("set level 90", "level", 90.0),
        ("set linesize 100", "linesize", 100),
        ("set seed 339487731", "seed", 339487731),
        ("set type double", "default_type", "double"),
        ("set varabbrev off", "varabbrev", False),
    ],
)
def test_settings(command: str, field: str, value: object) -> None:
    session, run = driver()
    assert run(command) == ""
    assert getattr(session.settings, field) == value


def test_names_may_not_be_shortened_after_set_varabbrev_off() -> None:
    _, run = driver()
    run("set obs 3")
    run("generate length = _n")
    run("set varabbrev off")
    assert run("summarize len") == "r(111): variable len not found"
    assert run("generate twice = 2*len") == "r(111): len not found"
    assert run("generate length2 = length^2") == ""
    run("set varabbrev on")
    assert run("generate twice = 2*lengt") == "r(111): lengt ambiguous abbreviation"
    run("drop length2")
    assert run("generate twice = 2*len") == ""


@pytest.mark.parametrize(
    "command", ["set more off", "set more off, permanently", "set matsize 800", "set scheme s1mono"]
)
def test_settings_without_effect(command: str) -> None:
    assert driver()[1](command) == ""


@pytest.mark.parametrize(
    "command", ["set level 5", "set level x", "set linesize 10", "set type foo", "set", "set nosuch 1"]
)
def test_bad_settings_change_nothing(command: str) -> None:
    session, run = driver()
    before = session.settings
    assert run(command).startswith("r(198)")
    assert session.settings == before


def test_version_takes_any_number() -> None:
    _, run = driver()
    assert run("version 13.1") == ""
    assert run("version abc").startswith("r(198)")


@pytest.mark.parametrize("name", sorted(commands.ABBREVIATIONS))
def test_every_command_has_a_help_text_that_fits_the_line(name: str) -> None:
    text = documentation(name)
    lines = reflow(text, 79)
    assert " - " in lines[0]
    assert len(lines) >= 3
    assert [x for x in lines if len(x) > 79] == []
    assert " ".join(lines).split() == text.split()


def test_help() -> None:
    _, run = driver()
    assert run("help lrtest").splitlines()[1].startswith("lrtest - ")
    assert "    summarize " in run("help")
    assert run("help nosuch") == "r(111): help for nosuch not found"


def test_exit_asks_at_a_prompt_only() -> None:
    session, run = driver(data(x=[1.0]))
    assert run("exit") == ""
    session.interactive = True
    assert run("exit") == "r(4): no; dataset in memory has changed since last saved"
    assert run("exit, clear") == ""
    assert run("exit x").startswith("r(4)")
