"""tab2 - a two-way table of frequencies for every pair of variables

tab2 varlist [if] [in] [weight] [, options of tabulate with two variables, firstonly]
"""

from __future__ import annotations

from itertools import combinations

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.tabulate import OPTIONS, tabulated
from mixedcli.data import varlist
from mixedcli.errors import TooFewSpecified
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "tab2", (*OPTIONS, OptionSpec("firstonly", "first")), allows=frozenset({"if", "in", "weight"}), by="each"
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show the tables.  Errors: r(102) and those of tabulate."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    names = varlist.names(body.varlist, session.data)
    if len(names) < 2:
        raise TooFewSpecified("too few variables specified")
    blocks: list[Block] = []
    last = Outcome()
    for a, b in combinations(names, 2):
        if options.get("firstonly") and a != names[0]:
            break
        last = tabulated(session, command, options, (a, b))
        blocks += [Blank(), line(f"-> tabulation of {a} by {b}  "), *last.blocks]
    return Outcome(blocks=tuple(blocks), r=last.r)
