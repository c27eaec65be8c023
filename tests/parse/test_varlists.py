"""Variable lists: names, patterns, ranges, factor variables, time-series operators, interactions, groups."""

from __future__ import annotations

import pytest

from mixedcli.ast import Base, FactorVar, Group, Interaction, Term, TimeOp, VarRange, VarRef
from mixedcli.errors import InvalidSyntax, Span
from mixedcli.parse import parse_varlist

a, b, x = VarRef("a"), VarRef("b"), VarRef("x")


def i(name: str, *levels: int, base: Base | None = None, omitted: tuple[int, ...] = ()) -> FactorVar:
    return FactorVar("i", VarRef(name), levels, base, omitted)


def c(name: str) -> FactorVar:
    return FactorVar("c", VarRef(name))


def lag(name: str, *orders: tuple[str, int]) -> VarRef:
    return VarRef(name, tuple(TimeOp(letter, order) for letter, order in orders))


TERMS: list[tuple[str, tuple[Term, ...]]] = [
    ("", ()),
    ("a b", (a, b)),
    ("x* ?y v~r _all *", (VarRef("x*"), VarRef("?y"), VarRef("v~r"), VarRef("_all"), VarRef("*"))),
    ("if* in? using*", (VarRef("if*"), VarRef("in?"), VarRef("using*"))),
    ("a-b x", (VarRange("a", "b"), x)),
    ("a - b", (VarRange("a", "b"),)),
    ("i.a", (i("a"),)),
    ("i.grp if_", (i("grp"), VarRef("if_"))),
    ("c.a c. x", (c("a"), c("x"))),
    ("2.a", (i("a", 2),)),
    ("i2.a i(1 2).a i(1/3).a", (i("a", 2), i("a", 1, 2), i("a", 1, 2, 3))),
    ("ib3.a b3.a", (i("a", base=Base("level", 3)), i("a", base=Base("level", 3)))),
    ("ib(first).a ib(last).a", (i("a", base=Base("first")), i("a", base=Base("last")))),
    ("ib(freq).a ib(#2).a", (i("a", base=Base("freq")), i("a", base=Base("nth", 2)))),
    ("ibn.a bn.a ib0.a", (i("a", base=Base("none")), i("a", base=Base("none")), i("a", base=Base("level", 0)))),
    ("1b.a", (i("a", 1, base=Base("level", 1)),)),
    ("0bn.girl#c.age", (Interaction(i("girl", 0, base=Base("none")), c("age"), full=False),)),
    ("o2.a 2o.a", (i("a", omitted=(2,)), i("a", 2, omitted=(2,)))),
    ("io(1 3).a", (i("a", omitted=(1, 3)),)),
    ("o.x co.x", (FactorVar("o", x), FactorVar("o", x))),
    ("a#b", (Interaction(a, b, full=False),)),
    ("a##b", (Interaction(a, b, full=True),)),
    ("Tx##time", (Interaction(VarRef("Tx"), VarRef("time"), full=True),)),
    ("1.group#1.time", (Interaction(i("group", 1), i("time", 1), full=False),)),
    ("i.a##c.x#b", (Interaction(Interaction(i("a"), c("x"), full=True), b, full=False),)),
    (
        "(c.a##c.a)##c.x",
        (Interaction(Group((Interaction(c("a"), c("a"), full=True),)), c("x"), full=True),),
    ),
    (
        "g##(c.m)##a##c.x",
        (
            Interaction(
                Interaction(Interaction(VarRef("g"), Group((c("m"),)), full=True), a, full=True), c("x"), full=True
            ),
        ),
    ),
    ("i.(a b)", (Group((i("a"), i("b"))),)),
    ("i.(a b)#c.x", (Interaction(Group((i("a"), i("b"))), c("x"), full=False),)),
    ("c.x#(a b)", (Interaction(c("x"), Group((a, b)), full=False),)),
    ("i.a-b", (FactorVar("i", VarRange("a", "b")),)),
    (
        "L.x l2.x F3.x D.x S12.x",
        (lag("x", ("L", 1)), lag("x", ("L", 2)), lag("x", ("F", 3)), lag("x", ("D", 1)), lag("x", ("S", 12))),
    ),
    ("LD.x L2D3.x", (lag("x", ("L", 1), ("D", 1)), lag("x", ("L", 2), ("D", 3)))),
    ("L(0/2).x", (Group((x, lag("x", ("L", 1)), lag("x", ("L", 2)))),)),
    ("L.(a b)", (Group((lag("a", ("L", 1)), lag("b", ("L", 1)))),)),
    ("L.a-b", (VarRange("a", "b", (TimeOp("L", 1),)),)),
    ("cL.x c.L.x", (FactorVar("c", lag("x", ("L", 1))), FactorVar("c", lag("x", ("L", 1))))),
    ("L.i.a", (FactorVar("i", lag("a", ("L", 1))),)),
    ("i x", (VarRef("i"), x)),
    ("gen mixed test", (VarRef("gen"), VarRef("mixed"), VarRef("test"))),
]


@pytest.mark.parametrize(("text", "terms"), TERMS, ids=[text or "empty" for text, _ in TERMS])
def test_terms(text: str, terms: tuple[Term, ...]) -> None:
    assert parse_varlist(text).terms == terms


def test_eight_way_interactions_are_the_most() -> None:
    parse_varlist("#".join("abcdefgh"))
    with pytest.raises(InvalidSyntax):
        parse_varlist("#".join("abcdefghi"))


ERRORS = [
    ("r.x", "r.x:  operator invalid", Span(0, 3)),
    ("R.x", "R.x:  operator invalid", Span(0, 3)),
    ("a c.i.x", "c.i.x:  operator invalid", Span(2, 7)),
    ("ib(foo).x", "ib(foo).x:  operator invalid", Span(0, 9)),
    ("a 5x", "5x invalid name", Span(2, 4)),
    ("a @", "@ invalid name", Span(2, 3)),
    ("a#", "invalid syntax", Span(2, 2)),
    ("a if", "if invalid name", Span(2, 4)),
]


@pytest.mark.parametrize(("text", "message", "span"), ERRORS, ids=[row[0] for row in ERRORS])
def test_error(text: str, message: str, span: Span) -> None:
    with pytest.raises(InvalidSyntax) as caught:
        parse_varlist(text, offset=3)
    assert caught.value.message == message
    assert caught.value.span == Span(span.start + 3, span.end + 3)


def test_spans() -> None:
    terms = parse_varlist("a i.b#c.x", offset=5).terms
    assert [term.span for term in terms] == [Span(5, 6), Span(7, 14)]
