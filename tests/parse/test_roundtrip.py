"""Properties: parse(print(tree)) == tree, and no text whatever raises anything but a StataError."""

from __future__ import annotations

import string
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli import ast
from mixedcli.errors import StataError
from mixedcli.parse import (
    expand,
    logical_lines,
    needs_more,
    parse_expr,
    parse_line,
    parse_numlist,
    parse_suboptions,
    parse_varlist,
    parse_words,
    unparse,
)

RESERVED = {"if", "in", "using"}
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True).filter(lambda name: name not in RESERVED)
texts = st.text(alphabet=string.ascii_letters + string.digits + " +-/#(),;'$%", max_size=8)
time_ops = st.lists(st.builds(ast.TimeOp, st.sampled_from("LFDS"), st.integers(1, 12)), max_size=2).map(tuple)
numbers = st.floats(min_value=0, allow_nan=False, allow_infinity=False).map(ast.Number)
levels = st.lists(st.integers(0, 99), min_size=1, max_size=3, unique=True).map(tuple)

atoms = (
    numbers
    | st.builds(ast.Missing, st.sampled_from(["", "a", "z"]))
    | st.builds(ast.String, texts)
    | st.builds(ast.Var, names, time_ops)
    | st.builds(ast.Stored, st.sampled_from("ercs"), names)
    | st.builds(ast.Coef, st.sampled_from(["b", "se"]), st.none() | names, names)
)


OPERATORS = ["+", "-", "*", "/", "^", "&", "|", "==", "!=", "<", "<=", ">", ">="]
#: e(x) is a stored result, td(x) a date
NOT_FUNCTIONS = {"e", "r", "c", "s", "tc", "tC", "td", "th", "tm", "tq", "tw", "ty"}


def larger(inner: st.SearchStrategy[ast.Expr]) -> st.SearchStrategy[ast.Expr]:
    functions = names.filter(lambda name: name not in NOT_FUNCTIONS)
    return (
        st.builds(ast.Binary, st.sampled_from(OPERATORS), inner, inner)
        | st.builds(ast.Unary, st.sampled_from("+-!"), inner)
        | st.builds(ast.Subscript, st.builds(ast.Var, names), inner)
        | st.builds(ast.Element, st.builds(ast.Var, names), inner, inner)
        | st.builds(ast.Call, functions, st.lists(inner, max_size=3).map(tuple))
    )


exprs = st.recursive(atoms, larger, max_leaves=12)

patterns = st.from_regex(r"[A-Za-z_*][A-Za-z0-9_*?~]{0,4}", fullmatch=True).filter(
    lambda name: name.split("~")[0] not in RESERVED  # if~x is a condition
)
refs = st.builds(ast.VarRef, patterns, time_ops)
ranges = st.builds(ast.VarRange, names, names)
bases = (
    st.none()
    | st.builds(ast.Base, st.just("level") | st.just("nth"), st.integers(0, 9))
    | st.builds(ast.Base, st.sampled_from(["first", "last", "freq", "none"]))
)
factors = st.builds(ast.FactorVar, st.just("i"), refs, st.just(()) | levels, bases, st.just(()) | levels) | st.builds(
    ast.FactorVar, st.sampled_from(["c", "o"]), refs | ranges
)
single = refs | ranges | factors
terms = st.recursive(
    single,
    lambda inner: (
        st.builds(ast.Interaction, inner.filter(lambda t: not isinstance(t, ast.Interaction)), single, st.booleans())
        | st.builds(ast.Group, st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=6,
)
varlists = st.builds(ast.Varlist, st.lists(terms, max_size=4).map(tuple))

balanced = texts.filter(lambda text: "(" not in text and ")" not in text)
options = st.lists(st.builds(ast.Option, names, st.none() | balanced), max_size=3).map(tuple)
in_ranges = st.builds(ast.InRange, st.integers(1, 99), st.sampled_from([-1, 5]))
weights = st.builds(ast.Weight, st.sampled_from(["fweight", "aweight", "pweight", "iweight", ""]), exprs)
fixed = st.builds(
    ast.FixedEquation, refs, varlists, st.none() | exprs, st.none() | in_ranges, st.none() | weights, options
)
random = st.builds(ast.RandomEquation, names, varlists, options=options) | st.builds(
    ast.RandomEquation,
    names,
    st.builds(lambda name: ast.Varlist((ast.FactorVar("R", ast.VarRef(name)),)), names),
    st.none() | exprs,
)
prefixes = st.sampled_from(
    [(), (ast.Prefix("quietly"),), (ast.Prefix("bysort", "g (t)"), ast.Prefix("capture"))],
)
commands = (
    st.builds(
        ast.Command,
        st.just("mixed"),
        st.builds(ast.MixedBody, fixed, st.lists(random, max_size=3).map(tuple)),
        prefixes=prefixes,
    )
    | st.builds(
        ast.Command,
        st.just("summarize"),
        st.builds(ast.VarlistBody, varlists),
        st.none() | exprs,
        st.none() | in_ranges,
        st.none() | weights,
        st.none() | texts.filter(bool),
        options,
    )
    | st.builds(
        ast.Command,
        st.just("generate"),
        st.builds(ast.AssignBody, names, exprs, st.none() | st.sampled_from(["byte", "str10"]), st.none() | names),
        st.none() | exprs,
    )
)


@settings(deadline=None)  # the first example may compile the grammar
@given(exprs)
def test_expressions_survive(expr: ast.Expr) -> None:
    assert parse_expr(unparse(expr)) == expr


@settings(deadline=None)
@given(varlists)
def test_varlists_survive(varlist: ast.Varlist) -> None:
    assert parse_varlist(unparse(varlist)) == varlist


@settings(max_examples=60, deadline=None)
@given(commands)
def test_commands_survive(command: ast.Command) -> None:
    assert parse_line(unparse(command)) == command


WORDS = (
    "mixed y || id: _all R. i. c. ib2. # ## ( ) [ ] [fw= if in 1/5 using , = == gen test di x L(0/2). _b[x] e( %9.2f 1"
    ' . - ^ ! * : by bysort quietly label use egen #delimit /* */ // /// ; $ é " `" "\' ` \''
)
FRAGMENTS = st.sampled_from([*WORDS.split(), "\n", "\x00", "9" * 40])
pieces = st.lists(FRAGMENTS, max_size=14)
anything = st.text(max_size=40) | pieces.map(" ".join) | pieces.map("".join)


@settings(max_examples=400, deadline=None)
@given(anything)
def test_any_text_is_answered(text: str) -> None:
    for function in (parse_line, parse_expr, parse_varlist, parse_words, parse_suboptions, parse_numlist):
        with suppress(StataError):
            function(text)
    expand(text, lambda name, is_global: name)
    needs_more(text)
    for line in logical_lines(text):
        line.locate(len(line.text))


@settings(max_examples=200, deadline=None)
@given(anything)
def test_every_physical_line_is_echoed_once(text: str) -> None:
    echoed = "\n".join(part for line in logical_lines(text) for part in line.echo)
    kept = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    assert "".join(echoed.split()) == "".join(kept.split())
