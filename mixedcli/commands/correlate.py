"""correlate - correlation matrix

    correlate [varlist] [if] [in] [weight] [, means covariance wrap]
    correlate, _coef [covariance]       of the coefficients of the last estimates

Observations where any of the variables is missing are left out.  covariance shows variances and covariances; means
adds the table of means; wrap does not break a table that is wider than the line.  r() holds N, rho (of the first two
variables), cov_12, Var_1, Var_2, and the matrix C.

aweights (the default) and fweights are allowed.

Example: correlate reaction days
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.sampling import Floats, known, used_rows, variables
from mixedcli.commands.tabulation import number
from mixedcli.data.correlation import correlations, covariances
from mixedcli.data.moments import figures
from mixedcli.errors import LastEstimatesNotFound
from mixedcli.numfmt import abbreviate, text
from mixedcli.results import Matrix, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "correlate",
    (
        OptionSpec("means", "m"),
        OptionSpec("covariance", "c"),
        OptionSpec("wrap", "w"),
        OptionSpec("_coef", "_coef"),
        OptionSpec("noformat", "nof"),
    ),
    allows=frozenset({"if", "in", "weight"}),
    by="each",
)

CELL = 9


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show the matrix.  Errors: r(109), r(111), r(301), r(2000)."""
    if options.get("_coef"):
        return _coefficients(session, options)
    names = variables(session, command)
    if not names:
        names = tuple(n for n in session.data.names if not session.data.column(n).is_string)
    used = used_rows(session, command, ("aweight", "fweight"))
    rows = known(session.data, names, used.rows)
    x = np.column_stack([session.data.numeric(n)[rows] for n in names])
    w = used.weights(rows)
    n, V = covariances(x, w, used.weight)
    C = V if options.get("covariance") else correlations(V)
    blocks: list[Block] = list(used.notes)
    if used.weight == "aweight" and w is not None:
        blocks.append(line(f"(sum of wgt is {number(float(w.sum()))})"))
    blocks += [line(f"(obs={n:,.0f})"), Blank()]
    if options.get("means"):
        blocks += [*_means(names, x, w, used.weight), Blank()]
    blocks += _shown(names, C, "%8.0g" if options.get("covariance") else "%9.4f", session, options)
    scalars = {"N": n}
    if len(names) > 1:
        scalars["rho"] = float(correlations(V)[1, 0])
        if options.get("covariance"):
            scalars = {"N": n, "cov_12": float(V[1, 0]), "Var_1": float(V[0, 0]), "Var_2": float(V[1, 1])}
    return Outcome(blocks=tuple(blocks), r=Stored(scalars, {}, {"C": Matrix(C, names, names)}))


def heading(names: tuple[str, ...], start: int, stop: int) -> list[Block]:
    """Names above the columns of one piece of a triangle, a blank line between pieces."""
    return [
        *([Blank()] if start else []),
        line(f"{'':>12} |" + "".join(f"{abbreviate(n, 8):>{CELL}}" for n in names[start:stop])),
        line("-" * 13 + "+" + "-" * CELL * (stop - start)),
    ]


def _shown(names: tuple[str, ...], C: Floats, fmt: str, session: Session, options: Options) -> list[Block]:
    """The lower triangle, broken into pieces that fit the line."""
    room = len(names) if options.get("wrap") else max(1, (session.settings.linesize - 15) // CELL)
    out: list[Block] = []
    for start in range(0, len(names), room):
        stop = min(start + room, len(names))
        out += heading(names, start, stop)
        for i in range(start, len(names)):
            cells = "".join(f"{text(float(C[i, j]), fmt):>{CELL}}" for j in range(start, min(i + 1, stop)))
            out.append(line(f"{abbreviate(names[i], 12):>12} |{cells}"))
    return out


def _means(names: tuple[str, ...], x: Floats, w: Floats | None, kind: str) -> list[Block]:
    # unverified: columns
    out: list[Block] = [line("    Variable |         Mean    Std. dev.          Min          Max")]
    out.append(line("-" * 13 + "+" + "-" * 52))
    for k, name in enumerate(names):
        f = figures(x[:, k], w, kind)
        cells = "".join(f"{text(f[s], '%9.0g'):>13}" for s in ("mean", "sd", "min", "max"))
        out.append(line(f"{abbreviate(name, 12):>12} |{cells}"))
    return [*out, Blank()]


def _coefficients(session: Session, options: Options) -> Outcome:
    V = session.e.matrices.get("V")
    if V is None:
        raise LastEstimatesNotFound("last estimates not found")
    C = V.values if options.get("covariance") else correlations(V.values)
    names = tuple(n.rpartition(":")[2] for n in V.colnames)
    shown = _shown(names, C, "%8.0g" if options.get("covariance") else "%9.4f", session, options)
    return Outcome(blocks=(Blank(), *shown), r=Stored({}, {}, {"C": Matrix(C, V.rownames, V.colnames)}))
