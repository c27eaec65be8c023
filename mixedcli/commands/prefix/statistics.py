"""The expression list of a prefix command: what is kept of each run."""

from __future__ import annotations

from typing import Literal

from mixedcli import ast
from mixedcli.commands.context import expression_context
from mixedcli.data import types
from mixedcli.data.expression import scalar
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import InvalidSyntax, LastEstimatesNotFound, TypeMismatch
from mixedcli.frozen import frozen
from mixedcli.session import Session


@frozen
class Statistic:
    """One number to keep.  name: of the variable that takes it.  text: as typed, for labels and tables."""

    name: str
    text: str
    expr: ast.Expr
    equation: str = ""


def statistics(session: Session, items: tuple[ast.NamedExpr, ...], stub: str) -> tuple[Statistic, ...]:
    """The list with _b and _se written out for the estimates of ``session``; unnamed ones are stub1, stub2 ...

    Errors: r(301) _b without estimates, r(198) a name twice.
    """
    out: list[Statistic] = []
    for item in items:
        if item.expr is None:
            out += _coefficients(session, item, stub, len(out))
            continue
        name = item.name or f"{stub}{len(out) + 1}"
        if item.equation:
            name = f"{item.equation}_{name}"
        out.append(Statistic(name, item.text, item.expr, item.equation))
    names = [statistic.name for statistic in out]
    if len(set(names)) < len(names):
        raise InvalidSyntax(f"{next(n for n in names if names.count(n) > 1)} already defined")
    return tuple(out)


def assumed(before: Session, after: Session) -> tuple[ast.NamedExpr, ...]:
    """The list of commands that need none: all coefficients, or every scalar in r()."""
    if after.estimates is not None and after.estimates is not before.estimates:
        return (ast.NamedExpr("", None, "_b"),)
    return tuple(ast.NamedExpr(name, ast.Stored("r", name), f"r({name})") for name in after.r.scalars)


def values(session: Session, wanted: tuple[Statistic, ...]) -> list[float]:
    """Their values in a session on which the command has run.  Errors: those of expressions; r(109) a string."""
    context = expression_context(session)
    out: list[float] = []
    for statistic in wanted:
        value = scalar(statistic.expr, context)
        if isinstance(value, str):
            raise TypeMismatch("type mismatch")
        out.append(value if abs(value) < SYSMISS else SYSMISS)
    return out


def _coefficients(session: Session, item: ast.NamedExpr, stub: str, known: int) -> list[Statistic]:
    b = session.e.matrices.get("b")
    if b is None:
        raise LastEstimatesNotFound("last estimates not found")
    kind: Literal["b", "se"] = "se" if item.text.endswith("_se") else "b"
    only = item.text.partition("]")[0].strip("[") if item.text.startswith("[") else ""
    equations = dict.fromkeys(full.rpartition(":")[0] for full in b.colnames)
    out: list[Statistic] = []
    for full in b.colnames:
        equation, _, name = full.rpartition(":")
        if only and equation != only:
            continue
        text = f"[{equation}]_{kind}[{name}]" if len(equations) > 1 else f"_{kind}[{name}]"
        bare = name.removeprefix("_") if name == "_cons" else name
        variable = f"{equation}_{kind}_{bare}" if len(equations) > 1 else f"_{kind}_{bare}"
        if not types.valid_name(variable):
            variable = f"{stub}{known + len(out) + 1}"
        out.append(Statistic(variable, text, ast.Coef(kind, equation or None, name), equation))
    return out
