"""tabulate, tab1, tab2: Stata's layouts (public logs) and numbers against pandas, scipy and textbook formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mixedcli import Session, StataError


def cars() -> pd.DataFrame:
    """The counts of repair record by origin in the car data of 1978, a table in many textbooks."""
    counts = {(1, 0): 2, (2, 0): 8, (3, 0): 27, (3, 1): 3, (4, 0): 9, (4, 1): 9, (5, 0): 2, (5, 1): 9}
    rows = [(r, f) for (r, f), n in counts.items() for _ in range(n)]
    return pd.DataFrame([*rows, *[(np.nan, 0)] * 4, (np.nan, 1)], columns=["rep78", "foreign"])


def session() -> Session:
    s = Session(data=cars())
    s.run('label define o 0 "Domestic" 1 "Foreign"\nlabel values foreign o\nlabel variable foreign "Car origin"')
    s.run('label variable rep78 "Repair record 1978"')
    return s


ONE_WAY = """
 Car origin |      Freq.     Percent        Cum.
------------+-----------------------------------
   Domestic |         52       70.27       70.27
    Foreign |         22       29.73      100.00
------------+-----------------------------------
      Total |         74      100.00
"""

TWO_WAY = """
+-------------------+
| Key               |
|-------------------|
|     frequency     |
|  row percentage   |
| column percentage |
+-------------------+

    Repair |
    record |      Car origin
      1978 |  Domestic    Foreign |     Total
-----------+----------------------+----------
         1 |         2          0 |         2 
           |    100.00       0.00 |    100.00 
           |      4.17       0.00 |      2.90 
-----------+----------------------+----------
         2 |         8          0 |         8 
           |    100.00       0.00 |    100.00 
           |     16.67       0.00 |     11.59 
-----------+----------------------+----------
         3 |        27          3 |        30 
           |     90.00      10.00 |    100.00 
           |     56.25      14.29 |     43.48 
-----------+----------------------+----------
         4 |         9          9 |        18 
           |     50.00      50.00 |    100.00 
           |     18.75      42.86 |     26.09 
-----------+----------------------+----------
         5 |         2          9 |        11 
           |     18.18      81.82 |    100.00 
           |      4.17      42.86 |     15.94 
-----------+----------------------+----------
     Total |        48         21 |        69 
           |     69.57      30.43 |    100.00 
           |    100.00     100.00 |    100.00 

          Pearson chi2(4) =  27.2640   Pr = 0.000
"""  # noqa: W291


def test_layouts() -> None:
    s = session()
    assert s.run("tab foreign").text == ONE_WAY
    assert s.run("tabulate rep78 foreign, row column chi2").text == TWO_WAY
    assert (s.r["N"], s.r["r"], s.r["c"]) == (69, 5, 2)
    lines = s.run("tab rep78 foreign").text.splitlines()
    assert lines[5] == "         1 |         2          0 |         2 "
    assert lines[10] == "-----------+----------------------+----------"


def test_association_against_scipy() -> None:
    s = session()
    s.run("tab rep78 foreign, all")
    table = pd.crosstab(s.data["rep78"], s.data["foreign"]).to_numpy()
    chi2 = stats.chi2_contingency(table, correction=False)
    lr = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    assert (s.r["chi2"], s.r["p"]) == pytest.approx((chi2[0], chi2[1]))
    assert (s.r["chi2_lr"], s.r["p_lr"]) == pytest.approx((lr[0], lr[1]))
    assert s.r["CramersV"] == pytest.approx(np.sqrt(chi2[0] / 69))
    d = s.data.dropna()
    assert s.r["taub"] == pytest.approx(stats.kendalltau(d["rep78"], d["foreign"]).statistic)
    x, y = d["rep78"].to_numpy(), d["foreign"].to_numpy()
    sign = np.sign(x[:, None] - x) * np.sign(y[:, None] - y)
    assert s.r["gamma"] == pytest.approx((sign > 0).sum() / (sign != 0).sum() - (sign < 0).sum() / (sign != 0).sum())


def test_standard_errors_of_the_measures() -> None:
    """By the derivative of the measure in every cell (Brown and Benedetti 1977), numerically."""
    s = session()
    s.run("tab rep78 foreign, gamma taub matcell(m)")
    n = pd.crosstab(s.data["rep78"], s.data["foreign"]).to_numpy(float)

    def measures(n: np.ndarray) -> np.ndarray:
        P = sum(n[i, j] * n[i + 1 :, j + 1 :].sum() for i in range(5) for j in range(2))
        Q = sum(n[i, j] * n[i + 1 :, :j].sum() for i in range(5) for j in range(2))
        N = n.sum()
        w = np.sqrt((N**2 - (n.sum(1) ** 2).sum()) * (N**2 - (n.sum(0) ** 2).sum()))
        return np.array([(P - Q) / (P + Q), 2 * (P - Q) / w])

    g = np.zeros((2, 5, 2))
    for i in range(5):
        for j in range(2):
            up, down = n.copy(), n.copy()
            up[i, j] += 1e-4
            down[i, j] -= 1e-4
            g[:, i, j] = (measures(up) - measures(down)) / 2e-4
    N = n.sum()
    variance = (g**2 * n).sum((1, 2)) - (g * n).sum((1, 2)) ** 2 / N
    assert (s.r["ase_gam"], s.r["ase_taub"]) == pytest.approx(tuple(np.sqrt(variance)), rel=1e-5)


def test_fisher() -> None:
    s = Session(data=pd.DataFrame({"a": [0] * 10 + [1] * 14, "b": [0] * 8 + [1] * 2 + [0] * 3 + [1] * 11}))
    s.run("tab a b, exact")
    assert s.r["p_exact"] == pytest.approx(stats.fisher_exact([[8, 2], [3, 11]])[1])
    assert s.r["p1_exact"] == pytest.approx(stats.fisher_exact([[8, 2], [3, 11]], "greater")[1])


def test_missing_weights_and_matrices() -> None:
    s = session()
    s.run("tab rep78, missing matcell(f) matrow(v)")
    assert s.r["N"] == 74
    assert s.run("matrix list f").text.count("\n") > 6
    s.run("generate w = 3\ntab foreign [fw=w]")
    assert s.r["N"] == 222
    s.run("tab foreign [aw=w]")
    assert s.r["N"] == pytest.approx(74)


def test_indicators() -> None:
    s = session()
    s.run("tab rep78, generate(r)")
    d = s.data
    for k in range(1, 6):
        expected = (d["rep78"] == k).astype(float).where(d["rep78"].notna())
        pd.testing.assert_series_equal(d[f"r{k}"].astype(float), expected, check_names=False)
    assert "rep78==3" in s.run("describe r3").text


def test_means_by_group() -> None:
    s = session()
    s.run("generate price = 100*_n")
    text = s.run("tab foreign, summarize(price)").text.splitlines()
    d = s.data.groupby("foreign")["price"].agg(["mean", "std", "count"])
    cells = text[4].split("|")[1].split()
    assert [float(c) for c in cells] == pytest.approx(d.loc[0].tolist(), rel=1e-6)
    assert text[1] == "            |          Summary of price"
    assert text[2] == " Car origin |        Mean   Std. dev.       Freq."


def test_several_tables() -> None:
    s = session()
    assert s.run("tab1 rep78 foreign").text.count("-> tabulation of") == 2
    assert "-> tabulation of rep78 by foreign" in s.run("tab2 rep78 foreign, chi2").text
    text = s.run("bysort foreign: tab rep78").text
    assert "-> foreign = Domestic" in text


def test_wide_tables_come_in_panels() -> None:
    s = Session(data=pd.DataFrame({"a": [0, 1] * 20, "b": range(40)}))
    text = s.run("tab a b").text
    assert max(map(len, text.splitlines())) <= 79
    assert text.count("Total") >= 6


@pytest.mark.parametrize(
    ("line", "rc"),
    [("tab", 102), ("tab foreign if foreign > 5", 2000), ("tab rep78 foreign rep78", 103), ("tab nosuch", 111),
     ("tab foreign, generate(1x)", 198)],
)  # fmt: skip
def test_refusals(line: str, rc: int) -> None:
    s = session()
    with pytest.raises(StataError) as caught:
        s.run(line)
    assert caught.value.rc == rc


def test_exact_of_larger_tables() -> None:
    """The value of fisher.test in R."""
    rows = [
        (i, j)
        for i, row in enumerate([[6, 5, 6, 7], [3, 6, 10, 5], [8, 7, 6, 3]])
        for j, n in enumerate(row)
        for _ in range(n)
    ]
    s = Session(data=pd.DataFrame(rows, columns=["a", "b"]))
    text = s.run("tab a b, exact").text
    assert s.r["p_exact"] == pytest.approx(0.478240386378715, rel=1e-9)
    assert "           Fisher's exact =                 0.478" in text


def test_one_row_has_nothing_to_test() -> None:
    s = Session(pd.DataFrame({"one": [1.0] * 5, "two": [0.0, 1, 0, 1, 0]}))
    out = str(s.run("tabulate one two, all"))
    assert "          Pearson chi2(0) =        .   Pr = ." in out
    assert "                    gamma =        .  ASE = ." in out
    assert "          Kendall's tau-b =        .  ASE = ." in out
    assert all(np.isnan(s.r[name]) for name in ("chi2", "p", "chi2_lr", "CramersV", "gamma", "taub", "ase_taub"))


def test_only_the_figures_that_are_named() -> None:
    s = Session(pd.DataFrame({"y": [1.0, 4, 2], "g": [1.0, 1, 2], "h": [1.0, 2, 2]}))
    one = str(s.run("tabulate g, summarize(y) means"))
    assert "2.5" in one and "Std. dev." not in one and "Freq." not in one
    assert str(s.run("tabulate g, summarize(y) nostandard nofreq")) == one
    assert "Frequencies of y" in str(s.run("tabulate g h, summarize(y) freq"))
    assert "Means and Frequencies of y" in str(s.run("tabulate g h, summarize(y) nostandard"))


def test_expected_frequencies_and_contributions() -> None:
    s = session()
    text = s.run("tabulate rep78 foreign, expected cchi2 clrchi2 nokey").text.splitlines()
    counts = pd.crosstab(cars()["rep78"], cars()["foreign"]).to_numpy(float)
    expected = np.outer(counts.sum(1), counts.sum(0)) / counts.sum()
    rows = [[c.replace("|", "").split() for c in text if c.startswith(" " * 11 + "|") and "." in c]]
    told = np.array(rows[0], dtype=float).reshape(6, 3, 3)  # rows and Total; expected, chi2, lrchi2; columns and Total
    assert told[:5, 0, :2] == pytest.approx(expected, abs=0.051)
    assert told[:5, 1, :2] == pytest.approx((counts - expected) ** 2 / expected, abs=0.051)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(counts > 0, 2 * counts * np.log(counts / expected), 0)
    assert told[:5, 2, :2] == pytest.approx(ratio, abs=0.051)
    assert told[5, :, 2].tolist() == [69.0, 27.3, 29.9]  # the sample and both chi2
