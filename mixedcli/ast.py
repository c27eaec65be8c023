"""What a command line means, as frozen nodes.

Built by ``parse``, read by everybody, never changed.  The source span of a node
takes no part in equality, so tests compare trees with plain ``==``.
Names are kept as typed (abbreviations are resolved against the data or the
command tables later).
"""

from __future__ import annotations

from dataclasses import Field, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from mixedcli.errors import Span
from mixedcli.frozen import frozen


@frozen
class Node:
    """What all nodes share: their place in the line."""

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    span: Span | None = field(default=None, compare=False, repr=False, kw_only=True)


# ---------------------------------------------------------------- expressions


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
    """op: + - * / ^ & | == != < <= > >= (``~=`` is normalised to ``!=``)."""

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


Expr: TypeAlias = Number | Missing | String | Var | Subscript | Element | Unary | Binary | Call | Stored | Coef


# ------------------------------------------------------------------ varlists


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


# ------------------------------------------------------------ pieces of commands


@frozen
class InRange(Node):
    """``in 1/10``, ``in f/l``, ``in -5/l``: as typed; f and l are 1 and -1, a negative one counts from the end."""

    first: int
    last: int


@frozen
class Weight(Node):
    """``[pw=exp]``; kind is the full word fweight, pweight, aweight, iweight, or "" for ``[weight=..]``/``[=..]``."""

    kind: str
    expr: Expr


@frozen
class Option(Node):
    """``name`` or ``name(text)``: the text between the parentheses as typed, None without parentheses.

    dispatch types the text by the command's option table (number, expression, varlist ...).
    span covers the whole option; text_start is where the text begins in the line.
    expr: the text as an expression, where the grammar knows it to be one (fweight() and pweight() of mixed).
    """

    name: str
    text: str | None = None
    text_start: int = field(default=0, compare=False, repr=False)
    expr: Expr | None = field(default=None, compare=False, repr=False)


@frozen
class Word(Node):
    """A blank-separated word; quoted if it stood in "..." or `"..."' (quotes removed)."""

    text: str
    quoted: bool = False


# --------------------------------------------------------------------- bodies


@frozen
class VarlistBody(Node):
    """``summarize x y``: the standard syntax.  type: storage type before new variables (``predict double p``)."""

    varlist: Varlist = field(default_factory=Varlist)
    type: str | None = None


@frozen
class AssignBody(Node):
    """``generate byte x:lbl = exp``, ``replace x = exp``, ``scalar s = exp``; expr None: no ``= exp`` was typed."""

    target: str
    expr: Expr | None
    type: str | None = None
    label: str | None = None
    target_span: Span | None = field(default=None, compare=False, repr=False)


@frozen
class EgenBody(Node):
    """``egen double m = mean(x)``: the function decides whether the text in parentheses is an expression."""

    target: str
    function: str
    text: str = ""
    type: str | None = None
    text_start: int = field(default=0, compare=False, repr=False)
    target_span: Span | None = field(default=None, compare=False, repr=False)


@frozen
class WordsBody(Node):
    """Commands of words: ``label define``, ``estimates store a``, ``use "file"``, ``set obs 5``, ``lrtest a .``."""

    words: tuple[Word, ...] = ()
    text: str = ""  # the same as typed


@frozen
class DisplayItem(Node):
    """One item of display: "expr" (with an optional format) or "directive" (``as result``, ``_newline(2)``, ``,``)."""

    kind: Literal["expr", "directive"]
    expr: Expr | None = None
    format: str = ""
    text: str = ""


@frozen
class DisplayBody(Node):
    items: tuple[DisplayItem, ...] = ()


@frozen
class ExprBody(Node):
    """``if exp``-like commands that take one expression: ``assert exp``, ``count`` has none."""

    expr: Expr


@frozen
class CoefRef(Node):
    """A coefficient, or all coefficients of an equation (name None), or the mean (_cons)."""

    equation: str | None
    name: str | None


@frozen
class TestSpec(Node):
    """One specification of ``test``: coefs = () with an expression chain, or a list of coefficients tested to be 0.

    sides: ``a = b = 2`` gives three expressions; one expression alone is a coefficient list.
    For nlcom and testnl: any expressions as sides, maybe a name, the text as typed.
    """

    sides: tuple[Expr, ...] = ()
    coefs: tuple[CoefRef, ...] = ()
    name: str = ""
    text: str = field(default="", compare=False, repr=False)


@frozen
class TestBody(Node):
    specs: tuple[TestSpec, ...] = ()


@frozen
class ConstraintBody(Node):
    """``constraint define 1 x = 2``: one linear constraint, as a specification of test, and its text as typed."""

    number: int
    spec: TestSpec
    text: str = field(default="", compare=False, repr=False)


@frozen
class FixedEquation(Node):
    """The fe_equation of mixed; options are those typed before the first ``||``."""

    depvar: Term
    terms: Varlist = field(default_factory=Varlist)
    condition: Expr | None = None
    in_range: InRange | None = None
    weight: Weight | None = None
    options: tuple[Option, ...] = ()


@frozen
class RandomEquation(Node):
    """One re_equation; if/in/weight may follow the last one. ``R.var`` is a FactorVar of kind "R" among the terms."""

    level: str
    terms: Varlist = field(default_factory=Varlist)
    condition: Expr | None = None
    in_range: InRange | None = None
    weight: Weight | None = None
    options: tuple[Option, ...] = ()


@frozen
class MixedBody(Node):
    """``mixed ...``; fixed is None for a replay (``mixed, small``): then ``Command.options`` has the options."""

    fixed: FixedEquation | None = None
    random: tuple[RandomEquation, ...] = ()


Body: TypeAlias = (
    VarlistBody | AssignBody | EgenBody | WordsBody | DisplayBody | ExprBody | TestBody | ConstraintBody | MixedBody
)


@frozen
class Prefix(Node):
    """``quietly``, ``noisily``, ``capture``, ``version 13:``, ``by x (y):``; name is the full word, text the rest."""

    name: str
    text: str = ""


@frozen
class Command(Node):
    """One command.  name: the command word as typed ("gen").  text: the whole logical line as typed, prefixes included;
    ``text[span.start:span.end]`` is the command without them (for e(cmdline)).

    ``using``: the file name after the word, ``more_using`` the names behind it.  following: lines up to end (input).
    """

    name: str
    body: Body
    condition: Expr | None = None
    in_range: InRange | None = None
    weight: Weight | None = None
    using: str | None = None
    options: tuple[Option, ...] = ()
    prefixes: tuple[Prefix, ...] = ()
    text: str = field(default="", compare=False)
    following: tuple[str, ...] = ()
    more_using: tuple[str, ...] = ()
