"""``@frozen``: what ``@dataclass(frozen=True, slots=True)`` gives, at a quarter of the cost of defining the class.

A data class writes and compiles six methods when it is defined, about a millisecond each; a command line defines dozens
of classes before it does anything.  Here one set of methods serves all classes, and a class gets its own ``__init__``
when its first instance is made.  ``dataclasses.fields``, ``replace``, ``asdict`` and pattern matching work as usual.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

_T = TypeVar("_T")
_SET = object.__setattr__


@dataclass_transform(frozen_default=True, field_specifiers=(field, Field))
def frozen(cls: type[_T]) -> type[_T]:
    """A frozen, slotted data class: equality, hash and repr by its fields, as ``field()`` declares them."""
    if cls.__doc__ is None:
        cls.__doc__ = cls.__name__  # else dataclass() imports inspect to write a signature
    made = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    for name, method in _METHODS.items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    return made


def _first_init(self: Any, *args: Any, **kwargs: Any) -> None:
    """Writes the class's own __init__ and runs it."""
    cls = type(self)
    owner = next(base for base in cls.__mro__ if base.__dict__.get("__init__") is _first_init)
    parameters: list[str] = []
    keywords: list[str] = []
    lines: list[str] = []
    names: dict[str, Any] = {"_set": _SET, "_factory": object()}
    for item in fields(owner):
        name = item.name
        if item.default is not MISSING:
            names[f"_default_{name}"] = item.default
            parameter = f"{name}=_default_{name}"
        elif item.default_factory is not MISSING:
            names[f"_make_{name}"] = item.default_factory
            parameter = f"{name}=_factory"
            if item.init:
                lines.append(f" if {name} is _factory: {name} = _make_{name}()")
        else:
            parameter = name
        if item.init:
            (keywords if item.kw_only else parameters).append(parameter)
            lines.append(f" _set(self, {name!r}, {name})")
        elif parameter != name:  # not an argument: its default, or left for __post_init__ to set
            value = f"_make_{name}()" if item.default_factory is not MISSING else f"_default_{name}"
            lines.append(f" _set(self, {name!r}, {value})")
    if hasattr(owner, "__post_init__"):
        lines.append(" self.__post_init__()")
    if keywords:
        parameters += ["*", *keywords]
    exec(f"def __init__({', '.join(['self', *parameters])}):\n" + "\n".join([*lines, " return None"]), names)
    init = names["__init__"]
    init.__qualname__ = f"{owner.__qualname__}.__init__"
    owner.__init__ = init  # type: ignore[misc]
    init(self, *args, **kwargs)


def _compared(cls: type[Any]) -> Callable[[Any], Any]:
    """Reads the fields that take part in comparison, as a tuple; made when first needed."""
    made = cls.__dict__.get("__compared__")
    if made is None:
        names = [item.name for item in fields(cls) if item.compare]
        # always a tuple, whose comparison takes identical parts as equal (nan, arrays)
        made = attrgetter(*names, "__class__")
        cls.__compared__ = made
    return made


def _eq(self: Any, other: Any) -> Any:
    cls = type(self)
    if type(other) is not cls:
        return NotImplemented
    values = _compared(cls)
    return self is other or values(self) == values(other)


def _hash(self: Any) -> int:
    cls = type(self)
    return hash((cls, _compared(cls)(self)))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{item.name}={getattr(self, item.name)!r}" for item in fields(self) if item.repr)
    return f"{type(self).__qualname__}({shown})"


def _refuse_set(self: Any, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_delete(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, item.name) for item in fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for item, value in zip(fields(self), state, strict=True):
        _SET(self, item.name, value)


_METHODS: dict[str, Any] = {
    "__init__": _first_init,
    "__eq__": _eq,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _refuse_set,
    "__delattr__": _refuse_delete,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
