"""Commands other than mixed: bodies, qualifiers, options, errors."""

from __future__ import annotations

import pytest

from mixedcli.ast import (
    AssignBody,
    Binary,
    Body,
    Call,
    Coef,
    CoefRef,
    Command,
    DisplayBody,
    DisplayItem,
    EgenBody,
    Expr,
    ExprBody,
    FactorVar,
    InRange,
    Interaction,
    Missing,
    Number,
    Option,
    Prefix,
    Stored,
    String,
    Subscript,
    Unary,
    Var,
    Varlist,
    VarlistBody,
    VarRange,
    VarRef,
    Weight,
    Word,
    WordsBody,
)
from mixedcli.ast import TestBody as Hypotheses  # pytest takes classes called Test for tests
from mixedcli.ast import TestSpec as Hypothesis
from mixedcli.commands import ABBREVIATIONS, EXACT
from mixedcli.errors import InvalidSyntax, Span, StataError, TooFewSpecified, Unbalanced
from mixedcli.parse import parse_line, parse_suboptions, parse_words
from mixedcli.parse.build import head_kind


def command(text: str) -> Command:
    made = parse_line(text)
    assert made is not None
    return made


def variables(*names: str) -> VarlistBody:
    return VarlistBody(Varlist(tuple(map(VarRef, names))))


def words(text: str, *split: str | Word) -> WordsBody:
    made = tuple(word if isinstance(word, Word) else Word(word) for word in (split or text.split()))
    return WordsBody(made, text)


def quoted(text: str) -> Word:
    return Word(text, quoted=True)


def shown(expr: Expr, format_: str = "") -> DisplayItem:
    return DisplayItem("expr", expr, format_)


def directive(text: str) -> DisplayItem:
    return DisplayItem("directive", text=text)


x, y = Var("x"), Var("y")
one, two = Number(1.0), Number(2.0)

BODIES: list[tuple[str, Body]] = [
    # the standard syntax
    ("summarize", VarlistBody()),
    ("su x y", variables("x", "y")),
    ("d", VarlistBody()),
    ("list x* y", variables("x*", "y")),
    ("drop _est_A _est_*", variables("_est_A", "_est_*")),
    ("keep _all", variables("_all")),
    ("drop a-c", VarlistBody(Varlist((VarRange("a", "c"),)))),
    ("xtset id time", variables("id", "time")),
    ("order in2 if_", variables("in2", "if_")),
    ("count", VarlistBody()),
    ("predict p", variables("p")),
    ("predict double p*", VarlistBody(Varlist((VarRef("p*"),)), "double")),
    ("predict float, xb", variables("float")),
    (
        "testparm i.g#c.x",
        VarlistBody(Varlist((Interaction(FactorVar("i", VarRef("g")), FactorVar("c", VarRef("x")), full=False),))),
    ),
    ("notacommand a b", variables("a", "b")),
    # assignments
    ("gen z = x", AssignBody("z", x)),
    ("g z=x==y", AssignBody("z", Binary("==", x, y))),
    ("generate byte z:lbl = 1", AssignBody("z", one, "byte", "lbl")),
    ('gen str10 s = "a"', AssignBody("s", String("a"), "str10")),
    ("gen strL s = s2", AssignBody("s", Var("s2"), "strL")),
    ("gen long id = _n", AssignBody("id", Var("_n"), "long")),
    ("gen byte = 3", AssignBody("byte", Number(3.0))),
    ("gen if_ = 1", AssignBody("if_", one)),
    ("gen z", AssignBody("z", None)),
    ("replace z = x[_n-1]", AssignBody("z", Subscript(x, Binary("-", Var("_n"), one)))),
    ("scalar s = 3", AssignBody("s", Number(3.0))),
    ("scalar define s = e(ll)", AssignBody("s", Stored("e", "ll"))),
    ("sca def s=-2^2", AssignBody("s", Unary("-", Binary("^", two, two)))),
    ("egen m = mean(x)", EgenBody("m", "mean", "x")),
    ("egen double t = rowtotal(a b-c)", EgenBody("t", "rowtotal", "a b-c", "double")),
    ("egen t = total(x*(y==1))", EgenBody("t", "total", "x*(y==1)")),
    ("egen g = group(a b)", EgenBody("g", "group", "a b")),
    # one expression
    ("assert x==1", ExprBody(Binary("==", x, one))),
    (
        "lincom 1*c.x + 1*c.x#c.z",
        ExprBody(Binary("+", Binary("*", one, Var("c.x")), Binary("*", one, Var("c.x#c.z")))),
    ),
    # words
    ("clear all", words("all")),
    ("clear", WordsBody()),
    ("set seed 123", words("seed 123")),
    ("set more off", words("more off")),
    ("use file", words("file")),
    ('use "my file.dta"', words('"my file.dta"', quoted("my file.dta"))),
    ("use C:\\dir\\x.dta", words("C:\\dir\\x.dta")),
    ("use ../data/x.dta", words("../data/x.dta")),
    ("use ~/x.dta", words("~/x.dta")),
    ("use https://host/path/file.dta", words("https://host/path/file.dta")),
    ('save `"a "b".dta"\'', words('`"a "b".dta"\'', quoted('a "b".dta'))),
    ('label variable x "a, (b"', words('variable x "a, (b"', "variable", "x", quoted("a, (b"))),
    (
        'label define yn 0 "no" 1 "if in"',
        words('define yn 0 "no" 1 "if in"', "define", "yn", "0", quoted("no"), "1", quoted("if in")),
    ),
    ("la val x yn", words("val x yn")),
    ("estimates store F", words("store F")),
    ("est stats a b .", words("stats a b .")),
    ("lrtest A .", words("A .")),
    ("lrtest (A B) C", words("(A B) C", "(A B)", "C")),
    ("estat icc", words("icc")),
    ("ereturn list", words("list")),
    ("return list", words("list")),
    ("matrix list e(b)", words("list e(b)")),
    ("matrix drop A B", words("drop A B")),
    ("gsort -x +y", words("-x +y")),
    ("format x y %9.2f", words("x y %9.2f")),
    ("rename (a b) (c d)", words("(a b) (c d)", "(a b)", "(c d)")),
    ("exit", WordsBody()),
    ("help mixed postestimation", words("mixed postestimation")),
    ("scalar list", words("list")),
    ("version 13.1", words("13.1")),
    ("eststo clear", words("clear")),
    ("log close", words("close")),
    # what this program does not read
    ("foreach v of varlist a b {", words("v of varlist a b {")),
    ("local++i", words("++i")),
    ("if x==1 di 2", words("x==1 di 2")),
    ("}", WordsBody()),
    ("twoway (line a b) || lfit c d, by(x)", words("(line a b) || lfit c d, by(x)")),
    ("recode x (1=2) (3/5=6), gen(z)", words("x (1=2) (3/5=6)")),
    ('notacommand "unclosed', words('"unclosed')),
]


@pytest.mark.parametrize(("text", "body"), BODIES, ids=[text for text, _ in BODIES])
def test_body(text: str, body: Body) -> None:
    assert command(text).body == body


DISPLAYS: list[tuple[str, tuple[DisplayItem, ...]]] = [
    ("", ()),
    ("2+2", (shown(Binary("+", two, two)),)),
    ('"a" "b"', (shown(String("a")), shown(String("b")))),
    ('as result "x = " %9.2f x', (directive("as result"), shown(String("x = ")), shown(x, "%9.2f"))),
    ("in red x", (directive("in red"), shown(x))),
    ("x y", (shown(x), shown(y))),
    ("x, y", (shown(x), directive(","), shown(y))),
    ("x -1", (shown(Binary("-", x, one)),)),
    ("_n", (directive("_n"),)),
    ("_N", (shown(Var("_N")),)),
    (
        "_newline(2) _col(20) x _continue",
        (directive("_newline(2)"), directive("_col(20)"), shown(x), directive("_continue")),
    ),
    ('_dup(3) "-" _skip(5) ', (directive("_dup(3)"), shown(String("-")), directive("_skip(5)"))),
    ("1+_n", (shown(Binary("+", one, Var("_n"))),)),
    ("%td mdy(1,2,2000)", (shown(Call("mdy", (one, two, Number(2000.0))), "%td"),)),
    ("%-10s s", (shown(Var("s"), "%-10s"),)),
    (
        '"p" exp(1) _b[x] [eq]_b[x]',
        (shown(String("p")), shown(Call("exp", (one,))), shown(Coef("b", None, "x")), shown(Coef("b", "eq", "x"))),
    ),
    ("e(ll) .", (shown(Stored("e", "ll")), shown(Missing()))),
]


@pytest.mark.parametrize("word", ["display", "di"])
@pytest.mark.parametrize(("text", "items"), DISPLAYS, ids=[text for text, _ in DISPLAYS])
def test_display(word: str, text: str, items: tuple[DisplayItem, ...]) -> None:
    assert command(f"{word} {text}").body == DisplayBody(items)


def coefs(*refs: str | tuple[str, str | None]) -> Hypothesis:
    return Hypothesis(coefs=tuple(CoefRef(None, ref) if isinstance(ref, str) else CoefRef(*ref) for ref in refs))


def sides(*exprs: Expr) -> Hypothesis:
    return Hypothesis(sides=exprs)


TESTS: list[tuple[str, tuple[Hypothesis, ...]]] = [
    ("x", (coefs("x"),)),
    ("x y", (coefs("x", "y"),)),
    ("_cons", (coefs("_cons"),)),
    ("3.g 4.g", (coefs("3.g", "4.g"),)),
    ("L.x", (coefs("L.x"),)),
    ("x = y", (sides(x, y),)),
    ("x == y", (sides(x, y),)),
    ("x = y = 2", (sides(x, y, two),)),
    ("(x=y) (z)", (sides(x, y), coefs("z"))),
    ("(x y) (z = 1)", (coefs("x", "y"), sides(Var("z"), one))),
    ("(c.a#c.b=0) (c.b#c.b)", (sides(Var("c.a#c.b"), Number(0.0)), coefs("c.b#c.b"))),
    ("0.girl#c.age = 1.girl#c.age", (sides(Var("0.girl#c.age"), Var("1.girl#c.age")),)),
    ("(x+y)/2 = 1", (sides(Binary("/", Binary("+", x, y), two), one),)),
    ("_b[x] = 2*_b[y]", (sides(Coef("b", None, "x"), Binary("*", two, Coef("b", None, "y"))),)),
    ("[lns1_1_1]_cons = 0", (sides(Coef("b", "lns1_1_1", "_cons"), Number(0.0)),)),
    ("_b[lns1_1_1:_cons] = -1", (sides(Coef("b", "lns1_1_1", "_cons"), Unary("-", one)),)),
    ("[weight]week", (coefs(("weight", "week")),)),
    ("[weight]", (coefs(("weight", None)),)),
    ("[weight]: week _cons", (coefs(("weight", "week"), ("weight", "_cons")),)),
    ("[a]x = [b]x", (sides(Coef("b", "a", "x"), Coef("b", "b", "x")),)),
]


@pytest.mark.parametrize(("text", "specs"), TESTS, ids=[text for text, _ in TESTS])
def test_test(text: str, specs: tuple[Hypothesis, ...]) -> None:
    made = command(f"test {text}, small")
    assert made.body == Hypotheses(specs)
    assert made.options == (Option("small"),)


def test_qualifiers_in_any_order() -> None:
    for text in ("list x if y>1 in 1/5 [fw=z], noobs", "list x in 1/5 [fw=z] if y>1, noobs"):
        made = command(text)
        assert made.condition == Binary(">", y, one)
        assert made.in_range == InRange(1, 5)
        assert made.weight == Weight("fweight", Var("z"))
        assert made.options == (Option("noobs"),)


RANGES = [
    ("1/10", (1, 10)),
    ("f/l", (1, -1)),
    ("F/L", (1, -1)),
    ("-5/l", (-5, -1)),
    ("-10/-3", (-10, -3)),
    ("7", (7, 7)),
    ("l", (-1, -1)),
    ("1 / 4", (1, 4)),
]


@pytest.mark.parametrize(("text", "bounds"), RANGES, ids=[text for text, _ in RANGES])
def test_in(text: str, bounds: tuple[int, int]) -> None:
    assert command(f"list in {text}, clean").in_range == InRange(*bounds)


WEIGHTS = [
    ("fw", "fweight"),
    ("fweight", "fweight"),
    ("pw", "pweight"),
    ("pweights"[:-1], "pweight"),
    ("aw", "aweight"),
    ("iw", "iweight"),
    ("w", ""),
    ("weight", ""),
    ("", ""),
]


@pytest.mark.parametrize(("typed", "kind"), WEIGHTS)
def test_weights(typed: str, kind: str) -> None:
    for text in (f"sum x [{typed}=z]", f"sum x [ {typed} = z ]"):
        assert command(text).weight == Weight(kind, Var("z"))


USING = [
    ('import delimited using "f.csv", clear', words("delimited"), "f.csv"),
    ("import delimited v1 v2 using f.csv, clear", words("delimited v1 v2"), "f.csv"),
    ("use a b if x>1 using http://x.y/file.dta, clear", words("a b"), "http://x.y/file.dta"),
    ("use a using C:\\d\\f.dta, clear", words("a"), "C:\\d\\f.dta"),
    ("merge 1:1 id using f, clear", words("1:1 id"), "f"),
    ("describe using f, clear", VarlistBody(), "f"),
]


@pytest.mark.parametrize(("text", "body", "using"), USING, ids=[row[0] for row in USING])
def test_using(text: str, body: Body, using: str) -> None:
    made = command(text)
    assert (made.body, made.using, made.options) == (body, using, (Option("clear"),))


OPTIONS: list[tuple[str, tuple[Option, ...]]] = [
    ("list", ()),
    ("list,", ()),
    ("list, noobs,", (Option("noobs"),)),
    ("list, sep(0) clean", (Option("sep", "0"), Option("clean"))),
    ("list, sep(0)clean", (Option("sep", "0"), Option("clean"))),
    ("list, sep (0), clean", (Option("sep", "0"), Option("clean"))),
    ("list, sep()", (Option("sep", ""),)),
    ('list, title("a) (b" c)', (Option("title", '"a) (b" c'),)),
    ("list, at(c.x=(0 1) z=(-.2 0 .2))", (Option("at", "c.x=(0 1) z=(-.2 0 .2)"),)),
    ("list, b(%9.3f) if(x)", (Option("b", "%9.3f"), Option("if", "x"))),
    ('list, s(`"a)"\')', (Option("s", '`"a)"\''),)),
]


@pytest.mark.parametrize(("text", "given"), OPTIONS, ids=[text for text, _ in OPTIONS])
def test_options(text: str, given: tuple[Option, ...]) -> None:
    assert command(text).options == given


@pytest.mark.parametrize("text", ["", "   ", "* a comment", "  * gen x = 1", "quietly", "capture:"])
def test_nothing_to_do(text: str) -> None:
    assert parse_line(text) is None


def test_whole_command() -> None:
    line = "qui bysort id (t): replace x = x[_n-1] if x>=. & _n>1, nopromote"
    assert command(line) == Command(
        "replace",
        AssignBody("x", Subscript(x, Binary("-", Var("_n"), one))),
        condition=Binary("&", Binary(">=", x, Missing()), Binary(">", Var("_n"), one)),
        options=(Option("nopromote"),),
        prefixes=(Prefix("quietly"), Prefix("bysort", "id (t)")),
    )


ERRORS: list[tuple[str, type[StataError], str, Span]] = [
    ("summarize 5x", InvalidSyntax, "5x invalid name", Span(10, 12)),
    ("summarize x)", Unbalanced, "parentheses unbalanced", Span(11, 12)),
    ("gen x = 1 foo", InvalidSyntax, "invalid 'foo'", Span(10, 13)),
    ("gen x =", InvalidSyntax, "invalid syntax", Span(7, 7)),
    ("gen x == 1", InvalidSyntax, "invalid syntax", Span(6, 8)),
    ("gen x[1] = 3", InvalidSyntax, "invalid syntax", Span(5, 6)),
    ("gen = 1", TooFewSpecified, "too few variables specified", Span(4, 5)),
    ("gen 5x = 3", InvalidSyntax, "invalid '5x'", Span(4, 6)),
    ("list in 0", InvalidSyntax, "'0' invalid observation number", Span(5, 9)),
    ("list x in abc", InvalidSyntax, "'abc' invalid observation number", Span(10, 13)),
    ('di "abc', Unbalanced, "too few quotes", Span(3, 7)),
    ('di `"abc"', Unbalanced, "too few quotes", Span(3, 9)),
    ('label variable x "abc', Unbalanced, "too few quotes", Span(17, 21)),
    ("list x, sep(1", Unbalanced, "parentheses unbalanced", Span(11, 12)),
    ("list x, 5", InvalidSyntax, "invalid '5'", Span(8, 9)),
    ("test x+1", InvalidSyntax, "invalid syntax", Span(5, 8)),
    ("by id:", InvalidSyntax, "invalid syntax", Span(0, 6)),
    ("use a if using f", InvalidSyntax, "invalid 'using'", Span(9, 14)),
]


@pytest.mark.parametrize(("text", "kind", "message", "span"), ERRORS, ids=[row[0] for row in ERRORS])
def test_error(text: str, kind: type[StataError], message: str, span: Span) -> None:
    with pytest.raises(kind) as caught:
        parse_line(text)
    assert (caught.value.message, caught.value.span) == (message, span)


def abbreviations() -> list[str]:
    """Every way to type a registered command."""
    typed = set(EXACT)
    for name, (least, *_) in ABBREVIATIONS.items():
        typed.update(name[:length] for length in range(len(least), len(name) + 1))
    return sorted(typed)


@pytest.mark.parametrize("word", abbreviations())
def test_registered_commands_have_a_place_in_the_grammar(word: str) -> None:
    """A word that the grammar does not list is parsed leniently, for the message that it is unrecognized."""
    assert head_kind(word) != "OTHER"


def test_words_and_suboptions() -> None:
    assert parse_words('a "b c" d', 2) == (Word("a"), quoted("b c"), Word("d"))
    assert parse_words("a, b") == (Word("a"), Word("b"))
    assert [word.span for word in parse_words("a bc", 10)] == [Span(10, 11), Span(12, 14)]
    assert parse_suboptions("ar 1, t(year) by(sex)") == (
        (Word("ar"), Word("1")),
        (Option("t", "year"), Option("by", "sex")),
    )
    assert parse_suboptions("") == ((), ())
