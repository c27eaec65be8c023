"""Matrix expressions: what they have besides the nodes of ordinary expressions."""

from __future__ import annotations

from mixedcli.ast.expressions import Expr
from mixedcli.ast.node import Node
from mixedcli.frozen import frozen


@frozen
class Transpose(Node):
    """``A'``"""

    operand: Expr


@frozen
class Join(Node):
    """``a, b \\ c, d``: rows joined below one another, each of pieces side by side."""

    rows: tuple[tuple[Expr, ...], ...]


@frozen
class Range(Node):
    """One subscript: ``2``, ``"name"``, ``1..3`` or, open, ``2...``."""

    first: Expr
    last: Expr | None = None
    open: bool = False


@frozen
class Part(Node):
    """``A[1, 2]``, ``A[1..2, "x"]``, ``A[2..., 1]``: an element or a submatrix."""

    matrix: Expr
    rows: Range
    columns: Range
