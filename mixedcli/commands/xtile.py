"""xtile - categories by quantiles

    xtile newvar = exp [if] [in] [weight] [, nquantiles(#) cutpoints(varname) altdef]

Numbers the parts of equal size that the percentiles of exp (see pctile) cut: 1 up to and including the first, and
so on; 2 parts by default.  cutpoints() takes the values of a variable as cuts instead.

Example: xtile quarter = score, nquantiles(4)
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.newvars import count_type, free, numbers
from mixedcli.commands.quantiling import ALLOWS, OPTIONS, assigned, measured, shares_of
from mixedcli.data import quantiles, varlist
from mixedcli.data.missing import SYSMISS, is_missing
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("xtile", (*OPTIONS, OptionSpec("cutpoints", "c", "name")), allows=ALLOWS)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the variable.  Errors: r(110), r(198), r(2000), those of expressions and weights."""
    wanted = assigned(command)
    data = session.data
    (name,) = free((wanted.name,), data)
    blocks: list[Block] = []
    m = measured(session, command, wanted.text, blocks)
    if "cutpoints" in options:
        if "nquantiles" in options or options.get("altdef"):
            other = "nquantiles()" if "nquantiles" in options else "altdef"
            raise InvalidSyntax(f"options cutpoints() and {other} may not be combined", command.span)
        cut = data.numeric(varlist.resolve(options["cutpoints"], data))
        cuts = np.unique(cut[~is_missing(cut)])
        label = f"{wanted.text} categorized by {options['cutpoints']}"  # unverified: label
    else:
        shares = shares_of(options)
        cuts = m.at(shares, altdef=bool(options.get("altdef")))
        label = f"{len(shares) + 1} quantiles of {wanted.text}"  # unverified: label
    values = np.full(data.n, SYSMISS)
    values[m.used] = quantiles.categories(m.values[m.used], cuts)
    storage = wanted.type or count_type(len(cuts) + 1)  # unverified: byte where float is the default
    return Outcome(blocks=tuple(blocks), data=data.with_columns([numbers(name, values, storage, label)]))
