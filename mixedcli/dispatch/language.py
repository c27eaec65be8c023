"""Stata's language as commands may use it: session.Language, which travels to worker processes."""

from __future__ import annotations

import copy
from dataclasses import fields
from typing import Any

from mixedcli import ast
from mixedcli.session import Frame, Ran, Session


class Stata:
    """Parses with ``parse``, runs with an interpreter of its own; holds no state."""

    def expr(self, text: str) -> ast.Expr:
        from mixedcli.parse import parse_expr

        return parse_expr(text)

    def matrix(self, text: str) -> ast.Expr:
        from mixedcli.parse import parse_matrix

        return parse_matrix(text)

    def varlist(self, text: str) -> ast.Varlist:
        from mixedcli.parse import parse_varlist

        return parse_varlist(text)

    def numlist(self, text: str) -> tuple[float, ...]:
        from mixedcli.parse import parse_numlist

        return parse_numlist(text)

    def command(self, text: str) -> ast.Command | None:
        from mixedcli.parse import parse_line

        return parse_line(text)

    def run(self, session: Session, text: str) -> Ran:
        from mixedcli.dispatch.interpreter import Interpreter

        own = duplicate(session)
        blocks: list[Any] = []
        Interpreter(own, blocks.extend).command(text)
        return Ran(own, tuple(blocks))


def duplicate(session: Session) -> Session:
    """A session of its own on the same data and results, outside the caller's by groups and loops."""
    own = copy.copy(session)
    for field in fields(Session):
        value = getattr(own, field.name)
        if isinstance(value, dict):
            setattr(own, field.name, dict(value))
    own.frame = Frame()
    own.by = None
    own.progress = None
    return own
