"""table - a table of counts

    table rowvar [colvar] [if] [in] [, nototals]

Counts observations by the values of one or two variables, value labels shown; observations where one of them is
missing are left out.

Example: table patient tooth
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Blank, CrossTable
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.data import sample, varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.errors import InvalidSyntax, NoObservations, TooManySpecified, VarlistRequired
from mixedcli.model.groups import group_codes, missing_groups
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("table", (OptionSpec("nototals", "nototal"),), allows=frozenset({"if", "in"}))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Count."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    data = session.data
    names = [_name(term, data) for term in body.varlist.terms]
    if not names:
        raise VarlistRequired("varlist required")
    if len(names) > 2:
        raise TooManySpecified("too many variables specified", body.varlist.terms[2].span)
    rows = sample.mask(data, command.condition, command.in_range, expression_context(session))
    for name in names:
        rows = rows & ~missing_groups(data.column(name))
    n = int(np.count_nonzero(rows))
    if not n:
        raise NoObservations("no observations")
    codes, labels = zip(*(_levels(data, data.column(name), rows) for name in names), strict=True)
    if len(names) == 1:
        counts = np.bincount(codes[0])[:, None]
        columns: tuple[str, ...] = ("Frequency",)
    else:
        shape = (len(labels[0]), len(labels[1]))
        counts = np.bincount(codes[0] * shape[1] + codes[1], minlength=shape[0] * shape[1]).reshape(shape)
        columns = labels[1]
    texts = labels[0]
    if not options.get("nototals"):
        texts = (*texts, "Total")
        counts = np.vstack([counts, counts.sum(0)])
        if len(names) == 2:
            columns = (*columns, "Total")
            counts = np.column_stack([counts, counts.sum(1)])
    block = CrossTable(
        row_title=_title(data.column(names[0])),
        column_title=_title(data.column(names[1])) if len(names) == 2 else "",
        columns=columns,
        rows=tuple((text, tuple(int(v) for v in row)) for text, row in zip(texts, counts, strict=True)),
    )
    return Outcome(blocks=(Blank(), block), r=Stored({"N": float(n)}))


def _name(term: ast.Term, data: Dataset) -> str:
    """The one variable of a term, (parentheses) allowed.  Errors: r(198)."""
    if isinstance(term, ast.Group) and len(term.terms) == 1:
        return _name(term.terms[0], data)
    if not isinstance(term, ast.VarRef) or term.ops:
        raise InvalidSyntax("table: only variables can be tabulated", term.span)  # unverified: words
    return varlist.resolve(term.pattern, data, term.span)


def _title(column: Column) -> str:
    return column.label or column.name


def _levels(data: Dataset, column: Column, rows: NDArray[np.bool_]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Codes of the selected observations and the levels' texts in value order."""
    codes, count = group_codes(column, rows)
    first = np.zeros(count, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    values = column.values[rows][first]
    if column.is_string:
        return codes, tuple(str(v) for v in values)
    texts = data.value_labels.get(column.value_label, {})
    return codes, tuple(texts.get(float(v), f"{float(v):.9g}") for v in values)
