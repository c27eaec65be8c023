"""mvdecode - numbers that stand for missing values become missing values

    mvdecode varlist [if] [in], mv(numlist | numlist=code [\\ numlist=code ...])

Every value of the list becomes ".", or the missing value behind its equals sign.  String variables in the list are left
alone.

Example: mvdecode income age, mv(-9 -8 \\ 999=.a)
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
from mixedcli.errors import InvalidSyntax, TooFewSpecified
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("mvdecode", (OptionSpec("mv", "mv", "text"),), allows=frozenset({"if", "in"}))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Decode.  Errors: r(102), r(121), r(198)."""
    data = session.data
    names = names_of(words_of(command), data)
    if not names:
        raise TooFewSpecified("varlist required")
    if "mv" not in options:
        raise InvalidSyntax("option mv() required")
    rules = [(numbers(session, values), code(to)) for values, to in parts(options["mv"])]
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
        for values, to in rules:
            new[rows & np.isin(old, np.array(values))] = to
        count = int(np.count_nonzero(new != old))
        if count:
            blocks.append(line(f"{name:>12}: {plural(count, 'missing value')} generated"))
            columns.append(replaced(column, new))
    return Outcome(blocks=tuple(blocks), data=data.with_columns(columns)) if columns else Outcome(tuple(blocks))
