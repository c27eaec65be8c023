"""The bridge from a session to expressions: what e(), r(), c(), _b[], scalars and matrices mean."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from mixedcli.data.expression import Context
from mixedcli.data.stream import RandomStream
from mixedcli.errors import EquationNotFound, LastEstimatesNotFound, NotFound
from mixedcli.session import KEEP, Session, Settings


def expression_context(session: Session, rows: NDArray[Any] | None = None) -> Context:
    """A Context on the session's data and results; rows as in ``Context``."""
    return Context(
        session.data,
        stored=lambda kind, name: _stored(session, kind, name),
        coefficient=lambda kind, equation, name: coefficient(session, kind, equation, name),
        scalars=session.scalars,
        matrix=lambda name: session.matrices.get(name),
        rows=rows,
        random=RandomStream(session.settings.seed),
        rc=session.rc,
        matches=session.matches,
        arguments=session.locals.get("0", ""),
        groups=session.by,
    )


def settings_after(session: Session, context: Context) -> Settings:
    """The settings a command that evaluated in ``context`` must return: the random stream goes on; else KEEP."""
    if not context.random.used:
        return KEEP  # type: ignore[no-any-return]
    return replace(session.settings, seed=context.random.next_seed())


def _stored(session: Session, kind: str, name: str) -> Any:
    if kind == "c":
        from mixedcli.commands import cvalues

        entry = cvalues.VALUES.get(name)
        return entry(session) if entry else None
    if kind == "e" and name == "sample":
        estimates = session.estimates
        return estimates.sample if estimates is not None and estimates.sample is not None else 0.0
    stored = {"e": session.e, "r": session.r, "s": session.s}.get(kind)
    if stored is None:
        return None
    for table in (stored.scalars, stored.macros, stored.matrices):
        if name in table:
            return table[name]
    return None


# ------------------------------------------------------------- coefficients


def coefficient(session: Session, kind: str, equation: str | None, name: str) -> float:
    """_b[] ("b") or _se[] ("se") of the last estimates.

    Errors: r(301) no estimates, r(303) unknown equation, r(111) unknown coefficient.
    """
    b = session.e.matrices.get("b")
    if b is None:
        raise LastEstimatesNotFound("last estimates not found")
    place = column_of(b.colnames, equation, name)
    if kind == "b":
        return float(b.values[0, place])
    v = session.e.matrices.get("V")
    if v is None:
        raise LastEstimatesNotFound("last estimates not found")
    variance = float(v.values[place, place])
    return variance**0.5 if variance >= 0 else float("nan")


def column_of(colnames: tuple[str, ...], equation: str | None, name: str) -> int:
    """Position in e(b) of a coefficient as a user writes it.

    "0.girl#c.age" finds "0b.girl#c.age" and "0bn.girl#c.age", "x" finds "o.x"; parts of an interaction may come
    in another order; without an equation the first one is meant, then whichever has such a name.  "eq:name" is allowed.
    Errors: r(303), r(111).
    """
    if equation is None and ":" in name:
        equation, _, name = name.partition(":")
    split = [tuple(full.rpartition(":")[::2]) for full in colnames]
    if equation is not None:
        equation = _equation(equation, [eq for eq, _ in split])
    wanted = canonical(name)
    first = split[0][0] if split else ""
    for only in [equation] if equation is not None else [first, None]:
        exact = [k for k, (eq, own) in enumerate(split) if own == name and only in (None, eq)]
        loose = [k for k, (eq, own) in enumerate(split) if canonical(own) == wanted and only in (None, eq)]
        if exact or loose:
            return (exact or loose)[0]
    raise NotFound(f"[{equation}]{name} not found" if equation is not None else f"[{name}] not found")


def _equation(equation: str, known: list[str]) -> str:
    if equation in known:
        return equation
    if re.fullmatch(r"#\d+", equation):
        distinct = list(dict.fromkeys(known))
        k = int(equation[1:])
        if 1 <= k <= len(distinct):
            return distinct[k - 1]
    raise EquationNotFound(f"equation [{equation}] not found")


_OPERATORS = r"(?:[LFDS]\d*)+$"


def canonical(name: str) -> tuple[str, ...]:
    """A coefficient's name without base and omitted marks, its parts sorted: comparable whatever was typed."""
    return tuple(sorted(_canonical_part(part) for part in name.split("#")))


def _canonical_part(part: str) -> str:
    mark, dot, variable = part.rpartition(".")
    if not dot:
        return variable
    digits = re.match(r"i?(\d*)", mark)
    level = digits[1] if digits else ""
    rest = mark[digits.end() :] if digits else mark
    operators = re.search(_OPERATORS, rest)
    shifts = operators[0] if operators else ""
    kind = level or ""  # c. and o. need no mark: a continuous variable is its name
    return ".".join(x for x in (kind + shifts, variable) if x)
