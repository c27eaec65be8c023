"""order - put variables in another order

    order varlist [, first last before(varname) after(varname) alphabetic sequential]

The variables named go to the front, to the end, or beside another one; the others keep their order.

Example: order id week, first
"""

from __future__ import annotations

import re

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.data import varlist
from mixedcli.errors import InvalidSyntax, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "order",
    options=(
        OptionSpec("first", "first"),
        OptionSpec("last", "last"),
        OptionSpec("before", "b", "varlist"),
        OptionSpec("after", "a", "varlist"),
        OptionSpec("alphabetic", "al"),
        OptionSpec("sequential", "seq"),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Reorder.  Errors: r(100) no varlist, r(111), r(198) two places at once."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    if not body.varlist.terms:
        raise VarlistRequired("varlist required", command.span)
    data = session.data
    moved = list(dict.fromkeys(varlist.names(body.varlist, data)))
    places = [o for o in ("first", "last", "before", "after") if options.get(o)]
    if len(places) > 1:
        raise InvalidSyntax(f"options {places[0]} and {places[1]} may not be combined", command.span)
    if options.get("alphabetic"):
        moved.sort()
    elif options.get("sequential"):
        moved.sort(key=_natural)
    place = places[0] if places else "first"
    anchor = varlist.names(options[place], data, single=True)[0] if place in ("before", "after") else ""
    if anchor in moved:
        raise InvalidSyntax(f"{anchor} is among the variables to be moved", command.span)  # unverified: wording
    rest = [n for n in data.names if n not in set(moved)]
    at = {"first": 0, "last": len(rest)}.get(place)
    if at is None:
        at = rest.index(anchor) + (place == "after")
    ordered = [*rest[:at], *moved, *rest[at:]]
    if tuple(ordered) == data.names:
        return Outcome()
    return Outcome(data=data.reorder(ordered))


def _natural(name: str) -> list[tuple[int, str]]:
    """x2 before x10."""
    return [(int(p), "") if p.isdecimal() else (0, p) for p in re.split(r"(\d+)", name)]
