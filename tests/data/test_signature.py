"""The checksum of an estimation sample: any order, every value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.signature import signature


def made(x: list[float], s: list[str]) -> Dataset:
    return Dataset().with_columns(
        [Column("x", "double", np.array(x), "%9.0g"), Column("s", "str5", np.array(s, dtype=object), "%9s")]
    )


def test_order_does_not_matter_but_what_goes_together_does() -> None:
    rows = np.ones(4, dtype=bool)
    first = signature(made([1, 2, 3, 4], ["a", "b", "c", "d"]), ("x", "s"), rows)
    assert first == signature(made([4, 2, 3, 1], ["d", "b", "c", "a"]), ("x", "s"), rows)
    assert first != signature(made([4, 2, 3, 1], ["a", "b", "c", "d"]), ("x", "s"), rows)
    assert first != signature(made([1, 2, 3, 4.0000001], ["a", "b", "c", "d"]), ("x", "s"), rows)
    assert first != signature(made([1, 2, 3, 4], ["a", "b", "c", "e"]), ("x", "s"), rows)


def test_only_the_sample_counts() -> None:
    rows = np.array([True, True, False])
    a, b = made([1, 2, 3], ["a", "b", "c"]), made([1, 2, 9], ["a", "b", "z"])
    assert signature(a, ("x", "s"), rows) == signature(b, ("x", "s"), rows)
    zero = made([0.0, 2, 3], ["a", "b", "c"])
    other = replace(made([-0.0, 2, 3], ["a", "b", "c"]))
    assert signature(zero, ("x",), rows) == signature(other, ("x",), rows)
