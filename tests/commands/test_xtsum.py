"""xtsum, xttab, xtdescribe: layouts of the logs, figures computed with pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from driving import Run, driver
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.data.frame import from_frame
from mixedcli.session import Session

PANEL = {
    "id": [1, 1, 1, 2, 2, 3, 3, 3],
    "year": [70, 71, 73, 70, 71, 70, 71, 73],
    "x": [1.0, 2, 4, 10, np.nan, 3, 3, 9],
    "south": [0, 0, 1, 1, 1, 0, 0, 0],
}


@pytest.fixture
def panel() -> tuple[Session, Run]:
    session, run = driver(from_frame(pd.DataFrame(PANEL)))
    run("xtset id year")
    return session, run


def test_xtsum_layout_and_figures(panel: tuple[Session, Run]) -> None:
    session, run = panel
    frame = pd.DataFrame(PANEL).dropna()
    means = frame.groupby("id")["x"].mean()
    within = frame["x"] - frame["id"].map(means) + frame["x"].mean()
    # stata: layout of logs of release 17
    assert run("xtsum x year").splitlines()[:6] == [
        "",
        "Variable         |      Mean   Std. dev.       Min        Max |    Observations",
        "-----------------+--------------------------------------------+----------------",
        "x        overall |  4.571429   " + f"{frame['x'].std():8.6f}          1         10 |     N =       7",
        "         between |" + f"{means.std():21.6f}   2.333333         10 |     n =       3",
        "         within  |" + f"{within.std():21.6f}   {within.min():8.6f}   {within.max():8.6f} | T-bar = 2.33333",
    ]
    run("xtsum x")
    r = session.r.scalars
    assert r["mean"] == pytest.approx(frame["x"].mean())
    assert (r["sd"], r["sd_b"], r["sd_w"]) == pytest.approx((frame["x"].std(), means.std(), within.std()))
    assert (r["min_w"], r["max_w"], r["Tbar"]) == pytest.approx((within.min(), within.max(), 7 / 3))


def test_xtsum_separates_variables_and_balanced_panels(panel: tuple[Session, Run]) -> None:
    _, run = panel
    lines = run("xtsum year south if id != 2").splitlines()
    assert lines[6] == "                 |                                            |"
    assert lines[5].endswith("|     T =       3")


def test_xttab(panel: tuple[Session, Run]) -> None:
    _, run = panel
    run('label define s 0 "North or west" 1 South')
    run("label values south s")
    # by hand: panels 1 and 3 are ever north (2/3 and 3/3 of the time), panels 1 and 2 ever south (1/3 and 2/2)
    assert run("xttab south") == (
        "\n"
        "                  Overall             Between            Within\n"
        "    south |    Freq.  Percent      Freq.  Percent        Percent\n"
        "----------+-----------------------------------------------------\n"
        " North or |       5     62.50         2     66.67          83.33\n"
        "    South |       3     37.50         2     66.67          66.67\n"
        "----------+-----------------------------------------------------\n"
        "    Total |       8    100.00         4    133.33          75.00\n"
        "                                 (n = 3)"
    )


def test_xtdescribe(panel: tuple[Session, Run]) -> None:
    session, run = panel
    assert run("xtdescribe") == (
        "\n"
        "      id:  1, 2, 3                                           n =          3\n"
        "    year:  70, 71, 73                                        T =          3\n"
        "           Delta(year) = 1 unit\n"
        "           Span(year)  = 4 periods\n"
        "           (id*year uniquely identifies each observation)\n"
        "\n"
        "Distribution of T_i:   min      5%     25%       50%       75%     95%     max\n"
        "                         2       2       2         3         3       3       3\n"
        "\n"
        "     Freq.  Percent    Cum. |  Pattern\n"
        " ---------------------------+---------\n"
        "        2     66.67   66.67 |  11.1\n"
        "        1     33.33  100.00 |  11..\n"
        " ---------------------------+---------\n"
        "        3    100.00         |  XX.X"
    )
    assert session.r.scalars["N"] == 3
    assert "        1     33.33  100.00 | (other patterns)" in run("xtdes, patterns(1)")


def test_long_lists_are_abridged() -> None:
    frame = pd.DataFrame({"firm": np.repeat([1155, 2040, 9, 3217331], 2), "year": [2002, 2003] * 4})
    _, run = driver(from_frame(frame))
    run("xtset firm year")
    assert (
        run("xtdescribe").splitlines()[1]
        == "    firm:  9, 1155, ..., 3217331                             n =          4"
    )


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("xtsum nope", "r(111): variable nope not found"),
        ("xttab", "r(100): varlist required"),
        ("xttab x south", "r(103): too many variables specified"),
        ("xttab x if id > 9", "r(2000): no observations"),
        ("xtdescribe if id > 9", "r(2000): no observations"),
    ],
)
def test_failures(typed: str, message: str, panel: tuple[Session, Run]) -> None:
    assert panel[1](typed) == message


def test_without_settings() -> None:
    _, run = driver(from_frame(pd.DataFrame(PANEL)))
    for command in ("xtsum x", "xttab south", "xtdescribe"):
        assert run(command) == "r(459): panel variable not set; use xtset varname ..."
    run("xtset id")
    assert run("xtdescribe").startswith("r(459): time variable not set")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 2)), min_size=1, max_size=20))
def test_xttab_written_out(rows: list[tuple[int, int]]) -> None:
    session, run = driver(from_frame(pd.DataFrame({"id": [i for i, _ in rows], "v": [v for _, v in rows]})))
    run("xtset id")
    run("xttab v")
    table = session.r.matrices["results"].values
    for k, value in enumerate(sorted({v for _, v in rows})):
        ever = {i for i, v in rows if v == value}
        parts = [sum(r == (i, value) for r in rows) / sum(j == i for j, _ in rows) for i in ever]
        assert table[k].tolist() == pytest.approx(
            [value, sum(v == value for _, v in rows), len(ever), 100 * sum(parts) / len(ever)]
        )


def test_delta_in_units() -> None:
    session, run = driver(from_frame(pd.DataFrame({"id": [1, 1, 2], "t": [0.0, 7_200_000, 0]})))
    run("format t %tc")
    run("xtset id t, delta(2 hours)")
    assert session.data.settings is not None
    assert session.data.settings.delta == 7_200_000
    run("xtset id t, clocktime delta(30 min)")
    assert session.data.settings.delta == 1_800_000
    assert run("xtset id t, delta(2 moons)") == "r(198): option delta() incorrectly specified"
    assert run("xtset id t, delta(0)").startswith("r(198): ")
