"""matrix A = exp, matrix A[i,j] = exp, matrix input."""

from __future__ import annotations

import re
from dataclasses import replace

from mixedcli import ast
from mixedcli.commands import Options
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.commands.macros.text import unplaced
from mixedcli.commands.matrices.common import computed, kept, targets
from mixedcli.data.matrices.expression import evaluate, named, place_of, with_part
from mixedcli.errors import InvalidSyntax, NotFound
from mixedcli.session import Outcome, Session

_LITERAL = re.compile(r"\(.*\)", re.DOTALL)


def define(session: Session, body: ast.MatrixBody) -> Outcome:
    """The matrix of an expression, or one with an element or block replaced.  Errors: r(111), r(503)-r(506)."""
    if body.place is None:
        made, settings = computed(session, body.expr)
        return Outcome(matrices={body.target: kept(made)}, settings=settings)
    old = session.matrices.get(body.target)
    if old is None:
        raise NotFound(f"matrix {body.target} not found", body.span)
    context = expression_context(session)
    before = named(old)
    part = evaluate(body.expr, context)
    made = with_part(before, place_of(before, body.place, context), part)
    return Outcome(matrices={body.target: kept(made)}, settings=settings_after(session, context))


@unplaced()
def input_(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
    """``matrix input A = (1,2\\3,4)``"""
    (name,), text = targets(rest, 1)
    if not _LITERAL.fullmatch(text):
        raise InvalidSyntax("invalid syntax")
    assert session.language is not None
    made, settings = computed(session, session.language.matrix(text))
    return Outcome(matrices={name: kept(replace(made))}, settings=settings)
