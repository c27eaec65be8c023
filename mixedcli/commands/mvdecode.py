"""mvdecode - numbers that stand for missing values become missing values

    mvdecode varlist [if] [in], mv(numlist | numlist=code [\\ numlist=code ...])

Every value of the list becomes ".", or the missing value behind its equals sign.  String variables in the list are left
alone.

Example: mvdecode income age, mv(-9 -8 \\ 999=.a)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.mvrules import Floats, changed, code, numbers, rules_of
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("mvdecode", (OptionSpec("mv", "mv", "text"),), allows=frozenset({"if", "in"}))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Decode.  Errors: r(102), r(121), r(198)."""
    rules = [(numbers(session, values), code(to)) for values, to in rules_of(options)]

    def change(name: str, old: Floats, rows: NDArray[np.bool_]) -> Floats:
        new = old.copy()
        for values, to in rules:
            new[rows & np.isin(old, np.array(values))] = to
        return new

    return changed(session, command, change, "generated")
