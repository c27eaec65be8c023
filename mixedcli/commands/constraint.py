"""constraint - linear constraints for estimation commands

    constraint [define] # exp = exp
    constraint [define] # coeflist        all of them are 0
    constraint list|dir [numbers | _all]
    constraint drop numbers | _all
    constraint get #
    constraint free

Constraints are numbered from 1 to 1999 and are used by number: mixed ..., constraints(1/3).  Coefficients are
named as in test.

Example: constraint 1 [weight]week = 6
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Line, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import InvalidSyntax, VarlistRequired
from mixedcli.model.options import LARGEST_CONSTRAINT, constraint_numbers
from mixedcli.results import Stored
from mixedcli.session import Constraint, Outcome, Session

SPEC = CommandSpec("constraint")

SUBCOMMANDS = {"list": "l", "dir": "d", "drop": "drop", "get": "get", "free": "free", "define": "de"}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Define, list or drop.  Errors: r(100), r(121), r(198)."""
    body = command.body
    if isinstance(body, ast.ConstraintBody):
        return Outcome(constraints={body.number: Constraint(body.number, body.spec, body.text)})
    assert isinstance(body, ast.WordsBody)
    words = [w.text for w in body.words]
    if not words:
        raise InvalidSyntax("invalid syntax", command.span)
    what, rest = _subcommand(words[0], command), body.text[len(words[0]) :].strip()
    if what == "free":
        number = next((n for n in range(1, LARGEST_CONSTRAINT + 1) if n not in session.constraints), 0)
        return Outcome(r=Stored(macros={"free": str(number or "")}))
    if what == "get":
        number, *more = constraint_numbers(rest)
        if more:
            raise InvalidSyntax("invalid syntax", command.span)
        known = session.constraints.get(number)
        return Outcome(
            r=Stored({"defined": float(known is not None)}, {"contents": known.text} if known is not None else {})
        )
    if what == "drop" and not rest:
        raise VarlistRequired("constraint numbers required")  # unverified: wording
    everything = rest in ("", "_all")
    chosen = sorted(session.constraints) if everything else constraint_numbers(rest)
    if what == "drop":
        return Outcome(constraints={n: None for n in chosen if n in session.constraints})
    return Outcome(blocks=tuple(_listed(session.constraints[n]) for n in chosen if n in session.constraints))


def _subcommand(word: str, command: ast.Command) -> str:
    for name, least in SUBCOMMANDS.items():
        if name.startswith(word) and len(word) >= len(least) and name != "define":
            return name
    raise InvalidSyntax("invalid syntax", command.span)


def _listed(constraint: Constraint) -> Line:
    """ "     2:  [indemnity]2.site = 0" (# stata: the manual entry of constraint)."""
    return line(f"{constraint.number:>6}:  {constraint.text}")
