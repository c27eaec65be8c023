"""collapse: every statistic against pandas and loops, weights, types, labels, names."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from driving import Run, column, driver
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.frame import from_frame
from mixedcli.session import Session

#: webuse college of the manual: gpa by year, with numbers of students
GPA = [3.2, 3.5, 2.8, 2.1, 3.8, 2.5, 2.9, 3.7, 2.2, 3.3, 3.4, 2.9]
HOUR = [30, 34, 28, 30, 29, 30, 35, 30, 35, 33, 32, 31]
YEAR = [1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4]
NUMBER = [3, 2, 9, 4, 3, 4, 5, 4, 2, 3, 5, 2]


@pytest.fixture
def college() -> tuple[Session, Run]:
    return driver(from_frame(pd.DataFrame({"gpa": GPA, "hour": HOUR, "year": YEAR, "number": NUMBER})))


def test_figures_of_the_manual(college: tuple[Session, Run]) -> None:
    """[D] collapse: the printed list of means by year weighted with the number of students."""
    session, run = college
    assert run("collapse gpa hour [fw=number], by(year)") == ""
    assert column(session, "gpa") == pytest.approx([2.788889, 2.991667, 3.233333, 3.257143], abs=1e-6)
    assert column(session, "hour") == pytest.approx([29.44444, 31.83333, 32.11111, 31.71428], abs=1e-5)
    assert session.data.sorted_by == ("year",)
    assert session.data.names == ("year", "gpa", "hour")


def test_names_types_labels_and_formats(college: tuple[Session, Run]) -> None:
    session, run = college
    run("label define y 1 one 2 two")
    run("label values year y")
    run("format gpa %5.1f")
    run(
        "collapse (mean) gpa (sd) s = gpa (count) n=hour (max) hour (sum) t=hour (median) m=gpa (first) f=year,"
        " by(year)"
    )
    made = session.data.columns
    assert session.data.names == ("year", "gpa", "s", "n", "hour", "t", "m", "f")
    assert [c.type for c in made.values()] == ["byte", "double", "double", "long", "byte", "double", "double", "byte"]
    assert [made[k].label for k in ("gpa", "s", "n", "m")] == ["(mean) gpa", "(sd) gpa", "(count) hour", "(p 50) gpa"]
    assert made["s"].format == "%5.1f"
    assert (made["year"].value_label, made["f"].value_label) == ("y", "y")
    assert session.data.changed


def test_means_of_small_types_are_float() -> None:
    session, run = driver(Dataset(columns={"x": Column("x", "byte", np.array([1, 2, 101], np.int8), "%8.0g")}, n=3))
    run("collapse (mean) x (count) n=x (rawsum) r=x (percent) p=x")
    assert [c.type for c in session.data.columns.values()] == ["float", "long", "double", "float"]
    assert [column(session, k) for k in ("x", "n", "r", "p")] == [[1.5], [2], [3], [100]]
    assert session.data.sorted_by == ()


def test_missing_values_and_empty_groups() -> None:
    frame = pd.DataFrame({"g": [1, 1, 2, np.nan], "x": [np.nan, 4, np.nan, 7], "s": ["", "b", "c", "d"]})
    session, run = driver(from_frame(frame))
    before = session.data
    run("collapse (mean) x (sum) t=x (count) n=x (firstnm) f=x (lastnm) s (first) s1=s (max) m=x (p50) q=x, by(g)")
    assert column(session, "g") == [1, 2, "."]
    assert column(session, "x") == [4, ".", 7]
    assert column(session, "t") == [4, 0, 7]
    assert column(session, "n") == [1, 0, 1]
    assert column(session, "f") == [4, ".", 7]
    assert column(session, "s") == ["b", "c", "d"]
    assert column(session, "s1") == ["", "c", "d"]
    assert column(session, "m") == column(session, "q") == [4, ".", 7]
    session.data = before
    run("collapse x (count) n=g if g < . in 1/3, by(s) cw")
    assert (column(session, "s"), column(session, "n")) == (["b"], [1])


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("collapse", "r(100): varlist required"),
        ("collapse (wrong) gpa", "r(198): (wrong) invalid statistic"),
        ("collapse nope", "r(111): variable nope not found"),
        ("collapse gpa, by(nope)", "r(111): variable nope not found"),
        ("collapse gpa (sd) gpa", "r(198): error:\n       gpa = (mean) gpa\n       gpa = (sd) gpa\nname conflict"),
        ("collapse gpa year, by(year)", "r(198): error:\n       year may not be both"),
        ("collapse gpa if year > 9", "r(2000): no observations"),
        ("collapse gpa [fw=gpa]", "r(401): may not use noninteger frequency weights"),
        ("collapse gpa [aw=-gpa]", "r(402): negative weights encountered"),
        ("collapse (sd) gpa [pw=number]", "r(198): sd not allowed with pweights"),
        ("collapse 1x=gpa", "r(198): 1x invalid name"),
        ("collapse (mean gpa", "r("),
    ],
)
def test_failures_leave_the_data(typed: str, message: str, college: tuple[Session, Run]) -> None:
    session, run = college
    before = session.data
    assert run(typed).startswith(message)
    assert session.data is before


def test_strings_have_no_mean() -> None:
    session, run = driver(from_frame(pd.DataFrame({"s": ["a", "b"]})))
    before = session.data
    assert run("collapse s") == "r(109): type mismatch"
    assert session.data is before


def test_weights(college: tuple[Session, Run]) -> None:
    """Frequency weights are repeated observations; analytic weights add up to the observations of the group."""
    session, run = college
    before = session.data
    statistics_ = (
        "(mean) a=gpa (sd) b=gpa (semean) c=gpa (sum) d=gpa (count) e=gpa (p25) f=gpa (iqr) g=gpa (percent) h=gpa"
    )
    run(f"collapse {statistics_} [fw=number], by(year)")
    weighted = session.data
    session.data = before.rows(np.repeat(np.arange(12), NUMBER))
    run(f"collapse {statistics_}, by(year)")
    for name in "abcdefgh":
        assert column(session, name) == pytest.approx(weighted.columns[name].numeric().tolist(), rel=1e-9)
    session.data = before
    run("collapse (sum) d=gpa (rawsum) r=gpa (count) n=gpa (sd) s=gpa [aw=number], by(year)")
    w = np.array(NUMBER[:4]) * 4 / sum(NUMBER[:4])
    x = np.array(GPA[:4])
    assert column(session, "d")[0] == pytest.approx(w @ x)
    assert column(session, "r")[0] == pytest.approx(x.sum())
    assert column(session, "n") == [4, 3, 3, 2]
    assert column(session, "s")[0] == pytest.approx(math.sqrt(w @ (x - w @ x / 4) ** 2 / 3))
    session.data = before
    assert run("collapse gpa [w=number]") == "(analytic weights assumed)"


VALUES = st.one_of(st.none(), st.integers(-3, 3).map(float), st.floats(-100, 100, width=32))


def percentile(values: list[float], p: int) -> float:
    """Written out: the value whose rank is above np/100, or the mean of two."""
    rank = len(values) * p / 100
    k = int(rank)
    ordered = sorted(values)
    if rank == k:
        return (ordered[max(k - 1, 0)] + ordered[min(k, len(values) - 1)]) / 2
    return ordered[k]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), VALUES), min_size=1, max_size=25), st.integers(1, 99))
def test_statistics_written_out(rows: list[tuple[int, float | None]], p: int) -> None:
    frame = pd.DataFrame({"g": [g for g, _ in rows], "x": np.array([np.nan if x is None else x for _, x in rows])})
    columns = from_frame(frame).columns
    x = Column("x", "double", columns["x"].numeric())
    session, run = driver(Dataset(columns={"g": columns["g"], "x": x}, n=len(rows)))
    run(
        "collapse (mean) a=x (sd) b=x (semean) c=x (sum) d=x (count) e=x (percent) f=x (max) h=x (min) i=x (iqr) j=x "
        f"(first) k=x (last) l=x (firstnm) m=x (lastnm) n=x (p{p}) o=x, by(g)"
    )
    whole = sum(x is not None for _, x in rows)
    for row, g in enumerate(sorted({g for g, _ in rows})):
        every = [x for k, x in rows if k == g]
        there = [x for x in every if x is not None]
        n = len(there)
        sd = statistics.stdev(there) if n > 1 else "."
        expected = {
            "a": statistics.fmean(there) if n else ".",
            "b": sd,
            "c": sd / math.sqrt(n) if sd != "." else ".",
            "d": math.fsum(there),
            "e": n,
            "f": 100 * n / whole if whole else ".",
            "h": max(there, default="."),
            "i": min(there, default="."),
            "j": percentile(there, 75) - percentile(there, 25) if n else ".",
            "k": "." if every[0] is None else every[0],
            "l": "." if every[-1] is None else every[-1],
            "m": there[0] if n else ".",
            "n": there[-1] if n else ".",
            "o": percentile(there, p) if n else ".",
        }
        found = {name: column(session, name)[row] for name in expected}
        for name, value in expected.items():
            if value == ".":
                assert found[name] == ".", name
            else:
                assert found[name] == pytest.approx(value, rel=1e-9, abs=1e-9), name


def test_standard_errors_of_proportions_and_counts() -> None:
    session, run = driver(from_frame(pd.DataFrame({"x": [0, 1, 1, 1], "y": [0, 1, 2, 1]})))
    run("collapse (sebinomial) a=x b=y (sepoisson) c=y")
    assert column(session, "a")[0] == pytest.approx(math.sqrt(0.75 * 0.25 / 4))
    assert column(session, "b") == ["."]
    assert column(session, "c")[0] == pytest.approx(math.sqrt(1 / 4))


def test_many_observations_take_the_same_median() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"g": rng.integers(0, 9, 30_000), "x": rng.normal(size=30_000)})
    session, run = driver(from_frame(frame))
    before = session.data
    run("collapse (p50) x, by(g)")
    alone = column(session, "x")
    session.data = before
    run("collapse (p25) y=x (p50) x, by(g)")
    assert column(session, "x") == alone
    assert alone == frame.groupby("g")["x"].median().tolist()
