"""matrix accum, vecaccum, glsaccum, opaccum: cross products of variables."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import Options
from mixedcli.commands.context import expression_context
from mixedcli.commands.macros.text import unplaced
from mixedcli.commands.matrices.common import held, kept, targets, valid
from mixedcli.data import factors, sample, varlist
from mixedcli.data.matrices.named import Named, coded
from mixedcli.data.missing import is_missing
from mixedcli.errors import Conformability, InvalidSyntax, NoObservations, VarlistRequired
from mixedcli.frozen import frozen
from mixedcli.model.groups import group_codes
from mixedcli.model.regression import weight_values, weighted_rows
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

Floats = NDArray[np.float64]


@frozen
class _Columns:
    """X (n, p) with its names, the rows used (bool over the data), weights, number of observations."""

    X: Floats
    names: tuple[str, ...]
    rows: NDArray[np.bool_]
    w: Floats
    n: float


@unplaced()
def _columns(session: Session, command: ast.Command, text: str, options: Options, *also: str) -> _Columns:
    """also: further variables that must be known.  Errors: r(100), r(111), r(2000), those of weights."""
    assert session.language is not None
    data, context = session.data, expression_context(session)
    terms = session.language.varlist(text)
    if not terms.terms:
        raise VarlistRequired("varlist required")
    rows = sample.mask(data, command.condition, command.in_range, context)
    for name, ops in factors.term_variables(terms, data):
        rows = rows & ~is_missing(factors.values(factors.continuous(name, ops), data))
    rows = rows & sample.complete(data, *also)
    kind, w = weight_values(command, data, context, ("fweight", "aweight", "pweight", "iweight"))
    if w is not None:
        rows = weighted_rows(rows, w, kind)
    if not rows.any():
        raise NoObservations("no observations")
    expanded = list(factors.expand(terms, data, rows))
    columns = [factors.values(t, data, rows) if t.status == "value" else np.zeros(int(rows.sum())) for t in expanded]
    names = [t.name for t in expanded]
    if "noconstant" not in options:
        columns.append(np.ones(int(rows.sum())))
        names.append("_cons")
    used = np.ones(int(rows.sum())) if w is None else w[rows]
    n = float(used.sum()) if kind in ("fweight", "iweight") else float(rows.sum())
    if kind in ("aweight", "pweight"):
        used = used * (rows.sum() / used.sum())
    return _Columns(np.column_stack(columns), tuple(names), rows, used, n)


def _outcome(session: Session, made: dict[str, Named], n: float) -> Outcome:
    return Outcome(
        blocks=(line(f"(obs={n:,.0f})"),),
        matrices={name: kept(matrix) for name, matrix in made.items()},
        r=Stored({"N": n}),
    )


def accum(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
    """``matrix accum A = x y``: X'X, the constant last."""
    (target,), text = targets(rest, 1)
    found = _columns(session, command, text, options)
    X, w = found.X, found.w
    means = (w @ X) / w.sum()
    if "deviations" in options:
        shift = means.copy()
        if "noconstant" not in options:
            shift[-1] = 0.0
        X = X - shift
    product = X.T @ (X * w[:, None])
    made = {target: Named(coded((product + product.T) / 2), found.names, found.names)}
    if "means" in options:
        made[valid(options["means"])] = Named(coded(means[None, :]), ("r1",), found.names)
    return _outcome(session, made, found.n)


def vecaccum(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
    """``matrix vecaccum a = y x1 x2``: y'X as a row."""
    (target,), text = targets(rest, 1)
    found = _columns(session, command, text, options)
    made = (found.X[:, 0] * found.w) @ found.X[:, 1:]
    return _outcome(session, {target: Named(coded(made[None, :]), found.names[:1], found.names[1:])}, found.n)


def _variable(session: Session, options: Options, name: str) -> str:
    typed = options.get(name)
    if not typed:
        raise InvalidSyntax(f"option {name}() required")
    return varlist.resolve(typed, session.data)


def opaccum(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
    """``matrix opaccum A = x1 x2, group(g) opvar(e)``: the sum of (X'e)(e'X) over groups."""
    (target,), text = targets(rest, 1)
    group, opvar = _variable(session, options, "group"), _variable(session, options, "opvar")
    found = _columns(session, command, text, options, group, opvar)
    codes, count = group_codes(session.data.column(group), found.rows)
    e = session.data.numeric(opvar)[found.rows] * found.w
    sums = _by_group(found.X * e[:, None], codes, count)
    return _outcome(session, {target: Named(coded(sums.T @ sums), found.names, found.names)}, found.n)


def _by_group(X: Floats, codes: NDArray[Any], count: int) -> Floats:
    return np.column_stack([np.bincount(codes, column, count) for column in X.T])


def glsaccum(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
    """``matrix glsaccum A = x1 x2, group(g) glsmat(W) row(r)``: X'BX, B the blocks of W that the groups' rows pick."""
    (target,), text = targets(rest, 1)
    group, row = _variable(session, options, "group"), _variable(session, options, "row")
    if not options.get("glsmat"):
        raise InvalidSyntax("option glsmat() required")
    W = held(session, options["glsmat"]).values
    found = _columns(session, command, text, options, group, row)
    codes, _ = group_codes(session.data.column(group), found.rows)
    picked = session.data.numeric(row)[found.rows]
    if (picked != np.floor(picked)).any() or (picked < 1).any() or (picked > len(W)).any():
        raise Conformability("conformability error")
    at = picked.astype(np.int64) - 1
    first, second = _pairs(codes)
    weighted = found.X * np.sqrt(found.w)[:, None]
    product = weighted[first].T @ (weighted[second] * W[at[first], at[second]][:, None])
    return _outcome(session, {target: Named(coded(product), found.names, found.names)}, found.n)


def _pairs(codes: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All ordered pairs of rows in the same group."""
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes)
    starts = np.cumsum(sizes) - sizes
    size, start = sizes[codes[order]], starts[codes[order]]
    first = np.repeat(order, size)
    offset = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    return first, order[np.repeat(start, size) + offset]
