"""matrix - show and copy matrices

    matrix list name [, format(%fmt) nohalf noheader title(text)]
    matrix name = e(b) | r(table) | name        copies; a final ' transposes
    matrix drop name [name ...] | _all
    matrix dir

Example: matrix list e(V), format(%9.4f)
"""

from __future__ import annotations

import re

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Line, MatrixTable, Segment
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.errors import InvalidSyntax, NotFound, NotYetAvailable
from mixedcli.results import Matrix
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "matrix",
    (
        OptionSpec("format", "f", "text"),
        OptionSpec("nohalf", "noha"),
        OptionSpec("noheader", "noh"),
        OptionSpec("noblank", "nob"),
        OptionSpec("title", "t", "text"),
    ),
)

_COPY = re.compile(r"([A-Za-z_]\w*)\s*=\s*([A-Za-z_]\w*(?:\(\s*\w+\s*\))?)\s*('?)\s*$")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """matrix list, dir, drop, or a copy."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    first, _, rest = body.text.strip().partition(" ")
    if copied := _COPY.match(body.text.strip()):
        target, source, transposed = copied.groups()
        matrix = find(session, source)
        if transposed:
            matrix = Matrix(matrix.values.T.copy(), matrix.colnames, matrix.rownames)
        return Outcome(matrices={target: matrix})
    if "list".startswith(first) and first:
        return Outcome(blocks=_list(session, rest.strip(), options))
    if "dir".startswith(first) and first:
        return Outcome(blocks=tuple(_entry(name, m) for name, m in session.matrices.items()))
    if first == "drop":
        names = list(session.matrices) if rest.strip() == "_all" else rest.split()
        for name in names:
            find(session, name)
        return Outcome(matrices=dict.fromkeys(names))
    if first:
        raise NotYetAvailable(
            f"matrix {first} is not yet available"
            if "=" not in body.text
            else "matrix expressions are not yet available"
        )
    raise InvalidSyntax("invalid syntax")


def find(session: Session, name: str) -> Matrix:
    """A matrix of the session, of e() or of r().  Errors: r(111)."""
    stored = re.fullmatch(r"([er])\(\s*(\w+)\s*\)", name)
    if stored:
        where = session.e if stored[1] == "e" else session.r
        found = where.matrices.get(stored[2])
    else:
        found = session.matrices.get(name)
    if found is None:
        raise NotFound(f"matrix {name} not found")
    return found


def _list(session: Session, name: str, options: Options) -> tuple[Block, ...]:
    matrix = find(session, name)
    x = matrix.values
    symmetric = matrix.rownames == matrix.colnames and np.allclose(x, x.T, rtol=1e-13, atol=0, equal_nan=True)
    table = MatrixTable(
        name="" if "noheader" in options else name,
        rownames=matrix.rownames,
        colnames=matrix.colnames,
        values=tuple(tuple(float(v) for v in row) for row in matrix.values),
        symmetric=bool(symmetric) and "nohalf" not in options,
        format=options.get("format", "%10.0g"),
        title=options.get("title", ""),
    )
    return (Blank(), table) if "noblank" not in options else (table,)


def _entry(name: str, matrix: Matrix) -> Line:
    rows, columns = matrix.values.shape
    return Line((Segment(f"{name:>12}"), Segment(f"[{rows},{columns}]", "result")))
