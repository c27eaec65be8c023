"""mkmat - variables into matrices

    mkmat varlist [if] [in] [, matrix(name) nomissing rownames(varname) roweq(varname) rowprefix(text) obs nchar(#)]

Each variable becomes a column vector of its own name or, with matrix(), a column of one matrix.  Rows are r1, r2 ...,
the observation numbers (obs), or the values of a variable.  nomissing leaves out rows in which a value is missing.

Example: mkmat x1 x2 if year == 2000, matrix(X) rownames(country)
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast, numfmt
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.macros.text import unquoted
from mixedcli.commands.matrices.common import kept, valid
from mixedcli.data import sample, varlist
from mixedcli.data.matrices.named import Named, full
from mixedcli.errors import InvalidSyntax, NoObservations, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "mkmat",
    (
        OptionSpec("matrix", "mat", "name"),
        OptionSpec("nomissing", "nomis"),
        OptionSpec("rownames", "rown", "name"),
        OptionSpec("roweq", "rowe", "name"),
        OptionSpec("rowprefix", "rowpre", "text"),
        OptionSpec("obs", "obs"),
        OptionSpec("nchar", "nch", "int"),
    ),
    allows=frozenset({"if", "in"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Make the matrices.  Errors: r(100) no variables, r(109) strings, r(2000) no observations."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    names = varlist.names(body.varlist, data)
    if not names:
        raise VarlistRequired("varlist required", command.span)
    columns = [data.numeric(name) for name in names]
    rows = sample.mask(data, command.condition, command.in_range, expression_context(session))
    if "nomissing" in options:
        rows = rows & sample.complete(data, *names)
    if not rows.any():
        raise NoObservations("no observations")
    labels = _labels(session, np.flatnonzero(rows), options)
    if "matrix" in options:
        values = np.column_stack([column[rows] for column in columns])
        return Outcome(matrices={valid(options["matrix"]): kept(Named(values, labels, names))})
    return Outcome(
        matrices={
            name: kept(Named(column[rows][:, None], labels, (name,)))
            for name, column in zip(names, columns, strict=True)
        }
    )


def _labels(session: Session, at: np.ndarray[tuple[int], np.dtype[np.int64]], options: Options) -> tuple[str, ...]:
    """Names of the rows."""
    prefix = unquoted(options.get("rowprefix", ""))
    if "rownames" in options:
        own = _texts(session, options["rownames"], at)
    elif "obs" in options:
        own = [str(k + 1) for k in at.tolist()]
    else:
        prefix = prefix or "r"
        own = [str(k) for k in range(1, len(at) + 1)]
    length = options.get("nchar", 32)
    names = [f"{prefix}{text}"[:length] for text in own]
    if "roweq" not in options:
        return tuple(names)
    equations = _texts(session, options["roweq"], at)
    return tuple(full(equation[:length], name) for equation, name in zip(equations, names, strict=True))


def _texts(session: Session, typed: str, at: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[str]:
    """The values of a variable as names: blanks and colons become underscores."""
    column = session.data.column(varlist.resolve(typed, session.data)).take(at)
    if column.is_string:
        texts = column.values.tolist()
    else:
        texts = [numfmt.text(v, "%18.0g") for v in column.numeric().tolist()]
    return [text.replace(" ", "_").replace(":", "_").replace(".", "_") or "_" for text in texts]
