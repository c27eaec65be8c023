"""Names in e(b) read back: the inverse of what factors.expand writes."""

from __future__ import annotations

import numpy as np
import pytest

from mixedcli.ast import VarlistBody
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.factors import expand, omitted
from mixedcli.data.stripes import term_of
from mixedcli.errors import NotFound
from mixedcli.parse import parse_line


def numbers() -> Dataset:
    values = {"a": [1, 1, 2, 2, 3, 3], "b": [0, 1, 0, 1, 0, 1], "x": [1.5, 2, 3, 4, 5, 7]}
    columns = {n: Column(n, "double", np.array(v, float), "%10.0g") for n, v in values.items()}
    return Dataset(columns=columns, n=6)


@pytest.mark.parametrize(
    "typed",
    ["x", "i.a", "ibn.a", "a##b", "a#b", "ibn.a#b", "i.a#c.x", "i.a##c.x", "c.x#c.x", "i.a#i.b#c.x", "o.x", "ib3.a#b"],
)
def test_every_name_expand_writes_is_read_back(typed: str) -> None:
    made = parse_line(f"summarize {typed}")
    assert made is not None and isinstance(made.body, VarlistBody)
    for term in expand(made.body.varlist, numbers(), np.ones(6, dtype=bool)):
        for t in (term, omitted(term)):
            found = term_of(t.name)
            assert (found.parts, found.name) == (t.parts, t.name)
            assert (found.status == "value") == (t.status == "value")


def test_operators_are_kept() -> None:
    part = term_of("cL2.x#2.a").parts[0]
    assert [(o.letter, o.order) for o in part.ops] == [("L", 2)]


@pytest.mark.parametrize("name", ["", "1.", "a b", "2..x", "#x"])
def test_other_texts_are_no_terms(name: str) -> None:
    with pytest.raises(NotFound):
        term_of(name)
