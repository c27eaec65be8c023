"""compress - the smallest storage types that hold the data

    compress [varlist]

No value changes: a type is taken only if it holds every value exactly.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import stored_numbers
from mixedcli.data import types, varlist
from mixedcli.data.dataset import Column
from mixedcli.data.missing import is_missing
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("compress", (OptionSpec("nocoalesce", "nocoalesce"),))

_SIZE = {"byte": 1, "int": 2, "long": 4, "float": 4, "double": 8}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Change the types.  Errors: r(111)."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    data = session.data
    names = varlist.names(body.varlist, data) if body.varlist.terms else data.names
    blocks: list[Block] = []
    changed: list[Column] = []
    saved = 0
    for name in dict.fromkeys(names):
        old = data.column(name)
        storage = _smallest(old)
        if storage == old.type:
            continue
        values = old.values if old.is_string else stored_numbers(old.numeric(), storage)
        changed.append(replace(old, type=storage, values=values, format=_format(old, storage)))
        blocks.append(line(f"  variable {name} was {old.type} now {storage}"))
        saved += (_width(old.type) - _width(storage)) * data.n
    blocks.append(line(f"  ({saved:,} bytes saved)"))
    if not changed:
        return Outcome(blocks=tuple(blocks))
    return Outcome(blocks=tuple(blocks), data=replace(data.with_metadata(changed)))


def _smallest(column: Column) -> str:
    if column.is_string:
        needed = types.string_type(column.values.tolist())
        return (
            needed
            if needed == "strL" or column.type == "strL" or int(needed[3:]) < int(column.type[3:])
            else column.type
        )
    x = column.numeric()
    real = x[~is_missing(x)]
    if not len(real):
        return "byte"
    if bool((real == np.rint(real)).all()):
        found = types.whole_type(float(real.min()), float(real.max()))
        return found if _SIZE[found] < _SIZE[column.type] else column.type
    exact = column.type == "double" and bool((real.astype(np.float32).astype(np.float64) == real).all())
    return "float" if exact and float(np.abs(real).max()) <= types.MAX_FLOAT else column.type


def _width(storage: str) -> int:
    return _SIZE.get(storage) or (int(storage[3:]) if storage != "strL" else 80)


def _format(old: Column, storage: str) -> str:
    """A format that was the default of the type stays as it is, except the width of strings."""
    if old.is_string and old.format == types.default_format(old.type):
        return types.default_format(storage)
    return old.format
