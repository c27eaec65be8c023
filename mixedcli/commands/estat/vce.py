"""estat vce: the covariance or correlation matrix of the estimates, equation by equation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast, numfmt
from mixedcli.blocks import Blank, Block, Cell, Column, Grid, line
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat.options import bare, number_format
from mixedcli.data.matrices.named import parted
from mixedcli.data.stripes import term_of
from mixedcli.errors import EquationNotFound, LastEstimatesNotFound, NotFound
from mixedcli.results import Matrix, Stored
from mixedcli.session import Outcome, Session

Floats = NDArray[np.float64]
OPTIONS = (
    OptionSpec("covariance", "cov"),
    OptionSpec("correlation", "c"),
    OptionSpec("equation", "eq", "text"),
    OptionSpec("block", "b"),
    OptionSpec("diag", "d"),
    OptionSpec("format", "f", "text"),
    OptionSpec("nolines", "nolines"),
    OptionSpec("baselevels", "base"),
    OptionSpec("allbaselevels", "allbase"),
    OptionSpec("noomitted", "noomit"),
)


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(198), r(301) without e(V), r(303) an equation that is not there."""
    given = bare(command, OPTIONS)
    stored = session.e
    if "V" not in stored.matrices:
        raise LastEstimatesNotFound("last estimates not found")
    V = stored.matrices["V"]
    correlation = "correlation" in given
    values = _correlations(V.values) if correlation else V.values
    fmt = number_format(given["format"]) if "format" in given else "%8.4f" if correlation else "%10.0g"
    every = tuple(dict.fromkeys(parted(n)[0] for n in V.colnames))
    rows, columns = _equations(given.get("equation"), every)
    kept = [k for k, n in enumerate(V.colnames) if _wanted(parted(n)[1], given)]
    what = "Correlation" if correlation else "Covariance"
    blocks: list[Block] = [
        Blank(),
        line(f"{what} matrix of coefficients of {stored.macros.get('cmd', '')} model"),
    ]
    lines, linesize = "nolines" not in given, session.settings.linesize
    if "block" in given or "diag" in given or "equation" in given:
        pairs = [(a, b) for i, a in enumerate(rows) for b in (columns[: i + 1] if rows == columns else columns)]
        for a, b in pairs:
            if "diag" in given and a != b:
                continue
            name = f"equation {a}" if a == b else f"equation {a} (row) by equation {b} (column)"
            own = [k for k in kept if parted(V.colnames[k])[0] == a]
            other = [k for k in kept if parted(V.colnames[k])[0] == b]
            blocks += [Blank(), line(f"{what.lower()}s of {name}")]
            blocks += _shown(V.colnames, values, own, other, fmt, linesize, equations=False, lines=lines)
    else:
        blocks += _shown(V.colnames, values, kept, kept, fmt, linesize, equations=every != ("",), lines=lines)
    return Outcome(blocks=tuple(blocks), r=Stored(matrices={"V": Matrix(values, V.rownames, V.colnames)}))


def _correlations(V: Floats) -> Floats:
    sd = np.sqrt(np.diag(V))
    scale = np.outer(sd, sd)
    return np.asarray(np.divide(V, scale, out=np.zeros_like(V), where=scale > 0))


def _equations(text: str | None, every: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """ "*", "eqlist" or "eqlist \\ eqlist".  Errors: r(303)."""
    if text is None:
        return every, every
    sides = []
    for part in text.split("\\"):
        names = every if part.strip() == "*" else tuple(part.split())
        for name in names:
            if name not in every:
                raise EquationNotFound(f"equation {name} not found")
        sides.append(names)
    return sides[0], sides[-1]


def _wanted(name: str, given: dict[str, str | None]) -> bool:
    """Base levels are left out, omitted terms shown, unless asked otherwise."""
    try:
        term = term_of(name)
    except NotFound:  # not the name of a term: var(_cons), _nl_1
        return True
    if term.status == "base":
        return "allbaselevels" in given or ("baselevels" in given and len(term.parts) == 1)
    return term.status == "value" or "noomitted" not in given


def _shown(
    names: tuple[str, ...],
    values: Floats,
    rows: Sequence[int],
    columns: Sequence[int],
    fmt: str,
    linesize: int,
    *,
    equations: bool,
    lines: bool,
) -> list[Block]:
    """The lower triangle (all of it where rows and columns differ), in panels that fit the line.

    stata: public logs of vce after logit and regress; vertical lines between equations: unverified.
    """
    width = numfmt.display_width(fmt)
    per = max(1, (linesize - 14) // (width + (4 if equations else 2)))
    out: list[Block] = []
    half = list(rows) == list(columns)
    for start in range(0, len(columns), per):
        part = columns[start : start + per]
        heads = []
        for j, k in enumerate(part):
            equation, own = parted(names[k])
            new = j == 0 or parted(names[part[j - 1]])[0] != equation
            last = j + 1 == len(part) or parted(names[part[j + 1]])[0] != equation
            above = (equation.ljust(width) if new else "",) if equations else ()
            bar = equations and lines and last and j + 1 < len(part)
            heads.append(Column((*above, own), width, gap=2 if j else 1, bar=bar))
        made: list[tuple[Cell, ...] | None] = []
        before = ""
        for i, k in enumerate(rows):
            equation, own = parted(names[k])
            if equations and (equation != before or i == 0):
                if i and lines:
                    made.append(None)
                made.append((Cell(equation, align="left"), *(Cell("") for _ in part)))
                before = equation
            cells = (Cell("") if half and c > k else Cell(float(values[k, c]), fmt) for c in part)
            made.append((Cell(own), *cells))
        stub = Column(("", "e(V)") if equations else ("e(V)",), 12)
        out += [Blank(), Grid(stub, tuple(heads), tuple(made), top=False, bottom=False, tail=1)]
    return out
