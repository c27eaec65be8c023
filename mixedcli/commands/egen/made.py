"""What an egen function is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands import Options
from mixedcli.data import varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.expression import Context, as_column, evaluate
from mixedcli.data.groupstats import Grouped
from mixedcli.errors import InvalidSyntax, TypeMismatch, VarlistRequired
from mixedcli.frozen import frozen
from mixedcli.session import Session

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@frozen
class Made:
    """Values over all observations (numbers in Stata's coding, or strings); type "": the default one.

    texts: the value label to define under ``value_label``.  finished: the values are those of the type already, also in
    observations that if and in leave out.
    """

    values: NDArray[Any]
    type: str = ""
    label: str = ""
    value_label: str = ""
    texts: Mapping[float, str] | None = None
    notes: tuple[str, ...] = ()
    finished: bool = False


@frozen
class Asked:
    """rows: bool (n,), the observations that count; codes (n,): their groups, 0..groups-1."""

    session: Session
    context: Context
    body: ast.EgenBody
    options: Options
    rows: NDArray[np.bool_]
    codes: Ints
    groups: int

    @property
    def data(self) -> Dataset:
        return self.session.data

    def values(self) -> NDArray[Any]:
        """The argument as an expression, over all observations.  Errors: r(198), those of expressions."""
        if self.body.expr is None:
            raise InvalidSyntax("invalid syntax", self.body.span)
        return as_column(evaluate(self.body.expr, replace(self.context, rows=None)), self.data.n)

    def numbers(self) -> Floats:
        """``values``, which must be numbers.  Errors: r(109)."""
        found = self.values()
        if found.dtype == object:
            raise TypeMismatch("type mismatch", self.body.span)
        return np.asarray(found, dtype=np.float64)

    def grouped(self) -> Grouped:
        """The numbers of the rows that count, in their groups."""
        return Grouped(self.codes, self.groups, self.numbers(), self.rows)

    def percentage(self) -> float:
        """Option p(), 50 by default.  Errors: r(198)."""
        try:
            p = float(self.options.get("p", 50.0))
        except ValueError:
            raise InvalidSyntax("option p() incorrectly specified", self.body.span) from None
        if not 0 < p < 100:
            raise InvalidSyntax("p() must be between 0 and 100", self.body.span)  # unverified: words
        return p

    def columns(self) -> list[Column]:
        """The argument as variables.  Errors: r(100), r(111)."""
        if self.body.varlist is None:
            raise InvalidSyntax("invalid syntax", self.body.span)
        names = varlist.names(self.body.varlist, self.data)
        if not names:
            raise VarlistRequired("varlist required", self.body.span)
        return [self.data.column(n) for n in names]

    def matrix(self) -> Floats:
        """The argument as numeric variables (n, k), missing values as nan.  Errors: r(109)."""
        columns = [c.numeric() for c in self.columns()]
        table = np.column_stack(columns)
        return np.where(table < 2.0**1023, table, np.nan)

    def per_group(self, values: Floats) -> Made:
        """One value per group as a variable."""
        return Made(values[self.codes])


@frozen
class Function:
    """An egen function: its options, and whether by may go before it."""

    make: Callable[[Asked], Made]
    options: frozenset[str] = frozenset()
    by: bool = True
