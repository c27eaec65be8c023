"""@frozen against what dataclasses do: each behaviour is checked on the same class under both decorators."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from typing import Any

import pytest

from mixedcli.ast import Binary, Number, Var
from mixedcli.errors import Span
from mixedcli.frozen import frozen

Decorator = Callable[[type[Any]], type[Any]]
BOTH: list[Decorator] = [frozen, dataclass(frozen=True, slots=True)]


def point(decorate: Decorator) -> type[Any]:
    class Base:
        """A field that takes no part in comparison."""

        place: int | None = field(default=None, compare=False, repr=False, kw_only=True)

    base = decorate(Base)

    class Point(base):  # type: ignore[misc, valid-type]
        """Two numbers and a list."""

        x: int
        y: int = 2
        tags: list[str] = field(default_factory=list)

    return decorate(Point)


@pytest.mark.parametrize("decorate", BOTH)
def test_behaves_as_a_frozen_dataclass(decorate: Decorator) -> None:
    cls = point(decorate)
    first, second = cls(1, place=5), cls(1, 2, [])
    assert first == second and first.place == 5 and second.place is None
    assert first != cls(2)
    assert (first == 1) is False
    assert first.tags is not second.tags
    assert repr(first).endswith("Point(x=1, y=2, tags=[])")
    assert replace(first, y=3) == cls(1, 3)
    assert replace(first, y=3).place == 5
    assert asdict(first) == {"place": 5, "x": 1, "y": 2, "tags": []}
    assert [item.name for item in fields(cls)] == ["place", "x", "y", "tags"]
    assert not hasattr(first, "__dict__")
    for change in (lambda: setattr(first, "x", 9), lambda: delattr(first, "x")):
        with pytest.raises(FrozenInstanceError):
            change()
    with pytest.raises(TypeError):
        cls()
    with pytest.raises(TypeError):
        cls(1, z=3)
    match first:
        case cls(x, y):
            assert (x, y) == (1, 2)


@pytest.mark.parametrize("decorate", BOTH)
def test_hash_follows_equality(decorate: Decorator) -> None:
    class Pair:
        """Two values."""

        a: float
        b: float

    cls = decorate(Pair)
    assert hash(cls(1, 2)) == hash(cls(1.0, 2.0))
    assert len({cls(1, 2), cls(1, 2), cls(2, 1)}) == 2


@pytest.mark.parametrize("decorate", BOTH)
def test_post_init_runs(decorate: Decorator) -> None:
    class Positive:
        """A positive number."""

        value: float

        def __post_init__(self) -> None:
            if self.value <= 0:
                raise ValueError

    cls = decorate(Positive)
    assert cls(1.0).value == 1.0
    with pytest.raises(ValueError):
        cls(0.0)


def test_copies_and_pickles() -> None:
    node = Binary("+", Number(1.0), Var("x"), span=Span(3, 6))
    for other in (copy.copy(node), copy.deepcopy(node), pickle.loads(pickle.dumps(node))):
        assert other == node
        assert other.span == Span(3, 6)


def test_nan_equals_itself_and_nothing_else() -> None:
    node = Number(float("nan"))
    assert node == Number(node.value)
    assert node != Number(float("nan"))
