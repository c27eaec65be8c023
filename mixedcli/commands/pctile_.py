"""_pctile - percentiles in r()

    _pctile exp [if] [in] [weight] [, nquantiles(#) percentiles(numlist) altdef]

Leaves the percentiles that divide the values into # parts, or those of percentiles(), in r(r1), r(r2) ...

Example: _pctile score, percentiles(2.5 97.5)
"""

from __future__ import annotations

from fractions import Fraction

from mixedcli import ast
from mixedcli.blocks import Block
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.quantiling import ALLOWS, OPTIONS, measured, shares_of
from mixedcli.errors import InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("_pctile", (*OPTIONS, OptionSpec("percentiles", "p", "numlist")), allows=ALLOWS)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Compute.  Errors: r(198), r(2000), those of expressions and weights."""
    body = command.body
    if not isinstance(body, ast.WordsBody):
        raise InvalidSyntax("invalid syntax", command.span)
    if "percentiles" in options:
        if "nquantiles" in options:
            raise InvalidSyntax("options nquantiles() and percentiles() may not be combined", command.span)
        given = options["percentiles"]
        if not all(0 < p < 100 for p in given):
            raise InvalidSyntax("percentiles() must be between 0 and 100", command.span)  # unverified: wording
        shares = [Fraction(repr(p)) / 100 for p in given]
    else:
        shares = shares_of(options)
    blocks: list[Block] = []
    found = measured(session, command, body.text, blocks).at(shares, altdef=bool(options.get("altdef")))
    scalars = {f"r{k}": float(value) for k, value in enumerate(found, 1)}
    return Outcome(blocks=tuple(blocks), r=Stored(scalars))
