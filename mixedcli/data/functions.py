"""The functions of expressions: one row per function, looked up by name.

The rows stand in the modules ``functions_*`` beside this one, which are imported when a name is first asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice, repeat
from typing import Any, Literal

import numpy as np

from mixedcli.data.missing import SYSMISS
from mixedcli.data.operators import Value, clean, is_text
from mixedcli.data.stream import RandomStream
from mixedcli.errors import InvalidSyntax, NotYetAvailable, TypeMismatch, UnknownFunction
from mixedcli.frozen import frozen

Style = Literal["numeric", "plain", "text", "random"]


@frozen
class Function:
    """One row of a table.

    kinds: one letter per argument: n numeric, s string, a either.  least: how many must be given (-1: all).
    many: the last argument may be repeated.
    style: how ``body`` is called.
      numeric: with float64 arrays (0-d or rows); "." wherever an argument is missing, nan and overflow become ".".
      plain: with the Values as they are; it returns a Value and does its own missing rules.
      text: once per row with str and float; result tells what it returns.
      random: with the generator, the number of rows and float64 arrays; missing rules as numeric.
    """

    kinds: str
    body: Callable[..., Any]
    least: int = -1
    many: bool = False
    style: Style = "numeric"
    result: Literal["n", "s"] = "n"


Table = Mapping[str, Function]

_MODULES = (
    "functions_math",
    "functions_string",
    "functions_unicode",
    "functions_prob",
    "functions_continuous",
    "functions_noncentral",
    "functions_date",
    "functions_moment",
    "functions_calendar",
    "functions_random",
    "functions_system",
)


#: functions of Stata that there are not: they are told apart from mistyped names
_LATER = frozenset(
    {"bofd", "dofb", "dunnettprob", "invdunnettprob", "dgammapda", "dgammapdada", "dgammapdadx", "dgammapdxdx",
     "lnmvnormalden", "lnwishartden", "lniwishartden", "filewrite", "filereaderror", "frval", "_frval",
     "collatorlocale", "collatorversion", "ustrcompare", "ustrcompareex", "ustrsortkey", "ustrsortkeyex", "ustrfrom",
     "ustrto", "wordbreaklocale", "ustrsplit"}
)  # fmt: skip


def find(name: str) -> Function:
    """The row of a function.  Errors: r(133) "unknown function foo()"."""
    for module in _MODULES:
        table: Table = importlib.import_module(f"mixedcli.data.{module}").TABLE
        if name in table:
            return table[name]
    if name in _LATER:
        raise NotYetAvailable(f"function {name}() is not yet available")
    raise UnknownFunction(f"unknown function {name}()")


def call(row: Function, args: Sequence[Value], n: int, random: RandomStream) -> Value:
    """Apply a function to values; n is the number of rows of a column result.  Errors: r(198), r(109)."""
    _check(row, args)
    if row.style == "plain":
        with np.errstate(all="ignore"):
            value: Value = row.body(*args)
        return value
    if row.style == "text":
        return _rowwise(row, args, n)
    arrays = [np.asarray(arg, dtype=np.float64) for arg in args]
    with np.errstate(all="ignore"):
        if row.style == "random":
            out = np.asarray(row.body(random.generator, n, *arrays), dtype=np.float64)
        else:
            out = np.asarray(row.body(*arrays), dtype=np.float64)
    for array in arrays:
        if array.ndim == 0:
            if array >= SYSMISS:
                out = np.full(out.shape, SYSMISS)
        elif (bad := array >= SYSMISS).any():
            out = np.where(bad, SYSMISS, out)
    return clean(out)


def _check(row: Function, args: Sequence[Value]) -> None:
    least = len(row.kinds) if row.least < 0 else row.least
    if len(args) < least or (len(args) > len(row.kinds) and not row.many):
        raise InvalidSyntax("invalid syntax")
    kinds = row.kinds + row.kinds[-1:] * (len(args) - len(row.kinds))
    for kind, arg in zip(kinds, args, strict=False):
        if (kind == "n" and is_text(arg)) or (kind == "s" and not is_text(arg)):
            raise TypeMismatch("type mismatch")


_MANY = 1000
"""From so many rows on, repeated arguments are looked for."""


def _once_each(body: Callable[..., Any], rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    """The results row by row, computed once for arguments that recur."""
    known: dict[tuple[Any, ...], Any] = {}
    out = []
    for cells in rows:
        result = known.get(cells)
        if result is None:
            result = known[cells] = body(*cells)
        out.append(result)
    return out


def _rowwise(row: Function, args: Sequence[Value], n: int) -> Value:
    """Strings have no vectorised form in numpy: one call per row."""
    body = row.body
    if not any(isinstance(arg, np.ndarray) for arg in args):
        one = body(*args)
        return one if isinstance(one, str) else clean(one)
    columns = [arg.tolist() if isinstance(arg, np.ndarray) else arg for arg in args]

    def rows() -> Iterable[tuple[Any, ...]]:
        # repeat() runs out: every pass needs its own
        return zip(*(c if isinstance(c, list) else repeat(c, n) for c in columns), strict=True)

    if n > _MANY and len(set(islice(rows(), _MANY))) < _MANY // 4:
        results = _once_each(body, rows())
    else:
        results = [body(*cells) for cells in rows()]
    if row.result == "s":
        out = np.empty(len(results), dtype=object)
        out[:] = results
        return out
    return clean(np.array(results, dtype=np.float64))
