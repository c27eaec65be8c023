"""Names in e(b) back to the terms they stand for: "week", "2.site", "1b.a#c.x", "o.L2.x"."""

from __future__ import annotations

import re
from typing import cast

from mixedcli import ast
from mixedcli.data.factors import Mark, ModelTerm, Part, Status
from mixedcli.errors import NotFound

_PART = re.compile(r"(?:(?P<level>\d+)?(?P<mark>bn|b|o)?(?P<c>co?)?(?P<ops>(?:[LFDS]\d*)*)\.)?(?P<name>[^\W\d]\w*)")
_OPERATOR = re.compile(r"([LFDS])(\d*)")


def term_of(name: str) -> ModelTerm:
    """The term behind a column name of a factor-variable or time-series stripe, without looking at data.

    Status: "base" where every part bears b or o and one of them b ("1b.a", "1b.a#co.x"), else "omitted" where a part
    bears o, else "value": without main effects the cells of a base level are estimated too ("1b.a#2.b", "1b.a#c.x").
    Errors: r(111) for what is no such name.
    """
    parts: list[Part] = []
    marks: list[Mark] = []
    for piece in name.split("#"):
        found = _PART.fullmatch(piece)
        if found is None:
            raise NotFound(f"{name} not found")
        level = found["level"]
        marks.append(cast(Mark, found["mark"] or ("o" if found["c"] == "co" else "")))
        ops = tuple(ast.TimeOp(letter, int(digits or 1)) for letter, digits in _OPERATOR.findall(found["ops"] or ""))
        parts.append(Part(found["name"], ops, "i" if level else "c", int(level) if level else None))
    status: Status = "omitted" if "o" in marks else "value"
    if "b" in marks and set(marks) <= {"b", "o"}:
        status = "base"
    return ModelTerm(tuple(parts), status, name, tuple(marks))
