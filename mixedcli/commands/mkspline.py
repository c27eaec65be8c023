"""mkspline - variables of a linear or restricted cubic spline

    mkspline new1 #1 [new2 #2 [...]] newk = oldvar [if] [in] [, marginal displayknots]
    mkspline stub # = oldvar [if] [in] [weight] [, marginal pctile displayknots]
    mkspline stub = oldvar [if] [in] [weight], cubic [nknots(#) knots(numlist) displayknots]

The first form has knots at the numbers given; the second # pieces of equal width or, with pctile, of equally many
observations.  The coefficients of a linear spline are slopes, with marginal the change of slope at each knot.  A
cubic spline has 5 knots, or nknots() (3 to 7) at Harrell's percentiles, or those of knots().  fweights are allowed.

Examples: mkspline age1 25 age2 40 age3 = age
          mkspline rcs = age, cubic nknots(4) displayknots
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast, numfmt
from mixedcli.blocks import Blank, Block, Line, Segment, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.newvars import free, numbers, weights
from mixedcli.data import sample, splines, varlist
from mixedcli.data.missing import SYSMISS, is_missing
from mixedcli.data.quantiles import percentiles
from mixedcli.errors import InvalidNumlist, InvalidSyntax, NoObservations
from mixedcli.frozen import frozen
from mixedcli.numfmt import abbreviate
from mixedcli.results import Matrix, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "mkspline",
    (
        OptionSpec("marginal", "m"),
        OptionSpec("pctile", "p"),
        OptionSpec("displayknots", "dis"),
        OptionSpec("cubic", "c"),
        OptionSpec("nknots", "nk", "int"),
        OptionSpec("knots", "k", "numlist"),
    ),
    allows=frozenset({"if", "in", "weight"}),
)

Floats = NDArray[np.float64]


@frozen
class Wanted:
    """names: as typed, or () for ``stub``; knots: as typed; pieces: # of the second form."""

    old: str
    names: tuple[str, ...] = ()
    knots: tuple[float, ...] = ()
    stub: str = ""
    pieces: int = 0


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the variables.  Errors: r(110), r(111), r(121), r(198), r(2000)."""
    body = command.body
    if not isinstance(body, ast.WordsBody):
        raise InvalidSyntax("invalid syntax", command.span)
    cubic = "cubic" in options
    if not cubic and ("nknots" in options or "knots" in options):
        raise InvalidSyntax("options nknots() and knots() require option cubic", command.span)  # unverified: wording
    wanted = _read(body.text, command, cubic=cubic)
    data = session.data
    old = varlist.resolve(wanted.old, data)
    x = data.numeric(old)
    blocks: list[Block] = []
    weighted = weights(session, command, ("fweight",), blocks)
    used = sample.mask(data, command.condition, command.in_range, expression_context(session)) & ~is_missing(x)
    if weighted is not None:
        used &= ~is_missing(weighted[1]) & (weighted[1] > 0)
    if not used.any():
        raise NoObservations("no observations")
    weight = None if weighted is None else weighted[1][used]
    knots = _cubic_knots(x[used], weight, options) if cubic else _linear_knots(x[used], weight, wanted, options)
    if not all(a < b for a, b in pairwise(knots)):
        raise InvalidSyntax("knots must be in ascending order and differ", command.span)  # unverified: wording
    inside = x[used]
    bases = splines.cubic(inside, knots) if cubic else splines.linear(inside, knots, marginal="marginal" in options)
    names = free(wanted.names or (f"{wanted.stub}{k}" for k in range(1, len(bases) + 1)), data)
    columns = []
    for name, values in zip(names, bases, strict=True):
        full = np.full(data.n, SYSMISS)
        full[used] = values
        columns.append(numbers(name, full, session.settings.default_type))
    labels = tuple(f"knot{k}" for k in range(1, len(knots) + 1))
    row = np.array([knots])
    if options.get("displayknots"):
        blocks += _table(old, labels, knots)
    r = Stored({"N_knots": float(len(knots))}, matrices={"knots": Matrix(row, (old,), labels)})
    return Outcome(blocks=tuple(blocks), data=data.with_columns(columns), r=r)


def _table(old: str, labels: tuple[str, ...], knots: list[float]) -> tuple[Block, ...]:
    """The knots below their names (unverified: widths)."""
    cells = "".join(f"{numfmt.text(k, '%9.0g').strip():>10} " for k in knots)
    return (
        Blank(),
        line(" " * 13 + "|" + "".join(f"{label:>10} " for label in labels)),
        line("-" * 13 + "+" + "-" * (11 * len(knots))),
        Line((Segment(f"{abbreviate(old, 12):>12} |"), Segment(cells, "result"))),
    )


def _read(text: str, command: ast.Command, *, cubic: bool) -> Wanted:
    left, equals, old = (part.strip() for part in text.partition("="))
    words = left.split()
    if not equals or len(old.split()) != 1 or not words:
        raise InvalidSyntax("invalid syntax", command.span)
    if cubic:
        if len(words) != 1:
            raise InvalidSyntax("invalid syntax", command.span)
        return Wanted(old, stub=words[0])
    if len(words) == 2 and words[1].isdigit():
        pieces = int(words[1])
        if pieces < 2:
            raise InvalidSyntax("number of intervals must be at least 2", command.span)  # unverified: wording
        return Wanted(old, stub=words[0], pieces=pieces)
    if len(words) < 3 or len(words) % 2 == 0:
        raise InvalidSyntax("invalid syntax", command.span)
    try:
        knots = tuple(float(k) for k in words[1::2])
    except ValueError:
        raise InvalidNumlist("invalid numlist", command.span) from None
    return Wanted(old, tuple(words[::2]), knots)


def _linear_knots(x: Floats, weight: Floats | None, wanted: Wanted, options: Options) -> list[float]:
    if not wanted.pieces:
        return list(wanted.knots)
    if options.get("pctile"):
        shares = [Fraction(k, wanted.pieces) for k in range(1, wanted.pieces)]
        return [float(k) for k in percentiles(x, shares, weight)]
    low, high = float(x.min()), float(x.max())
    return [low + (high - low) * k / wanted.pieces for k in range(1, wanted.pieces)]


def _cubic_knots(x: Floats, weight: Floats | None, options: Options) -> list[float]:
    if options.get("marginal") or options.get("pctile"):
        other = "marginal" if options.get("marginal") else "pctile"
        raise InvalidSyntax(f"options cubic and {other} may not be combined")
    if "knots" in options:
        knots = [float(k) for k in options["knots"]]
        if "nknots" in options and options["nknots"] != len(knots):
            raise InvalidSyntax("nknots() differs from the number of knots in knots()")  # unverified: wording
        if len(knots) < 3:
            raise InvalidSyntax("at least 3 knots must be specified")  # unverified: wording
        return knots
    count = options.get("nknots", 5)
    if count not in splines.KNOTS:
        raise InvalidSyntax("nknots() must be between 3 and 7")  # unverified: wording
    return [float(k) for k in splines.harrell_knots(x, count, weight)]
