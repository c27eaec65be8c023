"""clonevar - a copy of a variable with its type, format and labels

clonevar newvar = varname [if] [in]
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.assignment import count_missing, plural, stored_numbers
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import words_of
from mixedcli.data import sample, types, varlist
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import AlreadyDefined, InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("clonevar", allows=frozenset({"if", "in"}))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the copy.  Errors: r(110), r(111), r(198)."""
    text = " ".join(w.text for w in words_of(command))
    new, equals, old = (x.strip() for x in text.partition("="))
    if not equals or not new or not old or " " in new or " " in old:
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    types.check_name(new)
    if new in data:
        raise AlreadyDefined(f"variable {new} already defined")
    column = data.column(varlist.resolve(old, data))
    rows = sample.mask(data, command.condition, command.in_range, expression_context(session))
    if column.is_string:
        values = column.values.copy()
        values[~rows] = ""
    else:
        values = stored_numbers(np.where(rows, column.numeric(), SYSMISS), column.type)
    gaps = count_missing(values, column.type)
    blocks = (line(f"({plural(gaps, 'missing value')} generated)"),) if gaps else ()
    return Outcome(blocks=blocks, data=data.with_columns([replace(column, name=new, values=values)]))
