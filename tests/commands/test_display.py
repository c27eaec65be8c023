"""display, scalar, and what c(), r(), e() and _b[] mean in expressions."""

from __future__ import annotations

import numpy as np
import pytest
from driving import driver

from mixedcli.commands.context import canonical, column_of
from mixedcli.data.dataset import Column, Dataset
from mixedcli.errors import EquationNotFound, NotFound
from mixedcli.results import Estimates, Matrix, Stored

NAMES = (
    "weight:0bn.girl",
    "weight:1.girl",
    "weight:0bn.girl#c.age",
    "weight:1.girl#c.age",
    "weight:o.x",
    "weight:L.z",
    "weight:_cons",
    "lns1_1_1:_cons",
    "lnsig_e:_cons",
)


def fitted():
    session, run = driver(Dataset().with_columns([Column("x", "byte", np.array([4, 5], dtype=np.int8))]))
    b = np.arange(1.0, len(NAMES) + 1)[None, :]
    v = np.diag(b[0] ** 2)
    session.estimates = Estimates(
        Stored(
            scalars={"ll": -12.5, "N": 432.0},
            macros={"cmd": "mixed"},
            matrices={"b": Matrix(b, ("y1",), NAMES), "V": Matrix(v, NAMES, NAMES)},
        )
    )
    return session, run


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('display "hello"', "hello"),
        ("display 2+2", "4"),
        ("di 1/3", ".33333333"),
        ("di -1/3", "-.33333333"),
        ("di 1e10", "1.000e+10"),
        ("di 12345678", "12345678"),
        ("di .", "."),
        ("di .a", ".a"),
        ('di "a = " 5 " b"', "a = 5 b"),
        ('di "ICC = " %6.4f 14.8/(14.8+4.4)', "ICC = 0.7708"),
        ("di %9.2f 3.14159", "     3.14"),
        ("di %-9.2f 3.14159 5", "3.14     5"),
        ('di %8s "ab" "|"', "      ab|"),
        ("di as result 5 as text 6", "56"),
        ("di in red 5", "5"),
        ('di "a" _skip(3) "b"', "a   b"),
        ('di "a" _col(5) "b"', "a   b"),
        ('di "abcdef" _col(3) "g"', "abcdefg"),
        ('di "a" _newline "b"', "a\nb"),
        ('di "a" _n(2) "b"', "a\n\nb"),
        ('di _dup(3) "ab"', "ababab"),
        ("di", ""),
        ("di 5, 6", "5 6"),
        ("di x", "4"),
        ("di x[2]", "5"),
        ("di x[3]", "."),
        ("di _N", "2"),
        ("di c(N) c(k)", "21"),
        ("di e(ll)", "-12.5"),
        ("di e(cmd)", "mixed"),
        ("di e(none)", "."),
        ("di e(b)[1,2]", "2"),
        ("di _b[1.girl]", "2"),
        ("di _b[0.girl#c.age]", "3"),
        ("di _b[0bn.girl#c.age]", "3"),
        ("di _b[c.age#0.girl]", "3"),
        ("di _b[weight:1.girl]", "2"),
        ("di _se[_cons]", "7"),
        ("di [lnsig_e]_b[_cons]", "9"),
        ("di _b[lns1_1_1:_cons]", "8"),
        ("di [weight]_se[1.girl]", "2"),
        ("di nope", "r(111): nope not found"),
        ("di _b[nope]", "r(111): [nope] not found"),
        ("di [nope]_b[x]", "r(303): equation [nope] not found"),
        ('di 1 + "a"', "r(109): type mismatch"),
    ],
)
def test_display(text, shown):
    _, run = fitted()
    assert run(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('di "{hline 5}"', "-----"),
        ('di "{hline}"', "-" * 79),
        ('di "ab{hline}"', "ab" + "-" * 77),
        ('di "a{col 5}b"', "a   b"),
        ('di "{txt}N = {res}5"', "N = 5"),
        ('di "{bf:bold} {err:bad}"', "bold bad"),
        ('di "{c |}{space 2}{c +}"', "|  +"),
        ('di "{hline 3}{c TT}{hline 3}"', "---+---"),
        ('di "{1, 2} {nothing}"', "{1, 2} {nothing}"),
        ('di "{p 4 4 2}a {ul:b} {res:{bf:c} d}{p_end}"', "a b c d"),
        ('di "{ralign 6:ab}{lalign 4:c}|{center 5:x}|"', "    abc   |  x  |"),
        ('di "{dup 3:ab}{hi:c}{bind:d e}"', "abababcd e"),
        ('di "{c S|}{c -(}x{c )-}{c 65}"', "${x}A"),
        ('di "{col 5}{right:end}"', " " * 76 + "end"),
        ('di "{txt}{sf}{ul on}u{ul off}{break}"', "u"),
        ('di %tdCCYY-NN-DD td(15mar2020) "|" %td 0', "2020-03-15|01jan1960"),
        ("di %tcDDmonCCYY_HH:MM tc(15mar2020 10:30)", "15mar2020 10:30"),
        ("di %tdD_m_CY td(5jan2020) %dDlCY 0 %tdn/d/y 0", "05 Jan 202001jan19601/1/60"),
        ("di %tdMonth_DD,_CCYY td(1jan2020)", "January 01, 2020"),
        ("di %tm 602 %tq 5 %tw 51 %ty 1999", "2010m31961q21960w521999"),
        ('di in w "x" in gr "y" in ye "z"', "xyz"),
        ('di %-8s "ab" "|" %~6s "ab" "|" %05.2f 3.1 "|" %9.0gc 1234567', "ab      |  ab  |03.10|1,234,567"),
    ],
)
def test_smcl_in_texts(text, shown):
    _, run = driver()
    assert run(text) == shown


def test_smcl_changes_the_style_of_what_follows():
    from mixedcli.commands.display import run as show
    from mixedcli.parse import parse_line

    session, _ = driver()
    (line,) = show(session, parse_line('di "{txt}n = {res}" 5'), {}).blocks
    assert [(s.text, s.style) for s in line.segments] == [("n = ", "text"), ("5", "result")]


def test_coefficients_without_estimates():
    _, run = driver()
    assert run("di _b[x]") == "r(301): last estimates not found"


def test_styles_reach_the_screen():
    from mixedcli.commands.display import run as show
    from mixedcli.parse import parse_line

    session, _ = driver()
    (line,) = show(session, parse_line('di as txt "a" as res 5 as err "b"'), {}).blocks
    assert [(s.text, s.style) for s in line.segments] == [("a", "text"), ("5", "result"), ("b", "error")]
    (line,) = show(session, parse_line('di "a" _continue'), {}).blocks
    assert line.open


def test_random_numbers_in_display_advance_the_stream():
    _, run = driver()
    run("set seed 1")
    first, second = run("di runiform()"), run("di runiform()")
    assert first != second
    run("set seed 1")
    assert run("di runiform()") == first


def test_scalars():
    session, run = driver()
    assert run("scalar a = 2") == ""
    run('scalar define word = "abc"')
    assert run("di a*3 word") == "6abc"
    assert run("scalar list") == "      word = abc\n         a =          2"
    assert run("scalar list a") == "         a =          2"
    run("scalar a = scalar(a) + 1")
    assert session.scalars["a"] == 3
    run("scalar drop a")
    assert session.scalars == {"word": "abc"}
    assert run("scalar drop a") == "r(111): scalar a not found"
    run("scalar drop _all")
    assert session.scalars == {}
    assert run("scalar b = nope") == "r(111): nope not found"


def test_coefficients_by_any_spelling():
    assert column_of(NAMES, None, "1.girl") == 1
    assert column_of(NAMES, "weight", "0b.girl") == 0
    assert column_of(NAMES, None, "x") == 4
    assert column_of(NAMES, None, "L.z") == 5
    assert column_of(NAMES, None, "_cons") == 6
    assert column_of(NAMES, "#2", "_cons") == 7
    for equation, name, error in ((None, "z", NotFound), ("weight", "age", NotFound), ("wei", "x", EquationNotFound)):
        with pytest.raises(error):
            column_of(NAMES, equation, name)


def test_canonical_names_tell_levels_and_lags_apart():
    assert canonical("0bn.girl#c.age") == canonical("c.age#0.girl") == canonical("0o.girl#co.age")
    assert canonical("L.x") != canonical("x")
    assert canonical("1.g") != canonical("2.g")
    assert canonical("cL.x#c.z") == canonical("c.z#cL.x")
