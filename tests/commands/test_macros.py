"""Macros: how they are set, extended functions, operations on lists."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from driving import driver

from mixedcli.data.dataset import Column, Dataset

DATA = Dataset().with_columns(
    [
        Column("x", "double", np.array([2.0, 1.0, 3.0]), format="%9.2f", label="the x"),
        Column("grp", "byte", np.array([1, 2, 1], dtype=np.int8), value_label="lbl", format="%8.0g"),
        Column("s", "str5", np.array(["a", "b", "c"], dtype=object), format="%9s"),
    ]
)
DATA = DATA.with_value_label("lbl", {1.0: "low", 2.0: "high up"})

SET = [
    ("local m hello world", "hello world"),
    ('local m "hello"', "hello"),
    ('local m `"say "hi""\'', 'say "hi"'),
    ('local m "a b" "c"', '"a b" "c"'),
    ("local m   spaced   out", "spaced   out"),
    ("local m = 1 + 1", "2"),
    ("local m = 1/3", ".3333333333333333"),  # stata: display `=1/3'
    ("local m = 100/3", "33.33333333333334"),
    ("local m = 1e17", "1.00000000000e+17"),
    ("local m = -0.5", "-.5"),
    ("local m = .", "."),
    ('local m = "te" + "xt"', "text"),
    ("local m = x[2]", "1"),
    ("local m 1 + 1", "1 + 1"),
    ("local m", None),
    ("local i 5\nlocal m `++i' `i' `i--' `i'", "6 6 6 5"),
    ("local ++m", "1"),
    ("local m 3\nlocal --m", "2"),
    ("local m old\nlocal m", None),
    ("local a b\nlocal b c\nlocal m ``a''", "c"),
    ("local x1 one\nlocal i 1\nlocal m `x`i''", "one"),
    ("local m `=2^3'", "8"),
    ("local b z\nlocal m \\`b'\nlocal b q\nlocal m <`m'>", "<q>"),
    ("quietly summarize x\nlocal m `r(mean)' `r(N)'", "2 3"),
    ("local m `c(N)'", "3"),
    ("local m `r(nosuch)'", None),
    ("global g 7\nlocal m $g${g}1", "771"),
    ('local m "$nothing"', None),
    ("local 1 first\nlocal m `1'", "first"),
]


@pytest.mark.parametrize(("text", "value"), SET, ids=[text for text, _ in SET])
def test_setting(text: str, value: str | None) -> None:
    session, run = driver(DATA)
    shown = run(text)
    assert not shown.startswith("r("), shown
    assert session.locals.get("m") == value


FUNCTIONS = [
    ("word count a b c", "3"),
    ('word count "a b" c', "2"),
    ("word count", "0"),
    ("word 2 of a b c", "b"),
    ("word 9 of a b c", None),
    ('word 1 of `"q "r""\' z', 'q "r"'),
    ("length local list", "11"),
    ("list sizeof list", "4"),
    ("list uniq list", "b a c"),
    ("list dups list", "b"),
    ("list sort list", "a b b c"),
    ("list list - other", "b b"),
    ("list list & other", "a c"),
    ("list list | other", "b a b c d"),
    ("list other in list", "0"),
    ("list one in list", "1"),
    ("list list == list", "1"),
    ("list list === other", "0"),
    ('list posof "c" in list', "4"),
    ('list posof "z" in list', "0"),
    ('subinstr local list "b" "xx"', "xx a b   c"),
    ('subinstr local list "b" "", all', " a    c"),
    ('subinstr local words "ab" "X", word all', "X abc X"),
    ("variable label x", "the x"),
    ("var lab s", None),
    ("value label grp", "lbl"),
    ("label lbl 2", "high up"),
    ("label (grp) 1", "low"),
    ("label (grp) 9", "9"),
    ("label (grp) 9, strict", None),
    ("label (grp) 2 4", "high"),
    ("label lbl maxlength", "7"),
    ("type x", "double"),
    ("type s", "str5"),
    ("format x", "%9.2f"),
    ("display %5.2f 3.14159", " 3.14"),
    ('di "a" 1+1', "a2"),
    ("piece 1 5 of abc def ghi", "abc"),
    ("piece 2 7 of abc def ghi", "ghi"),
    ("sortedby", None),
    ("permname x", "x1"),
    ("permname new", "new"),
    ("rownames A", "r1 r2"),
    ("colnames A", "x _cons"),
    ("colfullnames A", "eq:x eq:_cons"),
    ("coleq A", "eq eq"),
    ("all scalars", "s1 s2"),
    ("all scalars s2", "s2"),
    ("all numeric scalars", "s1 s2"),
    ("all string scalars", None),
    ("sysdir PLUS", None),
    ("environment MIXEDCLI_TEST", "held"),
    ("r(scalars)", "N"),
]


@pytest.mark.parametrize(("text", "value"), FUNCTIONS, ids=[text for text, _ in FUNCTIONS])
def test_extended_functions(text: str, value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    from mixedcli.results import Matrix, Stored

    monkeypatch.setenv("MIXEDCLI_TEST", "held")
    session, run = driver(DATA)
    session.locals = {"list": "b a b   c", "other": "a c d", "one": "a", "words": "ab abc ab"}
    session.scalars = {"s1": 1.0, "s2": 2.0}
    session.matrices = {"A": Matrix(np.ones((2, 2)), ("r1", "r2"), ("eq:x", "eq:_cons"))}
    session.r = Stored({"N": 3.0})
    if text == "length local list":
        session.locals["list"] = "hello world"
    assert run(f"local m : {text}") == ""
    assert session.locals.get("m") == value


def test_counts_of_replacements_are_kept() -> None:
    session, run = driver()
    run('local a x-y-z\nlocal b : subinstr local a "-" "+", all count(local n)')
    assert (session.locals["b"], session.locals["n"]) == ("x+y+z", "2")


def test_files_in_a_folder(tmp_path: Path) -> None:
    for name in ("b.dta", "a.dta", "c.txt"):
        (tmp_path / name).touch()
    (tmp_path / "sub").mkdir()
    session, run = driver()
    run(f'local f : dir "{tmp_path}" files "*.dta"\nlocal d : dir "{tmp_path}" dirs "*"')
    assert session.locals["f"] == '"a.dta" "b.dta"'
    assert session.locals["d"] == '"sub"'


@pytest.mark.parametrize(
    ("line", "rc"),
    [
        ("local", 198),
        ("local a-b 1", 198),
        ("local m : nosuch x", 198),
        ("local m : word x of a", 198),
        ("local m = nosuch", 111),
        ("local m = 1 +", 198),
        ("local m : type nosuch", 111),
        ("local m abc\nlocal ++m", 198),
        ("local " + "x" * 32 + " 1", 198),
        ("local m : list a ? b", 198),
        ('local f : dir "/no/such" files "*"', 601),
        ("macro nosuch", 198),
        ("tempvar", 198),
        ("tokenize x,y", 198),
        ("gettoken a", 198),
        ("gettoken a b : c, nosuch", 198),
    ],
)
def test_refusals(line: str, rc: int) -> None:
    _, run = driver(DATA)
    assert run(line).startswith(f"r({rc})")


def test_macro_list_and_drop() -> None:
    session, run = driver()
    run("global path /a\nglobal pathway /b\nglobal other c\nlocal m 1")
    assert run("macro list path") == "path:           /a"
    assert run("macro list _m") == "_m:             1"
    run("macro drop path*")
    assert session.globals == {"other": "c"}
    run("macro drop _all")
    assert session.globals == {}


def test_macro_shift() -> None:
    session, run = driver()
    run("tokenize a b c\nmacro shift")
    assert (session.locals.get("1"), session.locals.get("2"), session.locals.get("3")) == ("b", "c", None)


TOKENIZE = [
    ("tokenize a b c", ["a", "b", "c"]),
    ('tokenize "a b" c', ["a b", "c"]),
    ('tokenize "a-b", parse("-")', ["a", "-", "b"]),
    ('tokenize "a - b", parse("- ")', ["a", "-", "b"]),
    ("tokenize", []),
]


@pytest.mark.parametrize(("line", "words"), TOKENIZE, ids=[line for line, _ in TOKENIZE])
def test_tokenize(line: str, words: list[str]) -> None:
    session, run = driver()
    session.locals = {str(k): "old" for k in range(1, 9)}
    assert run(line) == ""
    assert [session.locals[str(k)] for k in range(1, len(words) + 1)] == words
    assert str(len(words) + 1) not in session.locals


GETTOKEN = [
    ("a b c", "gettoken f r : m", "a", " b c"),
    ('"a b" c', "gettoken f r : m", "a b", " c"),
    ('"a b" c', "gettoken f r : m, quotes", '"a b"', " c"),
    ("x,y", 'gettoken f r : m, parse(",")', "x", ",y"),
    (",y", 'gettoken f r : m, parse(",")', ",", "y"),
    ("(a b) c", "gettoken f r : m, bind", "(a b)", " c"),
    ("(a b) c", "gettoken f r : m, match(p)", "a b", " c"),
    ("", "gettoken f r : m", None, None),
]


@pytest.mark.parametrize(("text", "line", "first", "rest"), GETTOKEN)
def test_gettoken(text: str, line: str, first: str | None, rest: str | None) -> None:
    session, run = driver()
    session.locals = {"m": text}
    assert run(line) == ""
    assert session.locals.get("f") == first
    assert session.locals.get("r") == rest


def test_all_arguments_that_are_left() -> None:
    _, run = driver()
    run('tokenize `""a b" c d"\'')
    assert run('display "`*\'"') == "a b c d"
    run("macro shift")
    assert run('display "[`*\']"') == "[c d]"
    run("macro shift 2")
    assert run('display "[`*\']"') == "[]"
