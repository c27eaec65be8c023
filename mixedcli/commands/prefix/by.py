"""by - run a command for each group of observations; bysort

    by varlist [(varlist2)] [, sort rc0]: command
    bysort varlist [(varlist2)]: command

The data must be sorted by varlist and varlist2; sort, and bysort, sort them first.  Groups are those of varlist
alone.  generate, replace, egen, drop and keep count _n, _N and subscripts within the group; other commands run once
for each group, under its name.  rc0 goes on after a group in which the command fails.

Example: bysort id (week): generate gain = weight - weight[_n-1]
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("by", any_option=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """by with its colon is a prefix, which never comes here.  Errors: r(198)."""
    raise InvalidSyntax("invalid syntax", command.span)
