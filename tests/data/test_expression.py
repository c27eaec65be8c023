"""Expressions: Stata's missing rules, types, names, subscripts (LANGUAGE.md E.1)."""

from __future__ import annotations

import contextlib
import math
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli import ast
from mixedcli.data.dataset import Column, Dataset, TimeSettings
from mixedcli.data.expression import Context, as_column, evaluate, is_true, scalar
from mixedcli.data.missing import SYSMISS, missing_value
from mixedcli.errors import InvalidSyntax, NotFound, OutOfMemory, TypeMismatch, UnknownFunction
from mixedcli.parse import parse_expr

A = missing_value("a")


def texts(*values: str) -> np.ndarray:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


DATA = Dataset().with_columns(
    [
        Column("x", "double", np.array([1.0, -2.0, 0.0, SYSMISS, A])),
        Column("price", "float", np.array([1.1, 2.5, 3, 4, 5], dtype=np.float32)),
        Column("small", "byte", np.array([1, 2, 3, 101, 102], dtype=np.int8)),
        Column("name", "str5", texts("ann", "bob", "", "Zoe", "été")),
    ]
)


def value(text: str, context: Context | None = None):
    """The value of an expression; columns as lists with missing values as strings."""
    out = evaluate(parse_expr(text), context or Context(DATA))
    return shown(out)


def shown(out):
    if isinstance(out, np.ndarray):
        return [shown(v) for v in out.tolist()]
    if isinstance(out, float) and out >= SYSMISS:
        return "." if out == SYSMISS else "." + chr(ord("a") - 1 + round((out - SYSMISS) / 2.0**1011))
    return out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2*3^2", 19.0),
        ("-2^2", -4.0),
        ("2^3^2", 64.0),  # ^ goes from left to right in Stata
        ("7/0", "."),
        ("0/0", "."),
        (". + 1", "."),
        (".a + 1", "."),  # arithmetic on any missing value gives "."
        (". - .", "."),
        ("0 * .", "."),
        ("1/.", "."),
        ("-.", "."),
        ("1e300*1e300", "."),
        ("(-8)^(1/3)", "."),
        (". > 1e300", 1.0),
        (". < .a", 1.0),
        (".a < .z", 1.0),
        (". == .", 1.0),
        (". == .a", 0.0),
        ("5 < .", 1.0),
        ("!0", 1.0),
        ("!3", 0.0),
        ("!.", 0.0),
        (". & 1", 1.0),
        (". | 0", 1.0),
        ("0 & .", 0.0),
        ('"a" + "b"', "ab"),
        ('"ab" * 3', "ababab"),
        ('3 * "ab"', "ababab"),
        ('"ab" * -1', ""),
        ('"a" < "b"', 1.0),
        ('"Z" < "a"', 1.0),
        ('"" == ""', 1.0),
        ("_pi", math.pi),
        ("_N", 5.0),
    ],
)
def test_plain_values(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + 1", [2.0, -1.0, 1.0, ".", "."]),
        ("x", [1.0, -2.0, 0.0, ".", ".a"]),
        ("x > 0", [1.0, 0.0, 0.0, 1.0, 1.0]),
        ("x == .", [0.0, 0.0, 0.0, 1.0, 0.0]),
        ("x >= .", [0.0, 0.0, 0.0, 1.0, 1.0]),
        ("-x", [-1.0, 2.0, 0.0, ".", "."]),
        ("!x", [0.0, 0.0, 1.0, 0.0, 0.0]),
        ("_n", [1.0, 2.0, 3.0, 4.0, 5.0]),
        ("x[_n-1]", [".", 1.0, -2.0, 0.0, "."]),
        ("x[_n+1]", [-2.0, 0.0, ".", ".a", "."]),
        ("x[2]", -2.0),
        ("x[0]", "."),
        ("x[6]", "."),
        ("x[_N]", ".a"),
        ("x[.]", "."),
        ("name[_n-1]", ["", "ann", "bob", "", "Zoe"]),
        ("name[9]", ""),
        ('name + "!"', ["ann!", "bob!", "!", "Zoe!", "été!"]),
        ('name == "bob"', [0.0, 1.0, 0.0, 0.0, 0.0]),
        ('name > "a"', [1.0, 1.0, 0.0, 0.0, 1.0]),
        ("small", [1.0, 2.0, 3.0, ".", ".a"]),
        ("1/small", [1.0, 0.5, 1 / 3, ".", "."]),
        ("pri > 2.5", [0.0, 0.0, 1.0, 1.0, 1.0]),
        ("2.small", [0.0, 1.0, 0.0, ".", "."]),
        ("2.small#c.x", [0.0, -2.0, 0.0, ".", "."]),
    ],
)
def test_columns(text, expected):
    assert value(text) == expected


def test_float_is_compared_in_double():
    assert value("price == 1.1") == [0.0] * 5
    assert value("price == float(1.1)") == [1.0, 0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ('1 + "a"', TypeMismatch, "type mismatch"),
        ("name + 1", TypeMismatch, "type mismatch"),
        ("name * name", TypeMismatch, "type mismatch"),
        ('"a" & "b"', TypeMismatch, "type mismatch"),
        ("-name", TypeMismatch, "type mismatch"),
        ("sqrt(name)", TypeMismatch, "type mismatch"),
        ("strlen(x)", TypeMismatch, "type mismatch"),
        ("nope", NotFound, "nope not found"),
        ("nope[1]", NotFound, "nope not found"),
        ("foo(1)", UnknownFunction, "unknown function foo()"),
        ("sqrt(1, 2)", InvalidSyntax, "invalid syntax"),
        ("sqrt()", InvalidSyntax, "invalid syntax"),
        ("scalar(q)", NotFound, "scalar q not found"),
    ],
)
def test_errors(text, error, message):
    with pytest.raises(error) as caught:
        evaluate(parse_expr(text), Context(DATA))
    assert caught.value.message == message
    assert caught.value.span is not None


def test_error_span_marks_the_culprit():
    with pytest.raises(NotFound) as caught:
        evaluate(parse_expr("1 + sqrt(nope)"), Context(DATA))
    assert tuple(caught.value.span) == (9, 13)


def test_variables_come_before_scalars():
    context = Context(DATA, scalars={"x": 9.0, "p": 7.0, "q": 5.0, "word": "hi"})
    assert value("x[1]", context) == 1.0
    assert value("scalar(x)", context) == 9.0
    assert value("p[1]", context) == pytest.approx(1.1)  # price, abbreviated, wins over the scalar p
    assert value("q + 1", context) == 6.0
    assert value("word", context) == "hi"


def test_ambiguous_abbreviation():
    data = DATA.with_columns([Column("prior", "byte", np.zeros(5, dtype=np.int8))])
    with pytest.raises(NotFound, match="pri ambiguous abbreviation"):
        evaluate(parse_expr("pri + 1"), Context(data))


def test_a_scalar_where_the_name_abbreviates_two_variables():
    data = DATA.with_columns([Column("prior", "byte", np.zeros(5, dtype=np.int8))])
    assert value("pr", Context(data, scalars={"pr": 3.0})) == 3.0


def test_unknown_coefficients_are_missing():
    context = Context(DATA, coefficient=lambda *_: float("nan"))
    assert value("_se[x]", context) == "."
    assert value("_b[x] < .", context) == 0.0


def test_rows_leave_n_and_subscripts_alone():
    context = Context(DATA, rows=np.array([False, True, False, True, False]))
    assert value("_n", context) == [2.0, 4.0]
    assert value("x[_n-1]", context) == [1.0, 0.0]
    assert value("_N", context) == 5.0
    assert value("sum(_n)", context) == [2.0, 6.0]
    assert value("name", context) == ["bob", "Zoe"]


def test_scalar_takes_the_first_observation():
    assert scalar(parse_expr("x"), Context(DATA)) == 1.0
    assert scalar(parse_expr("name"), Context(DATA)) == "ann"
    assert scalar(parse_expr("x[2] + 1"), Context(DATA)) == -1.0
    assert scalar(parse_expr("x"), Context(DATA.rows(np.zeros(5, dtype=bool)))) == SYSMISS
    assert 0 <= scalar(parse_expr("runiform()"), Context(Dataset())) < 1


class _Matrix:
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    rownames = ("r1", "r2")
    colnames = ("y:x", "y:_cons")


def test_matrices_and_stored_results():
    context = Context(
        DATA,
        stored=lambda kind, name: {("e", "b"): _Matrix(), ("r", "mean"): 2.5, ("e", "cmd"): "mixed"}.get((kind, name)),
        matrix=lambda name: _Matrix() if name == "A" else None,
        coefficient=lambda kind, eq, name: {"b": 10.0, "se": 2.0}[kind],
    )
    assert value("e(b)[1,2]", context) == 2.0
    assert value("A[2,1]", context) == 3.0
    assert value("A[3,1]", context) == "."
    assert value('A[2,"y:_cons"]', context) == 4.0
    assert value('colnumb(A, "_cons")', context) == 2.0
    assert value('rownumb(A, "none")', context) == "."
    assert value("el(A, 1, 2)", context) == 2.0
    assert value("rowsof(A)*colsof(e(b))", context) == 4.0
    assert value("r(mean)", context) == 2.5
    assert value("r(nothing)", context) == "."
    assert value("e(cmd)", context) == "mixed"
    assert value("_b[x]/_se[x]", context) == 5.0
    with pytest.raises(NotFound, match="matrix B not found"):
        value("B[1,1]", context)


def test_estimation_sample_is_a_column():
    sample = np.array([True, False, True, False, True])
    context = Context(DATA, stored=lambda kind, name: sample if (kind, name) == ("e", "sample") else None)
    assert value("e(sample)", context) == [1.0, 0.0, 1.0, 0.0, 1.0]


def test_time_series_operator_needs_a_time_variable():
    with pytest.raises(NotFound, match="time variable not set"):
        value("L.x")
    data = DATA.with_columns([Column("t", "byte", np.array([3, 1, 2, 5, 4], dtype=np.int8))])
    ready = Dataset(data.columns, data.n, settings=TimeSettings(time="t"))
    assert value("L.x", Context(ready)) == [0.0, ".", -2.0, ".a", 1.0]


def test_is_true_and_as_column():
    assert is_true(SYSMISS, 2).tolist() == [True, True]
    assert is_true(np.array([0.0, -1.0, A]), 3).tolist() == [False, True, True]
    with pytest.raises(TypeMismatch):
        is_true("a", 1)
    assert as_column("a", 2).tolist() == ["a", "a"]
    assert as_column(2.0, 2).tolist() == [2.0, 2.0]


def test_long_chains_do_not_recurse():
    chain: ast.Expr = ast.Number(0.0)
    for _ in range(2 * sys.getrecursionlimit()):
        chain = ast.Binary("+", chain, ast.Number(1.0))
    assert evaluate(chain, Context(DATA)) == 2.0 * sys.getrecursionlimit()


def test_absurdly_long_strings_are_refused():
    with pytest.raises(OutOfMemory):
        evaluate(parse_expr('"abc" * 1e12'), Context(DATA))


def test_nothing_writes_into_the_data():
    before = {name: column.values.copy() for name, column in DATA.columns.items()}
    for text in ("x + 1", "x[_n-1]", "-x", "sum(x)", "max(x, 1)", "round(x)", "L.x", "cond(x, x, 1)"):
        with contextlib.suppress(NotFound):
            evaluate(parse_expr(text), Context(DATA))
    for name, values in before.items():
        assert (DATA.columns[name].values == values).all()


numbers = st.one_of(
    st.floats(min_value=-1e10, max_value=1e10), st.sampled_from([SYSMISS, A, missing_value("z"), 0.0, 1e307, -1e307])
)


def _reference(op: str, a: float, b: float) -> float:
    """Stata's rules written out for two numbers."""
    if op in ("==", "!=", "<", ">="):
        return float({"==": a == b, "!=": a != b, "<": a < b, ">=": a >= b}[op])
    if op in "&|":
        return float((a != 0 and b != 0) if op == "&" else (a != 0 or b != 0))
    if a >= SYSMISS or b >= SYSMISS:
        return SYSMISS
    try:
        out = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[op]()
    except (ZeroDivisionError, OverflowError):
        return SYSMISS
    return out if abs(out) < SYSMISS else SYSMISS


@settings(deadline=None)
@given(st.sampled_from(["+", "-", "*", "/", "==", "!=", "<", ">=", "&", "|"]), st.lists(st.tuples(numbers, numbers)))
def test_operators_on_columns_follow_the_rules_for_single_numbers(op, pairs):
    data = Dataset().with_columns(
        [Column(name, "double", np.array([p[k] for p in pairs], dtype=float)) for k, name in enumerate("ab")]
    )
    columns = as_column(evaluate(ast.Binary(op, ast.Var("a"), ast.Var("b")), Context(data)), data.n)
    assert columns.tolist() == [_reference(op, a, b) for a, b in pairs]
    for a, b in pairs[:3]:
        assert evaluate(ast.Binary(op, ast.Number(a), ast.Number(b)), Context(data)) == _reference(
            op, min(a, SYSMISS), min(b, SYSMISS)
        )
