"""Commands: their pieces, their bodies, the whole line."""

from __future__ import annotations

from dataclasses import field
from typing import Literal, TypeAlias

from mixedcli.ast.expressions import Expr
from mixedcli.ast.node import Node
from mixedcli.ast.varlists import Term, Varlist
from mixedcli.errors import Span
from mixedcli.frozen import frozen


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
class MatrixBody(Node):
    """``matrix A = exp``; place: the subscripts of ``matrix A[1,2] = exp``."""

    target: str
    expr: Expr
    place: tuple[Expr, Expr] | None = None


@frozen
class EgenBody(Node):
    """``egen double m = mean(x)``: the function decides what the text in parentheses is.

    expr, varlist: the text read as either; None where it cannot be.
    """

    target: str
    function: str
    text: str = ""
    type: str | None = None
    expr: Expr | None = field(default=None, compare=False, repr=False)
    varlist: Varlist | None = field(default=None, compare=False, repr=False)
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


@frozen
class NamedExpr(Node):
    """One item of an expression list: ``m = r(mean)``, ``r(sd)/2``, ``_b``.

    name: "" if none was given.  equation: the group's name in ``(group: m = r(mean))``.  expr: None for ``_b`` and
    ``_se`` alone, which stand for all coefficients or standard errors.  text: the expression as typed.
    """

    name: str
    expr: Expr | None
    text: str
    equation: str = ""


@frozen
class PrefixBody(Node):
    """``statsby m = r(mean), by(g): summarize x``: what stands between the prefix and its comma or colon.

    text: as typed.  items: the same as an expression list, None where it is none.  inner: the command behind the
    colon, for ``session.language.run``.
    """

    text: str
    inner: str
    items: tuple[NamedExpr, ...] | None = None


Body: TypeAlias = (
    VarlistBody
    | AssignBody
    | MatrixBody
    | EgenBody
    | WordsBody
    | DisplayBody
    | ExprBody
    | TestBody
    | ConstraintBody
    | MixedBody
    | PrefixBody
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

    @property
    def cmdline(self) -> str:
        """The command as typed, without its prefixes, blanks squeezed: e(cmdline)."""
        text = self.text if self.span is None else self.text[self.span.start : self.span.end]
        return " ".join(text.split())
