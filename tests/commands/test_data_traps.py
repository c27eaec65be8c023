"""What scripts rely on and programs most often get wrong: missing values, by groups, precision, order."""

from __future__ import annotations

import pytest
from driving import Run, column, driver

from mixedcli.session import Session


@pytest.fixture
def ages() -> tuple[Session, Run]:
    """age: 70 . 20 .a 66"""
    session, run = driver()
    run("set obs 5")
    run('generate age = real(word("70 . 20 . 66", _n))')
    run("replace age = .a in 4")
    return session, run


# ------------------------------------------------------- missing values are greater than every number


@pytest.mark.parametrize(
    "condition, rows",
    [
        ("age > 65", [1, 2, 4, 5]),
        ("age > 65 & age < .", [1, 5]),
        ("age >= .", [2, 4]),
        ("age > .", [4]),
        ("age == .", [2]),
        ("age != .", [1, 3, 4, 5]),
        ("missing(age)", [2, 4]),
        ("!missing(age)", [1, 3, 5]),
        ("age", [1, 2, 3, 4, 5]),  # missing is not zero, so it is true
        ("!age", []),
        ("inrange(age, 20, 66)", [3, 5]),
        ("inlist(age, ., 20)", [2, 3]),
        ("age < .a", [1, 2, 3, 5]),
        ("!(age > 65)", [3]),
        ("age <= 65", [3]),
    ],
)
def test_conditions(ages: tuple[Session, Run], condition: str, rows: list[int]) -> None:
    session, run = ages
    run("generate row = _n")
    run(f"keep if {condition}")
    assert column(session, "row") == rows


@pytest.mark.parametrize(
    "expression, values",
    [
        ("age + 1", [71, ".", 21, ".", 67]),
        ("age > 65", [1, 1, 0, 1, 1]),
        ("cond(age > 65, 1, 0)", [1, 1, 0, 1, 1]),
        ("cond(age, 1, 0)", [1, 1, 1, 1, 1]),
        ("max(age, 30)", [70, 30, 30, 30, 66]),  # max() and min() leave missing values out
        ("min(age, 30)", [30, 30, 20, 30, 30]),
        ("sum(age)", [70, 70, 90, 90, 156]),  # a running sum takes them as 0
        ("age == age[2]", [0, 1, 0, 0, 0]),
        ("age[_n-1]", [".", 70, ".", 20, "."]),
        ("age[0]", ["."] * 5),
        ("age[6]", ["."] * 5),
        ("1 / 0", ["."] * 5),
        ("ln(age - 70)", ["."] * 5),
    ],
)
def test_expressions(ages: tuple[Session, Run], expression: str, values: list[object]) -> None:
    session, run = ages
    told = run(f"generate v = {expression}")
    assert column(session, "v") == values
    gaps = values.count(".")
    noun = "value" if gaps == 1 else "values"
    assert told == (f"({gaps} missing {noun} generated)" if gaps else "")


def test_extended_missing_values_stay_what_they_are(ages: tuple[Session, Run]) -> None:
    _, run = ages
    run("generate copy = age")
    run("generate sum = age + 1")
    assert run("count if copy == .a").strip() == "1"
    assert run("count if sum == .").strip() == "2"  # arithmetic gives "."
    run('label define L 20 "young" .a "refused"')
    run("label values age L")
    assert [line.split()[2] for line in run("list age, noheader").splitlines() if "." in line] == [
        "70", ".", "young", "refused", "66"
    ]  # fmt: skip
    run("sort age")
    assert run("list age in l, nolabel clean noheader noobs").split() == [".a"]


def test_statistics_leave_missing_values_out(ages: tuple[Session, Run]) -> None:
    session, run = ages
    for name in ("mean", "total", "count", "max", "sd"):
        run(f"egen {name} = {name}(age)")
    assert column(session, "mean") == [52] * 5
    assert column(session, "total") == [156] * 5
    assert column(session, "count") == [3] * 5
    assert column(session, "max") == [70] * 5
    run("egen r = rank(age)")
    assert column(session, "r") == [3, ".", 1, ".", 2]
    run("replace age = .")
    run("egen none = total(age)")
    run("egen nothing = total(age), missing")
    assert column(session, "none") == [0] * 5
    assert column(session, "nothing") == ["."] * 5
    run("collapse (sum) s=age (mean) m=age (count) n=age")
    assert (column(session, "s"), column(session, "m"), column(session, "n")) == ([0], ["."], [0])


def test_dropping_above_drops_missing_values_too(ages: tuple[Session, Run]) -> None:
    _, run = ages
    assert run("drop if age > 65") == "(4 observations deleted)"


def test_an_empty_string_is_missing() -> None:
    session, run = driver()
    run("set obs 3")
    assert run('generate s = word("a b", _n)') == "(1 missing value generated)"
    assert run("count if missing(s)").strip() == "1"
    run("egen g = group(s)")
    assert column(session, "g") == [1, 2, "."]


# ------------------------------------------------------- by


@pytest.fixture
def panel() -> tuple[Session, Run]:
    """g: 2 1 2 1 3, t: 2 1 1 2 1, row 1 to 5"""
    session, run = driver()
    run("set obs 5")
    for name, values in {"g": "2 1 2 1 3", "t": "2 1 1 2 1"}.items():
        run(f'generate {name} = real(word("{values}", _n))')
    run("generate row = _n")
    return session, run


def test_by_counts_within_groups(panel: tuple[Session, Run]) -> None:
    session, run = panel
    assert run("by g: generate n = _n") == "r(5): not sorted"
    run("bysort g (t): generate n = _n")
    assert column(session, "row") == [2, 4, 3, 1, 5]  # sorted by g and t from now on
    assert session.data.sorted_by == ("g", "t")
    run("by g: generate total = _N")
    run("by g: generate first = row[1]")
    run("by g: generate last = row[_N]")
    run("by g: generate before = row[_n-1]")
    run("by g: generate running = sum(row)")
    assert column(session, "n") == [1, 2, 1, 2, 1]
    assert column(session, "total") == [2, 2, 2, 2, 1]
    assert column(session, "first") == [2, 2, 3, 3, 5]
    assert column(session, "last") == [4, 4, 1, 1, 5]
    assert column(session, "before") == [".", 2, ".", 3, "."]
    assert column(session, "running") == [2, 6, 3, 4, 5]
    run("generate all = _N")
    assert column(session, "all") == [5] * 5  # the whole data without by


def test_forms_of_the_prefix(panel: tuple[Session, Run]) -> None:
    session, run = panel
    run("by g, sort: egen m = mean(row)")
    assert column(session, "m") == [3, 3, 2, 2, 5]
    run("by g (t), sort: generate k = _n")
    run("bys g: keep if _n == _N")
    assert column(session, "row") == [4, 1, 5]
    assert run("bysort g: replace row = row + 1").startswith("(3 real changes made)")
    assert run("by g t: generate q = 1") == ""  # sorted by g and t still


def test_sort_is_stable_and_replace_breaks_the_order(panel: tuple[Session, Run]) -> None:
    session, run = panel
    run("sort g")
    assert column(session, "row") == [2, 4, 1, 3, 5]
    run("replace g = 9 in 1")
    assert session.data.sorted_by == ()
    assert run("by g: generate n = _n") == "r(5): not sorted"


def test_missing_values_are_a_group(panel: tuple[Session, Run]) -> None:
    session, run = panel
    run("replace g = . if g == 3")
    run("replace g = .a in 1")
    run("bysort g: generate n = _N")
    assert column(session, "n") == [2, 2, 1, 1, 1]
    run("egen id = group(g)")
    assert column(session, "id") == [1, 1, 2, ".", "."]
    run("egen whole = group(g), missing")
    assert column(session, "whole") == [1, 1, 2, 3, 4]


def test_tag_marks_the_first_in_the_data(panel: tuple[Session, Run]) -> None:
    session, run = panel
    run("egen one = tag(g)")
    assert column(session, "one") == [1, 1, 0, 0, 1]


def test_replace_sees_what_it_changed(panel: tuple[Session, Run]) -> None:
    session, run = panel
    run("replace row = row[_n-1] + 10 if _n > 1")
    assert column(session, "row") == [1, 11, 21, 31, 41]


# ------------------------------------------------------- precision and types


def test_float_is_not_double() -> None:
    session, run = driver()
    run("set obs 2")
    run("generate x = 1.1")
    run("generate double y = 1.1")
    assert run("count if x == 1.1").strip() == "0"
    assert run("count if x == float(1.1)").strip() == "2"
    assert run("count if y == 1.1").strip() == "2"
    run("generate big = 16777217")
    assert column(session, "big") == [16777216] * 2
    run("generate long id = 16777217")
    assert column(session, "id") == [16777217] * 2
    run("set type double")
    run("generate z = 1.1")
    assert session.data.column("z").type == "double"


def test_whole_types_cut_and_overflow() -> None:
    session, run = driver()
    run("set obs 1")
    run("generate byte b = -2.9")
    assert run("generate byte c = 101") == "(1 missing value generated)"
    assert column(session, "b") == [-2]
    assert run("replace b = 101") == "variable b was byte now int\n(1 real change made)"
    assert run("replace b = 0.5").startswith("variable b was int now float")
    run("generate int i = 1")
    assert run("replace i = 40000").startswith("variable i was int now long")
    assert run("replace i = 2147483621").startswith("variable i was long now double")
    run("generate long l = 1")
    assert run("replace l = 0.5").startswith("variable l was long now double")
    run("generate byte n = 1")
    assert run("replace n = 300, nopromote") == "(1 real change made, 1 to missing)"
    run('generate str2 s = "abcd"')
    assert column(session, "s") == ["ab"]
    assert run('replace s = "abcd"') == "variable s was str2 now str4\n(1 real change made)"
    assert run('replace s = "abcd"') == "(0 real changes made)"


def test_a_path_with_backslashes_before_a_macro(tmp_path: object) -> None:
    session, run = driver()
    run("set obs 1")
    run("generate x = 7")
    run(f"global dir {tmp_path}")
    assert run('save "$dir/a"').startswith("file ")
    run("clear")
    run('use "$dir\\a.dta"')
    assert column(session, "x") == [7]
