"""matrix list, dir, drop, rename."""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Line, MatrixTable, Segment
from mixedcli.commands import Options
from mixedcli.commands.macros.text import unquoted
from mixedcli.commands.matrices.common import held, valid
from mixedcli.data.matrices.named import symmetric
from mixedcli.errors import AlreadyDefined, InvalidSyntax, NotFound
from mixedcli.session import Outcome, Session


def list_(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
    """``matrix list A``"""
    if not rest:
        raise InvalidSyntax("invalid syntax")
    matrix = held(session, rest)
    names = "nonames" not in options
    table = MatrixTable(
        name="" if "noheader" in options and "title" not in options else "".join(rest.split()),
        rownames=matrix.rownames if names else ("",) * len(matrix.rownames),
        colnames=matrix.colnames if names else ("",) * len(matrix.colnames),
        values=tuple(tuple(float(v) for v in row) for row in matrix.values),
        symmetric=symmetric(matrix.values) and "nohalf" not in options,
        format=options.get("format", "%10.0g"),
        title=unquoted(options.get("title", "")),
    )
    blocks: tuple[Block, ...] = (table,) if "noblank" in options else (Blank(), table)
    return Outcome(blocks=blocks)


def dir_(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
    """``matrix dir``: the newest first."""
    if rest:
        raise InvalidSyntax("invalid syntax")
    newest = reversed(session.matrices.items())
    return Outcome(blocks=tuple(_entry(name, *matrix.values.shape) for name, matrix in newest))


def _entry(name: str, rows: int, columns: int) -> Line:
    # stata: public log, "       median[9,1]"
    return Line((Segment(f"{name:>13}"), Segment(f"[{rows},{columns}]", "result")))


def drop(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
    """``matrix drop A B``, ``matrix drop _all``"""
    names = list(session.matrices) if rest == "_all" else rest.split()
    if not names and rest != "_all":
        raise InvalidSyntax("invalid syntax")
    for name in names:
        if name not in session.matrices:
            raise NotFound(f"matrix {name} not found")
    return Outcome(matrices=dict.fromkeys(names))


def rename(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
    """``matrix rename A B``"""
    names = rest.split()
    if len(names) != 2:
        raise InvalidSyntax("invalid syntax")
    old, new = names
    if old not in session.matrices:
        raise NotFound(f"matrix {old} not found")
    if valid(new) in session.matrices:
        raise AlreadyDefined(f"{new} already defined")  # unverified: wording
    return Outcome(matrices={old: None, new: session.matrices[old]})
