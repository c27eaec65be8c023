"""mvencode - missing values become numbers

    mvencode varlist [if] [in], mv(# | code=# [\\ code=# ...] [\\ else=#]) [override]

A plain number takes the place of every missing value; code=# of that missing value alone.  A number that the variable
holds already is refused, unless override is given.  String variables in the list are left alone.

Example: mvencode income, mv(.=999 \\ .a=998)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.mvrules import Floats, changed, code, numbers, rules_of
from mixedcli.data.missing import is_missing
from mixedcli.errors import AssertionFalse, InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "mvencode", (OptionSpec("mv", "mv", "text"), OptionSpec("override", "o")), allows=frozenset({"if", "in"})
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Encode.  Errors: r(9) a number is in use, r(102), r(121), r(198)."""
    rules = [_rule(session, left, right) for left, right in rules_of(options)]

    def change(name: str, old: Floats, rows: NDArray[np.bool_]) -> Floats:
        new = old.copy()
        left = rows & is_missing(old)
        for which, to in rules:
            hit = left if which is None else left & (old == which)
            if hit.any() and not options.get("override") and np.any(rows & (old == to)):
                raise AssertionFalse(f"{name}: already {to:g} in variable; no action taken")  # unverified: words
            new[hit] = to
            left = left & ~hit
        return new

    return changed(session, command, change, "recoded")


def _rule(session: Session, left: str, right: str) -> tuple[float | None, float]:
    """(missing value, None for any; the number it becomes)."""
    value = numbers(session, right or left)
    if len(value) != 1 or is_missing(np.array(value))[0]:
        raise InvalidSyntax("mv() invalid")  # unverified: words
    return (None if not right or left == "else" else code(left)), value[0]
