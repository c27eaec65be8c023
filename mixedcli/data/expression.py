"""Expressions on data: an ast.Expr and a Context give a Value (see ``operators``).

Everything works on whole columns; no Python loop runs over numeric rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from functools import reduce
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.data import timeseries, varlist
from mixedcli.data.bygroups import ByGroups, cumulated
from mixedcli.data.dataset import Dataset
from mixedcli.data.matches import Matches
from mixedcli.data.missing import SYSMISS, missing_value
from mixedcli.data.operators import Value, as_column, binary, clean, is_text, is_true, unary
from mixedcli.data.stream import RandomStream
from mixedcli.errors import InvalidSyntax, MatrixNotAllowed, NotFound, StataError, TypeMismatch
from mixedcli.frozen import frozen

__all__ = ["Context", "NamedMatrix", "Value", "as_column", "evaluate", "is_true", "scalar"]


class NamedMatrix(Protocol):
    """What an expression needs of a Stata matrix: values (rows, cols) and its names."""

    @property
    def values(self) -> NDArray[np.float64]: ...
    @property
    def rownames(self) -> tuple[str, ...]: ...
    @property
    def colnames(self) -> tuple[str, ...]: ...


def _nothing(*_: Any) -> None:
    return None


def _no_coefficient(kind: str, equation: str | None, name: str) -> float:
    raise NotFound(f"[{equation or name}] not found")


@frozen
class Context:
    """What an expression may refer to.

    stored(kind, name): e() r() c() s(): a number, a string, a NamedMatrix, None, or a bool array over the data
    (e(sample)).
    coefficient(kind, equation, name): _b[] and _se[]; raises r(111).
    rows: None for all rows, else a bool mask or an index array; the result then has that many rows, while _n, _N
    and subscripts go on meaning the whole data.  sequential: name and already replaced values of a variable whose
    earlier rows are seen changed (``replace x = x[_n-1]``).  matches: what regexm() found last.  arguments: what stood
    behind the name of the running program.  groups: under by, _n, _N and subscripts are those of the
    group.
    """

    data: Dataset
    stored: Callable[[str, str], Any] = _nothing
    coefficient: Callable[[str, str | None, str], float] = _no_coefficient
    scalars: Mapping[str, float | str] = field(default_factory=dict)
    matrix: Callable[[str], NamedMatrix | None] = _nothing
    rows: NDArray[Any] | None = None
    random: RandomStream = field(default_factory=RandomStream)
    rc: int = 0
    matches: Matches = field(default_factory=Matches)
    arguments: str = ""
    sequential: tuple[str, NDArray[Any]] | None = None
    groups: ByGroups | None = None

    @property
    def count(self) -> int:
        """Number of rows a column result has."""
        if self.rows is None:
            return self.data.n
        return int(np.count_nonzero(self.rows)) if self.rows.dtype == np.bool_ else len(self.rows)

    def positions(self) -> NDArray[np.int64]:
        """0-based positions in the data of the rows evaluated."""
        if self.rows is None:
            return np.arange(self.data.n)
        return np.flatnonzero(self.rows) if self.rows.dtype == np.bool_ else self.rows

    def blocks(self) -> tuple[Any, Any]:
        """First row (0-based) and size of the block in which _n and subscripts count, for each row evaluated."""
        if self.groups is None or self.data.n == 0:
            return 0, self.data.n
        codes = self.groups.codes[self.positions()]
        return self.groups.starts[codes], self.groups.sizes[codes]


def evaluate(expr: ast.Expr, context: Context) -> Value:
    """The value of an expression: a column over the context's rows, or a plain float or str when it is the same in all.

    Errors: r(109) type mismatch, r(111) name not found, r(133) unknown function, r(198) wrong arguments.
    """
    try:
        return _evaluate(expr, context)
    except StataError as error:
        if error.span is None:
            error.span = expr.span
        raise


def scalar(expr: ast.Expr, context: Context) -> float | str:
    """One number or string, variables standing for their first observation, as in display and option values."""
    value = evaluate(expr, replace(context, rows=np.zeros(1, dtype=np.int64)))
    if isinstance(value, np.ndarray):
        first = value[0]
        return first if isinstance(first, str) else float(first)
    return value


def _evaluate(expr: ast.Expr, context: Context) -> Value:
    match expr:
        case ast.Number(value):
            return value if abs(value) < SYSMISS else SYSMISS
        case ast.Missing(letter):
            return missing_value(letter)
        case ast.String(value):
            return value
        case ast.Var(name, ops):
            return _name(name, ops, expr, context)
        case ast.Binary():
            return _chain(expr, context)
        case ast.Unary(op, operand):
            return unary(op, evaluate(operand, context))
        case ast.Call(function, args):
            return _call(function, args, context)
        case ast.Subscript(var, index):
            return _subscript(var, index, context)
        case ast.Stored(kind, name):
            return _stored(context.stored(kind, name), context)
        case ast.Coef(kind, equation, name):
            return clean(context.coefficient(kind, equation, name))
        case ast.Element(matrix, row, column):
            return element(matrix_of(matrix, context), evaluate(row, context), evaluate(column, context))
    raise InvalidSyntax("invalid syntax")


def _chain(expr: ast.Binary, context: Context) -> Value:
    """A left-deep chain a + b + c ... without recursion on its left side."""
    pending: list[ast.Binary] = []
    left: ast.Expr = expr
    while isinstance(left, ast.Binary):
        pending.append(left)
        left = left.left
    value = evaluate(left, context)
    for node in reversed(pending):
        try:
            value = binary(node.op, value, evaluate(node.right, context))
        except StataError as error:
            if error.span is None:
                error.span = node.span
            raise
    return value


def _name(name: str, ops: tuple[ast.TimeOp, ...], node: ast.Var, context: Context) -> Value:
    if not ops and name in ("_n", "_N", "_pi", "_rc", "_cons"):
        return _system(name, context)
    known_scalar = not ops and name in context.scalars
    try:
        found = varlist.lookup(name, context.data, node.span)
    except NotFound:
        # an ambiguous abbreviation is no variable, but may be a scalar's full name
        if not known_scalar:
            raise
        found = None
    if found is not None:
        return _pick(_column(found, ops, context), context)
    if known_scalar:
        return context.scalars[name]
    if "." in name:
        return _indicators(name, node, context)
    if not ops and context.matrix(name) is not None:
        raise MatrixNotAllowed("matrix operators that return matrices not allowed in this context", node.span)
    raise NotFound(f"{name} not found", node.span)


_MARKED = r"(?:i?(\d+))?(?:bn|b|co|c|o)?((?:[LFDSlfds]\d*)*)"  # compiled when a name has a point


def _indicators(name: str, node: ast.Var, context: Context) -> Value:
    """``2.site`` (1 where site is 2) or a product such as ``2.site#c.x``."""
    factors: list[Value] = []
    for part in name.split("#"):
        mark, _, variable = part.rpartition(".")
        found = re.fullmatch(_MARKED, mark)
        if found is None:
            raise NotFound(f"{name} not found", node.span)
        ops = [
            ast.TimeOp(letter.upper(), int(order or 1)) for letter, order in re.findall(r"([a-zA-Z])(\d*)", found[2])
        ]
        values = _name(variable, tuple(ops), node, context)
        if found[1]:
            known = binary("<", values, SYSMISS)
            # 1/0 where the factor is known, "." where it is not
            values = binary("/", binary("==", values, float(found[1])), known)
        factors.append(values)
    return reduce(lambda a, b: binary("*", a, b), factors)


def _system(name: str, context: Context) -> Value:
    if name == "_n":
        return np.asarray(context.positions() - context.blocks()[0], dtype=np.float64) + 1.0
    if name == "_N":
        size: NDArray[np.float64] = np.asarray(context.blocks()[1], dtype=np.float64)
        return size if size.ndim else float(size)
    return {"_pi": float(np.pi), "_rc": float(context.rc), "_cons": 1.0}[name]


def _column(name: str, ops: tuple[ast.TimeOp, ...], context: Context) -> NDArray[Any]:
    """All rows of a variable, under time-series operators if any."""
    column = context.data.columns[name]
    if column.is_string:
        if ops:
            raise TypeMismatch("type mismatch")
        return column.values
    if not ops:
        return column.numeric()
    changed = context.sequential[1] if context.sequential is not None and context.sequential[0] == name else None
    return timeseries.apply(column.numeric(), ops, context.data, changed)


def _pick(values: NDArray[Any], context: Context) -> NDArray[Any]:
    if context.rows is None:
        return values
    if context.data.n == 0 and context.rows.dtype != np.bool_:
        # display of a variable in an empty data set
        return np.full(len(context.rows), "" if values.dtype == object else SYSMISS, dtype=values.dtype)
    picked: NDArray[Any] = values[context.rows]
    return picked


def _subscript(var: ast.Var, index: ast.Expr, context: Context) -> Value:
    found = varlist.lookup(var.name, context.data, var.span)
    if found is None:
        raise NotFound(f"{var.name} not found", var.span)
    values = _column(found, var.ops, context)
    where = evaluate(index, context)
    if is_text(where):
        raise TypeMismatch("type mismatch")
    place = np.asarray(where, dtype=np.float64)
    first, size = context.blocks()
    known = (place >= 1) & (place < size + 1.0)
    at = np.where(known, place + first, 1.0).astype(np.int64) - 1
    outside: Any = "" if values.dtype == object else SYSMISS
    if context.data.n == 0:
        out = np.full(at.shape, outside, dtype=values.dtype)
    else:
        out = np.where(known, values[at], outside)
        if context.sequential is not None and context.sequential[0] == found:
            earlier = known & (at < (context.positions() if at.ndim else 0))
            out = np.where(earlier, context.sequential[1][at], out)
    if out.ndim:
        return out
    one = out.item()
    return one if isinstance(one, str) else float(one)


def _stored(value: Any, context: Context) -> Value:
    if value is None:
        return SYSMISS
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray) and value.dtype == np.bool_:
        sample = value if len(value) == context.data.n else np.zeros(context.data.n, dtype=np.bool_)
        return _pick(sample.astype(np.float64), context)
    if isinstance(value, (int, float)):
        return clean(value)
    if value.values.size == 1:
        return clean(value.values.flat[0])
    raise TypeMismatch("type mismatch")


def matrix_of(node: ast.Expr, context: Context) -> NamedMatrix:
    """The matrix of a name or of a result.  Errors: r(111)."""
    found: Any = None
    name = ""
    match node:
        case ast.Var(name, ()):
            found = context.matrix(name)
        case ast.Stored(kind, inner):
            name = f"{kind}({inner})"
            found = context.stored(kind, inner)
    if found is None or not hasattr(found, "colnames"):
        raise NotFound(f"matrix {name} not found" if name else "invalid syntax", node.span)
    matrix: NamedMatrix = found
    return matrix


def element(matrix: NamedMatrix, row: Value, column: Value) -> Value:
    """An element by position or name; "." outside the matrix."""
    where = []
    for at, labels in ((row, matrix.rownames), (column, matrix.colnames)):
        if isinstance(at, str):
            where.append(np.asarray(_position(labels, at)))
        elif is_text(at):
            raise TypeMismatch("type mismatch")
        else:
            where.append(np.asarray(at, dtype=np.float64))
    i, j = np.broadcast_arrays(*where)
    inside = (i >= 1) & (i < len(matrix.rownames) + 1.0) & (j >= 1) & (j < len(matrix.colnames) + 1.0)
    at_i, at_j = (np.where(inside, k, 1.0).astype(np.int64) - 1 for k in (i, j))
    return clean(np.where(inside, matrix.values[at_i, at_j], SYSMISS))


def _position(labels: tuple[str, ...], name: str) -> float:
    """1-based position of "eq:name" or "name" among row or column names; "." if there is none."""
    for k, label in enumerate(labels):
        if name in (label, label.rpartition(":")[2]):
            return k + 1.0
    return SYSMISS


def _call(function: str, args: tuple[ast.Expr, ...], context: Context) -> Value:
    if function in _SPECIAL:
        from mixedcli.data import special

        return special.call(function, args, context)
    from mixedcli.data import functions

    if function in _GIVE_MATRICES:
        raise MatrixNotAllowed("matrix operators that return matrices not allowed in this context")
    row = functions.find(function)
    values = [evaluate(arg, context) for arg in args]
    if function == "sum" and context.groups is not None and len(args) == 1 and context.data.n:
        return _grouped_sum(values[0], context)
    return functions.call(row, values, context.count, context.random)


def _grouped_sum(value: Value, context: Context) -> Value:
    """sum() under by: the running sum of each group."""
    assert context.groups is not None
    if is_text(value):
        raise TypeMismatch("type mismatch")
    column = as_column(value, context.count)
    codes = context.groups.codes[context.positions()]
    return clean(cumulated(np.where(column < SYSMISS, column, 0.0), codes))


#: functions that need more than the values of their arguments
_SPECIAL = frozenset(
    {"scalar", "matrix", "el", "has_eprop", "replay", "tin", "twithin", "regexm", "regexs", "regexmatch",
     "regexcapture", "regexcapturenamed", "ustrregexm", "ustrregexs", "det", "trace", "rowsof", "colsof",
     "rownumb", "colnumb",
     "roweqnumb", "coleqnumb", "issymmetric", "matmissing", "mreldif", "diag0cnt"}
)  # fmt: skip
_GIVE_MATRICES = frozenset(
    {"inv", "invsym", "syminv", "cholesky", "corr", "diag", "vecdiag", "vec", "vech", "invvech", "hadamard", "sweep",
     "I", "J", "nullmat", "matuniform", "get"}
)  # fmt: skip
