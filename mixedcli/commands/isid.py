"""isid - check that variables identify the observations

    isid varlist [, sort missok]

Nothing is shown when no two observations agree in all the variables; otherwise the command fails.

Example: isid id week, sort
"""

from __future__ import annotations

from dataclasses import replace

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.rearrange import rearranged
from mixedcli.data import varlist
from mixedcli.data.grouping import firsts
from mixedcli.data.keys import joint_codes
from mixedcli.data.missing import is_missing
from mixedcli.data.ordering import ascending
from mixedcli.errors import DataAssumption, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("isid", (OptionSpec("sort", "s"), OptionSpec("missok", "m")), allows=frozenset({"using"}))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Check.  Errors: r(100), r(111), r(459) duplicates or missing values."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    data = session.data
    names = varlist.names(body.varlist, data)
    if not names:
        raise VarlistRequired("varlist required", command.span)
    if not options.get("missok"):
        for name in names:
            column = data.column(name)
            gone = column.values == "" if column.is_string else is_missing(column.numeric())
            if gone.any():
                noun = "variable" if len(names) == 1 else "variables"
                raise DataAssumption(f"{noun} {' '.join(names)} should never be missing")
    if len(firsts(joint_codes(names, data)[0])) != data.n:
        one = len(names) == 1
        verb = "does" if one else "do"
        raise DataAssumption(
            f"variable{'' if one else 's'} {' '.join(names)} {verb} not uniquely identify the observations"
        )
    if not options.get("sort"):
        return Outcome()
    order = ascending(data, names)
    return rearranged(session, replace(data.rows(order, keeps_order=False), sorted_by=tuple(names)), order)
