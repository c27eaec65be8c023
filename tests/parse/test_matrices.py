"""Matrix expressions: what binds tighter, subscripts, and back to text."""

from __future__ import annotations

import pytest

from mixedcli.ast import Binary, Call, Join, MatrixBody, Number, Part, Range, String, Transpose, Unary, Var
from mixedcli.errors import StataError
from mixedcli.parse import parse_line, parse_matrix, unparse

A, B, C = Var("A"), Var("B"), Var("C")
ONE, TWO = Number(1.0), Number(2.0)

TREES = [
    ("A'*B", Binary("*", Transpose(A), B)),
    ("-A'", Unary("-", Transpose(A))),
    ("A + B*C", Binary("+", A, Binary("*", B, C))),
    ("A*B#C", Binary("*", A, Binary("#", B, C))),
    ("A, B \\ C", Join(((A, B), (C,)))),
    ("A, B + C", Join(((A, Binary("+", B, C)),))),
    ("(A)", A),
    ("(A, B)'", Transpose(Join(((A, B),)))),
    ("A[1,2]", Part(A, Range(ONE), Range(TWO))),
    ("A[1..2,2...]", Part(A, Range(ONE, TWO), Range(TWO, open=True))),
    ('A["x","y:"]', Part(A, Range(String("x")), Range(String("y:")))),
    ("inv(A)[1,2]", Part(Call("inv", (A,)), Range(ONE), Range(TWO))),
    ("J(1,2,1)", Call("J", (ONE, TWO, ONE))),
    ("2 ^ -1", Binary("^", TWO, Unary("-", ONE))),
]


@pytest.mark.parametrize(("text", "tree"), TREES, ids=[text for text, _ in TREES])
def test_tree(text, tree):
    assert parse_matrix(text) == tree
    assert parse_matrix(unparse(tree)) == tree


@pytest.mark.parametrize("text", ["A,", "A[1,2", "(1,2\\", "A B", "A[..,1]", "A''\"x\"", "[1,2]"])
def test_what_is_none(text):
    with pytest.raises(StataError) as caught:
        parse_matrix(text)
    assert caught.value.rc in (132, 198)


def test_the_command():
    command = parse_line("matrix define A[1,2] = B, C")
    assert command is not None
    assert command.body == MatrixBody("A", Join(((B, C),)), (ONE, TWO))
    assert parse_line(unparse(command)) == command
