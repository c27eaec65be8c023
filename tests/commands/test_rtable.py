"""r(table) after the estimators: its rows, the columns of e(b), its figures from e(b) and e(V)."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from driving import driver

from mixedcli.data.dataset import Column, Dataset

ROWS = ("b", "se", "pvalue", "ll", "ul", "df", "crit", "eform")


def loaded():
    rng = np.random.default_rng(11)
    g = np.repeat(np.arange(12), 5)
    x = rng.normal(size=60)
    a = np.tile([0, 1, 2], 20)
    y = 1 + x + 0.5 * a + 2 * rng.normal(size=12)[g] + rng.normal(size=60)
    columns = [("y", "double", y), ("x", "double", x), ("a", "byte", a), ("g", "byte", g)]
    session, run = driver(Dataset().with_columns([Column(*c) for c in columns]))
    run("xtset g")
    return session, run


COMMANDS = [
    ("mixed y x i.a || g:", "z"),
    ("mixed y x || g: x, cov(un) reml", "z"),
    ("regress y x i.a", "t"),
    ("regress y x, vce(cluster g)", "t"),
    ("xtreg y x i.a, fe", "t"),
    ("xtreg y x i.a, re", "z"),
    ("xtreg y x, mle", "z"),
]


@pytest.mark.parametrize(("command", "letter"), COMMANDS, ids=[c for c, _ in COMMANDS])
def test_columns_and_figures(command, letter):
    session, run = loaded()
    shown = run(command)
    assert not shown.startswith("r("), shown
    assert run("matrix t = r(table)") == ""
    table, b, V = session.matrices["t"], session.e.matrices["b"], session.e.matrices["V"]
    assert table.rownames == ("b", "se", letter, "pvalue", "ll", "ul", "df", "crit", "eform")
    assert table.colnames == b.colnames
    row = dict(zip(table.rownames, table.values, strict=True))
    np.testing.assert_allclose(row["b"], b.values[0], rtol=1e-12)
    se = np.sqrt(np.diag(V.values))
    at = se > 0
    np.testing.assert_allclose(row["se"][at], se[at], rtol=1e-9)
    if letter == "z":
        np.testing.assert_allclose(row["crit"], NormalDist().inv_cdf(0.975), rtol=1e-9)
    ordinary = at & np.array([not name.startswith("/") for name in b.colnames])
    np.testing.assert_allclose(row[letter][ordinary], (b.values[0] / np.where(at, se, 1))[ordinary], rtol=1e-9)
    np.testing.assert_allclose(
        row["ll"][ordinary], row["b"][ordinary] - (row["crit"][ordinary] * row["se"][ordinary]), rtol=1e-9
    )
    assert (row["eform"] == 0).all()


def test_limits_of_standard_deviations_are_those_of_the_level_asked_for():
    session, run = loaded()
    run("xtreg y x, mle level(50)")
    z = NormalDist().inv_cdf(0.75)
    run("matrix t = r(table)")
    table = session.matrices["t"]
    column = table.values[:, table.colnames.index("/:sigma_u")]
    b, se, ll, ul = (column[table.rownames.index(x)] for x in ("b", "se", "ll", "ul"))
    assert (math.log(ll), math.log(ul)) == pytest.approx((math.log(b) - z * se / b, math.log(b) + z * se / b))
    line = next(x for x in run("xtreg, level(50)").splitlines() if "/sigma_u" in x).split("|")[1].split()
    assert [float(x) for x in line[-2:]] == pytest.approx([ll, ul], rel=1e-5)


def test_elements_of_r_table_in_expressions():
    session, run = loaded()
    run("mixed y x || g:")
    b = session.e.matrices["b"].values[0, 0]
    assert float(run("display %18.0g r(table)[1,1]")) == pytest.approx(b, rel=1e-12)
    run('matrix t = r(table)\nlocal p = t["pvalue","y:x"]\nscalar u = t[rownumb(t,"ul"),colnumb(t,"y:x")]')
    assert float(session.locals["p"]) < 0.05
    assert session.scalars["u"] > b
    assert run('matrix s = t["b".."se","y:"]\ndisplay rowsof(s) colsof(s)') == "22"
