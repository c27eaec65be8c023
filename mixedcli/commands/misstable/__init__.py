"""misstable - which values are missing

    misstable summarize [varlist] [if] [in] [, all showzeros generate(stub [, exok])]
    misstable patterns  [varlist] [if] [in] [, asis frequency exok]
    misstable tree      [varlist] [if] [in] [, asis frequency exok]
    misstable nested    [varlist] [if] [in] [, exok]

summarize counts ., extended missing values and known values of the variables that have missing ones, with all of
every variable; generate() makes indicators, stub followed by the variable's name.  patterns shows which combinations
of variables are missing together and how often; tree the same as a tree; nested which variables are always missing
when others are.  With exok .a to .z count as known.

Examples: misstable summarize
          misstable patterns weight height, frequency
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import names_of, words_of
from mixedcli.commands.misstable.gaps import Gaps, gaps_in
from mixedcli.commands.misstable.nested import nested, tree
from mixedcli.commands.misstable.patterns import patterns
from mixedcli.commands.misstable.summary import summary
from mixedcli.data import sample
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "misstable",
    (
        OptionSpec("all", "all"),
        OptionSpec("showzeros", "show"),
        OptionSpec("generate", "gen", "text"),
        OptionSpec("asis", "asis"),
        OptionSpec("frequency", "freq"),
        OptionSpec("exok", "exok"),
        OptionSpec("nopreserve", "nopres"),
    ),
    allows=frozenset({"if", "in"}),
)

#: subcommand -> minimum abbreviation, its options
SUBCOMMANDS = {
    "summarize": (3, {"all", "showzeros", "generate", "nopreserve"}),
    "patterns": (3, {"asis", "frequency", "exok", "nopreserve"}),
    "tree": (4, {"asis", "frequency", "exok", "nopreserve"}),
    "nested": (4, {"exok", "nopreserve"}),
}

_TABLES: dict[str, Callable[[Gaps, Options], Outcome]] = {"patterns": patterns, "tree": tree, "nested": nested}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Dispatch on the subcommand.  Errors: r(111), r(198)."""
    words = words_of(command)
    typed = words[0].text if words else ""
    action = next((n for n, (least, _) in SUBCOMMANDS.items() if n.startswith(typed) and len(typed) >= least), None)
    if action is None:
        raise InvalidSyntax(f"invalid subcommand {typed}".rstrip(), command.span)  # unverified: wording
    for name in options:
        if name not in SUBCOMMANDS[action][1]:
            raise InvalidSyntax(f"option {name} not allowed", command.span)
    data = session.data
    names = names_of(words[1:], data) or data.names
    rows = np.flatnonzero(sample.mask(data, command.condition, command.in_range, expression_context(session)))
    if action == "summarize":
        return summary(session, tuple(dict.fromkeys(names)), rows, options)
    return _TABLES[action](gaps_in(data, names, rows, options), options)
