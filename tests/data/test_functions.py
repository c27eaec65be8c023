"""Functions of expressions: expected values from Stata's documentation, calendars, tables and exact formulas."""

from __future__ import annotations

import datetime as dt
import importlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.expression import Context, evaluate
from mixedcli.data.functions import _MODULES, call, find
from mixedcli.data.missing import SYSMISS, missing_value
from mixedcli.data.stream import RandomStream
from mixedcli.errors import StataError, TypeMismatch
from mixedcli.parse import parse_expr


def value(text: str, data: Dataset | None = None):
    out = evaluate(parse_expr(text), Context(data or Dataset()))
    if isinstance(out, np.ndarray):
        return ["." if isinstance(v, float) and v >= SYSMISS else v for v in out.tolist()]
    return "." if isinstance(out, float) and out == SYSMISS else out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abs(-3)", 3.0),
        ("float(1e300)", "."),
        ("float(-1e300)", "."),
        ("float(.1) == .1", 0.0),
        ("int(5.8)", 5.0),
        ("int(-5.8)", -5.0),
        ("floor(-5.2)", -6.0),
        ("ceil(5.2)", 6.0),
        # [FN] round(): its own examples
        ("round(5.2,1)", 5.0),
        ("round(-4.8,1)", -5.0),
        ("round(28,5)", 30.0),
        ("round(sqrt(2),.01)", 1.41),
        ("round(7.3,0)", 7.3),
        ("round(2.5)", 3.0),
        ("mod(7,3)", 1.0),
        ("mod(-1,3)", 2.0),
        ("mod(1,0)", "."),
        ("sqrt(-1)", "."),
        ("ln(0)", "."),
        ("log(-1)", "."),
        ("exp(800)", "."),
        ("ln(exp(1))", 1.0),
        ("log10(1000)", 3.0),
        ("sign(-3)", -1.0),
        ("max(1,.,3)", 3.0),
        ("min(.,2,7)", 2.0),
        ("max(.,.)", "."),
        ("max(.a,.)", "."),
        ("cond(., 1, 2)", 1.0),
        ("cond(., 1, 2, 3)", 3.0),
        ("cond(0, 1, 2, 3)", 2.0),
        ('cond(1, "a", "b")', "a"),
        ("inlist(3, 1, 2, 3)", 1.0),
        ("inlist(., 1, .)", 1.0),
        ('inlist("b", "a", "c")', 0.0),
        ("inrange(5, 1, 10)", 1.0),
        ("inrange(., 1, 10)", 0.0),
        ("inrange(5, ., 10)", 1.0),
        ("inrange(5, 1, .)", 1.0),
        ("inrange(50, 1, 10)", 0.0),
        ('inrange("b", "a", "c")', 1.0),
        ("missing(.a)", 1.0),
        ('missing(1, "")', 1.0),
        ("mi(1, 2)", 0.0),
        ("comb(5, 2)", 10.0),
        ("comb(5, 2.5)", "."),
        ("exp(lnfactorial(5))", 120.0),
        ("exp(lngamma(6))", 120.0),
        ("digamma(1)", -0.5772156649015329),
        ("logit(.5)", 0.0),
        ("logit(1)", "."),
        ("invlogit(0)", 0.5),
        ("invlogit(-800)", 0.0),
        ("clip(5, 1, 3)", 3.0),
        ("recode(7, 5, 10, 15)", 10.0),
        ("irecode(7, 5, 10, 15)", 1.0),
        ("autocode(7, 2, 0, 10)", 10.0),
    ],
)
def test_math(text, expected):
    out = value(text)
    assert out == (pytest.approx(expected, rel=1e-12, abs=1e-300) if isinstance(expected, float) else expected)


def test_missing_codes_pass_through_the_functions_that_keep_them():
    for name in ("abs", "int", "floor", "ceil", "round", "float"):
        assert evaluate(parse_expr(f"{name}(.b)"), Context(Dataset())) == missing_value("b"), name
    assert evaluate(parse_expr("sqrt(.b)"), Context(Dataset())) == SYSMISS
    assert evaluate(parse_expr("cond(1, .b, 0)"), Context(Dataset())) == missing_value("b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("normal(1.959963984540054)", 0.975),
        ("invnormal(.975)", 1.959963984540054),
        ("normalden(0)", 1 / math.sqrt(2 * math.pi)),
        ("normalden(0, 2)", 0.5 / math.sqrt(2 * math.pi)),
        ("normalden(3, 1, 2)", 0.5 * math.exp(-0.5) / math.sqrt(2 * math.pi)),
        # closed forms: chi2 with 2 df, F with 2 numerator df, t with 1 df (Cauchy)
        ("chi2tail(2, 3)", math.exp(-1.5)),
        ("chi2(2, 3)", 1 - math.exp(-1.5)),
        ("chi2tail(1, 3.841458820694124)", 0.05),
        ("chi2tail(4, 3)", math.exp(-1.5) * 2.5),
        ("chi2(3, -1)", 0.0),
        ("invchi2tail(2, .05)", -2 * math.log(0.05)),
        ("invchi2(2, .95)", -2 * math.log(0.05)),
        ("Ftail(2, 8, 3)", (1 + 2 * 3 / 8) ** -4),
        ("F(2, 8, 3)", 1 - (1 + 2 * 3 / 8) ** -4),
        ("invFtail(2, 8, .05)", 4 * (0.05 ** (-1 / 4) - 1)),
        ("ttail(1, 1)", 0.25),
        ("t(1, 1)", 0.75),
        ("invttail(1, .25)", 1.0),
        ("tden(1, 0)", 1 / math.pi),
        ("binomial(3, 1, .5)", 0.5),
        ("binomialtail(3, 2, .5)", 0.5),
        ("binomialp(3, 1, .5)", 0.375),
        ("poissonp(2, 0)", math.exp(-2)),
        ("poisson(2, 1)", 3 * math.exp(-2)),
        ("poissontail(2, 1)", 1 - math.exp(-2)),
        ("betaden(2, 1, .25)", 0.5),
        ("gammaden(1, 2, 0, 2)", 0.5 * math.exp(-1)),
        ("gammap(1, 2)", 1 - math.exp(-2)),
        ("ibeta(2, 1, .5)", 0.25),
        ("exponential(2, 2)", 1 - math.exp(-1)),
        ("normal(.)", "."),
        ("chi2tail(., 2)", "."),
    ],
)
def test_distributions(text, expected):
    out = value(text)
    assert out == (pytest.approx(expected, rel=1e-10) if isinstance(expected, float) else expected)


def test_normal_is_the_same_for_few_and_many_values():
    z = np.linspace(-9, 9, 4001)
    many = Dataset().with_columns([Column("z", "double", z)])
    few = Dataset().with_columns([Column("z", "double", z[:100])])
    assert value("normal(z)", few) == pytest.approx(value("normal(z)", many)[:100], rel=1e-13)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('strlen("été")', 5.0),  # bytes
        ('ustrlen("été")', 3.0),
        ('substr("abcdef", 2, 3)', "bcd"),
        ('substr("abcdef", -3, 2)', "de"),
        ('substr("abcdef", 2, .)', "bcdef"),
        ('substr("abcdef", 2, 0)', ""),
        ('substr("abcdef", 0, 2)', ""),
        ('substr("abcdef", 9, 2)', ""),
        ('substr("abcdef", 4, 9)', "def"),
        ('strpos("this", "is")', 3.0),
        ('strpos("this", "it")', 0.0),
        ('strrpos("this is", "is")', 6.0),
        ('upper("Été a")', "ÉTé A"),  # only a-z change
        ('lower("ABC")', "abc"),
        ('proper("mR. joHn a. sMitH")', "Mr. John A. Smith"),
        ('trim("  a b ")', "a b"),
        ('ltrim("  a ")', "a "),
        ('rtrim("  a ")', "  a"),
        ('itrim("a   b  c")', "a b c"),
        ('subinstr("this is the day", "is", "X", 1)', "thX is the day"),
        ('subinstr("this is the day", "is", "X", .)', "thX X the day"),
        ('subinword("this is the day", "is", "X", .)', "this X the day"),
        ('subinword("is is", "is", "X", 1)', "X is"),
        ('subinword("is is", "is", "X", 0)', "is is"),
        ('subinstr("aaa", "a", "b", 2)', "bba"),
        ('subinstr("aaa", "a", "b", 0)', "aaa"),
        ('word("one two three", 2)', "two"),
        ('word("one two three", -1)', "three"),
        ('word("one", 5)', ""),
        ('wordcount("one two  three")', 3.0),
        ('regexm("ab12", "[0-9]+")', 1.0),
        ('regexm("ab", "^[0-9]")', 0.0),
        ('regexr("ab12cd34", "[0-9]+", "-")', "ab-cd34"),
        ('ustrregexra("a1b2", "[0-9]", "")', "ab"),
        ('strmatch("17.4", "1?.4")', 1.0),
        ('strmatch("abc", "a*")', 1.0),
        ('strmatch("abc", "b*")', 0.0),
        ("char(97)", "a"),
        ('reverse("abc")', "cba"),
        ('plural(1, "horse")', "horse"),
        ('plural(2, "horse")', "horses"),
        ('plural(2, "glass", "glasses")', "glasses"),
        ('plural(2, "glass", "+es")', "glasses"),
        ('real("5.2") + 1', 6.2),
        ('real("hello")', "."),
        ('real(" 1e3 ")', 1000.0),
        ("string(4) + string(5)", "45"),
        ('string(3.14159, "%5.2f")', "3.14"),
        ("string(.a)", ".a"),
        ('strofreal(1234567, "%12.0fc")', "1,234,567"),
        ('soundex("Robert")', "R163"),
        ('soundex("Ashcraft")', "A226"),  # [FN] soundex(): its own example
        ('soundex_nara("Ashcraft")', "A261"),
        ('"" == trim("  ")', 1.0),
    ],
)
def test_strings(text, expected):
    assert value(text) == expected


def test_string_functions_work_on_rows():
    names = np.empty(3, dtype=object)
    names[:] = ["a b", "", "x y z"]
    data = Dataset().with_columns(
        [Column("s", "str9", names), Column("k", "byte", np.array([1, 2, 101], dtype=np.int8))]
    )
    assert value("wordcount(s)", data) == [2.0, 0.0, 3.0]
    assert value("word(s, k)", data) == ["a", "", ""]
    assert value('upper(s) + "!"', data) == ["A B!", "!", "X Y Z!"]
    assert value("string(k)", data) == ["1", "2", "."]
    assert value("upper(s)", data.rows(np.zeros(3, dtype=bool))) == []
    with pytest.raises(TypeMismatch):
        value("upper(k)", data)


def test_string_functions_on_many_rows_with_and_without_repeats():
    for distinct in (3, 5000):
        names = np.empty(5000, dtype=object)
        names[:] = [f"n{k % distinct}" for k in range(5000)]
        data = Dataset().with_columns([Column("s", "str5", names)])
        assert value("upper(s)", data) == [f"N{k % distinct}" for k in range(5000)]
        assert value("strlen(s)", data) == [1.0 + len(str(k % distinct)) for k in range(5000)]


@settings(deadline=None)
@given(st.dates(min_value=dt.date(1000, 1, 1), max_value=dt.date(9999, 12, 31)))
def test_dates_agree_with_the_calendar(day):
    number = float((day - dt.date(1960, 1, 1)).days)
    got = {name: value(f"{name}({number})") for name in ("year", "month", "day", "dow", "doy", "quarter")}
    assert got == {
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "dow": day.isoweekday() % 7,
        "doy": day.timetuple().tm_yday,
        "quarter": (day.month + 2) // 3,
    }
    assert value(f"mdy({day.month}, {day.day}, {day.year})") == number
    assert value(f'date("{day.day}/{day.month}/{day.year}", "DMY")') == number
    assert value(f"dofm(mofd({number}))") == (day.replace(day=1) - dt.date(1960, 1, 1)).days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mdy(2, 29, 2023)", "."),
        ("mdy(2, 29, 2024)", 23435.0),
        ("mdy(13, 1, 2000)", "."),
        ('date("1960 jan 2", "YMD")', 1.0),
        ('date("January 5, 1960", "MDY")', 4.0),
        ('date("5-1-60", "DM19Y")', 4.0),
        ('date("5-1-60", "DMY", 1999)', 4.0),
        ('date("5-1-60", "DMY")', "."),
        ('date("19600105", "YMD")', 4.0),
        ('date("nonsense", "DMY")', "."),
        ("ym(1960, 2)", 1.0),
        ("yq(1961, 1)", 4.0),
        ("dofq(1)", 91.0),
        ("dofy(1961)", 366.0),
        ("week(0)", 1.0),
        ("dofc(86400000)", 1.0),
        ("hours(7200000)", 2.0),
        ("year(.)", "."),
    ],
)
def test_date_functions(text, expected):
    assert value(text) == expected


def test_running_sum_takes_missing_as_zero():
    data = Dataset().with_columns([Column("x", "double", np.array([1.0, SYSMISS, 2.0]))])
    assert value("sum(x)", data) == [1.0, 1.0, 3.0]
    assert value("sum(2)", data) == 2.0 or value("sum(2 + 0*_n)", data) == [2.0, 4.0, 6.0]


def test_random_numbers_follow_the_seed_and_their_distribution():
    data = Dataset(n=20000)

    def draw(text: str, seed: int):
        return evaluate(parse_expr(text), Context(data, random=RandomStream(seed)))

    assert (draw("runiform()", 5) == draw("runiform()", 5)).all()
    assert (draw("runiform()", 5) != draw("runiform()", 6)).any()
    u = draw("runiform(2, 4)", 1)
    assert u.min() >= 2 and u.max() <= 4 and abs(u.mean() - 3) < 0.02
    k = draw("runiformint(1, 6)", 1)
    assert set(k.tolist()) == {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}
    z = draw("rnormal(10, 2)", 1)
    assert abs(z.mean() - 10) < 0.08 and abs(z.std() - 2) < 0.06
    b = draw("rbinomial(10, .3)", 1)
    assert abs(b.mean() - 3) < 0.06 and b.max() <= 10
    assert (draw("rbinomial(10, 2)", 1) == SYSMISS).all()
    assert (draw("rnormal(., 1)", 1) == SYSMISS).all()
    assert abs(draw("rpoisson(4)", 1).mean() - 4) < 0.08


def test_the_stream_goes_on_from_its_next_seed():
    stream = RandomStream(42)
    assert not stream.used
    assert stream.next_seed() == 42
    stream.generator.random(3)
    assert stream.next_seed() != 42


@pytest.mark.parametrize("module", _MODULES)
def test_every_row_of_a_table_survives_missing_arguments(module):
    """Each function answers with "." or a value, never with an exception, when its numbers are missing."""
    for name, row in importlib.import_module(f"mixedcli.data.{module}").TABLE.items():
        if "s" in row.kinds:
            continue
        arguments = ", ".join("." for _ in row.kinds)
        value(f"{name}({arguments})", Dataset(n=1))
        assert find(name) is row or name in ("norm",), name


ODD_NUMBERS = [0.0, 1.0, -1.0, 2.5, 1e-300, 1e16, -1e300, 8e307, SYSMISS, missing_value("z"), 32.0, 0.5]
ODD_TEXTS = ["", " ", "abc def", "été \U0001f600", "%9.2f", "1/2/1999", "DMY", "##Y", "a.b*", '"', "\\1", "12", "²³"]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_argument_makes_a_function_fail_with_anything_but_an_error_of_ours(data):
    module = data.draw(st.sampled_from(_MODULES))
    table = importlib.import_module(f"mixedcli.data.{module}").TABLE
    row = table[data.draw(st.sampled_from(sorted(table)))]
    kinds = row.kinds[: data.draw(st.integers(max(row.least, 0), len(row.kinds)))] if row.least >= 0 else row.kinds
    odd = {"n": st.sampled_from(ODD_NUMBERS), "s": st.sampled_from(ODD_TEXTS)}
    odd["a"] = odd["n"]
    single = [data.draw(odd[kind]) for kind in kinds]
    columns = []
    for kind, first in zip(kinds, single, strict=True):
        column = np.empty(2, dtype=object if kind == "s" else float)
        column[:] = [first, data.draw(odd[kind])]
        columns.append(column)
    try:
        scalar = call(row, single, 2, RandomStream(1))
        rows = call(row, columns, 2, RandomStream(1))
    except StataError:
        return
    if row.style != "random" and isinstance(rows, np.ndarray):
        # a column gives row by row what single values give
        one = scalar[0] if isinstance(scalar, np.ndarray) else scalar
        assert rows[0] == one or (isinstance(one, float) and rows[0] == pytest.approx(one, rel=1e-12))
    if isinstance(scalar, float):
        assert not math.isnan(scalar) and not math.isinf(scalar)
