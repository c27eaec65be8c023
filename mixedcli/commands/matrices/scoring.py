"""matrix score: a linear prediction from a row of coefficients."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import Options
from mixedcli.commands.assignment import count_missing, plural, stored_numbers
from mixedcli.commands.context import expression_context
from mixedcli.commands.matrices.common import held
from mixedcli.data import factors, sample, types
from mixedcli.data.dataset import Column
from mixedcli.data.matrices.named import Floats, parted
from mixedcli.data.missing import SYSMISS, is_missing
from mixedcli.data.stripes import term_of
from mixedcli.errors import AlreadyDefined, Conformability, EquationNotFound, InvalidSyntax, NotFound
from mixedcli.session import Outcome, Session

_TARGET = re.compile(r"(?:(byte|int|long|float|double)\s+)?(\w+)\s*=\s*(.+)", re.DOTALL)


def score(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
    """``matrix score double xb = b``: missing where a variable is; only the first equation unless equation() says."""
    found = _TARGET.fullmatch(rest)
    if found is None:
        raise InvalidSyntax("invalid syntax")
    storage, name, text = found[1] or session.settings.default_type, found[2], found[3]
    data = session.data
    types.check_name(name)
    if name in data and "replace" not in options:
        raise AlreadyDefined(f"variable {name} already defined")
    if name not in data and "replace" in options:
        raise NotFound(f"variable {name} not found")
    b = held(session, text)
    if b.values.shape[0] != 1:
        raise Conformability("conformability error")
    rows = sample.mask(data, command.condition, command.in_range, expression_context(session))
    total = np.zeros(data.n)
    bad = ~rows
    for own, value in _coefficients(b.colnames, b.values[0], options.get("equation")):
        if own == "_cons":
            total = total + value
            continue
        term = term_of(own)
        if term.status != "value" and value == 0:
            continue
        x = factors.values(term, data)
        bad = bad | is_missing(x)
        with np.errstate(all="ignore"):
            total = total + np.where(is_missing(x), 0.0, x) * value
    missing = float(options.get("missval", SYSMISS))  # unverified: the result where a variable is missing
    values = np.where(bad | ~(np.abs(total) < SYSMISS), missing, total)
    if name in data:
        old = data.column(name)
        before = old.numeric()
        native = stored_numbers(np.where(rows, values, before), old.type)
        return Outcome(data=data.with_columns([replace(old, values=native)]))
    native = stored_numbers(np.where(rows, values, SYSMISS), storage)
    gaps = count_missing(native, storage)
    blocks = (line(f"({plural(gaps, 'missing value')} generated)"),) if gaps else ()
    column = Column(name, storage, native, types.default_format(storage))
    return Outcome(blocks=blocks, data=data.with_columns([column]))


def _coefficients(names: tuple[str, ...], values: Floats, wanted: str | None) -> list[tuple[str, float]]:
    """Names and values of one equation.  Errors: r(303)."""
    equations = [parted(name)[0] for name in names]
    distinct = list(dict.fromkeys(equations))
    chosen = distinct[0]
    if wanted is not None:
        number = re.fullmatch(r"#(\d+)", wanted)
        if number is not None and 1 <= int(number[1]) <= len(distinct):
            chosen = distinct[int(number[1]) - 1]
        elif wanted in distinct:
            chosen = wanted
        else:
            raise EquationNotFound(f"equation {wanted} not found")
    return [
        (parted(name)[1], float(value))
        for name, equation, value in zip(names, equations, values, strict=True)
        if equation == chosen
    ]
