"""Matrices of a session as the matrix language sees them, and back."""

from __future__ import annotations

import re
from collections.abc import Callable

from mixedcli import ast
from mixedcli.commands import Options
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.commands.macros.names import matrix
from mixedcli.commands.macros.text import unplaced
from mixedcli.data.matrices.expression import evaluate, named
from mixedcli.data.matrices.named import Named
from mixedcli.errors import InvalidSyntax
from mixedcli.results import Matrix
from mixedcli.session import Outcome, Session, Settings

Subcommand = Callable[[Session, ast.Command, str, Options], Outcome]
"""Gets the text behind the subcommand's word."""

NAME = re.compile(r"[^\W\d]\w*")


def kept(made: Named) -> Matrix:
    """What the session holds of a matrix."""
    return Matrix(made.values, made.rownames, made.colnames)


def computed(session: Session, expr: ast.Expr) -> tuple[Named, Settings]:
    """The value of a matrix expression, and the settings afterwards (random numbers may have been drawn)."""
    context = expression_context(session)
    return evaluate(expr, context), settings_after(session, context)


@unplaced()
def held(session: Session, text: str) -> Named:
    """The matrix a text means: a name, e(b), or any matrix expression.  Errors: r(111), r(198)."""
    text = text.strip()
    if re.fullmatch(r"\w+|[ers]\(\s*\w+\s*\)", text):
        return named(matrix(session, text))
    assert session.language is not None
    return computed(session, session.language.matrix(text))[0]


def targets(text: str, count: int) -> tuple[tuple[str, ...], str]:
    """``X v = text``: the names that are set, and the text.  Errors: r(198)."""
    front, equals, rest = text.partition("=")
    names = tuple(front.split())
    if not equals or len(names) != count or not rest.strip():
        raise InvalidSyntax("invalid syntax")
    for name in names:
        valid(name)
    return names, rest.strip()


def valid(name: str) -> str:
    """The name itself.  Errors: r(198) it cannot be a matrix's."""
    if not NAME.fullmatch(name) or len(name) > 32:
        raise InvalidSyntax(f"{name} invalid name")
    return name
