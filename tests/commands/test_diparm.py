"""_diparm: the idioms of public do-files, by hand from e(b) and e(V)."""

from __future__ import annotations

import re
from math import exp, tanh
from pathlib import Path

import numpy as np
import pytest

from mixedcli import Session, StataError

Z = 1.959963984540054


@pytest.fixture
def session() -> Session:
    s = Session(data=Path(__file__).parents[2] / "fixtures" / "rdatasets" / "sleepstudy.csv")
    s.run("mixed reaction days || subject: days, cov(un)")
    return s


def test_one_parameter(session: Session) -> None:
    b, V = session.e["b"].to_numpy()[0], session.e["V"].to_numpy()
    se = np.sqrt(np.diag(V))
    for command, value, slope in (
        ("_diparm lns1_1_1, f(exp(@)^2) d(2*exp(@)^2)", exp(2 * b[2]), 2 * exp(2 * b[2])),
        ("_diparm lns1_1_1, function(exp(@)^2)", exp(2 * b[2]), 2 * exp(2 * b[2])),
        ("_diparm lns1_1_1, exp", exp(b[2]), exp(b[2])),
    ):
        session.run(command)
        assert session.r["est"] == pytest.approx(value, rel=1e-12)
        assert session.r["se"] == pytest.approx(slope * se[2], rel=1e-7)
    limits = [exp(b[2] - Z * se[2]), exp(b[2] + Z * se[2])]
    assert [session.r["lb"], session.r["ub"]] == pytest.approx(limits, rel=1e-9)
    session.run("_diparm atr1_1_1_2, tanh notab")
    assert session.r["est"] == pytest.approx(tanh(b[4]))
    session.run("_diparm lnsig_e")
    assert session.r["est"] == b[5]
    assert session.r["se"] == pytest.approx(se[5])


def test_several_parameters_and_scales(session: Session) -> None:
    b, V = session.e["b"].to_numpy()[0], session.e["V"].to_numpy()
    ratio = exp(b[3] - b[5])
    g = np.zeros(6)
    g[3], g[5] = ratio, -ratio
    session.run("_diparm lns1_1_2 lnsig_e, f(exp(@1)/exp(@2)) d(exp(@1)/exp(@2) -exp(@1)/exp(@2)) level(90)")
    assert session.r["est"] == pytest.approx(ratio)
    se = np.sqrt(g @ V @ g)
    assert session.r["se"] == pytest.approx(se)
    assert session.r["ub"] == pytest.approx(ratio + 1.6448536269514722 * se)
    session.run("_diparm lns1_1_2 lnsig_e, f(exp(@1 - @2)) ci(log)")
    assert session.r["lb"] == pytest.approx(ratio * exp(-Z * se / ratio))


def test_the_row_stands_in_the_columns_of_a_coefficient_table(session: Session) -> None:
    table = session.run("mixed").text.splitlines()
    days = next(x for x in table if x.startswith("        days |"))
    row = session.run("_diparm lnsig_e, label(sigma) prob").text.splitlines()[0]
    assert row.startswith("       sigma |")
    ends, expected = ([m.end() for m in re.finditer(r"\S+", x)] for x in (row, days))
    assert ends == expected


@pytest.mark.parametrize(
    ("text", "rc"),
    [
        ("_diparm", 198),
        ("_diparm nosuch, exp", 303),
        ("_diparm lnsig_e, exp tanh", 198),
        ("_diparm lnsig_e, f(exp(@2))", 198),
        ("_diparm lnsig_e, f(exp(@)) d(1 2)", 198),
        ("_diparm lnsig_e, ci(nosuch)", 198),
    ],
)
def test_mistakes(session: Session, text: str, rc: int) -> None:
    with pytest.raises(StataError) as caught:
        session.run(text)
    assert caught.value.rc == rc
