"""syntax: what it puts into macros, and what it refuses."""

from __future__ import annotations

import pytest
from driver import started

SYNTAX = [
    ("varlist", "x y", {"varlist": "x y"}),
    ("varlist", "_all", {"varlist": "x y s"}),
    ("[varlist]", "", {"varlist": "x y s"}),
    ("[varlist(default=none)]", "", {"varlist": None}),
    ("varname", "x", {"varlist": "x"}),
    ("newvarname", "z", {"varlist": "z"}),
    ("newvarlist", "double a1-a3", {"varlist": "a1 a2 a3", "typlist": "double double double"}),
    ("varlist [if] [in]", "x if y > 5 & x in 1/3", {"varlist": "x", "if": "if y > 5 & x", "in": "in 1/3"}),
    ("varlist [fweight pweight]", "x [pw=y]", {"weight": "pweight", "exp": "= y"}),
    ("varlist [aweight/]", "x [aweight = y*2]", {"weight": "aweight", "exp": "y*2"}),
    ("varlist [fw aw]", "x [aw=y]", {"weight": "aweight", "exp": "= y"}),
    ("varlist [pw fw/]", "x [w=y]", {"weight": "pweight", "exp": "y"}),
    ("using", 'using "a b.dta"', {"using": 'using "a b.dta"'}),
    ("using/", "using a.dta", {"using": "a.dta"}),
    ("anything", 'x + (y) "z"', {"anything": 'x + (y) "z"'}),
    ("[anything(name=what)]", "x y", {"what": "x y"}),
    ("anything(everything)", "x if y, opt", None),
    ("anything(everything) [, opt]", "x if y in 1, opt", {"anything": "x if y in 1", "opt": "opt"}),
    ("namelist", "a b", {"namelist": "a b"}),
    ("name =exp", "a = x + 1", {"namelist": "a", "exp": "= x + 1"}),
    ("[, flag]", ", flag", {"flag": "flag"}),
    ("[, FLAg noCONStant]", ", fla nocons", {"flag": "flag", "constant": "noconstant"}),
    ("[, FLAg noCONStant]", "", {"flag": None, "constant": None}),
    ("[, Title(string)]", ', t("a, b")', {"title": "a, b"}),
    ("[, Title(string asis)]", ', t("a" b)', {"title": '"a" b'}),
    ("[, N(integer 5) R(real 1.5)]", "", {"n": "5", "r": "1.5"}),
    ("[, N(integer 5) R(real 1.5)]", ", n(7) r(2)", {"n": "7", "r": "2"}),
    ("[, Level(cilevel)]", "", {"level": "95"}),
    ("[, Level(cilevel)]", ", l(90)", {"level": "90"}),
    ("[, At(numlist)]", ", at(1/3 5)", {"at": "1 2 3 5"}),
    ("[, At(numlist integer >=0 max=4 sort)]", ", at(3 1/2)", {"at": "1 2 3"}),
    ("[, BY(varlist) Gen(newvarname)]", ", by(x y) g(new)", {"by": "x y", "gen": "new"}),
    ("[, SAVing(passthru)]", ", sav(a)", {"saving": "saving(a)"}),
    ("[, a *]", ", a bc d(e f)", {"a": "a", "options": "bc d(e f)"}),
    ("varlist(fv)", "i.s##c.x", {"varlist": "i.s##c.x"}),
    (", BY(varname)", ", by(x)", {"by": "x"}),
]


@pytest.mark.parametrize(("spec", "typed", "macros"), SYNTAX)
def test_syntax_fills_macros(spec: str, typed: str, macros: dict[str, str | None] | None) -> None:
    d = started()
    d.session.locals = {"0": typed}
    d(f"syntax {spec}\n")
    if macros is None:
        assert d.rc == 198
        return
    assert d.rc == 0, d.errors.getvalue()
    assert {name: d.session.locals.get(name) for name in macros} == macros


WRONG = [
    ("varlist", "", 100, "varlist required"),
    ("varlist", "nosuch", 111, "variable nosuch not found"),
    ("varlist(numeric)", "s", 109, "string variables not allowed in varlist"),
    ("varlist(min=2)", "x", 102, "too few variables specified"),
    ("varname", "x y", 103, "too many variables specified"),
    ("newvarname", "x", 110, "variable x already defined"),
    ("varlist", "x if y", 101, "if not allowed"),
    ("varlist", "x in 1", 101, "in not allowed"),
    ("varlist", "x [fw=y]", 101, "weights not allowed"),
    ("varlist [pweight]", "x [fw=y]", 101, "fweights not allowed"),
    ("varlist using", "x", 100, "using required"),
    ("varlist", "x, nosuch", 198, "option nosuch not allowed"),
    ("[, n(integer 1)]", ", n(1.5)", 198, "option n() incorrectly specified"),
    ("[, k(numlist >0)]", ", k(-1)", 125, "k() invalid -- invalid numlist has elements outside of allowed range"),
    ("[, k(numlist min=2)]", ", k(1)", 122, "k() invalid -- invalid numlist has too few elements"),
    ("[, k(numlist integer)]", ", k(1.5)", 126, "k() invalid -- invalid numlist has noninteger elements"),
    ("[, k(numlist ascending)]", ", k(2 1)", 124, "k() invalid -- invalid numlist has elements out of order"),
    ("[, by(varname)]", ", by(nosuch)", 111, "variable nosuch not found"),
    ("varlist [aw pw]", "x [fw=y]", 101, "fweights not allowed"),
    ("[, Level(cilevel)]", ", level(5)", 198, "level() must be between 10 and 99.99 inclusive"),
    (", BY(varname)", "", 198, "option by() required"),
    ("[, flag]", "x", 101, "varlist not allowed"),
    ("[if]", "if x +", 198, "invalid syntax"),
    ("nosuchpiece", "", 197, "invalid syntax"),
]


@pytest.mark.parametrize(("spec", "typed", "rc", "message"), WRONG)
def test_syntax_refuses(spec: str, typed: str, rc: int, message: str) -> None:
    d = started()
    d.session.locals = {"0": typed}
    shown = d(f"syntax {spec}\n")
    assert d.rc == rc
    assert message in shown
