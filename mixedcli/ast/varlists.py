"""Variable lists: names, ranges, factor variables."""

from __future__ import annotations

from typing import Literal, TypeAlias

from mixedcli.ast.expressions import TimeOp
from mixedcli.ast.node import Node
from mixedcli.frozen import frozen


@frozen
class VarRef(Node):
    """A name, an abbreviation, a pattern with * ? ~, or ``_all``; with time-series operators."""

    pattern: str
    ops: tuple[TimeOp, ...] = ()


@frozen
class VarRange(Node):
    """``first-last`` in the order of the data set; time-series operators apply to each variable."""

    first: str
    last: str
    ops: tuple[TimeOp, ...] = ()


@frozen
class Base(Node):
    """Base level of a factor: kind "level" (ib2), "first", "last", "freq", "nth" (ib(#3)), "none" (ibn)."""

    kind: Literal["level", "first", "last", "freq", "nth", "none"]
    value: int = 0


@frozen
class FactorVar(Node):
    """``i.x``, ``c.x``, ``2.x``, ``i(1 2).x``, ``ib3.x``, ``ibn.x``, ``o2.x``; in random-effects equations ``R.x``.

    levels: selected levels (empty: all).  omitted: levels marked o.  base: None is the default (first level).
    ``o.x`` on a continuous variable is kind "o".
    """

    kind: Literal["i", "c", "o", "R"]
    var: VarRef | VarRange
    levels: tuple[int, ...] = ()
    base: Base | None = None
    omitted: tuple[int, ...] = ()


@frozen
class Interaction(Node):
    """``a#b`` or, with full=True, ``a##b`` (main effects and interaction); left-associative."""

    left: Term
    right: Term
    full: bool


@frozen
class Group(Node):
    """Terms in parentheses: ``(a b)#c``.  ``i.(a b)`` and ``L(1/3).x`` arrive distributed: Group((i.a, i.b))."""

    terms: tuple[Term, ...]


Term: TypeAlias = VarRef | VarRange | FactorVar | Interaction | Group


@frozen
class Varlist(Node):
    terms: tuple[Term, ...] = ()
