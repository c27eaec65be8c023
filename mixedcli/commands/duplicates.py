"""duplicates - observations that are there more than once

    duplicates report [varlist] [if] [in]
    duplicates list [varlist] [if] [in]
    duplicates examples [varlist] [if] [in]
    duplicates tag [varlist] [if] [in], generate(newvar)
    duplicates drop [if] [in]
    duplicates drop varlist [if] [in], force

Without a varlist observations are duplicates when they agree in every variable.  drop keeps the first of each group.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Cell, Column, Grid, Listing, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import plural, stored_numbers
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import names_of, words_of
from mixedcli.commands.rearrange import rearranged
from mixedcli.data import sample, types
from mixedcli.data.dataset import Column as Variable
from mixedcli.data.keys import joint_codes
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import AlreadyDefined, InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.numfmt import text as formatted
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "duplicates",
    (OptionSpec("generate", "g", "name"), OptionSpec("force", "force")),
    allows=frozenset({"if", "in"}),
)

#: subcommand -> minimum abbreviation
SUBCOMMANDS = {"report": "r", "examples": "e", "list": "l", "tag": "t", "drop": "drop", "browse": "b"}


@frozen
class _Found:
    """rows (m,): positions used; size: how many are alike; first: whether the first of its kind; number: its group."""

    names: tuple[str, ...]
    every: bool
    rows: NDArray[np.int64]
    size: NDArray[np.int64]
    first: NDArray[np.bool_]
    number: NDArray[np.int64]

    @property
    def heading(self) -> tuple[Block, ...]:
        return (
            Blank(),
            line(f"Duplicates in terms of {'all variables' if self.every else ' '.join(self.names)}"),
            Blank(),
        )


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Dispatch on the subcommand.  Errors: r(198)."""
    words = words_of(command)
    typed = words[0].text if words else ""
    action = next((n for n, least in SUBCOMMANDS.items() if n.startswith(typed) and len(typed) >= len(least)), None)
    if action is None or action == "browse":
        raise InvalidSyntax(f"{typed or 'nothing'} invalid subcommand of duplicates", command.span)  # unverified: words
    data = session.data
    names = names_of(words[1:], data)
    found = _find(session, command, names or data.names, every=not names)
    return ACTIONS[action](session, found, options)


def _find(session: Session, command: ast.Command, names: tuple[str, ...], *, every: bool) -> _Found:
    data = session.data
    rows = np.flatnonzero(sample.mask(data, command.condition, command.in_range, expression_context(session)))
    codes = joint_codes(names, data)[0][rows]
    _, place, inverse, count = np.unique(codes, return_index=True, return_inverse=True, return_counts=True)
    first = np.zeros(len(rows), dtype=bool)
    first[place] = True
    return _Found(names, every, rows, count[inverse], first, inverse)


def _report(session: Session, f: _Found, options: Options) -> Outcome:
    copies, n = np.unique(f.size, return_counts=True)
    table = [(int(c), int(k), int(k - k // c)) for c, k in zip(copies, n, strict=True)]
    rows = tuple((Cell(float(c), "%9.0f"), Cell(float(k), "%9.0f"), Cell(float(s), "%9.0f")) for c, k, s in table)
    grid = Grid(Column(("Copies",), 9), (Column(("Observations",), 12), Column(("Surplus",), 13)), rows)
    unique = sum(k // c for c, k, _ in table)
    return Outcome(blocks=(*f.heading, grid), r=Stored({"unique_value": float(unique), "N": float(len(f.rows))}))


def _list(session: Session, f: _Found, options: Options) -> Outcome:
    shown = np.flatnonzero(f.size > 1)
    if not len(shown):
        return Outcome(blocks=(*f.heading, line("(0 observations are duplicates)")))
    order = shown[np.lexsort((f.rows[shown], f.number[shown]))]
    numbers = np.unique(f.number[order], return_inverse=True)[1] + 1
    pairs = zip(numbers.tolist(), f.rows[order].tolist(), strict=True)
    cells = tuple((k, (str(g), str(r + 1), *_cells(session, f.names, r))) for k, (g, r) in enumerate(pairs, 1))
    separators = frozenset((np.flatnonzero(np.diff(numbers)) + 1).tolist())
    names = ("Group", "Obs", *f.names)
    numeric = (True, True, *(not session.data.column(n).is_string for n in f.names))
    return Outcome(blocks=(*f.heading, Listing(names, numeric, cells, separators, noobs=True)))


def _examples(session: Session, f: _Found, options: Options) -> Outcome:
    shown = np.flatnonzero((f.size > 1) & f.first)
    if not len(shown):
        return Outcome(blocks=(*f.heading, line("(0 observations are duplicates)")))
    at = shown[np.argsort(f.number[shown])].tolist()
    cells = tuple(
        (k, (str(k), str(int(f.size[i])), str(int(f.rows[i]) + 1), *_cells(session, f.names, int(f.rows[i]))))
        for k, i in enumerate(at, 1)
    )
    names = ("Group", "#", "e.g. obs", *f.names)
    numeric = (True, True, True, *(not session.data.column(n).is_string for n in f.names))
    return Outcome(blocks=(*f.heading, Listing(names, numeric, cells, noobs=True)))


def _cells(session: Session, names: tuple[str, ...], row: int) -> list[str]:
    out = []
    for name in names:
        column = session.data.column(name)
        if column.is_string:
            out.append(str(column.values[row]))
            continue
        value = float(column.take(np.array([row])).numeric()[0])
        labels = session.data.value_labels.get(column.value_label, {})
        out.append(labels[value] if value in labels else formatted(value, column.format).strip())
    return out


def _tag(session: Session, f: _Found, options: Options) -> Outcome:
    if "generate" not in options:
        raise InvalidSyntax("option generate() required")
    name, data = options["generate"], session.data
    types.check_name(name)
    if name in data:
        raise AlreadyDefined(f"variable {name} already defined")
    values = np.full(data.n, SYSMISS)
    values[f.rows] = f.size - 1
    storage = types.whole_type(0, float(max(f.size.max(initial=1) - 1, 0)))
    made = Variable(name, storage, stored_numbers(values, storage), types.default_format(storage))
    return Outcome(blocks=f.heading[:2], data=data.with_columns([made]))


def _drop(session: Session, f: _Found, options: Options) -> Outcome:
    if not f.every and not options.get("force"):
        raise InvalidSyntax("force option required when using the drop subcommand with a varlist")  # unverified: words
    gone = f.rows[~f.first]
    if not len(gone):
        return Outcome(blocks=(*f.heading, line("(0 observations are duplicates)")))
    keep = np.ones(session.data.n, dtype=bool)
    keep[gone] = False
    told = (*f.heading, line(f"({plural(len(gone), 'observation')} deleted)"))
    return rearranged(session, session.data.rows(keep), keep, told)


ACTIONS: dict[str, Callable[[Session, _Found, Options], Outcome]] = {
    "report": _report,
    "list": _list,
    "examples": _examples,
    "tag": _tag,
    "drop": _drop,
}
