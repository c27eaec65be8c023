"""Which observations a command uses: ``if``, ``in`` and complete rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.expression import Context, evaluate, is_true
from mixedcli.data.missing import is_missing
from mixedcli.errors import InvalidSyntax

Mask = NDArray[np.bool_]


def mask(
    data: Dataset, condition: ast.Expr | None, in_range: ast.InRange | None, context: Context | None = None
) -> Mask:
    """Rows (n,) that satisfy the if-expression and lie in the range.

    Errors: r(198) "observation numbers out of range", r(109) a string expression after if.
    """
    selected = _within(in_range, data.n)
    if condition is None:
        return selected
    everywhere = Context(data) if context is None else replace(context, data=data, rows=None)
    return selected & is_true(evaluate(condition, everywhere), data.n)


def _within(in_range: ast.InRange | None, n: int) -> Mask:
    if in_range is None:
        return np.ones(n, dtype=np.bool_)
    ends = []
    for typed in (in_range.first, in_range.last):
        place = typed if typed > 0 else n + 1 + typed
        if typed == 0 or not 1 <= place <= n:
            raise InvalidSyntax("observation numbers out of range", in_range.span)
        ends.append(place)
    first, last = ends
    if first > last:
        raise InvalidSyntax("observation numbers out of range", in_range.span)
    out = np.zeros(n, dtype=np.bool_)
    out[first - 1 : last] = True
    return out


def complete(data: Dataset, *columns: str | Column | NDArray[Any]) -> Mask:
    """Rows (n,) without a missing value in any of the columns; "" is a string's missing value."""
    out = np.ones(data.n, dtype=np.bool_)
    for item in columns:
        column = data.column(item) if isinstance(item, str) else item
        values: NDArray[Any] = column if isinstance(column, np.ndarray) else _comparable(column)
        out &= values != "" if values.dtype == object else ~is_missing(values)
    return out


def _comparable(column: Column) -> NDArray[Any]:
    return column.values if column.is_string else column.numeric()
