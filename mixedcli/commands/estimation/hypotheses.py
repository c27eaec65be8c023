"""Linear hypotheses on e(b): expressions to rows of R b = r, their printed form, and the Wald statistic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands.context import column_of
from mixedcli.engine import distributions, inference
from mixedcli.errors import NotPossibleWithTest
from mixedcli.frozen import frozen
from mixedcli.numfmt import format_value
from mixedcli.results import Stored

Floats = NDArray[np.float64]


@frozen
class Linear:
    """coefficients' b + constant, an affine function of e(b)."""

    coefficients: Floats
    constant: float

    def __sub__(self, other: Linear) -> Linear:
        return Linear(self.coefficients - other.coefficients, self.constant - other.constant)

    def scaled(self, factor: float) -> Linear:
        return Linear(self.coefficients * factor, self.constant * factor)


def linear(expr: ast.Expr, stored: Stored) -> Linear:
    """An expression in coefficients as an affine function.  Errors: r(198) when it is not linear."""
    size = stored.matrices["b"].values.shape[1]
    zero = np.zeros(size)

    def coefficient(equation: str | None, name: str) -> Linear:
        unit = zero.copy()
        unit[column_of(stored.matrices["b"].colnames, equation, name)] = 1.0
        return Linear(unit, 0.0)

    def walk(node: ast.Expr) -> Linear:
        if isinstance(node, ast.Number):
            return Linear(zero, node.value)
        if isinstance(node, ast.Coef) and node.kind == "b":
            return coefficient(node.equation, node.name)
        if isinstance(node, ast.Var):
            return coefficient(
                None, "".join(f"{o.letter}{o.order if o.order != 1 else ''}." for o in node.ops) + node.name
            )
        if isinstance(node, ast.Unary) and node.op in "+-":
            return walk(node.operand).scaled(-1.0 if node.op == "-" else 1.0)
        if isinstance(node, ast.Binary):
            left, right = walk(node.left), walk(node.right)
            if node.op == "+":
                return left - right.scaled(-1.0)
            if node.op == "-":
                return left - right
            if node.op == "*" and not left.coefficients.any():
                return right.scaled(left.constant)
            if node.op == "*" and not right.coefficients.any():
                return left.scaled(right.constant)
            if node.op == "/" and not right.coefficients.any() and right.constant:
                return left.scaled(1 / right.constant)
        # stata: help search shows these words and code for test
        raise NotPossibleWithTest("not possible with test", node.span)

    return walk(expr)


def describe(hypothesis: Linear, stored: Stored) -> str:
    """ "[weight]week - 2*[weight]_cons = 3": the hypothesis linear = 0 with the constant on the right."""
    text = ""
    for i in np.flatnonzero(hypothesis.coefficients):
        value = float(hypothesis.coefficients[i])
        head, _, term = stored.matrices["b"].colnames[i].rpartition(":")
        sign = " - " if value < 0 else " + "
        if not text:
            sign = "- " if value < 0 else ""
        factor = "" if abs(value) == 1 else f"{format_value(abs(value), '%9.0g').strip()}*"
        text += sign + factor + (f"[{head}]{term}" if head else term)
    right = -hypothesis.constant + 0.0
    return f"{text or '0'} = {format_value(right, '%9.0g').strip()}"


@frozen
class Wald:
    """chi2 with df and p; dropped: indices of redundant constraints."""

    chi2: float
    df: int
    p: float
    dropped: tuple[int, ...]


def wald(hypotheses: Sequence[Linear], stored: Stored) -> Wald:
    """Wald test of all hypotheses at once, redundant ones dropped first come first kept."""
    b, v = stored.matrices["b"].values[0], stored.matrices["V"].values
    kept: list[int] = []
    for i, h in enumerate(hypotheses):
        r = np.array([hypotheses[k].coefficients for k in (*kept, i)])
        middle = inference.combined_variance(r, v)
        scale = np.sqrt(np.diag(middle))
        # independent when the correlation matrix of the tested functions keeps full rank
        if (
            scale.all()
            and h.coefficients.any()
            and np.linalg.matrix_rank(middle / np.outer(scale, scale), tol=1e-9) == len(r)
        ):
            kept.append(i)
    dropped = tuple(i for i in range(len(hypotheses)) if i not in kept)
    if not kept:
        return Wald(float("nan"), 0, float("nan"), dropped)
    r = np.array([hypotheses[k].coefficients for k in kept])
    value = r @ b + np.array([hypotheses[k].constant for k in kept])
    chi2 = float(value @ np.linalg.solve(r @ v @ r.T, value))
    return Wald(chi2, len(kept), distributions.chi2_tail(chi2, len(kept)), dropped)
