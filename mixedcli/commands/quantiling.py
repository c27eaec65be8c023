"""What pctile, xtile and _pctile share: the options, the variable with its weights, the percentiles asked for."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block
from mixedcli.commands import Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.newvars import expression_of, weights
from mixedcli.data import quantiles, sample, types
from mixedcli.data.missing import is_missing
from mixedcli.errors import InvalidSyntax, NoObservations
from mixedcli.frozen import frozen
from mixedcli.session import Session

Floats = NDArray[np.float64]

#: of all three commands
OPTIONS = (OptionSpec("nquantiles", "n", "int"), OptionSpec("altdef", "altdef"))
ALLOWS = frozenset({"if", "in", "weight"})
MOST = 1001
"""Most percentiles at once."""


@frozen
class Assigned:
    """``[type] newvar = exp`` out of words."""

    name: str
    type: str
    text: str


def assigned(command: ast.Command) -> Assigned:
    """Errors: r(198)."""
    body = command.body
    if not isinstance(body, ast.WordsBody):
        raise InvalidSyntax("invalid syntax", command.span)
    left, equals, text = (part.strip() for part in body.text.partition("="))
    words = left.split()
    if not equals or not text or len(words) not in (1, 2) or (len(words) == 2 and not types.is_type(words[0])):
        raise InvalidSyntax("invalid syntax", command.span)
    storage = words[0] if len(words) == 2 else ""
    if storage.startswith("str"):
        raise InvalidSyntax(f"{storage} not allowed", command.span)
    return Assigned(words[-1], storage, text)


@frozen
class Measured:
    """values (n,) over all observations; used: rows that count, without missing values; weights of these or None."""

    values: Floats
    used: NDArray[np.bool_]
    weights: Floats | None

    def at(self, shares: Sequence[Fraction], *, altdef: bool) -> Floats:
        """The percentiles.  Errors: r(2000) no observations, r(198) weights with altdef."""
        x = self.values[self.used]
        if not len(x):
            raise NoObservations("no observations")
        if not altdef:
            return quantiles.percentiles(x, shares, self.weights)
        if self.weights is not None:
            raise InvalidSyntax("altdef may not be used with weights")  # unverified: wording
        return quantiles.interpolated(x, shares)


def measured(session: Session, command: ast.Command, text: str, blocks: list[Block]) -> Measured:
    """The variable out of an expression.  Errors: those of expressions and weights."""
    values = expression_of(session, text, command)
    used = sample.mask(session.data, command.condition, command.in_range, expression_context(session))
    used &= ~is_missing(values)
    found = weights(session, command, ("aweight", "fweight", "pweight"), blocks)
    if found is None:
        return Measured(values, used, None)
    used &= ~is_missing(found[1]) & (found[1] > 0)
    return Measured(values, used, found[1][used])


def shares_of(options: Options) -> list[Fraction]:
    """The shares that nquantiles() asks for.  Errors: r(198)."""
    n = options.get("nquantiles", 2)
    if not 2 <= n <= MOST:
        raise InvalidSyntax(f"nquantiles() must be between 2 and {MOST}")  # unverified: wording
    return [Fraction(k, n) for k in range(1, n)]
