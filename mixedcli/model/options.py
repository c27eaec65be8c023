"""The option table of ``mixed``: names, minimum abbreviations, arguments, scopes ("Syntax" of the manual entry)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from mixedcli import ast
from mixedcli.errors import InvalidNumlist, InvalidSyntax, Span
from mixedcli.frozen import frozen

LARGEST_CONSTRAINT = 1999
Argument = Literal["flag", "int", "real", "text", "optional"]
Scope = Literal["equation", "random", "model", "replay"]


@frozen
class MixedOption:
    """scope: "equation" (fixed or random part), "random" (random part), "model" (estimation), "replay" (replay too)."""

    name: str
    abbreviation: str
    argument: Argument = "flag"
    scope: Scope = "model"


def _rows(scope: Scope, argument: Argument, text: str) -> tuple[MixedOption, ...]:
    """ "noc:onstant" is name noconstant, abbreviation noc."""
    made = []
    for word in text.split():
        least, _, rest = word.partition(":")
        made.append(MixedOption(least + rest, least, argument, scope))
    return tuple(made)


OPTIONS: tuple[MixedOption, ...] = (
    *_rows("equation", "flag", "nocons:tant"),
    *_rows("random", "text", "cov:ariance fw:eight pw:eight"),
    *_rows("random", "flag", "col:linear"),
    *_rows("model", "flag", "ml:e reml nostd:err robust emonly emlog emdot:s matsqrt matlog"),
    *_rows("model", "text", "dfm:ethod res:iduals pwscale vce cl:uster const:raints"),
    *_rows("model", "int", "emiter:ate iter:ate"),
    *_rows("model", "real", "emtol:erance tol:erance ltol:erance nrtol:erance"),
    *_rows("model", "text", "tech:nique from"),
    *_rows("model", "flag", "dif:ficult tr:ace grad:ient showstep hess:ian showtol:erance nonrtol:erance"),
    *_rows("replay", "real", "l:evel"),
    *_rows("replay", "text", "dftab:le fvwrapon cformat pformat sformat"),
    *_rows("replay", "int", "fvwrap"),
    *_rows("replay", "flag", "var:iance stddev:iations noret:able nofet:able estm:etric nohead:er nogr:oup nolr:test"),
    *_rows("replay", "flag", "small coefl:egend noci nopv:alues noomit:ted vsquish noempty:cells base:levels"),
    *_rows("replay", "flag", "log nolog allbase:levels nofvlab:el nolstretch nocnsr:eport"),
)


def _matches(name: str) -> list[MixedOption]:
    exact = [o for o in OPTIONS if o.name == name]
    return exact or [o for o in OPTIONS if o.name.startswith(name) and len(name) >= len(o.abbreviation)]


@frozen
class Given:
    """One option as given, resolved: its row, its text, and where it stands."""

    row: MixedOption
    text: str | None
    span: Span | None
    expr: ast.Expr | None = None

    def number(self) -> float:
        """The argument as a number.  Errors: r(198)."""
        try:
            value = float((self.text or "").strip())
        except ValueError:
            raise InvalidSyntax(f"option {self.row.name}() incorrectly specified", self.span) from None
        if value != value or value in (float("inf"), float("-inf")):
            raise InvalidSyntax(f"option {self.row.name}() incorrectly specified", self.span)
        return value

    def integer(self) -> int:
        """The argument as a nonnegative integer.  Errors: r(198)."""
        value = self.number()
        if value != int(value) or value < 0:
            raise InvalidSyntax(f"option {self.row.name}() incorrectly specified", self.span)
        return int(value)

    def numbers(self) -> tuple[int, ...]:
        """The argument as constraint numbers.  Errors: r(121)."""
        return constraint_numbers(self.text or "", self.span)


def constraint_numbers(text: str, span: Span | None = None) -> tuple[int, ...]:
    """ "1/3, 7 10-12" as numbers in order, each once.  Errors: r(121)."""
    out: dict[int, None] = {}
    for piece in re.split(r"[\s,]+", re.sub(r"\s*([-/])\s*", r"\1", text.strip())):
        found = re.fullmatch(r"(\d{1,4})(?:[-/](\d{1,4}))?", piece)
        if found is None:
            raise InvalidNumlist("invalid numlist", span)
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last <= LARGEST_CONSTRAINT:
            raise InvalidNumlist("invalid numlist has elements outside of allowed range", span)
        out |= dict.fromkeys(range(first, last + 1))
    return tuple(out)


def resolve(options: Iterable[ast.Option], *, replay: bool = False) -> list[Given]:
    """Options of one equation by full name.  Errors: r(198) for unknown, ambiguous, wrongly used or repeated ones."""
    found: list[Given] = []
    for option in options:
        rows = _matches(option.name)
        if not rows or (replay and rows[0].scope != "replay"):
            raise InvalidSyntax(f"option {option.name} not allowed", option.span)
        if len(rows) > 1:
            raise InvalidSyntax(f"option {option.name} ambiguous abbreviation", option.span)
        row = rows[0]
        if row.argument == "flag" and option.text is not None:
            raise InvalidSyntax(f"option {option.name}() not allowed", option.span)
        if row.argument != "flag" and option.text is None:
            raise InvalidSyntax(f"option {row.name}() incorrectly specified", option.span)
        if row.argument != "flag" and any(g.row is row for g in found):
            raise InvalidSyntax(f"option {row.name}() not allowed", option.span)
        found.append(Given(row, option.text, option.span, option.expr))
    return found
