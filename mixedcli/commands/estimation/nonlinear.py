"""Functions of the coefficients and their derivatives: what nlcom, testnl and predictnl share.

A function is an expression in which _b[] (or [eq]name) stands for the coefficients.  Its derivatives are central
differences on three step widths, extrapolated to width 0 (Richardson), which keeps them exact beyond the digits that
are printed; only coefficients that the expression names are moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands.context import column_of, expression_context
from mixedcli.data.expression import Context, scalar
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import LastEstimatesNotFound, ProgramDefined, TypeMismatch
from mixedcli.results import Estimates, Stored
from mixedcli.session import Session

Floats = NDArray[np.float64]

#: first step of the differences in standard errors of the coefficient: functions that the delta method suits are
#: smooth on that scale
STEP = 1e-2


def required(session: Session) -> tuple[Estimates, Floats, Floats]:
    """The last estimates with b (k,) and V (k, k).  Errors: r(301)."""
    estimates = session.estimates
    if estimates is None or "b" not in estimates.stored.matrices or "V" not in estimates.stored.matrices:
        raise LastEstimatesNotFound("last estimates not found")
    return estimates, estimates.stored.matrices["b"].values[0], estimates.stored.matrices["V"].values


def moved(context: Context, stored: Stored, b: Floats) -> Context:
    """The context with coefficients ``b`` (k,) in place of those of e(b)."""
    columns = stored.matrices["b"].colnames
    known: dict[tuple[str | None, str], int] = {}
    original = context.coefficient

    def coefficient(kind: str, equation: str | None, name: str) -> float:
        if kind != "b":
            return original(kind, equation, name)
        if (equation, name) not in known:
            known[equation, name] = column_of(columns, equation, name)
        return float(b[known[equation, name]])

    return replace(context, coefficient=coefficient)


def named(exprs: Iterable[ast.Expr], stored: Stored) -> list[int]:
    """Positions in e(b) of the coefficients that the expressions name.  Errors: r(111), r(303)."""
    columns = stored.matrices["b"].colnames
    found = {column_of(columns, c.equation, c.name) for e in exprs for c in _coefficients(e)}
    return sorted(found)


def _coefficients(node: object) -> Iterable[ast.Coef]:
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, ast.Coef):
            if item.kind == "b":
                yield item
        elif isinstance(item, tuple):
            stack.extend(item)
        elif isinstance(item, ast.Node):
            stack.extend(getattr(item, f.name) for f in fields(item) if f.name != "span")


def gradient(function: Callable[[Floats], Floats], b: Floats, V: Floats, at: Sequence[int]) -> Floats:
    """Derivatives (len(values), k) of a vector-valued function of b (k,) in the coefficients ``at``; 0 in others.

    Coefficients without a variance are constants.  nan where the function cannot be evaluated on both sides.
    """
    columns: dict[int, Floats] = {}
    for i in at:
        if not V[i, i] > 0:
            continue
        step = STEP * float(np.sqrt(V[i, i]))
        estimates = []
        for width in (step, step / 2, step / 4):
            up, down = b.copy(), b.copy()
            up[i] += width
            down[i] -= width
            estimates.append((function(up) - function(down)) / (up[i] - down[i]))
        first = [(4 * narrow - wide) / 3 for wide, narrow in pairwise(estimates)]
        columns[i] = (16 * first[1] - first[0]) / 15
    size = len(next(iter(columns.values()))) if columns else len(function(b))
    out = np.zeros((size, len(b)))
    for i, column in columns.items():
        out[:, i] = column
    return out


def evaluator(session: Session, exprs: Sequence[ast.Expr], stored: Stored) -> Callable[[Floats], Floats]:
    """b (k,) -> the values (len(exprs),) of single-valued expressions; nan is missing.

    Variables are not known here: a name means a scalar.  Errors: r(109) for strings, r(111).
    """
    from mixedcli.data.dataset import Dataset

    base = replace(expression_context(session), data=Dataset())

    def values(b: Floats) -> Floats:
        context = moved(base, stored, b)
        return np.array([_number(scalar(e, context), e) for e in exprs])

    return values


def _number(value: float | str, expr: ast.Expr) -> float:
    if isinstance(value, str):
        raise TypeMismatch("type mismatch", expr.span)
    return value if abs(value) < SYSMISS else float("nan")


def delta(values: Callable[[Floats], Floats], b: Floats, V: Floats, at: Sequence[int]) -> tuple[Floats, Floats, Floats]:
    """Estimates (m,), gradient G (m, k) and covariance matrix G V G' (m, m) of functions of b.

    Errors: r(498) where a function or a derivative is missing.
    """
    estimate = values(b)
    G = gradient(values, b, V, at)
    if np.isnan(estimate).any():
        raise ProgramDefined("expression evaluates to missing")  # unverified: words and code
    if np.isnan(G).any():
        raise ProgramDefined("could not calculate numerical derivatives")  # unverified: code
    return estimate, G, G @ V @ G.T
