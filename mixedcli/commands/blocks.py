"""foreach - run commands again and again, or only on a condition; forvalues, while, if, else

    foreach name in words {                 foreach name of local|global macro {
    foreach name of varlist|newlist|numlist list {
    forvalues name = #1/#2 {                also #1(step)#2, #1 #2 to #3, #1 #2 : #3
    while exp {
        commands
    }

    if exp {                                if exp command
        commands                            else command
    }
    else if exp {
        commands
    }
    else {
        commands
    }

The brace ends its line, what closes it stands alone.  The local macro named holds each item in turn.  continue goes
on with the next round, continue, break leaves the loop.  In if and while a variable stands for its first observation.

Example: foreach v of varlist x1-x5 {
             summarize `v'
         }
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("foreach", any_option=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Blocks are read with their lines; a word that comes here has none.  Errors: r(198)."""
    raise InvalidSyntax("invalid syntax", command.span)
