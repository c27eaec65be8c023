"""sample - a random sample of the observations

    sample # [if] [in] [, count by(groupvars)]

Keeps # percent of the observations, with count # observations, in each group of by() if there are groups; those that
if and in leave out stay.  The draw depends on set seed; it is reproducible here, but not Stata's own.

Examples: sample 10
          sample 2 if late, count by(school)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import plural
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.commands.loading import words_of
from mixedcli.commands.rearrange import rearranged
from mixedcli.data import sample, varlist
from mixedcli.data.keys import joint_codes
from mixedcli.data.missing import MAX_DOUBLE
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "sample",
    (OptionSpec("count", "c"), OptionSpec("by", "by", "varlist")),
    allows=frozenset({"if", "in"}),
    by="groups",
)

Ints = NDArray[np.int64]


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Draw.  Errors: r(111), r(198) no number, or one out of range."""
    data = session.data
    number = _number(session, " ".join(w.text for w in words_of(command)), command)
    count = bool(options.get("count"))
    if number < 0 or (not count and number > 100):
        raise InvalidSyntax(f"{number:g} out of range", command.span)  # unverified: wording
    context = expression_context(session)
    rows = np.flatnonzero(sample.mask(data, command.condition, command.in_range, context))
    if session.by is not None:
        group = session.by.codes[rows]
    elif "by" in options:
        group = joint_codes(varlist.names(options["by"], data), data)[0][rows]
    else:
        group = np.zeros(len(rows), dtype=np.int64)
    place, size = shuffled(group, context.random.generator)
    wanted = np.minimum(number, size) if count else np.floor(size * number / 100 + 0.5)
    keep = np.ones(data.n, dtype=bool)
    keep[rows[place >= wanted]] = False
    gone = data.n - int(np.count_nonzero(keep))
    told = (line(f"({plural(gone, 'observation')} deleted)"),)
    return rearranged(session, data.rows(keep), keep, told, settings_after(session, context))


def shuffled(group: Ints, generator: np.random.Generator) -> tuple[Ints, Ints]:
    """Each row's place (from 0) in a random order of its group, and the size of the group."""
    n = len(group)
    order = np.lexsort((generator.random(n), group))
    ranked = group[order]
    new = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]])) if n else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.concatenate([new, [n]])).astype(np.int64)
    place, size = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    place[order] = np.arange(n) - np.repeat(new, sizes)
    size[order] = np.repeat(sizes, sizes)
    return place, size


def _number(session: Session, text: str, command: ast.Command) -> float:
    """The number, which may be an expression."""
    if not text or session.language is None:
        raise InvalidSyntax("invalid syntax", command.span)
    from mixedcli.data.expression import scalar

    value = scalar(session.language.expr(text), expression_context(session))
    if isinstance(value, str) or not value <= MAX_DOUBLE:
        raise InvalidSyntax("invalid syntax", command.span)
    return float(value)
