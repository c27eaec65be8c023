"""recode, encode, destring, duplicates and their neighbours: by hand and by pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from driving import column, driver

from mixedcli import Session, StataError
from mixedcli.data.missing import missing_value


def small() -> Session:
    return Session(
        data=pd.DataFrame(
            {
                "x": [1.0, 2, 3, 4, np.nan, 2],
                "s": ["b", "a", "", "b", "c", "a"],
                "t": ["1", "2.5", "$3", "", "x", "1e2"],
                "n": [1.0, 10, 100, 1000, 2, 3],
            }
        )
    )


def test_recode_rules() -> None:
    s = small()
    s.run('recode x (1 2 = 10 "low") (3/max = 20 "high") (missing = 9), generate(y)')
    assert s.data["y"].tolist() == [10, 10, 20, 20, 9, 10]
    assert s.run("list y in 1/3, clean noobs").text.split() == ["y", "low", "low", "high"]
    assert "RECODE of x" in s.run("describe y").text
    text = s.run("recode x 1=2 2=1 else=0").text
    assert text == "(6 changes made to x)\n"
    assert s.data["x"].tolist() == [2, 1, 0, 0, 0, 1]


def test_recode_first_rule_holds_and_if() -> None:
    s = small()
    s.run("recode x (1/3=7) (2=8) if _n < 3, generate(y)\nrecode x (1/3=7) if _n < 3, generate(z) copyrest")
    assert s.data["y"].fillna(-1).tolist() == [7, 7, -1, -1, -1, -1]
    assert s.data["z"].fillna(-1).tolist() == [7, 7, 3, 4, -1, 2]
    s.run("recode x (nonmissing=1) (.=.a), prefix(p_)")
    assert s.data["p_x"].isna().tolist() == [False, False, False, False, True, False]
    s.run("count if p_x == .a")
    assert s.r["N"] == 1


def test_encode_decode_round_trip() -> None:
    s = small()
    s.run("encode s, generate(k)\ndecode k, generate(back)")
    assert s.data["back"].tolist() == s.data["s"].tolist()
    assert "           1 a" in s.run("label list k").text
    assert "k               long" in s.run("describe k").text
    s.run('label define own 5 "a"\nencode s, generate(m) label(own)')
    s.run("decode m, generate(b2)\ngenerate raw = m")
    assert s.data["b2"].tolist() == s.data["s"].tolist()
    assert s.data["raw"].tolist()[1] == 5


def test_destring() -> None:
    s = small()
    assert s.run("destring t, replace").text == "t: contains nonnumeric characters; no replace\n"
    text = s.run('destring t, generate(u) ignore("$") force').text
    assert text == "t: character $ removed; u generated as double\n(2 missing values generated)\n"
    assert s.data["u"].fillna(-1).tolist() == [1, 2.5, 3, -1, -1, 100]
    s.run('generate str p = string(n) + "%"\ngenerate str c = "1,5"')
    s.run("destring p, replace percent\ndestring c, replace dpcomma")
    assert s.data["p"].tolist() == pytest.approx([0.01, 0.1, 1, 10, 0.02, 0.03])
    assert s.data["c"].tolist() == [1.5] * 6
    assert s.run("destring n, replace").text == "n already numeric; no replace\n"


def test_tostring() -> None:
    s = small()
    assert s.run("tostring n, generate(a)").text == "a generated as str4\n"
    assert s.data["a"].tolist() == ["1", "10", "100", "1000", "2", "3"]
    s.run("generate f = 0.1\ntostring n, generate(z) format(%05.0f)")
    assert s.data["z"].tolist()[:2] == ["00001", "00010"]
    assert s.run("tostring f, replace").text == "f cannot be converted reversibly; no replace\n"
    s.run("tostring x, replace")
    assert s.data["x"].tolist()[4] == "."


def test_duplicates() -> None:
    s = small()
    text = s.run("duplicates report s").text
    assert s.r["unique_value"] == 4
    # stata: the table of public logs
    assert text.splitlines()[3:6] == [
        "--------------------------------------",
        "   Copies | Observations       Surplus",
        "----------+---------------------------",
    ]
    assert text.splitlines()[6] == "        1 |            2             0"
    assert text.splitlines()[7] == "        2 |            4             2"
    s.run("duplicates tag s, generate(d)")
    assert s.data["d"].tolist() == [1, 1, 0, 1, 0, 1]
    s.run("duplicates drop s, force")
    assert s.data["s"].tolist() == ["b", "a", "", "c"]
    s.run("drop d")
    assert "(0 observations are duplicates)" in s.run("duplicates drop").text


def test_isid_and_sorting() -> None:
    s = small()
    s.run("isid n, sort")
    assert s.data["n"].tolist() == [1, 2, 3, 10, 100, 1000]
    s.run("gsort -x n")
    assert s.data["x"].fillna(-1).tolist() == [4, 3, 2, 2, 1, -1]
    s.run("gsort -x, mfirst\ngsort s -n, generate(g)")
    assert s.data["s"].tolist() == ["", "a", "a", "b", "b", "c"]
    assert s.data["g"].tolist() == [1, 2, 3, 4, 5, 6]
    s.run("gsort -s")
    assert s.data["s"].tolist() == ["c", "b", "b", "a", "a", ""]


def test_expand_and_sample_marks() -> None:
    s = small()
    text = s.run("expand x, generate(copy)").text
    assert text == "(1 missing count ignored; observation not deleted)\n(7 observations created)\n"
    assert len(s.data) == 13
    assert s.data["copy"].tolist() == [0] * 6 + [1] * 7
    assert sorted(s.data["x"].dropna().tolist()) == [1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4]
    s.run('drop if copy\nexpand 2 if s == "a"')
    assert len(s.data) == 8


def test_compress_keeps_values() -> None:
    s = small()
    s.run("generate double d = n")
    before = s.data
    text = s.run("compress").text
    assert "  variable d was double now int\n  (36 bytes saved)" in text
    assert "  (" in text
    pd.testing.assert_frame_equal(s.data.astype(before.dtypes.to_dict(), errors="ignore"), before, check_dtype=False)


def test_clonevar() -> None:
    s = small()
    s.run('label variable n "count"\nformat n %8.2f\nclonevar m = n if n > 5')
    assert s.data["m"].fillna(-1).tolist() == [-1, 10, 100, 1000, -1, -1]
    assert "count" in s.run("describe m").text


@pytest.mark.parametrize(
    ("line", "rc"),
    [
        ("recode s (1=2)", 109),
        ("recode x", 198),
        ("recode x (1=2), generate(n)", 110),
        ("encode x, generate(k)", 109),
        ("encode s", 198),
        ("encode s, generate(x)", 110),
        ("decode x, generate(k)", 182),
        ("destring t", 198),
        ("duplicates drop s", 198),
        ("isid x", 459),
        ("isid s", 459),
        ("expand s", 109),
        ("gsort", 100),
        ("clonevar x = n", 110),
        ("clonevar q", 198),
    ],
)
def test_refusals(line: str, rc: int) -> None:
    s = small()
    before = s.data
    with pytest.raises(StataError) as caught:
        s.run(line)
    assert caught.value.rc == rc
    assert s.data.equals(before)


def test_copy_labels_and_float_ends() -> None:
    session, run = driver()
    run("set obs 5")
    run("generate x = _n / 10")
    run('recode x (.1/.2 = 1 "low (a)") (.3 = 3 mid) (else = copy), generate(y)')
    assert column(session, "y")[:3] == [1, 1, 3]  # .1 and .3 are rounded as the variable is
    assert [round(v, 6) for v in column(session, "y")[3:]] == [0.4, 0.5]
    assert session.data.value_labels["y"] == {1.0: "low (a)", 3.0: "mid"}
    assert run("recode x (9 = 1) (.1/.2 = 2) (.2 = 3), generate(z) test").splitlines()[:2] == [
        "(rule 1 was never invoked)",
        "(rule 3 overlaps with an earlier rule)",
    ]
    assert run("recode x (1 = max)").startswith("r(198)")


def test_recast_loses_nothing_unless_forced() -> None:
    session, run = driver()
    run("set obs 3")
    run("generate double x = _n + 0.1")
    run("generate y = _n")
    run('generate s = "abc"')
    assert run("recast int x y") == "x:  3 values would be changed; not changed"
    assert [session.data.column(n).type for n in ("x", "y")] == ["double", "int"]
    assert column(session, "y") == [1, 2, 3]
    assert run("recast byte x, force") == "x:  3 values changed"
    assert column(session, "x") == [1, 2, 3]
    run("replace y = .b in 2")
    run("sort x")
    assert run("recast double y x") == ""
    assert session.data.sorted_by == ("x",)
    assert session.data.column("y").numeric()[1] == missing_value("b")
    assert run("recast str2 s") == "s:  3 values would be changed; not changed"
    assert run("recast str9 s") == ""
    assert (session.data.column("s").type, session.data.column("s").format) == ("str9", "%9s")
    assert run("recast str3 y") == "r(109): type mismatch"
    assert run("recast float").startswith("r(100)")
    assert run("recast small y").startswith("r(198)")
