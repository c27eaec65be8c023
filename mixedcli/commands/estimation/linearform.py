"""The linear prediction x b of the last estimates, as a function of b: for any estimator, from the names in e(b)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mixedcli.commands.estimation.withcoefficients import with_coefficients
from mixedcli.data import factors
from mixedcli.data.missing import SYSMISS, is_missing
from mixedcli.data.stripes import term_of
from mixedcli.errors import EquationNotFound, NotFound
from mixedcli.frozen import frozen
from mixedcli.session import Session

Floats = NDArray[np.float64]


@frozen
class LinearForm:
    """x b over all observations; missing (coded) where a variable is.  positions: the columns of e(b) it uses."""

    X: Floats
    bad: NDArray[np.bool_]
    positions: tuple[int, ...]

    def __call__(self, b: Floats) -> Floats:
        return np.where(self.bad, SYSMISS, self.X @ b[list(self.positions)])


def prediction(session: Session, equation: str | None) -> Callable[[Floats], Floats]:
    """The form of one equation of e(b) (None: the first).  Errors: r(111), r(303)."""
    names = with_coefficients(session.estimates).matrices["b"].colnames
    wanted = names[0].rpartition(":")[0] if equation is None else equation
    mine = [k for k, c in enumerate(names) if c.rpartition(":")[0] == wanted]
    if not mine:
        raise EquationNotFound(f"equation {wanted} not found")
    columns: list[Floats] = []
    used: list[int] = []
    V = session.e.matrices["V"].values
    b = session.e.matrices["b"].values[0]
    for k in mine:
        own = names[k].rpartition(":")[2]
        if not V[k, k] and not b[k] and own != "_cons":
            continue  # base levels and omitted terms
        used.append(k)
        columns.append(_column(session, own))
    X = np.column_stack(columns) if columns else np.zeros((session.data.n, 0))
    unknown = is_missing(X)
    return LinearForm(np.where(unknown, 0.0, X), np.asarray(unknown.any(axis=1)), tuple(used))


def _column(session: Session, name: str) -> Floats:
    """The values of one term by its name in e(b): "week", "2.drug", "1.a#c.x", "L.x"."""
    if name == "_cons":
        return np.ones(session.data.n)
    term = term_of(name)
    for part in term.parts:
        if part.var not in session.data:
            raise NotFound(f"variable {part.var} not found")
    return factors.values(term, session.data, None)
