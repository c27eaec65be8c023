"""``@frozen``: what ``@dataclass(frozen=True, slots=True)`` gives, at a quarter of the cost of defining the class.

A data class writes and compiles six methods when it is defined, about a millisecond each; a command line defines dozens
of classes before it does anything.  Here one set of methods serves all classes, and a class gets its own ``__init__``
when its first instance is made.  ``dataclasses.fields``, ``replace``, ``asdict`` and pattern matching work as usual.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

_T = TypeVar("_T")
_set = object.__setattr__


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
    names: dict[str, Any] = {"_set": _set, "_factory": object()}
    for item in fields(owner):
        name = item.name
        if item.default is not MISSING:
            names[f"_default_{name}"] = item.default
            parameter = f"{name}=_default_{name}"
        elif item.default_factory is not MISSING:
            names[f"_make_{name}"] = item.default_factory
            parameter = f"{name}=_factory"
            lines.append(f" if {name} is _factory: {name} = _make_{name}()")
        else:
            parameter = name
        if item.init:
            (keywords if item.kw_only else parameters).append(parameter)
        lines.append(f" _set(self, {name!r}, {name})")
    if hasattr(owner, "__post_init__"):
        lines.append(" self.__post_init__()")
    if keywords:
        parameters += ["*", *keywords]
    exec(f"def __init__({', '.join(['self', *parameters])}):\n" + "\n".join([*lines, " return None"]), names)
    init = names["__init__"]
    init.__qualname__ = f"{owner.__qualname__}.__init__"
    owner.__init__ = init  # type: ignore[misc]
    init(self, *args, **kwargs)


def _values(cls: type[Any], which: str) -> attrgetter[Any] | None:
    """Reads the fields that take part in comparison or repr as one tuple; kept in ``_GETTERS``."""
    names = [item.name for item in fields(cls) if getattr(item, which)]
    getter = attrgetter(*names) if len(names) > 1 else attrgetter(*names, "__class__") if names else None
    _GETTERS[cls] = getter
    return getter


_GETTERS: dict[type[Any], attrgetter[Any] | None] = {}


def _eq(self: Any, other: Any) -> Any:
    cls = type(self)
    if type(other) is not cls:
        return NotImplemented
    getter = _GETTERS[cls] if cls in _GETTERS else _values(cls, "compare")
    return getter is None or getter(self) == getter(other)


def _hash(self: Any) -> int:
    cls = type(self)
    getter = _GETTERS[cls] if cls in _GETTERS else _values(cls, "compare")
    return hash((cls, None if getter is None else getter(self)))


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
        _set(self, item.name, value)


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
