"""Expressions: text against literal trees.  Precedence as in the manual's table ([U] 13.2.5)."""

from __future__ import annotations

import pytest

from mixedcli.ast import (
    Binary,
    Call,
    Coef,
    Element,
    Expr,
    Missing,
    Number,
    Stored,
    String,
    Subscript,
    TimeOp,
    Unary,
    Var,
)
from mixedcli.errors import ExpressionTooLong, InvalidSyntax, Span, StataError, Unbalanced
from mixedcli.parse import parse_expr

a, b, c, x = Var("a"), Var("b"), Var("c"), Var("x")
one, two, three = Number(1.0), Number(2.0), Number(3.0)

TREES: list[tuple[str, Expr]] = [
    ("1", one),
    (".5", Number(0.5)),
    ("2.", two),
    ("1e-3", Number(0.001)),
    ("1.5D+3", Number(1500.0)),
    (".", Missing()),
    (".a", Missing("a")),
    ('"a // b"', String("a // b")),
    ('`"say "hi""\'', String('say "hi"')),
    ('""', String("")),
    # ^ binds tighter than the sign: display -2^2 shows -4
    ("-2^2", Unary("-", Binary("^", two, two))),
    ("2^-1", Binary("^", two, Unary("-", one))),
    ("2^3^2", Binary("^", Binary("^", two, three), two)),
    ("(a+b)*c", Binary("*", Binary("+", a, b), c)),
    ("a+b*c", Binary("+", a, Binary("*", b, c))),
    ("a-b-c", Binary("-", Binary("-", a, b), c)),
    ("a/b*c", Binary("*", Binary("/", a, b), c)),
    ("-a*b", Binary("*", Unary("-", a), b)),
    # ! binds tightest
    ("!a==b", Binary("==", Unary("!", a), b)),
    ("~a & b", Binary("&", Unary("!", a), b)),
    ("!-a", Unary("!", Unary("-", a))),
    ("a~=b", Binary("!=", a, b)),
    ("a==1&b==1", Binary("&", Binary("==", a, one), Binary("==", b, one))),
    ("a==2 | b==1 & c", Binary("|", Binary("==", a, two), Binary("&", Binary("==", b, one), c))),
    ("a<b<c", Binary("<", Binary("<", a, b), c)),
    ("a>=.", Binary(">=", a, Missing())),
    ("a<.&b", Binary("&", Binary("<", a, Missing()), b)),
    ("x==.z", Binary("==", x, Missing("z"))),
    ("a + -b", Binary("+", a, Unary("-", b))),
    ("x[_n-1]", Subscript(x, Binary("-", Var("_n"), one))),
    ("x [1]", Subscript(x, one)),
    ("A[1,2]", Element(Var("A"), one, two)),
    ("e(b)[1,colnumb(a)]", Element(Stored("e", "b"), one, Call("colnumb", (a,)))),
    ("e(ll)", Stored("e", "ll")),
    ("r( mean )", Stored("r", "mean")),
    ("c(pi)", Stored("c", "pi")),
    ("e(sample)", Stored("e", "sample")),
    ("_b[x]", Coef("b", None, "x")),
    ("_coef[x]", Coef("b", None, "x")),
    ("_b[eq:x]", Coef("b", "eq", "x")),
    ("_b[2.g#c.x]", Coef("b", None, "2.g#c.x")),
    ("_se[ 1.a # 2.b ]", Coef("se", None, "1.a#2.b")),
    ("_b[pid:var(_cons)]", Coef("b", "pid", "var(_cons)")),
    ("[eq]_b[x]", Coef("b", "eq", "x")),
    ("[eq]_se[x]", Coef("se", "eq", "x")),
    ("[eq]x", Coef("b", "eq", "x")),
    ("exp(2*[lnsig_e]_b[_cons])", Call("exp", (Binary("*", two, Coef("b", "lnsig_e", "_cons")),))),
    ("tanh([atr1_1_1_2]_b[_cons])", Call("tanh", (Coef("b", "atr1_1_1_2", "_cons"),))),
    ('colnumb(b,"lnsig_e:_cons")', Call("colnumb", (b, String("lnsig_e:_cons")))),
    ("runiform()", Call("runiform", ())),
    ("cond(a>b, a, .)", Call("cond", (Binary(">", a, b), a, Missing()))),
    ("L.x", Var("x", (TimeOp("L", 1),))),
    ("l2.x", Var("x", (TimeOp("L", 2),))),
    ("LD.x - S12.x", Binary("-", Var("x", (TimeOp("L", 1), TimeOp("D", 1))), Var("x", (TimeOp("S", 12),)))),
    ("td(1jan2020)", Call("td", (String("1jan2020"),))),
    ("_n/_N", Binary("/", Var("_n"), Var("_N"))),
    ("0.girl#c.age", Var("0.girl#c.age")),
    # in, if and using are words of the language, what begins with them is a name
    ("if_ + in2 + using1", Binary("+", Binary("+", Var("if_"), Var("in2")), Var("using1"))),
    ("mixed*gen", Binary("*", Var("mixed"), Var("gen"))),
    ("größe", Var("größe")),
]


@pytest.mark.parametrize(("text", "tree"), TREES, ids=[text for text, _ in TREES])
def test_tree(text: str, tree: Expr) -> None:
    assert parse_expr(text) == tree


def test_spans_are_shifted() -> None:
    expr = parse_expr(" a + exp(b)", offset=10)
    assert isinstance(expr, Binary)
    assert expr.span == Span(11, 21)
    assert expr.left.span == Span(11, 12)
    assert expr.right.span == Span(15, 21)


ERRORS: list[tuple[str, type[StataError], int, str, Span]] = [
    ("1 +", InvalidSyntax, 198, "invalid syntax", Span(3, 3)),
    ("a b", InvalidSyntax, 198, "invalid 'b'", Span(2, 3)),
    ("a = b", InvalidSyntax, 198, "invalid syntax", Span(2, 3)),
    ("", InvalidSyntax, 198, "invalid syntax", Span(0, 0)),
    ("(1+2", Unbalanced, 132, "too few ')' or ']'", Span(0, 1)),
    ("exp(1))", Unbalanced, 132, "too many ')' or ']'", Span(6, 7)),
    ("x[_n-1", Unbalanced, 132, "too few ')' or ']'", Span(1, 2)),
    ('x == "a', Unbalanced, 132, "too few quotes", Span(5, 7)),
    ("5x", InvalidSyntax, 198, "invalid '5x'", Span(0, 2)),
]


@pytest.mark.parametrize(("text", "kind", "rc", "message", "span"), ERRORS, ids=[row[0] for row in ERRORS])
def test_error(text: str, kind: type[StataError], rc: int, message: str, span: Span) -> None:
    with pytest.raises(kind) as caught:
        parse_expr(text)
    assert (caught.value.rc, caught.value.message, caught.value.span) == (rc, message, span)


@pytest.mark.parametrize("depth", [250, 10_000, 100_000])
def test_deep_parentheses_are_too_long(depth: int) -> None:
    # the limits of expressions: 249 nested pairs, 800 dyadic operators, else r(130)
    with pytest.raises(ExpressionTooLong) as caught:
        parse_expr("(" * depth + "1" + ")" * depth)
    assert caught.value.rc == 130
    assert caught.value.message == "expression too long"


def test_limits_are_reached_not_crossed() -> None:
    assert parse_expr("(" * 249 + "1" + ")" * 249) == one
    sum_ = parse_expr("+".join(["1"] * 801))
    operators = 0
    while isinstance(sum_, Binary):
        operators, sum_ = operators + 1, sum_.left
    assert operators == 800
    with pytest.raises(ExpressionTooLong):
        parse_expr("+".join(["1"] * 802))
    with pytest.raises(ExpressionTooLong):
        parse_expr("-" * 5000 + "1")
