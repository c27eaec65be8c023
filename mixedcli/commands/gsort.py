"""gsort - put the observations in ascending or descending order

    gsort [+|-]varname [[+|-]varname ...] [, generate(newvar) mfirst]

Missing values come last, with mfirst first in descending order.  generate() numbers the groups of equal values.

Example: gsort school -score
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import stored_numbers
from mixedcli.commands.loading import names_of, words_of
from mixedcli.commands.rearrange import rearranged
from mixedcli.data import types
from mixedcli.data.dataset import Column
from mixedcli.data.missing import is_missing
from mixedcli.data.ordering import sort_key
from mixedcli.errors import AlreadyDefined, InvalidSyntax, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("gsort", (OptionSpec("generate", "g", "name"), OptionSpec("mfirst", "m")))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Sort.  Errors: r(100), r(110), r(111)."""
    data = session.data
    wanted: list[tuple[str, bool]] = []
    sign = ""
    for word in words_of(command):
        text = sign + word.text
        if len(sign) and word.text[:1] in ("+", "-"):
            raise InvalidSyntax("invalid syntax", command.span)
        sign = ""
        if text in ("+", "-"):
            sign = text
            continue
        bare = replace(word, text=text.lstrip("+-"))
        wanted += [(name, text.startswith("-")) for name in names_of((bare,), data)]
    if not wanted:
        raise VarlistRequired("varlist required", command.span)
    keys = [_key(data.column(name), down=down, first=bool(options.get("mfirst"))) for name, down in wanted]
    order = np.lexsort(keys[::-1])
    ascending = tuple(name for name, _ in wanted) if not any(down for _, down in wanted) else ()
    changed = replace(data.rows(order, keeps_order=False), sorted_by=ascending)
    if "generate" in options:
        name = options["generate"]
        types.check_name(name)
        if name in data:
            raise AlreadyDefined(f"variable {name} already defined")
        new = np.zeros(max(data.n - 1, 0), dtype=bool)
        for k in keys:
            new |= k[order][1:] != k[order][:-1]
        numbers = np.cumsum(np.concatenate([[1], new]))[: data.n].astype(float)
        storage = types.whole_type(1, float(max(data.n, 1)))
        changed = changed.with_columns(
            [Column(name, storage, stored_numbers(numbers, storage), types.default_format(storage))]
        )
    return rearranged(session, changed, order)


def _key(column: Column, *, down: bool, first: bool) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Numbers in whose ascending order the rows belong."""
    ranks = np.asarray(sort_key(column) if column.is_string else column.numeric(), dtype=float)
    gone = np.asarray(column.values == "") if column.is_string else is_missing(ranks)
    if not down:
        return ranks
    if column.is_string:
        return -ranks
    distinct, place = np.unique(ranks, return_inverse=True)
    out = -place.astype(float)
    return np.where(gone, (-np.inf if first else float(len(distinct))), out)
