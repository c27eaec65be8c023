"""tab1 - a one-way table of frequencies for each variable

tab1 varlist [if] [in] [weight] [, missing nolabel sort]
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.tabulate import OPTIONS, tabulated
from mixedcli.data import varlist
from mixedcli.errors import VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("tab1", OPTIONS, allows=frozenset({"if", "in", "weight"}), by="each")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show the tables.  Errors: r(100) and those of tabulate."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    names = varlist.names(body.varlist, session.data)
    if not names:
        raise VarlistRequired("varlist required", command.span)
    blocks: list[Block] = []
    last = Outcome()
    for name in names:
        last = tabulated(session, command, options, (name,))
        blocks += [Blank(), line(f"-> tabulation of {name}  "), *last.blocks]
    return Outcome(blocks=tuple(blocks), r=last.r)
