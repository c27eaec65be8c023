"""Functions of moments, the calendar, further distributions, Unicode, files; values from calendars and closed forms."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_functions import value

from mixedcli.data.dataset import Column, Dataset, TimeSettings
from mixedcli.data.expression import Context, evaluate
from mixedcli.data.stream import RandomStream
from mixedcli.errors import StataError
from mixedcli.parse import parse_expr


def days(year: int, month: int, day: int) -> float:
    return float((dt.date(year, month, day) - dt.date(1960, 1, 1)).days)


def ms(*moment: int) -> float:
    return float((dt.datetime(*moment) - dt.datetime(1960, 1, 1)) // dt.timedelta(milliseconds=1))


MOMENTS = [
    ("td(1jan1960)", 0.0),
    ("td(15-3-2020)", days(2020, 3, 15)),
    ("tm(1960m2)", 1.0),
    ("tq(1961q2)", 5.0),
    ("tw(1960w52)", 51.0),
    ("th(1961h2)", 3.0),
    ("ty(2003)", 2003.0),
    ("tc(1jan1960 00:00:01)", 1000.0),
    ("tc(2mar2020 13:45)", ms(2020, 3, 2, 13, 45)),
    ('clock("15jan2020 10:30:15", "DMYhms")', ms(2020, 1, 15, 10, 30, 15)),
    ('clock("2020-01-15 10:30:15.25", "YMDhms")', ms(2020, 1, 15, 10, 30, 15) + 250),
    ('clock("1/15/2020 4:05 pm", "MDYhm")', ms(2020, 1, 15, 16, 5)),
    ('clock("1/15/2020 12:05 a.m.", "MDYhm")', ms(2020, 1, 15, 0, 5)),
    ('clock("20200115 103015", "YMDhms")', ms(2020, 1, 15, 10, 30, 15)),
    ('clock("20200115103015", "YMDhms")', ms(2020, 1, 15, 10, 30, 15)),
    ('clock("Fri Aug 6 13:20:00 2010", "#MDhmsY")', ms(2010, 8, 6, 13, 20)),
    ('clock("1/15/20 10:30", "MD20Yhm")', ms(2020, 1, 15, 10, 30)),
    ('clock("1/15/99 10:30", "MDYhm", 2010)', ms(1999, 1, 15, 10, 30)),
    ('clock("1jan2020 25:00", "DMYhm")', "."),
    ('clock("nothing", "DMYhms")', "."),
    ('clock("1jan2020 1:00 rest", "DMYhm")', "."),
    ('date("2020-01-15T10:30", "YMD##")', days(2020, 1, 15)),
    ('date("31feb2020", "DMY")', "."),
    ('date("15jan2020", "dmy")', days(2020, 1, 15)),
    ('monthly("2010m3", "YM")', 602.0),
    ('monthly("Mar 2010", "MY")', 602.0),
    ('monthly("3/10", "M20Y")', 602.0),
    ('quarterly("2010q3", "YQ")', 202.0),
    ('weekly("2010w5", "YW")', 2604.0),
    ('halfyearly("2010h2", "YH")', 101.0),
    ('yearly("1999", "Y")', 1999.0),
    ('quarterly("2010q5", "YQ")', "."),
    ("dhms(0, 1, 2, 3.5)", 3723500.0),
    ("mdyhms(3, 2, 2020, 13, 45, 0)", ms(2020, 3, 2, 13, 45)),
    ("dhms(0, 24, 0, 0)", "."),
    # 27 leap seconds up to 2017, nine of them before 1980 (IERS)
    ("Cofc(tc(1jan2020 00:00)) - tc(1jan2020 00:00)", 27000.0),
    ("Cofc(tc(1jan1980 00:00)) - tc(1jan1980 00:00)", 9000.0),
    ("cofC(Cofc(tc(1jul2000 12:30))) - tc(1jul2000 12:30)", 0.0),
    ('Clock("1jan1980 00:00", "DMYhm") - tc(1jan1980 00:00)', 9000.0),
    ("dofC(tC(5may2005 10:00))", days(2005, 5, 5)),
    ("hhC(tC(5may2005 10:20:30)) + mmC(tC(5may2005 10:20:30)) + ssC(tC(5may2005 10:20:30))", 60.0),
    ("isleapsecond(tC(1jan2017 00:00) - 500)", 1.0),
    ("isleapsecond(tC(1jan2017 00:00))", 0.0),
]


@pytest.mark.parametrize(("text", "expected"), MOMENTS, ids=[text for text, _ in MOMENTS])
def test_moments(text, expected):
    assert value(text) == expected


CALENDAR = [
    ("age(td(15mar2000), td(14mar2020))", 19.0),
    ("age(td(15mar2000), td(15mar2020))", 20.0),
    ("age(td(29feb2000), td(28feb2001))", 0.0),
    ("age(td(29feb2000), td(1mar2001))", 1.0),
    ('age(td(29feb2000), td(28feb2001), "28feb")', 1.0),
    ("age(td(15mar2020), td(14mar2020))", "."),
    ("age_frac(td(1jan2019), td(1jul2019))", 181 / 365),
    ("birthday(td(29feb2000), 2001)", days(2001, 3, 1)),
    ("birthday(td(15mar2000), 2021)", days(2021, 3, 15)),
    ("nextbirthday(td(15mar2000), td(15mar2020))", days(2021, 3, 15)),
    ("previousbirthday(td(15mar2000), td(15mar2020))", days(2019, 3, 15)),
    ('datediff(td(1jan2020), td(1mar2020), "day")', 60.0),
    ('datediff(td(15jan2020), td(14mar2020), "month")', 1.0),
    ('datediff(td(15jan2020), td(15mar2020), "month")', 2.0),
    ('datediff(td(15mar2020), td(15jan2020), "m")', -2.0),
    ('datediff(td(15mar2000), td(14mar2020), "year")', 19.0),
    ('datediff_frac(td(1jan2019), td(1jul2019), "year")', 181 / 365),
    ('clockdiff(tc(1jan2020 10:00), tc(1jan2020 12:59), "hour")', 2.0),
    ('clockdiff_frac(tc(1jan2020 10:00), tc(1jan2020 11:30), "hours")', 1.5),
    ('clockdiff(tc(1jan2020 10:00), tc(3jan2020 09:00), "day")', 1.0),
    ("dmy(15, 3, 2020)", days(2020, 3, 15)),
    ("daysinmonth(td(10feb2020)) + daysinmonth(td(10feb2021))", 57.0),
    ("firstdayofmonth(td(10feb2020))", days(2020, 2, 1)),
    ("lastdayofmonth(td(10dec2020))", days(2020, 12, 31)),
    ("isleapyear(2000) + isleapyear(1900) + isleapyear(2020)", 2.0),
    ("nextleapyear(1896)", 1904.0),
    ("previousleapyear(2020)", 2016.0),
    # 1 January 2020 was a Wednesday
    ("nextdow(td(1jan2020), 3)", days(2020, 1, 8)),
    ("nextdow(td(1jan2020), 5)", days(2020, 1, 3)),
    ("previousdow(td(1jan2020), 3)", days(2019, 12, 25)),
    ("dayssincedow(td(1jan2020), 2)", 1.0),
    ("daysuntildow(td(1jan2020), 2)", 6.0),
    ("firstdowofmonth(1, 2020, 1)", days(2020, 1, 6)),
    ("lastdowofmonth(1, 2020, 5)", days(2020, 1, 31)),
    ("nextdow(td(1jan2020), 7)", "."),
]


@pytest.mark.parametrize(("text", "expected"), CALENDAR, ids=[text for text, _ in CALENDAR])
def test_calendar(text, expected):
    assert value(text) == (expected if expected == "." else pytest.approx(expected, rel=1e-15))


@settings(deadline=None, max_examples=60)
@given(st.datetimes(dt.datetime(1960, 1, 1), dt.datetime(2099, 12, 31)))
def test_clock_reads_what_the_calendar_writes(moment):
    written = moment.strftime("%d%b%Y %H:%M:%S")
    expected = float((moment.replace(microsecond=0) - dt.datetime(1960, 1, 1)) // dt.timedelta(milliseconds=1))
    assert value(f'clock("{written}", "DMYhms")') == expected
    assert value(f"tc({written})") == expected
    assert value(f"cofC(Cofc({expected:.0f}))") == expected


def test_today_and_now():
    assert abs(value("today()") - (dt.date.today() - dt.date(1960, 1, 1)).days) <= 1
    assert abs(value("dofc(now())") - value("today()")) <= 1


Z = 0.7310585786300049  # 1/(1 + exp(-1))
DISTRIBUTIONS = [
    ("cauchy(0, 1, 1)", 0.75),
    ("cauchytail(0, 1, 1)", 0.25),
    ("cauchyden(0, 1, 0)", 1 / math.pi),
    ("invcauchy(2, 3, .75)", 5),
    ("invcauchytail(2, 3, .25)", 5),
    ("lncauchyden(0, 1, 1)", -math.log(2 * math.pi)),
    ("laplace(0, 1, 0)", 0.5),
    ("laplacetail(0, 1, ln(2))", 0.25),
    ("laplaceden(0, 2, 2)", math.exp(-1) / 4),
    ("lnlaplaceden(0, 2, 2)", -1 - math.log(4)),
    ("invlaplace(1, 2, .25)", 1 - 2 * math.log(2)),
    ("invlaplacetail(1, 2, .25)", 1 + 2 * math.log(2)),
    ("logistic(1)", Z),
    ("logistic(2, 2)", Z),
    ("logistic(3, 2, 5)", Z),
    ("logistictail(1)", 1 - Z),
    ("logisticden(0)", 0.25),
    (f"invlogistic({Z})", 1),
    (f"invlogistictail(3, 2, {1 - Z})", 5),
    ("weibull(1, 2, 2)", 1 - math.exp(-1)),
    ("weibull(2, 3, 1, 4)", 1 - math.exp(-1)),
    ("weibulltail(2, 1, 2)", math.exp(-4)),
    ("weibullden(1, 2, 2)", math.exp(-1) / 2),
    ("invweibull(2, 3, 1 - exp(-1))", 3),
    ("invweibulltail(2, 3, exp(-1))", 3),
    ("weibullph(2, .5, 2)", 1 - math.exp(-2)),
    ("weibullphtail(2, .5, 2)", math.exp(-2)),
    ("weibullphden(2, .5, 2)", 2 * math.exp(-2)),
    ("invweibullph(2, .5, 1 - exp(-2))", 2),
    ("invweibullphtail(2, .5, exp(-2))", 2),
    ("exponentialden(2, 2)", math.exp(-1) / 2),
    ("invexponential(2, 1 - exp(-1))", 2),
    ("invexponentialtail(2, exp(-1))", 2),
    ("igaussian(1, 1, 1)", 0.5 + math.exp(2) * 0.5 * math.erfc(math.sqrt(2))),
    ("igaussiantail(1, 1, 1)", 0.5 - math.exp(2) * 0.5 * math.erfc(math.sqrt(2))),
    ("igaussianden(1, 1, 1)", 1 / math.sqrt(2 * math.pi)),
    ("lnigaussianden(1, 1, 1)", -0.5 * math.log(2 * math.pi)),
    ("lnigammaden(1, 2, 2)", math.log(2) - 2 * math.log(2) - 1),
    ("nbinomialp(1, 2, .5)", 0.125),
    ("nbinomial(1, 2, .5)", 0.875),
    ("nbinomialtail(1, 3, .5)", 0.125),
    ("hypergeometricp(10, 4, 3, 1)", 0.5),
    ("hypergeometric(10, 4, 3, 1)", 2 / 3),
    ("invbinomial(1, 0, .3)", 0.7),
    ("invbinomialtail(1, 1, .3)", 0.3),
    ("invnbinomial(1, 0, .3)", 0.3),
    ("invnbinomialtail(1, 1, .3)", 0.7),
    ("invpoisson(0, exp(-2))", 2),
    ("invpoissontail(1, 1 - exp(-2))", 2),
    ("ibetatail(1, 1, .3)", 0.7),
    ("invibetatail(1, 1, .3)", 0.7),
    ("binormal(0, 0, .5)", 1 / 3),
    ("binormal(0, 0, -.5)", 1 / 6),
    ("binormal(1, -1, 0) / normal(1) / normal(-1)", 1),
    ("binormal(0, 1, 0) / normal(1)", 0.5),
    ("binormal(1, 2, 1) / normal(1)", 1),
    ("tukeyprob(2, 10, 3) + 2*ttail(10, 3/sqrt(2))", 1),  # of two means it is the t distribution
    ("invtukeyprob(2, 10, tukeyprob(2, 10, 3))", 3),
    ("dgammapdx(1, 2)", math.exp(-2)),
    ("nchi2tail(3, 0, 2) / chi2tail(3, 2)", 1),
    ("nchi2den(3, 1e-12, 2) / chi2den(3, 2)", 1),
    ("nchi2(4, 2, invnchi2(4, 2, .3))", 0.3),
    ("nchi2(4, 2, invnchi2tail(4, 2, .3))", 0.7),
    ("nchi2(4, npnchi2(4, 6, .3), 6)", 0.3),
    ("nF(3, 8, 0, 2) / F(3, 8, 2)", 1),
    ("nFtail(3, 8, 0, 2) / Ftail(3, 8, 2)", 1),
    ("nFden(3, 8, 1e-12, 2) / Fden(3, 8, 2)", 1),
    ("nF(3, 8, 2, invnF(3, 8, 2, .4))", 0.4),
    ("nF(3, 8, 2, invnFtail(3, 8, 2, .4))", 0.6),
    ("nF(3, 8, npnF(3, 8, 2, .4), 2)", 0.4),
    ("nt(7, 0, 1) / t(7, 1)", 1),
    ("nt(7, 1.5, 1) + nttail(7, 1.5, 1)", 1),
    ("ntden(7, 0, 1) / tden(7, 1)", 1),
    ("nt(7, 1, invnt(7, 1, .4))", 0.4),
    ("nt(7, 1, invnttail(7, 1, .4))", 0.6),
    ("nt(7, npnt(7, 2, .4), 2)", 0.4),
    ("nibeta(2, 3, 0, .4) / ibeta(2, 3, .4)", 1),
    ("nbetaden(2, 3, 1e-12, .4) / betaden(2, 3, .4)", 1),
    ("nibeta(2, 3, 1, invnibeta(2, 3, 1, .4))", 0.4),
]


@pytest.mark.parametrize(("text", "expected"), DISTRIBUTIONS, ids=[text for text, _ in DISTRIBUTIONS])
def test_distributions(text, expected):
    assert value(text) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize(
    "text",
    [
        "exponential(-1, 1)",
        "gammaden(-1, 1, 0, 1)",
        "betaden(-1, 2, .5)",
        "Fden(0, 3, 1)",
        "tden(-1, 0)",
        "t(0, 1)",
        "binomialp(0, 0, .5)",
        "binomial(5, 2, 1.5)",
        "poisson(-1, 2)",
        "invttail(5, 0)",
        "chi2den(0, 1)",
        "Ftail(-1, 2, 1)",
        "cauchy(0, -1, 1)",
        "invlaplace(0, 1, 1.5)",
        "weibull(-1, 1, 1)",
        "binormal(0, 0, 2)",
        "invbinomial(3, 3, .5)",
    ],
)
def test_parameters_out_of_their_domain_give_missing(text):
    assert value(text) == "."


OTHERS = [
    ("reldif(2, 4)", 0.4),
    ("reldif(., .)", 0.0),
    ("reldif(., 1)", "."),
    ("chop(2.0001, .001)", 2.0),
    ("chop(2.1, .001)", 2.1),
    ('fmtwidth("%9.2f")', 9.0),
    ('fmtwidth("nonsense")', "."),
    ("byteorder()", 2.0),
    ("maxbyte() + minbyte()", -27.0),
    ("epsdouble()", 2.0**-52),
    ('fileexists("/no/such/file")', 0.0),
    ('ustrleft("Экзамен", 3)', "Экз"),
    ('ustrright("Экзамен", 3)', "мен"),
    ('ustrltrim("  a ") + "|" + ustrrtrim(" a  ")', "a | a"),
    ('udstrlen("中值")', 4.0),
    ('ustrlen("中值")', 2.0),
    ('strlen("中值")', 6.0),
    ('udsubstr("中值", 1, 3)', "中"),
    ('uisdigit("5a") + uisletter("é")', 2.0),
    ('strtoname("1 a-b")', "_1_a_b"),
    ('strtoname("1a", 0)', "1a"),
    ('ustrtoname("é x")', "é_x"),
    ('strcat("a", "b", "c")', "abc"),
    ('tobytes("abc")', "abc"),
    ('tobytes("abc", 1)', "\\d097\\d098\\d099"),
    ('ustrtohex("нулю")', "\\u043d\\u0443\\u043b\\u044e"),
    ('ustrunescape("\\u043d\\u0443")', "ну"),
    ('ustrnormalize("é", "nfd") == "é"', 0.0),
    ('ustrword("one two, three", 2)', "two"),
    ('ustrword("one two, three", -1)', "three"),
    ('ustrwordcount("one two")', 2.0),
    ('ustrinvalidcnt("abc")', 0.0),
    ('ustrfix("abc")', "abc"),
    ('regexm("ABC", "b", 1)', 1.0),
    ('regexm("a1", "[[:alpha:]][[:digit:]]")', 1.0),
    ('ustrregexm("é1", "\\p{L}1")', 1.0),
    ('regexreplace("a1b2", "[0-9]", "-")', "a-b2"),
    ('regexreplaceall("a1b2", "([0-9])", "<\\1>")', "a<1>b<2>"),
    ('ustrregexra("aAb", "a", "x", 1)', "xxb"),
    ('ustrregexrf("john smith", "(\\w+) (\\w+)", "$2 $1")', "smith john"),
]


@pytest.mark.parametrize(("text", "expected"), OTHERS, ids=[text for text, _ in OTHERS])
def test_other_functions(text, expected):
    assert value(text) == expected


def test_functions_that_there_are_not_are_told_from_mistyped_names():
    with pytest.raises(StataError) as caught:
        value('ustrcompare("a", "b")')
    assert (caught.value.rc, caught.value.message) == (198, "function ustrcompare() is not yet available")
    with pytest.raises(StataError) as caught:
        value("nosuch(1)")
    assert caught.value.rc == 133


def test_files_are_read_as_strings(tmp_path: Path):
    (tmp_path / "a.txt").write_text("hello\n", encoding="utf-8")
    assert value(f'fileexists("{tmp_path}/a.txt")') == 1.0
    assert value(f'fileread("{tmp_path}/a.txt")') == "hello\n"
    with pytest.raises(StataError) as caught:
        value(f'fileread("{tmp_path}/b.txt")')
    assert caught.value.rc == 603


def test_what_was_matched_is_found_row_by_row():
    names = np.array(["smith, john", "doe", "roe, jane"], dtype=object)
    data = Dataset().with_columns([Column("s", "str11", names)])
    context = Context(data)
    found = evaluate(parse_expr('regexm(s, "(.*), (.*)")'), context)
    assert found.tolist() == [1, 0, 1]
    assert evaluate(parse_expr("regexs(2)"), context).tolist() == ["john", "", "jane"]
    picked = Context(data, rows=np.array([2, 0]), matches=context.matches)
    assert evaluate(parse_expr('regexs(2) + " " + regexs(1)'), picked).tolist() == ["jane roe", "john smith"]
    assert evaluate(parse_expr("regexs(0)"), picked).tolist() == ["roe, jane", "smith, john"]
    evaluate(parse_expr('regexmatch("k=v", "(?<key>.)=(.)")'), context)
    assert evaluate(parse_expr('regexcapture(2) + regexcapturenamed("key")'), context) == "vk"
    with pytest.raises(StataError):
        evaluate(parse_expr('regexm(s, "(")'), context)


def test_time_limits_are_written_in_the_format_of_the_time_variable():
    data = Dataset().with_columns([Column("q", "double", np.arange(0.0, 6.0), format="%tq")])
    data = Dataset(data.columns, data.n, settings=TimeSettings(time="q"))
    assert value("tin(1960q2, 1960q4)", data) == [0, 1, 1, 1, 0, 0]
    assert value("tin(, 1960q2)", data) == [1, 1, 0, 0, 0, 0]
    assert value("twithin(1960q2, 1960q4)", data) == [0, 0, 1, 0, 0, 0]
    with pytest.raises(StataError):
        value("tin(1960q2, 1960q4)", Dataset())


def test_further_random_numbers_have_their_means():
    data = Dataset(n=40000)

    def draw(text: str):
        return evaluate(parse_expr(text), Context(data, random=RandomStream(7)))

    assert abs(np.median(draw("rcauchy(3, 1)")) - 3) < 0.05
    assert abs(draw("rlaplace(2, 1)").mean() - 2) < 0.05
    assert abs(draw("rweibull(1, 2)").mean() - 2) < 0.06
    assert abs(draw("rweibullph(1, .5)").mean() - 2) < 0.06
    assert abs(draw("rigaussian(2, 3)").mean() - 2) < 0.06
    assert abs(draw("rnbinomial(3, .5)").mean() - 3) < 0.08
    assert abs(draw("rhypergeometric(10, 4, 5)").mean() - 2) < 0.05


@pytest.mark.parametrize("distinct", [30, 5000])
def test_functions_of_strings_on_many_rows(distinct: int) -> None:
    """Beyond 1,000 rows repeated arguments are looked for; constants go with every row."""
    n = 5000
    texts = np.array([f"group {k % distinct}" for k in range(n)], dtype=object)
    data = Dataset(columns={"s": Column("s", "str10", texts), "x": Column("x", "double", np.arange(n) - 3.0)}, n=n)

    def column(text: str) -> list[object]:
        return list(evaluate(parse_expr(text), Context(data)))  # type: ignore[arg-type]

    assert column("substr(s, 1, 3)") == ["gro"] * n
    assert column('subinstr(s, "o", "0", .)') == [t.replace("o", "0") for t in texts]
    assert column('strpos(s, "1")') == [t.find("1") + 1 for t in texts]
    assert column("string(x)") == [str(k - 3) for k in range(n)]
    assert column('string(x, "%7.1f")') == [f"{k - 3:.1f}" for k in range(n)]
    assert column("word(s, 2)") == [t.split()[1] for t in texts]
