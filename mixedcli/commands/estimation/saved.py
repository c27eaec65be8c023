"""Estimation results as a file: a zip of one JSON tree and the arrays it refers to.

The tree holds plain values, tuples and frozen records of this package, each under its class's name.  Reading makes such
records and nothing else: no code of the file runs, whatever it holds.  It is not Stata's own format of .ster files,
which is not published.
"""

from __future__ import annotations

import importlib
import io
import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from mixedcli.errors import NotStataFormat, ProgramDefined
from mixedcli.frozen import frozen
from mixedcli.results import Estimates

FORMAT = "mixedcli estimates 1"
_PACKAGE = "mixedcli."
#: what a file may hold at most, so that a small hostile file cannot fill the memory
LARGEST = 4 << 30


def write(estimates: tuple[Estimates, ...]) -> bytes:
    """The file's content: one set of results or several.  Errors: r(498) for results that hold what cannot be saved."""
    arrays: list[np.ndarray[Any, Any]] = []
    tree = _packed(estimates, arrays)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("format", FORMAT)
        archive.writestr("tree.json", json.dumps(tree))
        for k, array in enumerate(arrays):
            with archive.open(f"{k}.npy", "w") as member:
                np.save(member, array, allow_pickle=False)
    return buffer.getvalue()


def read(content: bytes, name: str) -> tuple[Estimates, ...]:
    """The results in a file.  Errors: r(610) for a file of another kind or a damaged one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(i.file_size for i in archive.infolist()) > LARGEST:
                raise ValueError("too large")
            if archive.read("format").decode() != FORMAT:
                raise ValueError("another format")
            tree = json.loads(archive.read("tree.json"))
            found = _unpacked(tree, archive)
    except (ValueError, KeyError, TypeError, AttributeError, ImportError, EOFError,
            zipfile.BadZipFile, RuntimeError):  # fmt: skip
        raise NotStataFormat(f"file {name} not mixedcli estimation-results format") from None
    several = found if isinstance(found, tuple) else (found,)
    if not several or not all(isinstance(x, Estimates) for x in several):
        raise NotStataFormat(f"file {name} not mixedcli estimation-results format")
    return several


def _packed(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else {"float": str(value)}
        case np.ndarray() if value.dtype != object:
            arrays.append(value)
            return {"array": len(arrays) - 1}
        case np.generic():
            return _packed(value.item(), arrays)
        case tuple() | list():
            return {"tuple" if isinstance(value, tuple) else "list": [_packed(v, arrays) for v in value]}
        case Mapping():
            pairs = [[_packed(k, arrays), _packed(v, arrays)] for k, v in value.items()]
            return {"view" if isinstance(value, MappingProxyType) else "dict": pairs}
        case type() if value.__module__.startswith(_PACKAGE):
            return {"class": f"{value.__module__}:{value.__qualname__}"}
    if is_dataclass(value) and type(value).__module__.startswith(_PACKAGE):
        kind = type(value)
        inside = {f.name: _packed(getattr(value, f.name), arrays) for f in fields(value) if f.init}
        return {"record": f"{kind.__module__}:{kind.__qualname__}", "fields": inside}
    raise ProgramDefined(f"these results cannot be saved ({type(value).__name__})")


def _unpacked(node: Any, archive: zipfile.ZipFile) -> Any:
    if not isinstance(node, dict):
        if isinstance(node, list):
            raise ValueError("bare list")
        return node
    if "record" in node:
        kind = _class(node["record"])
        if not is_dataclass(kind) or not hasattr(kind, "__slots__"):
            raise ValueError("not a record")
        known = {f.name for f in fields(kind) if f.init}
        inside = {k: _unpacked(v, archive) for k, v in node["fields"].items()}
        if not set(inside) <= known:
            raise ValueError("unknown field")
        return kind(**inside)
    ((tag, inner),) = node.items()
    if tag == "float":
        return float({"nan": "nan", "inf": "inf", "-inf": "-inf"}[inner])
    if tag == "array":
        with archive.open(f"{int(inner)}.npy") as member:
            return np.load(io.BytesIO(member.read()), allow_pickle=False)
    if tag in ("tuple", "list"):
        items = [_unpacked(v, archive) for v in inner]
        return tuple(items) if tag == "tuple" else items
    if tag in ("dict", "view"):
        pairs = {_unpacked(k, archive): _unpacked(v, archive) for k, v in inner}
        return MappingProxyType(pairs) if tag == "view" else pairs
    if tag == "class":
        return _class(inner)
    raise ValueError(tag)


def _class(path: str) -> type[Any]:
    """A class of this package by module and name."""
    module, _, name = path.partition(":")
    if not module.startswith(_PACKAGE) or not name.isidentifier():
        raise ValueError(path)
    found = getattr(importlib.import_module(module), name)
    if not isinstance(found, type) or found.__module__ != module:
        raise ValueError(path)
    return found


@frozen
class Noted:
    """What estimates notes and estimates title keep beside the results: in e(), as Stata does."""

    count: int
    texts: tuple[str, ...]


def notes(estimates: Estimates) -> Noted:
    """The notes of the results: e(note0) is their number, e(note1) ... their texts."""
    macros = estimates.stored.macros
    count = int(macros.get("note0", "0") or 0)
    return Noted(count, tuple(macros.get(f"note{k}", "") for k in range(1, count + 1)))
