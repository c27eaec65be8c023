"""Factor variables: names in e(b), base rules, and the columns they stand for.

Names are those Stata shows: manual example 6 (0bn.girl#c.age) and the usual listing of a##b.  That the terms
left are a basis of the space spanned by all cells is checked by brute force.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli import ast
from mixedcli.data import factors
from mixedcli.data.dataset import Column, Dataset, TimeSettings
from mixedcli.data.factors import Part
from mixedcli.data.levels import Factors
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import FactorValues, NotFound, TypeMismatch, VarlistNotAllowed
from mixedcli.parse import parse_varlist

GRID = np.array(list(itertools.product([1, 2], [1, 2, 3], [0, 1], range(3))))
X = np.random.default_rng(3).normal(size=len(GRID))
LETTERS = np.empty(len(GRID), dtype=object)
LETTERS[:] = "q"
DATA = Dataset().with_columns(
    [
        Column("a", "byte", GRID[:, 0].astype(np.int8)),
        Column("b", "int", GRID[:, 1].astype(np.int16)),
        Column("g", "float", GRID[:, 2].astype(np.float32)),
        Column("x", "double", X),
        Column("z", "double", X**2),
        Column("s", "str1", LETTERS),
    ]
)
ALL = np.ones(DATA.n, dtype=bool)


def terms(text: str, data: Dataset = DATA, sample=None):
    return factors.expand(parse_varlist(text), data, np.ones(data.n, dtype=bool) if sample is None else sample)


def names(text: str, **how) -> str:
    return " ".join(t.name for t in terms(text, **how))


def kept(text: str, **how) -> str:
    return " ".join(t.name for t in terms(text, **how) if t.status == "value")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x z", "x z"),
        ("i.a", "1b.a 2.a"),
        ("i.a x", "1b.a 2.a x"),
        ("ib2.a", "1.a 2b.a"),
        ("ib(last).b", "1.b 2.b 3b.b"),
        ("ib(first).b", "1b.b 2.b 3.b"),
        ("ib(#2).b", "1.b 2b.b 3.b"),
        ("ibn.a", "1bn.a 2.a"),
        ("2.b", "2.b"),
        ("1.a", "1.a"),
        ("i(2 3).b", "2.b 3.b"),
        ("2.b 3.b", "2.b 3.b"),
        ("i.(a g)", "1b.a 2.a 0b.g 1.g"),
        ("a##b", "1b.a 2.a 1b.b 2.b 3.b 1b.a#1b.b 1b.a#2o.b 1b.a#3o.b 2o.a#1b.b 2.a#2.b 2.a#3.b"),
        ("a#b", "1b.a#1b.b 1b.a#2.b 1b.a#3.b 2.a#1b.b 2.a#2.b 2.a#3.b"),
        ("i.a a#g", "1b.a 2.a 1b.a#0b.g 1b.a#1.g 2o.a#0b.g 2.a#1.g"),
        ("a##c.x", "1b.a 2.a x 1b.a#co.x 2.a#c.x"),
        ("c.x##a", "x 1b.a 2.a 1b.a#co.x 2.a#c.x"),
        ("i.a a#c.x", "1b.a 2.a 1b.a#c.x 2.a#c.x"),
        ("c.x#a", "1b.a#c.x 2.a#c.x"),
        ("x c.x#c.x", "x c.x#c.x"),
        ("c.x##c.x", "x c.x#c.x"),
        ("c.x##c.x##c.z", "x c.x#c.x z c.x#c.z c.x#c.x#c.z"),
        ("(c.x z)#a", "1b.a#c.x 2.a#c.x 1b.z#1b.a"),
        ("2.a#c.x", "2.a#c.x"),
        ("2.a#3.b", "2.a#3.b"),
        ("o.x z", "o.x z"),
        ("x x i.a i.a 2.a", "x 1b.a 2.a"),
        # stata: manual example 6
        ("ibn.g i.g#c.x c.x#c.x", "0bn.g 1.g 0bn.g#c.x 1.g#c.x c.x#c.x"),
        ("ib2.a a#c.x x", "1.a 2b.a 1.a#c.x 2b.a#co.x x"),
    ],
)
def test_names_in_stata_order(text, expected):
    if "1b.z" in expected:  # z is implied to be a factor, and has fractions
        with pytest.raises(FactorValues):
            terms(text)
        return
    assert names(text) == expected


def test_three_way_interaction():
    assert names("a##g##c.x") == (
        "1b.a 2.a 0b.g 1.g 1b.a#0b.g 1b.a#1o.g 2o.a#0b.g 2.a#1.g x 1b.a#co.x 2.a#c.x 0b.g#co.x 1.g#c.x "
        "1b.a#0b.g#co.x 1b.a#1o.g#co.x 2o.a#0b.g#co.x 2.a#1.g#c.x"
    )


def test_statuses():
    by_name = {t.name: t.status for t in terms("a##g o.x")}
    assert by_name["1b.a"] == by_name["1b.a#0b.g"] == by_name["2o.a#0b.g"] == "base"
    assert by_name["2.a#1.g"] == "value"
    assert by_name["o.x"] == "omitted"


def test_only_levels_of_the_sample_count():
    sample = DATA.numeric("b") != 1
    assert names("i.b", sample=sample) == "2b.b 3.b"
    frequent = sample | (np.arange(DATA.n) < 2)
    assert names("ib(freq).b", sample=frequent & ~(DATA.numeric("b") == 3)) == "1.b 2b.b"


def test_cells_without_observations_are_empty():
    a, b = DATA.numeric("a"), DATA.numeric("b")
    found = terms("a##b", sample=~((a == 2) & (b == 3)))
    assert [t.name for t in found if t.status == "empty"] == ["2o.a#3o.b"]
    found = terms("a#b#c.x", sample=~((a == 2) & (b == 3)))
    assert [t.name for t in found if t.status == "empty"] == ["2o.a#3o.b#co.x"]


def test_a_base_or_level_that_does_not_occur():
    assert [(t.name, t.status) for t in terms("ib7.a")] == [("1.a", "value"), ("2.a", "value"), ("7b.a", "empty")]
    assert [(t.name, t.status) for t in terms("9.a")] == [("9o.a", "empty")]


def test_omitted_twins():
    twin = {t.name: factors.omitted(t).name for t in terms("x i.b a#c.x a#g c.x#c.z")}
    assert twin["x"] == "o.x"
    assert twin["2.b"] == "2o.b"
    assert twin["2.a#c.x"] == "2o.a#co.x"
    assert twin["1b.a#1.g"] == "1b.a#1o.g"
    assert twin["c.x#c.z"] == "co.x#co.z"
    assert factors.omitted(factors.continuous("x")).status == "omitted"


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("i.x", FactorValues, "x:  factor variables may not contain negative values"),
        ("i.z", FactorValues, "z:  factor variables may not contain noninteger values"),
        ("x#a", FactorValues, "x:  factor variables may not contain negative values"),
        ("s", TypeMismatch, "string variables not allowed in varlist;\ns is a string variable"),
        ("i.s", TypeMismatch, "s:  string variables may not be used as factor variables"),
        ("i.nope", NotFound, "variable nope not found"),
    ],
)
def test_refused(text, error, message):
    with pytest.raises(error) as caught:
        terms(text)
    assert caught.value.message == message


def test_random_effects_operator_is_for_random_equations():
    with pytest.raises(VarlistNotAllowed):
        factors.expand(ast.Varlist((ast.FactorVar("R", ast.VarRef("a")),)), DATA, ALL)


def test_bad_factor_values_outside_the_sample_do_no_harm():
    g = DATA.numeric("x")
    data = DATA.with_columns([Column("k", "double", np.where(g < 0, -1.0, 2.0))])
    assert names("i.k", data=data, sample=g >= 0) == "2b.k"


def test_time_series_operators_in_names_and_values():
    t = np.tile([1, 2, 3], DATA.n // 3).astype(np.int8)
    panel = np.repeat(np.arange(DATA.n // 3), 3).astype(np.int16)
    data = DATA.with_columns([Column("t", "byte", t), Column("p", "int", panel)])
    data = Dataset(data.columns, data.n, settings=TimeSettings("p", "t"))
    assert names("L.x L2D.x cL.x#c.z i.L.g", data=data, sample=t > 1) == "L.x L2D.x cL.x#c.z 0bL.g 1L.g"
    lagged = factors.values(factors.continuous("x", parse_varlist("L.x").terms[0].ops), data)
    assert (lagged[1:][t[1:] > 1] == X[:-1][t[1:] > 1]).all()
    assert (lagged[t == 1] == SYSMISS).all()


def test_term_variables():
    found = factors.term_variables(parse_varlist("x i.a##c.x c.z#g 2.b"), DATA)
    assert found == (("x", ()), ("a", ()), ("g", ()), ("z", ()), ("b", ()))
    with pytest.raises(TypeMismatch):
        factors.term_variables(parse_varlist("x s"), DATA)


def test_values():
    a, b = DATA.numeric("a"), DATA.numeric("b")
    by_name = {t.name: factors.values(t, DATA) for t in terms("a##b##c.x")}
    assert (by_name["2.a"] == (a == 2)).all()
    assert (by_name["2.a#3.b#c.x"] == (a == 2) * (b == 3) * X).all()
    rows = a == 2
    assert (factors.values(terms("c.x#c.x")[0], DATA, rows) == (X * X)[rows]).all()
    odd = DATA.with_columns(
        [Column("a", "byte", np.full(DATA.n, 101, dtype=np.int8)), Column("h", "double", np.full(DATA.n, 1e200))]
    )
    assert (factors.values(factors.ModelTerm((Part("a", (), "i", 1),), "value", "1.a"), odd) == SYSMISS).all()
    assert (factors.values(terms("c.h#c.h", data=odd)[0], odd) == SYSMISS).all()


PIECES = ["i.a", "i.b", "i.g", "c.x", "c.z", "a#b", "a#c.x", "b#g", "a##g", "g#c.x", "a#g#c.x", "c.x#c.z", "a##c.x"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3, unique=True))
def test_estimated_terms_span_all_cells_with_full_rank_where_the_rule_says_so(pieces):
    """Dropping base cells loses nothing: estimated terms and the constant span every cell of every term."""
    found = terms(" ".join(pieces))
    estimated = np.column_stack([np.ones(DATA.n), *(factors.values(t, DATA) for t in found if t.status == "value")])
    every = np.column_stack([estimated, *(factors.values(t, DATA) for t in found)])
    assert np.linalg.matrix_rank(estimated) == np.linalg.matrix_rank(every)


@pytest.mark.parametrize("text", ["i.a", "a##b", "a##b##g", "a#b", "a##c.x", "i.a a#c.x", "a##g##c.x", "i.a a#b"])
def test_hierarchical_models_have_no_column_too_many(text):
    columns = [factors.values(t, DATA) for t in terms(text) if t.status == "value"]
    matrix = np.column_stack([np.ones(DATA.n), *columns])
    assert np.linalg.matrix_rank(matrix) == matrix.shape[1]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_term(pieces, random):
    order = list(range(DATA.n))
    random.shuffle(order)
    sample = np.arange(DATA.n) % 5 != 0
    shuffled = DATA.rows(np.array(order))
    text = " ".join(pieces)
    assert terms(text, data=shuffled, sample=sample[order]) == terms(text, sample=sample)


@pytest.mark.parametrize("size", [3, 200])
def test_observed_combinations_of_few_and_many_levels(size):
    """Dense and sparse tables of combinations against a set of tuples."""
    rng = np.random.default_rng(size)
    cells = rng.integers(0, size, (500, 3))
    cells[:size, 0] = cells[:size, 1] = cells[:size, 2] = np.arange(size)
    data = Dataset().with_columns([Column(n, "int", cells[:, k].astype(np.int16)) for k, n in enumerate("pqr")])
    found = Factors(data, np.ones(data.n, dtype=bool))
    occurs = found.observed([found.get(name, ()) for name in "pqr"])
    seen = set(map(tuple, cells.tolist()))
    for cell in [*sorted(seen)[:50], *map(tuple, rng.integers(0, size, (50, 3)).tolist())]:
        assert occurs(cell) == (cell in seen)
    assert not occurs((size, 0, 0))


def test_missing_values_belong_to_no_level():
    data = DATA.with_columns([Column("m", "byte", np.where(GRID[:, 2] == 0, 101, 7).astype(np.int8))])
    assert names("i.m", data=data) == "7b.m"
    (term,) = terms("7.m", data=data)
    assert (factors.values(term, data) == np.where(GRID[:, 2] == 0, SYSMISS, 1.0)).all()
    assert names("i.m", data=data, sample=GRID[:, 2] == 0) == ""
