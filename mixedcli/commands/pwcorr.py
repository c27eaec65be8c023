"""pwcorr - pairwise correlations

    pwcorr [varlist] [if] [in] [weight] [, options]

    obs             number of observations of each pair
    sig             significance level
    print(#)        only coefficients significant at this level
    star(#)         a star at coefficients significant at this level
    listwise, casewise    only observations where no variable is missing
    bonferroni, sidak     significance levels adjusted for the number of pairs

Every coefficient uses all observations where both variables are known.  aweights (the default) and fweights are
allowed.

Example: pwcorr reaction days subject, sig star(.05)
"""

from __future__ import annotations

import math

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.correlate import CELL, heading
from mixedcli.commands.sampling import Rows, Used, known, used_rows, variables
from mixedcli.data.correlation import correlations, covariances
from mixedcli.data.dataset import Dataset
from mixedcli.data.missing import is_missing
from mixedcli.engine.distributions import t_p
from mixedcli.frozen import frozen
from mixedcli.numfmt import abbreviate
from mixedcli.results import Matrix, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "pwcorr",
    (
        OptionSpec("obs", "o"),
        OptionSpec("sig", "sig"),
        OptionSpec("print", "p", "real"),
        OptionSpec("star", "st", "real"),
        OptionSpec("listwise", "l"),
        OptionSpec("casewise", "case"),
        OptionSpec("bonferroni", "b"),
        OptionSpec("sidak", "sid"),
    ),
    allows=frozenset({"if", "in", "weight"}),
    by="each",
)


@frozen
class Pair:
    """Correlation of two variables, observations, significance level."""

    r: float
    n: float
    p: float


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show the coefficients.  Errors: r(109), r(111), r(2000)."""
    data = session.data
    names = variables(session, command) or tuple(n for n in data.names if not data.column(n).is_string)
    used = used_rows(session, command, ("aweight", "fweight"))
    rows = used.rows
    if options.get("listwise") or options.get("casewise"):
        rows = known(data, names, rows)
    k = len(names)
    made = {(i, j): _pair(data, names[i], names[j], rows, used, options, k) for i in range(k) for j in range(i + 1)}
    blocks = [*used.notes, Blank(), *_layout(names, made, options, session.settings.linesize)]

    def matrix(values: dict[tuple[int, int], float]) -> Matrix:
        out = np.array([[values[max(i, j), min(i, j)] for j in range(k)] for i in range(k)])
        return Matrix(out, names, names)

    scalars = {}
    if k > 1:
        last = made[k - 1, k - 2]
        scalars = {"N": last.n, "rho": made[1, 0].r}
    matrices = {"C": matrix({c: x.r for c, x in made.items()}), "Nobs": matrix({c: x.n for c, x in made.items()})}
    if options.get("sig"):
        matrices["sig"] = matrix({c: x.p for c, x in made.items()})
    return Outcome(blocks=tuple(blocks), r=Stored(scalars, {}, matrices))


def _pair(data: Dataset, a: str, b: str, rows: Rows, used: Used, options: Options, variables_: int) -> Pair:
    x, y = data.numeric(a), data.numeric(b)
    both = rows & ~is_missing(x) & ~is_missing(y)
    if not both.any():
        return Pair(math.nan, 0.0, math.nan)
    n, V = covariances(np.column_stack([x[both], y[both]]), used.weights(both), used.weight)
    r = float(correlations(V)[0, 1])
    if a == b:
        return Pair(r, n, math.nan)
    p = math.nan
    if not math.isnan(r) and n > 2:
        p = t_p(r * math.sqrt((n - 2) / (1 - r * r)), n - 2) if abs(r) < 1 else 0.0
    pairs = variables_ * (variables_ - 1) / 2
    if options.get("bonferroni"):
        p = min(1.0, pairs * p)
    elif options.get("sidak"):
        p = min(1.0, -math.expm1(pairs * math.log1p(-p))) if p < 1 else p
    return Pair(r, n, p)


def _layout(names: tuple[str, ...], made: dict[tuple[int, int], Pair], options: Options, linesize: int) -> list[Block]:
    room = max(1, (linesize - 15) // CELL)
    several = bool(options.get("obs") or options.get("sig"))
    out: list[Block] = []
    for start in range(0, len(names), room):
        stop = min(start + room, len(names))
        out += heading(names, start, stop)
        for i in range(start, len(names)):
            row = [made[i, j] for j in range(start, min(i + 1, stop))]
            diagonal = i < stop
            shown = "".join(_coefficient(x, options, own=diagonal and k == len(row) - 1) for k, x in enumerate(row))
            out.append(line(f"{abbreviate(names[i], 12):>12} | {shown}"))
            if options.get("sig"):
                cells = "".join(
                    " " * CELL if math.isnan(x.p) or not _printed(x, options) else f"{x.p:>{CELL}.4f}" for x in row
                )
                out.append(line(f"{'':>12} |{cells}".rstrip()))
            if options.get("obs"):
                out.append(line(f"{'':>12} |" + "".join(f"{x.n:>{CELL}.0f}" for x in row)))
            if several:
                out.append(line(f"{'':>12} |"))
    return out


def _printed(x: Pair, options: Options) -> bool:
    return not x.p > _share(options["print"]) if "print" in options else True


def _coefficient(x: Pair, options: Options, *, own: bool) -> str:
    if not own and not _printed(x, options):
        return " " * CELL
    star = "*" if "star" in options and not own and x.p <= _share(options["star"]) else " "
    return (f"{x.r:>8.4f}" if not math.isnan(x.r) else f"{'.':>8}") + star


def _share(level: float) -> float:
    """star(5) means star(.05)."""
    return level / 100 if level >= 1 else level
