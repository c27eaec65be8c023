"""Expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from mixedcli.ast.node import Node
from mixedcli.frozen import frozen

if TYPE_CHECKING:
    from mixedcli.ast.matrices import Join, Part, Transpose


@frozen
class Number(Node):
    value: float


@frozen
class Missing(Node):
    """``.`` (letter "") or ``.a`` to ``.z``."""

    letter: str = ""


@frozen
class String(Node):
    value: str


@frozen
class TimeOp(Node):
    """One time-series operator: L F D S with its order (L1 for a bare L)."""

    letter: str
    order: int


@frozen
class Var(Node):
    """A name: variable (maybe abbreviated), scalar, or _n _N _pi _rc; time-series operators left to right.

    ``0.girl#c.age`` (a coefficient in test, an indicator elsewhere) arrives with the whole text as its name.
    """

    name: str
    ops: tuple[TimeOp, ...] = ()


@frozen
class Subscript(Node):
    """``x[_n-1]``"""

    var: Var
    index: Expr


@frozen
class Element(Node):
    """``A[1,2]`` or ``e(b)[1,2]``: matrix element."""

    matrix: Var | Stored
    row: Expr
    column: Expr


@frozen
class Unary(Node):
    """op: "-", "+" or "!"."""

    op: str
    operand: Expr


@frozen
class Binary(Node):
    """op: + - * / ^ & | == != < <= > >= (``~=`` is normalised to ``!=``); in matrix expressions also # (Kronecker)."""

    op: str
    left: Expr
    right: Expr


@frozen
class Call(Node):
    """``exp(x)``; a date written out, ``td(1jan2020)``, is a call with the date as a String."""

    function: str
    args: tuple[Expr, ...]


@frozen
class Stored(Node):
    """``e(ll)``, ``r(mean)``, ``c(N)``, ``s(x)``."""

    kind: Literal["e", "r", "c", "s"]
    name: str


@frozen
class Coef(Node):
    """``_b[x]``, ``_se[eq:x]``, ``[eq]_b[x]``, ``[eq]x``; name as typed without blanks ("0.girl#c.age")."""

    kind: Literal["b", "se"]
    equation: str | None
    name: str


Expr: TypeAlias = (
    "Number | Missing | String | Var | Subscript | Element | Unary | Binary | Call | Stored | Coef"
    " | Transpose | Join | Part"
)
