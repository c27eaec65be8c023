"""What commands that describe data share: the rows they use, with weights, and their variables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands.context import expression_context
from mixedcli.data import sample, varlist
from mixedcli.data.dataset import Dataset
from mixedcli.data.missing import is_missing
from mixedcli.errors import InvalidSyntax, NoObservations, TypeMismatch
from mixedcli.frozen import frozen
from mixedcli.model.regression import assumed, weight_values, weighted_rows
from mixedcli.session import Session

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]


@frozen
class Used:
    """rows: bool (n,) that if, in and the weights leave; w: weights (n,) or None, of the kind in weight."""

    rows: Rows
    weight: str = ""
    w: Floats | None = None
    notes: tuple[Block, ...] = ()

    def weights(self, rows: Rows) -> Floats | None:
        """The weights of these rows."""
        return None if self.w is None else self.w[rows]


def used_rows(session: Session, command: ast.Command, allowed: tuple[str, ...] = ()) -> Used:
    """Errors: r(101), r(401), r(402), those of expressions."""
    context = expression_context(session)
    rows = sample.mask(session.data, command.condition, command.in_range, context)
    kind, w = weight_values(command, session.data, context, allowed or ("",))
    if w is None:
        return Used(rows)
    notes: tuple[Block, ...] = tuple(line(text) for text in assumed(command.weight, kind))
    return Used(weighted_rows(rows, w, kind), kind, w, notes)


def variables(session: Session, command: ast.Command, *, numeric: bool = True) -> tuple[str, ...]:
    """The variables of the varlist.  Errors: r(109) a string variable, r(111), r(198)."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    names = varlist.names(body.varlist, session.data)
    for name in names if numeric else ():
        if session.data.column(name).is_string:
            raise TypeMismatch(f"string variables not allowed in varlist;\n{name} is a string variable", command.span)
    return names


def known(data: Dataset, names: tuple[str, ...], rows: Rows) -> Rows:
    """The rows where none of the variables is missing.  Errors: r(2000) there is none."""
    for name in names:
        rows = rows & ~is_missing(data.numeric(name))
    if not rows.any():
        raise NoObservations("no observations")
    return rows
