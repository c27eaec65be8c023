"""svmat - the columns of a matrix as variables

    svmat [type] A [, names(col | eqcol | matcol | name)]

The variables are A1, A2, ...; named after the columns (col), equation and column (eqcol), matrix and column (matcol),
or another name with the number of the column.  Observations are added when the matrix has more rows.

Example: svmat double results, names(col)
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import stored_numbers
from mixedcli.commands.matrices.common import held
from mixedcli.commands.set import with_observations
from mixedcli.data import types
from mixedcli.data.dataset import Column
from mixedcli.data.matrices.named import parted
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import AlreadyDefined, InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("svmat", (OptionSpec("names", "n", "text"),))

_BODY = re.compile(r"(?:(byte|int|long|float|double)\s+)?(\S+)\s*")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the variables.  Errors: r(110) one exists, r(111) no such matrix, r(198) a name no variable may have."""
    body = command.body
    found = _BODY.fullmatch(body.text) if isinstance(body, ast.WordsBody) else None
    if found is None:
        raise InvalidSyntax("invalid syntax", command.span)
    storage, name = found[1] or session.settings.default_type, found[2]
    matrix = held(session, name)
    wanted = _names(re.sub(r"\W", "", name), matrix.colnames, options.get("names", ""))
    for target in wanted:
        types.check_name(target)
        if target in session.data:
            raise AlreadyDefined(f"variable {target} already defined")
    if len(set(wanted)) < len(wanted):
        raise AlreadyDefined(f"variable {next(x for x in wanted if wanted.count(x) > 1)} already defined")
    height = len(matrix.rownames)
    outcome = Outcome()
    if height > session.data.n:
        outcome = with_observations(session, height)
        told = line(f"Number of observations will be reset to {height:,}.")  # unverified: words
        outcome = replace(outcome, blocks=(told, *outcome.blocks))
    data = outcome.data if height > session.data.n else session.data
    columns = []
    for target, values in zip(wanted, matrix.values.T, strict=True):
        whole = np.full(data.n, SYSMISS)
        whole[:height] = values
        columns.append(Column(target, storage, stored_numbers(whole, storage), types.default_format(storage)))
    return replace(outcome, data=data.with_columns(columns))


def _names(matrix: str, columns: tuple[str, ...], how: str) -> list[str]:
    match how:
        case "":
            return [f"{matrix}{k}" for k in range(1, len(columns) + 1)]
        case "col":
            return [parted(column)[1] for column in columns]
        case "eqcol":
            return ["".join(parted(column)) for column in columns]
        case "matcol":
            return [matrix + parted(column)[1] for column in columns]
    return [f"{how.strip(chr(34))}{k}" for k in range(1, len(columns) + 1)]
