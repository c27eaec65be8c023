"""generate and replace: types, messages and return codes as in Stata's logs and manual ([D] generate)."""

from __future__ import annotations

import numpy as np
import pytest
from driving import column, driver
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.data.dataset import Column, Dataset, TimeSettings
from mixedcli.data.missing import SYSMISS


def numbered(n: int = 4) -> Dataset:
    return Dataset().with_columns([Column("x", "byte", np.arange(1, n + 1, dtype=np.int8), "%8.0g")])


def kept(session) -> list[tuple[str, str]]:
    return [(c.name, c.type) for c in session.data.columns.values()]


def test_default_type_is_float_rounded():
    session, run = driver(numbered())
    assert run("generate y = x/10") == ""
    assert session.data.columns["y"].type == "float"
    assert session.data.columns["y"].format == "%9.0g"
    assert column(session, "y")[0] == float(np.float32(0.1))
    assert run("count if y == .1") == "  0"
    assert run("count if y == float(.1)") == "  1"


def test_types():
    session, run = driver(numbered())
    run("gen byte b = x + .7")
    assert column(session, "b") == [1, 2, 3, 4]  # fractions are cut off
    assert run("gen byte big = 99 + x") == "(3 missing values generated)"
    assert column(session, "big") == [100, ".", ".", "."]
    assert run("gen int huge = 40000") == "(4 missing values generated)"
    run("gen double d = x/10")
    assert column(session, "d")[0] == 0.1
    run('gen s = "ab" * x')
    assert session.data.columns["s"].type == "str8"
    assert session.data.columns["s"].format == "%9s"
    run("gen str3 short = s")
    assert column(session, "short") == ["ab", "aba", "aba", "aba"]
    run('gen str auto = "été"')
    assert session.data.columns["auto"].type == "str5"
    assert run("gen str4 wrong = x") == "r(109): type mismatch"
    assert run('gen byte wrong = "a"') == "r(109): type mismatch"
    assert run("gen float f = 1e38 * x * 2") == "(4 missing values generated)"


def test_if_and_in_leave_the_rest_missing():
    session, run = driver(numbered())
    assert run("gen y = x if x > 1") == "(1 missing value generated)"
    assert run('gen s = "a" in 2/3') == "(2 missing values generated)"
    assert column(session, "s") == ["", "a", "a", ""]
    assert run("gen lag = x[_n-1] if x > 2") == "(2 missing values generated)"
    assert column(session, "lag") == [".", ".", 2, 3]


def test_counts_have_thousands_separators():
    _, run = driver(Dataset(n=1234))
    assert run("gen y = .") == "(1,234 missing values generated)"
    assert run("replace y = 0") == "(1,234 real changes made)"
    assert run("count") == "  1,234"


def test_missing_codes_are_kept():
    _session, run = driver(numbered(2))
    run("gen y = .b")
    assert run("count if y == .b") == "  2"
    run("gen byte z = cond(x == 1, .c, 5)")
    assert run("count if z == .c") == "  1"


def test_value_label_and_place():
    session, run = driver(numbered())
    run("gen byte y:yesno = x > 2, before(x)")
    assert session.data.names == ("y", "x")
    assert session.data.columns["y"].value_label == "yesno"
    run("gen z = 1, after(y)")
    assert session.data.names == ("y", "z", "x")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("gen x = 1", "r(110): variable x already defined"),
        ("gen y = nope", "r(111): nope not found"),
        ("gen y = foo(1)", "r(133): unknown function foo()"),
        ('gen y = x + "a"', "r(109): type mismatch"),
        ("gen y = x in 9", "r(198): observation numbers out of range"),
        ("replace nope = 1", "r(111): variable nope not found"),
        ('replace x = "a"', "r(109): type mismatch"),
        ("replace x = 1 if nope", "r(111): nope not found"),
    ],
)
def test_failures_leave_the_data_alone(text, answer):
    session, run = driver(numbered())
    before = session.data
    assert run(text) == answer
    assert session.data is before


def test_replace_counts_changes():
    _session, run = driver(numbered())
    assert run("replace x = 1") == "(3 real changes made)"
    assert run("replace x = 1") == "(0 real changes made)"
    assert run("replace x = . in 1") == "(1 real change made, 1 to missing)"
    assert run("replace x = .a in 1/2") == "(2 real changes made, 2 to missing)"
    assert run("replace x = 0 if x >= .") == "(2 real changes made)"
    run('gen s = "a"')
    assert run('replace s = "" in 2') == "(1 real change made, 1 to missing)"


def test_replace_promotes():
    """byte -> int -> long -> double for whole numbers; a fraction makes byte and int float, long double."""
    session, run = driver(numbered())
    assert run("replace x = x + 1959") == "variable x was byte now int\n(4 real changes made)"
    assert run("replace x = 32741 in 1") == "variable x was int now long\n(1 real change made)"
    assert run("replace x = 2147483621 in 1") == "variable x was long now double\n(1 real change made)"
    assert session.data.columns["x"].format == "%10.0g"
    run("gen int i = 1")
    assert run("replace i = i/2") == "variable i was int now float\n(4 real changes made)"
    run("gen long k = 1")
    assert run("replace k = .5 in 1") == "variable k was long now double\n(1 real change made)"
    run('gen s = "abc"')
    assert run('replace s = "merchandise trade" in 1') == "variable s was str3 now str17\n(1 real change made)"
    assert column(session, "k") == [0.5, 1, 1, 1]


def test_nopromote_keeps_the_type():
    session, run = driver(numbered())
    assert run("replace x = 1000 in 1, nopromote") == "(1 real change made, 1 to missing)"
    assert session.data.columns["x"].type == "byte"


def test_floats_are_not_promoted_for_precision():
    session, run = driver(numbered())
    run("gen f = 1")
    assert run("replace f = 16777217 in 1") == "(1 real change made)"
    assert session.data.columns["f"].type == "float"
    assert column(session, "f")[0] == 16777216


def test_a_display_format_of_ones_own_survives_promotion():
    session, run = driver(Dataset().with_columns([Column("x", "byte", np.ones(1, dtype=np.int8), "%5.1f")]))
    run("replace x = 500")
    assert session.data.columns["x"].format == "%5.1f"


def test_sort_order_is_lost_only_when_values_change():
    session, run = driver(numbered())
    run("sort x")
    run("replace x = x")
    assert session.data.sorted_by == ("x",)
    run("replace x = 9 in 1")
    assert session.data.sorted_by == ()


def test_replace_carries_forward():
    session, run = driver(Dataset().with_columns([Column("y", "double", np.array([1, SYSMISS, SYSMISS, 4, SYSMISS]))]))
    assert run("replace y = y[_n-1] if missing(y)") == "(3 real changes made)"
    assert column(session, "y") == [1, 1, 1, 4, 4]


def test_replace_sees_later_rows_unchanged():
    session, run = driver(numbered())
    run("replace x = x[_n+1]")
    assert column(session, "x") == [2, 3, 4, "."]


def test_replace_with_its_own_lag_operator():
    data = numbered(4).with_columns([Column("t", "byte", np.arange(1, 5, dtype=np.int8))])
    session, run = driver(Dataset(data.columns, data.n, settings=TimeSettings(time="t")))
    run("replace x = L.x + 10 if t > 1")
    assert column(session, "x") == [1, 11, 21, 31]
    run("replace x = F.x + 1")  # later rows are still as they were
    assert column(session, "x") == [12, 22, 32, "."]
    run("replace x = D.x")
    assert column(session, "x") == [".", ".", ".", "."]


def _one_after_the_other(y, rule):
    y = list(y)
    for i in range(len(y)):
        y[i] = rule(y, i)
    return y


@settings(deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=12))
def test_replace_goes_row_by_row(values):
    data = Dataset().with_columns([Column("y", "double", np.array(values, dtype=float))])
    session, run = driver(data)
    run("replace y = y[_n-1]/2 + y[_n+1] if _n > 1 & _n < _N")
    expected = _one_after_the_other(values, lambda y, i: y[i - 1] / 2 + y[i + 1] if 0 < i < len(values) - 1 else y[i])
    assert column(session, "y") == expected


def test_long_chains_of_dependence():
    session, run = driver(Dataset(n=300))
    run("gen long y = 1")
    run("replace y = y[_n-1] + 1 in 2/l")
    assert column(session, "y") == list(range(1, 301))


def test_random_numbers_go_on_and_start_again():
    session, run = driver(Dataset(n=3))
    run("set seed 7")
    run("gen a = runiform()")
    run("gen b = runiform()")
    run("set seed 7")
    run("gen c = runiform()")
    assert column(session, "a") == column(session, "c")
    assert column(session, "a") != column(session, "b")
    run("set seed 7")
    run("gen bad = runiform() + nope")
    run("gen d = runiform()")
    assert column(session, "d") == column(session, "a")


def test_generate_into_an_empty_data_set():
    session, run = driver()
    run("gen x = 1")
    assert session.data.names == ("x",)
    assert session.data.n == 0
