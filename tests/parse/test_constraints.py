"""Constraints and the weights of levels: what the grammar makes of them."""

from __future__ import annotations

import pytest

from mixedcli.ast import Binary, Coef, CoefRef, ConstraintBody, MixedBody, Number, Var, Word, WordsBody
from mixedcli.ast import TestSpec as Hypothesis  # pytest takes classes called Test for tests
from mixedcli.errors import StataError
from mixedcli.parse import parse_line


@pytest.mark.parametrize(
    ("text", "number", "spec"),
    [
        ("constraint 1 week = 6", 1, Hypothesis(sides=(Var("week"), Number(6.0)))),
        ("constraint define 12 [weight]week=6", 12, Hypothesis(sides=(Coef("b", "weight", "week"), Number(6.0)))),
        ("cons de 3 1.g = 2.g", 3, Hypothesis(sides=(Var("1.g"), Var("2.g")))),
        ("constraint 4 x z", 4, Hypothesis(coefs=(CoefRef(None, "x"), CoefRef(None, "z")))),
    ],
)
def test_constraints_are_numbered_specifications(text: str, number: int, spec: Hypothesis) -> None:
    command = parse_line(text)
    assert command is not None
    assert command.body == ConstraintBody(number, spec)


def test_other_forms_of_constraint_are_words() -> None:
    command = parse_line("constraint drop 1/3 7")
    assert command is not None
    assert command.body == WordsBody((Word("drop"), Word("1/3"), Word("7")), "drop 1/3 7")


def test_weights_of_levels_are_expressions() -> None:
    command = parse_line("mixed y x || id:, pweight(w1/w2) nocons")
    assert command is not None
    assert isinstance(command.body, MixedBody)
    weight, flag = command.body.random[0].options
    assert weight.expr == Binary("/", Var("w1"), Var("w2"))
    assert flag.expr is None


@pytest.mark.parametrize("text", ["constraint 0 x = 1", "constraint 2000 x = 1", "constraint 1 x z = 2"])
def test_bad_constraints(text: str) -> None:
    with pytest.raises(StataError):
        parse_line(text)
