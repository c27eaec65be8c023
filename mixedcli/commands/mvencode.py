"""mvencode - missing values become numbers

    mvencode varlist [if] [in], mv(# | code=# [\\ code=# ...] [\\ else=#]) [override]

A plain number takes the place of every missing value; code=# of that missing value alone.  A number that the variable
holds already is refused, unless override is given.  String variables in the list are left alone.

Example: mvencode income, mv(.=999 \\ .a=998)
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import plural
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import names_of, words_of
from mixedcli.commands.mvrules import code, numbers, parts
from mixedcli.commands.recode import replaced
from mixedcli.data import sample
from mixedcli.data.missing import is_missing
from mixedcli.errors import AssertionFalse, InvalidSyntax, TooFewSpecified
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "mvencode", (OptionSpec("mv", "mv", "text"), OptionSpec("override", "o")), allows=frozenset({"if", "in"})
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Encode.  Errors: r(9) a number is in use, r(102), r(121), r(198)."""
    data = session.data
    names = names_of(words_of(command), data)
    if not names:
        raise TooFewSpecified("varlist required")
    if "mv" not in options:
        raise InvalidSyntax("option mv() required")
    rules = [_rule(session, left, right) for left, right in parts(options["mv"])]
    rows = sample.mask(data, command.condition, command.in_range, expression_context(session))
    blocks: list[Block] = []
    columns = []
    for name in names:
        column = data.column(name)
        if column.is_string:
            blocks.append(line(f"{name:>12}: string variable ignored"))  # unverified: words
            continue
        old = column.numeric()
        new = old.copy()
        left = rows & is_missing(old)
        for which, to in rules:
            hit = left if which is None else left & (old == which)
            if hit.any() and not options.get("override") and np.any(rows & (old == to)):
                raise AssertionFalse(f"{name}: already {to:g} in variable; no action taken")  # unverified: words
            new[hit] = to
            left = left & ~hit
        count = int(np.count_nonzero(new != old))
        if count:
            blocks.append(line(f"{name:>12}: {plural(count, 'missing value')} recoded"))
            columns.append(replaced(column, new))
    return Outcome(blocks=tuple(blocks), data=data.with_columns(columns)) if columns else Outcome(tuple(blocks))


def _rule(session: Session, left: str, right: str) -> tuple[float | None, float]:
    """(missing value, None for any; the number it becomes)."""
    value = numbers(session, right or left)
    if len(value) != 1 or is_missing(np.array(value))[0]:
        raise InvalidSyntax("mv() invalid")  # unverified: words
    return (None if not right or left == "else" else code(left)), value[0]
