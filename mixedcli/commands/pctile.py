"""pctile - a variable of percentiles

    pctile [type] newvar = exp [if] [in] [weight] [, nquantiles(#) genp(newvar) altdef]

The first # - 1 observations of newvar hold the percentiles that divide the values of exp into # parts of equal
size, 2 by default; genp() holds their percentages.  altdef interpolates between values.

Example: pctile cut = score, nquantiles(4) genp(percent)
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.newvars import free, numbers
from mixedcli.commands.quantiling import ALLOWS, OPTIONS, assigned, measured, shares_of
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("pctile", (*OPTIONS, OptionSpec("genp", "g", "name")), allows=ALLOWS)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the variable.  Errors: r(110), r(198), r(2000), those of expressions and weights."""
    wanted = assigned(command)
    data = session.data
    names = free((wanted.name, *((options["genp"],) if "genp" in options else ())), data)
    shares = shares_of(options)
    if len(shares) > data.n:
        # unverified: wording
        raise InvalidSyntax("nquantiles() must be less than or equal to number of observations plus one", command.span)
    blocks: list[Block] = []
    found = measured(session, command, wanted.text, blocks).at(shares, altdef=bool(options.get("altdef")))
    storage = wanted.type or session.settings.default_type
    columns = []
    for name, values, label in zip(
        names,
        (found, np.array([float(100 * s) for s in shares])),
        (f"percentiles of {wanted.text}", f"percentages for {wanted.text}"),  # unverified: labels
        strict=False,
    ):
        full = np.full(data.n, SYSMISS)
        full[: len(values)] = values
        columns.append(numbers(name, full, storage, label))
    return Outcome(blocks=tuple(blocks), data=data.with_columns(columns))
