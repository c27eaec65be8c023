"""by and bysort: order, groups, headers, what goes with them and what does not."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from mixedcli.data.dataset import Column, Dataset
from mixedcli.dispatch import Runner
from mixedcli.render.console import Console
from mixedcli.session import Session

RNG = np.random.default_rng(5)
G = RNG.integers(0, 40, 500).astype(float)
T = RNG.permutation(500).astype(float)


def started(**columns: object) -> tuple[Session, Runner, io.StringIO]:
    made = [Column(k, "double", np.asarray(v, dtype=float)) for k, v in columns.items()]
    screen = io.StringIO()
    session = Session(data=Dataset().with_columns(made))
    return session, Runner(session, Console(screen), echo=False), screen


def values(session: Session, name: str) -> np.ndarray:
    return session.data.numeric(name)


def frame(session: Session, *names: str) -> pd.DataFrame:
    return pd.DataFrame({name: values(session, name) for name in names})


def test_bysort_sorts_and_counts_within_groups() -> None:
    session, runner, _ = started(g=G, t=T)
    assert runner.run_text("bysort g (t): gen n = _n\nby g: gen N = _N\nby g (t): gen double lag = t[_n-1]", "") == 0
    assert session.data.sorted_by == ("g", "t")
    shown = frame(session, "g", "t", "n", "N", "lag")
    truth = pd.DataFrame({"g": G, "t": T}).sort_values(["g", "t"]).reset_index(drop=True)
    groups = truth.groupby("g")
    assert (shown[["g", "t"]] == truth).all().all()
    assert (shown["n"] == groups.cumcount() + 1).all()
    assert (shown["N"] == groups["t"].transform("size")).all()
    assert shown["lag"].where(shown["lag"] < 1e300).equals(groups["t"].shift())


def test_subscripts_stay_in_the_group() -> None:
    session, runner, _ = started(g=[1, 1, 2, 2, 2], t=[1, 2, 3, 4, 5])
    assert runner.run_text("sort g t\nby g: gen last = t[_N]\nby g: gen first = t[1]\nby g: gen no = t[3]", "a.do") == 0
    assert values(session, "last").tolist() == [2, 2, 5, 5, 5]
    assert values(session, "first").tolist() == [1, 1, 3, 3, 3]
    assert (values(session, "no") > 1e300).tolist() == [True, True, False, False, False]


def test_running_sums_begin_anew_without_rounding_from_before() -> None:
    session, runner, _ = started(g=[1, 1, 2, 2, 2, 3], t=[1e17, 3.0, 0.1, 0.2, 1.0, 7.0])
    assert runner.run_text("sort g\nby g: gen double s = sum(t)\nby g: gen double o = sum(t) if _n != 2", "a.do") == 0
    assert values(session, "s").tolist() == [1e17, 1e17 + 3.0, 0.1, 0.1 + 0.2, 0.1 + 0.2 + 1.0, 7.0]
    assert values(session, "o")[[0, 2, 4, 5]].tolist() == [1e17, 0.1, 1.1, 7.0]


@pytest.mark.parametrize("length", [5, 200])
def test_replace_carries_forward_within_groups(length: int) -> None:
    g = np.repeat(np.arange(7.0), length)
    x = np.where(RNG.random(g.size) < 0.1, RNG.integers(0, 9, g.size), np.nan)
    session, runner, _ = started(g=g, x=np.where(np.isnan(x), 2.0**1023, x))
    assert runner.run_text("sort g\nby g: replace x = x[_n-1] + 1 if missing(x)", "a.do") == 0
    want = x.copy()
    for k in range(1, g.size):
        if np.isnan(want[k]) and g[k] == g[k - 1]:
            want[k] = want[k - 1] + 1
    got = values(session, "x")
    assert np.array_equal(np.where(got > 1e300, np.nan, got), want, equal_nan=True)


def test_keep_counts_the_groups_rows() -> None:
    session, runner, screen = started(g=G, t=T)
    assert runner.run_text("bysort g (t): keep if _n == _N", "a.do") == 0
    assert screen.getvalue() == f"({500 - len(np.unique(G))} observations deleted)\n\n"
    assert values(session, "t").tolist() == pd.DataFrame({"g": G, "t": T}).groupby("g")["t"].max().tolist()


def test_output_of_each_group_stands_below_its_header() -> None:
    # stata: a log of "by foreign, sort: summarize mpg" and "by foreign, sort: correlate mpg weight"
    _, runner, screen = started(g=[2, 1, 1], h=[5, 5, 5])
    runner.run_text("by g h, sort: count if h > 1", "a.do")
    rule = "-" * 79
    assert screen.getvalue() == f"\n{rule}\n-> g = 1, h = 5\n  2\n\n{rule}\n-> g = 2, h = 5\n  1\n\n\n"


def test_headers_show_value_labels_and_strings() -> None:
    _, runner, screen = started(g=[0, 1])
    runner.run_text('label define l 0 "Domestic"\nlabel values g l\ngen s = "ab c"', "a.do")
    screen.truncate(0)
    runner.run_text("by g s, sort: count", "a.do")
    heads = [text for text in screen.getvalue().splitlines() if text.startswith("->")]
    assert heads == ["-> g = Domestic, s = ab c", "-> g = 1, s = ab c"]


def test_r_is_that_of_the_last_group() -> None:
    session, runner, _ = started(g=[1, 1, 2], t=[1, 3, 10])
    runner.run_text("bysort g: summarize t", "a.do")
    assert session.r.scalars["mean"] == 10
    assert session.by is None


def test_rc0_goes_on_after_a_failing_group() -> None:
    session, runner, screen = started(g=[1, 2, 2, 2, 2], t=[1, 3, 10, 4, 5])
    line = "mixed t if !missing(t) || g:"
    assert runner.run_text(f"by g, sort: {line}", "a.do") != 0
    assert screen.getvalue().count("-> g") == 1
    assert runner.run_text(f"by g, sort rc0: {line}", "a.do") == 0
    assert screen.getvalue().count("-> g") == 3
    assert session.e.scalars["N"] == 4


@pytest.mark.parametrize(
    ("line", "rc", "message"),
    [
        ("by g: gen a = 1", 5, "not sorted"),
        ("bysort: gen a = 1", 100, "varlist required"),
        ("by g, sort: display 1", 190, "display may not be combined with by"),
        ("by g, sort: list in 1", 190, "in may not be combined with by"),
        ("by g, nosuch: list", 198, "option nosuch not allowed"),
        ("bysort g: bysort t: list", 198, "invalid syntax"),
        ("by nosuch, sort: list", 111, "variable nosuch not found"),
    ],
)
def test_refusals(line: str, rc: int, message: str) -> None:
    session, runner, screen = started(g=[2, 1], t=[1, 2])
    assert runner.run_text(line, "a.do") == rc
    assert screen.getvalue() == f"{message}\nr({rc});\n\n"
    assert session.by is None


def test_nothing_happens_in_an_empty_data_set() -> None:
    session, runner, screen = started(g=[], t=[])
    assert runner.run_text("bysort g: gen x = _n\nbysort g: count", "a.do") == 0
    assert "x" in session.data
    assert screen.getvalue() == "\n\n"
