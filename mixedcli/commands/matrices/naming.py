"""matrix rownames, colnames, roweq, coleq: names of rows and columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from mixedcli import ast
from mixedcli.commands import Options
from mixedcli.commands.macros.text import words
from mixedcli.commands.matrices.common import Subcommand
from mixedcli.data.matrices.named import full, parted
from mixedcli.errors import Conformability, InvalidSyntax, NotFound
from mixedcli.session import Outcome, Session

_SET = re.compile(r"(\w+)\s*=\s*(.*)", re.DOTALL)


def renamer(side: Literal["row", "col"], *, equations: bool) -> Subcommand:
    """The subcommand for names or equations of rows or columns."""

    def run(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
        found = _SET.fullmatch(rest)
        if found is None:
            raise InvalidSyntax("invalid syntax")
        old = session.matrices.get(found[1])
        if old is None:
            raise NotFound(f"matrix {found[1]} not found")
        given = words(found[2])
        labels = old.rownames if side == "row" else old.colnames
        made = _named(labels, given, _as_equation if equations else _as_name)
        return Outcome(
            matrices={found[1]: replace(old, rownames=made) if side == "row" else replace(old, colnames=made)}
        )

    return run


def _named(labels: tuple[str, ...], given: list[str], one: Callable[[str, str], str]) -> tuple[str, ...]:
    """Labels under new names; the last one goes on when there are too few.  Errors: r(198), r(503) too many."""
    if not given:
        raise InvalidSyntax("invalid syntax")
    if len(given) > len(labels):
        raise Conformability("conformability error")  # unverified: code
    # unverified: the last name is repeated
    wanted = given + given[-1:] * (len(labels) - len(given))
    return tuple(one(label, name) for label, name in zip(labels, wanted, strict=True))


def _as_name(label: str, given: str) -> str:
    """``name``, ``:name``, ``eq:``, ``eq:name``: the part that is not given stays."""
    equation, name = parted(label)
    new_equation, colon, new_name = given.rpartition(":")
    if not colon:
        return full(equation, given)
    return full(new_equation or equation, new_name or name)


def _as_equation(label: str, given: str) -> str:
    """A simple name is an equation's; "_" and ":" take it away."""
    _, name = parted(label)
    new_equation, colon, new_name = given.rpartition(":")
    if not colon:
        return full(given, name)
    return full(new_equation, new_name or name)
