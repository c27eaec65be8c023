"""codebook and labelbook in Stata's layout, on data with the facts of the printed logs."""

from __future__ import annotations

import numpy as np
import pytest

from mixedcli.commands.codebook import units
from mixedcli.data.dataset import Column
from tests.commands.driving import Run, driver


@pytest.fixture
def run() -> Run:
    _, run = driver()
    for text in ["set obs 74", "gen byte foreign = _n > 52", 'label define origin 0 "Domestic" 1 "Foreign"',
                 "label values foreign origin", 'label variable foreign "Car origin"']:  # fmt: skip
        run(text)
    return run


def test_a_labelled_variable(run: Run) -> None:
    # stata: codebook foreign, of the car data (release 17)
    assert run("codebook foreign").split("\n") == [
        "",
        "-" * 79,
        "foreign" + " " * 62 + "Car origin",
        "-" * 79,
        "",
        "                  Type: Numeric (byte)",
        "                 Label: origin",
        "",
        "                 Range: [0,1]                         Units: 1",
        "         Unique values: 2                         Missing .: 0/74",
        "",
        "            Tabulation: Freq.   Numeric  Label",
        "                           52         0  Domestic",
        "                           22         1  Foreign",
        "",
    ]


def test_percentiles_and_moments(run: Run) -> None:
    run("gen x = _n")
    shown = run("codebook x").split("\n")
    # 1 to 74: mean 37.5, variance 74*75/12, quantiles by rank 7.4, 18.5, 37, 55.5, 66.6
    assert shown[5:] == [
        "                  Type: Numeric (float)",
        "",
        "                 Range: [1,74]                        Units: 1",
        "         Unique values: 74                        Missing .: 0/74",
        "",
        "                  Mean: 37.5",
        "             Std. dev.: 21.5058",
        "",
        "           Percentiles:     10%       25%       50%       75%       90%",
        "                              8        19      37.5        56        67",
        "",
    ]
    assert "Tabulation" in run("codebook x, tabulate(74)")
    assert "Range: [1,5]" in run("codebook x if x > 0 in 1/5")


def test_unlabelled_values_and_missing_ones(run: Run) -> None:
    run("gen r = mod(_n, 2)\nreplace r = . in 1/3\nreplace r = .b in 4")
    shown = run("codebook r").split("\n")
    assert "         Unique values: 2                         Missing .: 3/74" in shown
    assert "       Unique mv codes: 1                         Missing .*: 1/74" in shown
    at = shown.index("            Tabulation: Freq.  Value")
    # stata: "                        2,240  0"
    assert shown[at + 1 : at + 5] == [f"{n:>29}  {v}" for n, v in [(35, "0"), (35, "1"), (3, "."), (1, ".b")]]
    run("label values r origin\nreplace r = 5 in 1")
    assert "Label: origin, but 1 nonmissing value is not labeled" in run("codebook r")
    run("label values r nosuch")
    assert "Label: nosuch, but label does not exist" in run("codebook r")


def test_strings(run: Run) -> None:
    run('gen str18 make = "car " + string(1000 + _n)')
    shown = run("codebook make").split("\n")
    assert shown[5] == "                  Type: String (str18), but longest is str8"
    assert shown[7] == '         Unique values: 74                        Missing "": 0/74'
    # stata: of the 74 makes the 14th, 29th, 44th and 59th
    examples = [row.split('"')[1] for row in shown[9:13]]
    assert examples == ["car 1014", "car 1029", "car 1044", "car 1059"]
    assert shown[14] == "               Warning: Variable has embedded blanks."
    run('gen s = cond(_n < 10, "", "b")')
    shown = run("codebook s").split("\n")
    assert '         Unique values: 1                         Missing "": 9/74' in shown
    assert shown[-3:] == ['                            9  ""', '                           65  "b"', ""]
    run('gen t = " a " + string(_n) + " "')
    assert "leading, embedded, and trailing blanks" in run("codebook t")


def test_dates(run: Run) -> None:
    run("gen int d = _n - 1\nformat d %td")
    shown = run("codebook d")
    assert "Type: Numeric daily date (int)" in shown
    assert "       Or equivalently: [01jan1960,14mar1960]         Units: days" in shown


def test_missing_together(run: Run) -> None:
    run("gen a = cond(_n < 4, ., 1)\ngen b = cond(_n < 4, ., 2)\ngen c = cond(_n < 3, ., 3)")
    shown = run("codebook a, mv").split("\n")
    # stata: [D] codebook, "heatdd==mv <-> cooldd==mv" and "tempjan==mv --> cooldd==mv"
    assert shown[-3:-1] == ["        Missing values: b==mv <-> a==mv", "                        c==mv --> a==mv"]
    assert "Missing values" not in run("codebook foreign, mv")


def test_compact(run: Run) -> None:
    run('gen str18 displacement = "x"\ngen price = 3000 + _n in 1/70\nlabel variable price "Price"')
    # stata: codebook, compact of the car data: each column as wide as its longest cell
    assert run("codebook displacement price foreign, compact").split("\n") == [
        "",
        "Variable      Obs Unique      Mean   Min   Max  Label",
        "-" * 79,
        "displacement   74      1         .     .     .",
        "price          70     70    3035.5  3001  3070  Price",
        "foreign        74      2  .2972973     0     1  Car origin",
        "-" * 79,
    ]


def test_header_and_notes(run: Run) -> None:
    run("notes foreign: first of all\nlabel data cars")
    assert "1.  first of all" in run("codebook foreign, notes")
    shown = run("codebook, all")
    assert "cars" in shown and "1.  first of all" in shown
    assert "first of all" not in run("codebook, header")
    assert run("codebook nosuch").startswith("r(111)")


@pytest.mark.parametrize(
    ("values", "storage", "power"),
    [
        ([1, 2, 74], "double", 1), ([10, 20, 70], "double", 10), ([100, 3000], "double", 100), ([0, 0], "double", 1),
        ([2.19, 3.89], "float", 0.01), ([1.5, 2], "double", 0.1), ([0.125], "double", 0.001),
        ([11.11929, 0.1234567], "float", 1e-7), ([1 / 3], "double", 1e-15),
    ],
)  # fmt: skip
def test_units(values: list[float], storage: str, power: float) -> None:
    """The greatest power of ten that divides all values as they are stored."""
    stored = np.array(values, dtype=np.float32 if storage == "float" else np.float64)
    assert units(Column("x", storage, stored), stored.astype(np.float64)) == pytest.approx(power, rel=1e-12)


def test_labelbook(run: Run) -> None:
    run("gen o2 = foreign\nlabel values o2 origin")
    # stata: labelbook, the column in which the facts stand
    assert run("labelbook").split("\n") == [
        "",
        "-" * 79,
        "Value label origin",
        "-" * 79,
        "",
        "      Values                                    Labels",
        "       Range:  [0,1]                     String length:  [7,8]",
        "           N:  2                 Unique at full length:  yes",
        "        Gaps:  no                  Unique at length 12:  yes",
        "  Missing .*:  0                           Null string:  no",
        "                               Leading/trailing blanks:  no",
        "                                    Numeric -> numeric:  no",
        "  Definition",
        "           0   Domestic",
        "           1   Foreign",
        "",
        "   Variables:  foreign o2",
    ]
    run('label define z 1 "ab1" 5 "ab2" .a " 3"')
    shown = run("labelbook z, length(2) list(1) alpha")
    assert "Range:  [1,5]" in shown and "Gaps:  yes" in shown and "Missing .*:  1" in shown
    assert "Unique at length 2:  no" in shown and "trailing blanks:  yes" in shown and "numeric:  yes" in shown
    assert "ab1" not in shown.split("Definition")[1]
    assert run("labelbook nosuch").startswith("r(111)")


def test_inspect(run: Run) -> None:
    # stata: inspect foreign, of the car data, in the columns of release 12 and later
    assert run("inspect foreign").split("\n") == [
        "",
        "foreign:  Car origin                            Number of observations",
        "--------------------                   ---------------------------------------",
        "                                             Total      Integers   Nonintegers",
        "|  #                         Negative            -             -             -",
        "|  #                         Zero               52            52             -",
        "|  #                         Positive           22            22             -",
        "|  #                                   -----------   -----------   -----------",
        "|  #   #                     Total              74            74             -",
        "|  #   #                     Missing             -",
        "+----------------------                -----------",
        "0                     1                         74",
        "   (2 unique values)",
        "",
        "      foreign is labeled and all values are documented in the label.",
    ]
    run("gen x = _n - 3.5 if _n > 2\nreplace x = 0 in 70\nreplace x = -2 in 71\nreplace x = 5 in 72")
    shown = run("inspect x")
    rows = [row[29:].split() for row in shown.split("\n")]
    assert [row for row in rows if row and row[0] in ("Negative", "Zero", "Positive", "Total", "Missing")][1:] == [
        ["Negative", "2", "1", "1"], ["Zero", "1", "1", "-"], ["Positive", "69", "1", "68"], ["Total", "72", "3", "69"],
        ["Missing", "2"],
    ]  # fmt: skip
    assert run("display r(N) r(N_neg) r(N_0) r(N_pos) r(N_negint) r(N_posint)") == "72216911"
    run("label values x origin")
    assert "71 values are NOT documented" in run("inspect x")  # of the 72 only the 0 has a label
    run('gen s = "a"')
    assert "(0 unique value)" in run("inspect s")
    run("drop _all\nset obs 200\ngen z = _n")
    assert run("inspect z").split("\n")[-1] == "(More than 99 unique values)"
