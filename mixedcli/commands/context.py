"""The bridge from a session to expressions: what e(), r(), c(), _b[], scalars and matrices mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.expression import Context
from mixedcli.data.missing import MAX_DOUBLE
from mixedcli.data.stream import DEFAULT_SEED, RandomStream
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
        entry = _C.get(name)
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


# ---------------------------------------------------------------------- c()


def _now(pattern: str) -> str:
    from datetime import datetime

    return datetime.now().strftime(pattern)


def _day() -> str:
    text = _now("%d %b %Y")
    return " " + text[1:] if text.startswith("0") else text


def _working_directory(session: Session) -> str:
    from pathlib import Path

    return session.settings.cwd or str(Path.cwd())


_C: dict[str, Callable[[Session], float | str]] = {
    "N": lambda s: float(s.data.n),
    "k": lambda s: float(len(s.data.columns)),
    "pi": lambda s: float(np.pi),
    "rc": lambda s: float(s.rc),
    "level": lambda s: s.settings.level,
    "clevel": lambda s: s.settings.level,
    "linesize": lambda s: float(s.settings.linesize),
    "type": lambda s: s.settings.default_type,
    "varabbrev": lambda s: _switch(s.settings.varabbrev),
    "more": lambda s: "off",
    "changed": lambda s: float(s.data.changed),
    "filename": lambda s: s.data.source,
    "sortedby": lambda s: " ".join(s.data.sorted_by),
    "seed": lambda s: str(DEFAULT_SEED if s.settings.seed is None else s.settings.seed),
    "current_date": lambda s: _day(),
    "current_time": lambda s: _now("%H:%M:%S"),
    "pwd": _working_directory,
    "mindouble": lambda s: -MAX_DOUBLE,
    "maxdouble": lambda s: MAX_DOUBLE,
    "epsdouble": lambda s: 2.0**-52,
    "smallestdouble": lambda s: 2.0**-1022,
    "minfloat": lambda s: -float(np.nextafter(np.float32(2.0**127), np.float32(0))),
    "maxfloat": lambda s: float(np.nextafter(np.float32(2.0**127), np.float32(0))),
    "epsfloat": lambda s: 2.0**-23,
    "minbyte": lambda s: -127.0,
    "maxbyte": lambda s: 100.0,
    "minint": lambda s: -32767.0,
    "maxint": lambda s: 32740.0,
    "minlong": lambda s: -2147483647.0,
    "maxlong": lambda s: 2147483620.0,
    "maxstrvarlen": lambda s: 2045.0,
    "namelenchar": lambda s: 32.0,
    "stata_version": lambda s: 19.0,
    "version": lambda s: s.settings.version,
    "os": lambda s: "Unix",
    "dirsep": lambda s: "/",
    "alpha": lambda s: " ".join("abcdefghijklmnopqrstuvwxyz"),
    "ALPHA": lambda s: " ".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "Mons": lambda s: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "Wdays": lambda s: "Sun Mon Tue Wed Thu Fri Sat",
    "username": lambda s: "",
    "mode": lambda s: "",
}


def _switch(on: bool) -> Literal["on", "off"]:
    return "on" if on else "off"
