"""The mixed command: every form of its syntax, and the traps of real do-files (measured on public ones)."""

from __future__ import annotations

import pytest

from mixedcli.ast import (
    Binary,
    Coef,
    Command,
    FactorVar,
    FixedEquation,
    Group,
    InRange,
    Interaction,
    MixedBody,
    Number,
    Option,
    Prefix,
    RandomEquation,
    TimeOp,
    Var,
    Varlist,
    VarRef,
    Weight,
)
from mixedcli.errors import InvalidSyntax, Span, StataError, Unbalanced, VarlistNotAllowed
from mixedcli.parse import parse_line

y, x = VarRef("y"), VarRef("x")


def fixed(*terms: VarRef | FactorVar | Interaction, **parts: object) -> FixedEquation:
    return FixedEquation(y, Varlist(terms), **parts)  # type: ignore[arg-type]


def equation(level: str, *terms: VarRef | FactorVar | Interaction, **parts: object) -> RandomEquation:
    return RandomEquation(level, Varlist(terms), **parts)  # type: ignore[arg-type]


def options(*texts: str) -> tuple[Option, ...]:
    made = []
    for text in texts:
        name, parenthesis, rest = text.partition("(")
        made.append(Option(name, rest[:-1] if parenthesis else None))
    return tuple(made)


def i(name: str) -> FactorVar:
    return FactorVar("i", VarRef(name))


def c(name: str) -> FactorVar:
    return FactorVar("c", VarRef(name))


def r(name: str) -> FactorVar:
    return FactorVar("R", VarRef(name))


ID = equation("id")

BODIES: list[tuple[str, MixedBody]] = [
    ("mixed y", MixedBody(fixed())),
    ("mixed y x", MixedBody(fixed(x))),
    ("mixed y x || id:", MixedBody(fixed(x), (ID,))),
    ("xtmixed y x || id:", MixedBody(fixed(x), (ID,))),
    ("mixed y x||id:", MixedBody(fixed(x), (ID,))),
    ("mixed y x  ||  id  :  x", MixedBody(fixed(x), (equation("id", x),))),
    ("mixed y x || id:x", MixedBody(fixed(x), (equation("id", x),))),
    ("mixed y || a: || b:", MixedBody(fixed(), (equation("a"), equation("b")))),
    (
        "mixed y x || _all:R.a || _all : R.b ||c:",
        MixedBody(fixed(x), (equation("_all", r("a")), equation("_all", r("b")), equation("c"))),
    ),
    ("mixed y || _all: R. a", MixedBody(fixed(), (equation("_all", r("a")),))),
    ("mixed y || g: c.t i.k", MixedBody(fixed(), (equation("g", c("t"), i("k")),))),
    # options stay with the equation they are typed in; a dangling comma means nothing
    ("mixed y x, || id: ,", MixedBody(fixed(x), (ID,))),
    ("mixed y x, nolog,", MixedBody(fixed(x, options=options("nolog")))),
    ("mixed y x, reml", MixedBody(fixed(x, options=options("reml")))),
    (
        "mixed y ibn.g x, nocons || id:, nocons",
        MixedBody(
            FixedEquation(
                y,
                parse_line("sum ibn.g x").body.varlist,  # type: ignore[union-attr]
                options=options("nocons"),
            ),
            (equation("id", options=options("nocons")),),
        ),
    ),
    (
        "mixed y || a: x, cov(un) || b: x, cov(un) reml",
        MixedBody(
            fixed(),
            (equation("a", x, options=options("cov(un)")), equation("b", x, options=options("cov(un)", "reml"))),
        ),
    ),
    (
        "xtmixed y x if k== 0, || place :,  covariance(independent)vce(robust)",
        MixedBody(
            fixed(x, condition=Binary("==", Var("k"), Number(0.0))),
            (equation("place", options=options("covariance(independent)", "vce(robust)")),),
        ),
    ),
    (
        "mixed y || school: , variance reml residuals(independent),",
        MixedBody(fixed(), (equation("school", options=options("variance", "reml", "residuals(independent)")),)),
    ),
    (
        "mixed y || id: , nocons residuals(ar 1, t(year) by(sex))",
        MixedBody(fixed(), (equation("id", options=options("nocons", "residuals(ar 1, t(year) by(sex))")),)),
    ),
    (
        "mixed y || id:, robust cluster(g)",
        MixedBody(fixed(), (equation("id", options=options("robust", "cluster(g)")),)),
    ),
    # if, in and weights: in the fixed part or behind the last equation's terms
    (
        "mixed y x if a | b || id:",
        MixedBody(fixed(x, condition=Binary("|", Var("a"), Var("b"))), (ID,)),
    ),
    (
        "mixed y || id: if g==2 | g==1",
        MixedBody(
            fixed(),
            (
                equation(
                    "id",
                    condition=Binary("|", Binary("==", Var("g"), Number(2.0)), Binary("==", Var("g"), Number(1.0))),
                ),
            ),
        ),
    ),
    (
        "mixed y || id: time if a==1&b==1, mle",
        MixedBody(
            fixed(),
            (
                equation(
                    "id",
                    VarRef("time"),
                    condition=Binary("&", Binary("==", Var("a"), Number(1.0)), Binary("==", Var("b"), Number(1.0))),
                    options=options("mle"),
                ),
            ),
        ),
    ),
    (
        "mixed y || _all: R.a || _all: R.b if t == 1",
        MixedBody(
            fixed(), (equation("_all", r("a")), equation("_all", r("b"), condition=Binary("==", Var("t"), Number(1.0))))
        ),
    ),
    (
        "mixed y x in 1/10 [pw=w1/w2] || id:, pweight(w3)",
        MixedBody(
            fixed(x, in_range=InRange(1, 10), weight=Weight("pweight", Binary("/", Var("w1"), Var("w2")))),
            (equation("id", options=options("pweight(w3)")),),
        ),
    ),
    ("mixed y [fw=n] if x[1]>0", MixedBody(parse_line("mixed y if x[1]>0 [fweight = n]").body.fixed)),  # type: ignore[union-attr]
    # factor variables
    (
        "mixed y (c.a##c.a)##c. x || id:",
        MixedBody(
            fixed(Interaction(Group((Interaction(c("a"), c("a"), full=True),)), c("x"), full=True)),
            (ID,),  # type: ignore[arg-type]
        ),
    ),
    ("mixed y Tx##time || id:", MixedBody(fixed(Interaction(VarRef("Tx"), VarRef("time"), full=True)), (ID,))),
    ("mixed y i.grp##c.x", MixedBody(fixed(Interaction(i("grp"), c("x"), full=True)))),
    # words of the language as names
    ("mixed mixed if_ || id:", MixedBody(FixedEquation(VarRef("mixed"), Varlist((VarRef("if_"),))), (ID,))),
    ("mixed gen in2 using1", MixedBody(FixedEquation(VarRef("gen"), Varlist((VarRef("in2"), VarRef("using1")))))),
    ("mixed D.y x", MixedBody(FixedEquation(VarRef("y", (TimeOp("D", 1),)), Varlist((x,))))),
]


@pytest.mark.parametrize(("text", "body"), BODIES, ids=[text for text, _ in BODIES])
def test_body(text: str, body: MixedBody) -> None:
    command = parse_line(text)
    assert command is not None
    assert command.body == body
    assert command.options == ()
    assert command.name == text.split()[0]


@pytest.mark.parametrize(
    ("text", "given"), [("mixed", ()), ("mixed,", ()), ("mixed, small level(90)", ("small", "level(90)"))]
)
def test_replay(text: str, given: tuple[str, ...]) -> None:
    assert parse_line(text) == Command("mixed", MixedBody(), options=options(*given))


PREFIXES = [
    ("quietly ", (Prefix("quietly"),)),
    ("qui: ", (Prefix("quietly"),)),
    ("noi ", (Prefix("noisily"),)),
    ("cap n ", (Prefix("capture"), Prefix("noisily"))),
    ("by citytype, sort: ", (Prefix("by", "citytype, sort"),)),
    ("bys g (t): ", (Prefix("bysort", "g (t)"),)),
    ("eststo m2: ", (Prefix("eststo", "m2"),)),
    ("eststo: ", (Prefix("eststo"),)),
    ('eststo m, title("a: b"): ', (Prefix("eststo", 'm, title("a: b")'),)),
    ("qui eststo m1: ", (Prefix("quietly"), Prefix("eststo", "m1"))),
    ("mi estimate, dots post variance: ", (Prefix("mi", "estimate, dots post variance"),)),
    ("xi: ", (Prefix("xi"),)),
    ("version 13: ", (Prefix("version", "13"),)),
    ("collect: ", (Prefix("collect"),)),
    ("bootstrap r=(r(a)-(r(b)+1)), reps(100): ", (Prefix("bootstrap", "r=(r(a)-(r(b)+1)), reps(100)"),)),
]


@pytest.mark.parametrize(("text", "prefixes"), PREFIXES, ids=[text for text, _ in PREFIXES])
def test_prefixes(text: str, prefixes: tuple[Prefix, ...]) -> None:
    line = f"{text}mixed y x || id:, reml"
    command = parse_line(line)
    assert command is not None
    assert command.prefixes == prefixes
    assert command.body == MixedBody(fixed(x), (equation("id", options=options("reml")),))
    assert command.text == line
    assert command.span is not None
    assert line[command.span.start : command.span.end] == "mixed y x || id:, reml"


def test_options_know_where_their_text_begins() -> None:
    line = "mixed y || id: x, cov (un) reml"
    body = parse_line(line).body  # type: ignore[union-attr]
    assert isinstance(body, MixedBody)
    cov, reml = body.random[0].options
    assert cov == Option("cov", "un")
    assert line[cov.text_start :].startswith("un)")
    assert cov.span == Span(18, 26)
    assert reml.span == Span(27, 31)


def test_spans_of_equations() -> None:
    line = "mixed y x || id: time, reml"
    body = parse_line(line).body  # type: ignore[union-attr]
    assert isinstance(body, MixedBody)
    assert body.fixed is not None
    assert body.fixed.span == Span(6, 9)
    assert body.random[0].span == Span(13, 27)
    assert body.random[0].terms.terms[0].span == Span(17, 21)


def test_xi_products_are_left_for_xi() -> None:
    command = parse_line("xi: mixed y i.a*i.b || id:")
    assert command is not None
    assert (command.name, command.prefixes) == ("mixed", (Prefix("xi"),))


ERRORS: list[tuple[str, type[StataError], str, Span]] = [
    ("mixed y || id", InvalidSyntax, "invalid syntax", Span(13, 13)),
    ("mixed y R.x || id:", InvalidSyntax, "R.x:  operator invalid", Span(8, 11)),
    ("mixed y || _all: r.x", InvalidSyntax, "r.x:  operator invalid", Span(17, 20)),
    ("mixed y || _all: x R.a", InvalidSyntax, "R.a:  operator invalid", Span(19, 22)),
    ("mixed y x if || id:", InvalidSyntax, "invalid syntax", Span(13, 15)),
    ("mixed y || id:, cov(un", Unbalanced, "parentheses unbalanced", Span(19, 20)),
    ("mixed y || id:, cov(un))", Unbalanced, "parentheses unbalanced", Span(23, 24)),
    ("mixed y using f || id:", VarlistNotAllowed, "using not allowed", Span(6, 15)),
    ("mixed y if x if z", InvalidSyntax, "invalid syntax", Span(13, 17)),
    ("mixed y [zw=x]", InvalidSyntax, "zw invalid weight type", Span(8, 14)),
]


@pytest.mark.parametrize(("text", "kind", "message", "span"), ERRORS, ids=[row[0] for row in ERRORS])
def test_error(text: str, kind: type[StataError], message: str, span: Span) -> None:
    with pytest.raises(kind) as caught:
        parse_line(text)
    assert (caught.value.message, caught.value.span) == (message, span)


def test_coefficients_of_the_last_model_in_conditions() -> None:
    body = parse_line("mixed y if _b[x]>0").body  # type: ignore[union-attr]
    assert body == MixedBody(fixed(condition=Binary(">", Coef("b", None, "x"), Number(0.0))))
