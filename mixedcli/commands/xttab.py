"""xttab - tabulate a variable of panel data

    xttab varname [if] [in]

Overall: observations with each value.  Between: panels that ever have it.  Within: of the panels that ever have it, the
part of their observations that do, on average.

Example: xttab south
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Line, Segment, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.paneling import panels, selected
from mixedcli.data import missing, varlist
from mixedcli.errors import InvalidSyntax, NoObservations, TooManyValues
from mixedcli.numfmt import abbreviate, text
from mixedcli.results import Matrix, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("xttab", allows=frozenset({"if", "in"}), by="each")

_HEAD = "                  Overall             Between            Within"
_RULE = "----------+-----------------------------------------------------"

#: more values than this make no table
MOST = 3000


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Tabulate.  Errors: r(100), r(103), r(109), r(111), r(134) too many values, r(459), r(2000)."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    (name,) = varlist.names(body.varlist, data, single=True)
    column = data.columns[name]
    values = column.numeric()
    groups = panels(data, selected(session, command) & ~missing.is_missing(values))
    if not len(groups.rows):
        raise NoObservations("no observations")
    levels, code = np.unique(values[groups.rows], return_inverse=True)
    if len(levels) > MOST:
        raise TooManyValues("too many values")
    count = len(groups.ids)
    pair, times = np.unique(code * count + groups.member, return_counts=True)
    level, panel = pair // count, pair % count
    overall = np.bincount(code, minlength=len(levels))
    between = np.bincount(level, minlength=len(levels))
    share = np.bincount(level, times / np.bincount(groups.member)[panel], minlength=len(levels)) / between
    labels = data.value_labels.get(column.value_label, {})
    title = abbreviate(name, 8)
    heading = f"{title:>9} |    Freq.  Percent      Freq.  Percent        Percent"
    blocks: list[Block] = [Blank(), line(_HEAD), line(heading), line(_RULE)]
    n = int(overall.sum())
    for value, a, b, w in zip(levels.tolist(), overall.tolist(), between.tolist(), share.tolist(), strict=True):
        shown = labels.get(value, text(value, column.format).strip())[:8]
        blocks.append(_row(shown, a, 100 * a / n, b, 100 * b / count, 100 * w))
    everything = int(between.sum())
    blocks.append(line(_RULE))
    blocks.append(_row("Total", n, 100.0, everything, 100 * everything / count, 100 * count / everything))
    blocks.append(line(f"{f'(n = {count})':>40}"))
    rows = tuple(f"r{k + 1}" for k in range(len(levels)))
    table = np.column_stack([levels, overall, between, 100 * share])
    results = Matrix(table, rows, ("value", "overall", "between", "within"))
    return Outcome(blocks=tuple(blocks), r=Stored(scalars={"n": float(count)}, matrices={"results": results}))


def _row(label: str, a: int, pa: float, b: int, pb: float, w: float) -> Line:
    return Line((Segment(f"{label:>9} |"), Segment(f"{a:>8}{pa:>10.2f}{b:>10}{pb:>10.2f}{w:>15.2f}", "result")))
