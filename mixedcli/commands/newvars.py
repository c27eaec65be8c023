"""What commands that make variables share: names that are free, columns of numbers, weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import Options
from mixedcli.commands.assignment import stored_numbers
from mixedcli.commands.context import expression_context
from mixedcli.data import missing, types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.expression import as_column, evaluate
from mixedcli.errors import (
    AlreadyDefined,
    InvalidSyntax,
    NegativeWeights,
    NonintegerWeights,
    TypeMismatch,
    VarlistNotAllowed,
)
from mixedcli.session import Session

Floats = NDArray[np.float64]


def free(names: Iterable[str], data: Dataset) -> tuple[str, ...]:
    """The names when they are legal and nothing bears them.  Errors: r(110), r(198)."""
    out: list[str] = []
    for name in names:
        types.check_name(name)
        if name in data or name in out:
            raise AlreadyDefined(f"variable {name} already defined")
        out.append(name)
    return tuple(out)


def numbers(name: str, values: Floats, storage: str, label: str = "") -> Column:
    """A variable of numbers in its type's default format; a label of at most 80 characters."""
    return Column(name, storage, stored_numbers(values, storage), types.default_format(storage), label[:80])


def count_type(largest: float) -> str:
    """Storage type for counts up to ``largest``."""
    return types.whole_type(0, max(largest, 0.0))


def weights(
    session: Session, command: ast.Command, allowed: tuple[str, ...], blocks: list[Block]
) -> tuple[str, Floats] | None:
    """Kind and values (n,) of the weights, the first of ``allowed`` where no kind is typed; None without weights.

    Errors: r(101) a kind that is not allowed, r(109), r(401) frequency weights that are not whole, r(402) negative.
    """
    typed = command.weight
    if typed is None:
        return None
    kind = typed.kind
    if not kind:
        kind = allowed[0]
        name = {"aweight": "analytic", "fweight": "frequency", "pweight": "sampling", "iweight": "importance"}[kind]
        blocks.append(line(f"({name} weights assumed)"))
    if kind not in allowed:
        raise VarlistNotAllowed(f"{kind}s not allowed", typed.span)
    values = as_column(evaluate(typed.expr, expression_context(session)), session.data.n)
    if values.dtype == object:
        raise TypeMismatch("type mismatch", typed.span)
    known = ~missing.is_missing(values)
    if (values[known] < 0).any():
        raise NegativeWeights("negative weights encountered")
    if kind == "fweight" and (values[known] != np.rint(values[known])).any():
        raise NonintegerWeights("may not use noninteger frequency weights")
    return kind, np.asarray(values, dtype=np.float64)


def expression_of(session: Session, text: str, command: ast.Command) -> Floats:
    """An expression out of words, over all observations.  Errors: r(109) a string, r(198), those of expressions."""
    if not text.strip() or session.language is None:
        raise InvalidSyntax("invalid syntax", command.span)
    values = as_column(evaluate(session.language.expr(text), expression_context(session)), session.data.n)
    if values.dtype == object:
        raise TypeMismatch("type mismatch", command.span)
    return np.asarray(values, dtype=np.float64)


def generated(options: Options, names: Sequence[str], data: Dataset) -> tuple[str, ...]:
    """The names in generate(), one for each variable, or none with replace.  Errors: r(110), r(198)."""
    new = [w.text for w in options.get("generate", ())]
    if ("generate" in options) == bool(options.get("replace")):
        raise InvalidSyntax("must specify either generate or replace option")
    if new and len(new) != len(names):
        raise InvalidSyntax("number of variables in generate() does not match varlist")  # unverified: words
    return free(new, data)
