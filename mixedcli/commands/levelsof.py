"""levelsof - the different values of a variable

    levelsof varname [if] [in] [, local(name) separate(text) clean missing hexadecimal]

Shows the values in order and leaves them in r(levels), their number in r(r), the observations in r(N); local() puts
them in a local macro too.  Strings stand in compound quotes unless clean is given.  missing takes missing values in.

Example: levelsof site, local(sites)
         foreach s of local sites {
             summarize weight if site == `s'
         }
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.commands.macros.text import number, unquoted
from mixedcli.data import missing, sample, varlist
from mixedcli.errors import InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "levelsof",
    (
        OptionSpec("local", "l", "name"),
        OptionSpec("separate", "s", "text"),
        OptionSpec("clean", "c"),
        OptionSpec("missing", "m"),
        OptionSpec("hexadecimal", "hexa"),
    ),
    allows=frozenset({"if", "in"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Collect the values.  Errors: r(100), r(103), r(111)."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    (name,) = varlist.names(body.varlist, session.data, single=True)
    context = expression_context(session)
    rows = sample.mask(session.data, command.condition, command.in_range, context)
    column = session.data.column(name)
    if not options.get("missing"):
        rows = rows & sample.complete(session.data, column)
    if column.is_string:
        texts = sorted(set(column.values[rows].tolist()))
        shown = texts if options.get("clean") else [f'`"{text}"\'' for text in texts]
    else:
        hexadecimal = bool(options.get("hexadecimal"))
        shown = [_number(value, hexadecimal) for value in np.unique(column.numeric()[rows]).tolist()]
    between = unquoted(options["separate"]) if options.get("separate") else " "
    joined = between.join(shown)
    scalars = {"N": float(np.count_nonzero(rows)), "r": float(len(shown))}
    local = options.get("local")
    return Outcome(
        blocks=(line(joined, "result"),) if joined else (),
        r=Stored(scalars=scalars, macros={"levels": joined}),
        locals={} if local is None else {local: joined},
        settings=settings_after(session, context),
    )


def _number(value: float, hexadecimal: bool) -> str:
    """A value as text that reads back as the same number: levels are compared with the variable again."""
    if value >= missing.SYSMISS:
        return missing.letter_of(value)
    if hexadecimal:
        from mixedcli.numfmt import text

        return text(value, "%21x").strip()
    short = number(value)
    return short if float(short) == value else repr(value)
