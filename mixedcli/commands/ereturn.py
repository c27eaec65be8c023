"""ereturn - list the stored estimation results, or post new ones

    ereturn list
    ereturn post [b [V]] [, esample(varname) obs(#) dof(#) depname(text) properties(text)]
    ereturn repost [b = matrix] [V = matrix] [, esample(varname) rename]
    ereturn scalar name = exp
    ereturn local name ["]text["]
    ereturn matrix name [=] matrix [, copy]
    ereturn display [, level(#)]
    ereturn clear

post begins new results: b is a row vector, V its covariance matrix with the same names; both move into e().  The
variable in esample() marks the estimation sample and is dropped.

Example: ereturn post b V, obs(432) esample(touse)
         ereturn local cmd "mymodel"
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.estimation import coefrows, posted
from mixedcli.commands.macros.names import matrix
from mixedcli.commands.macros.results import changed, listing, split_options, taken_apart
from mixedcli.commands.macros.text import unquoted
from mixedcli.data import varlist
from mixedcli.data.missing import is_missing
from mixedcli.errors import Conformability, InvalidSyntax, LastEstimatesNotFound
from mixedcli.results import Estimates, Matrix, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("ereturn", any_option=True)

_PAIR = re.compile(r"([bV])\s*=\s*(\w+)")
_POST = {"esample": 2, "obs": 1, "dof": 1, "depname": 1, "properties": 4, "buildfvinfo": 3, "findomitted": 3}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """List, post or set e().  Errors: r(198), r(111), r(503) b and V do not match."""
    kind, rest = taken_apart(command)
    now = session.estimates
    match kind:
        case "list":
            has = now is not None and now.sample is not None
            return Outcome(blocks=listing("e", session.e, ("sample",) if has else ()))
        case "clear":
            return Outcome(estimates=None)
        case "post":
            return _post(session, rest)
        case "repost":
            return _repost(session, rest)
        case "scalar" | "local" | "matrix":
            made, also = changed(session, session.e, kind, rest)
            return Outcome(estimates=replace(now, stored=made) if now is not None else Estimates(made), **also)
        case "display":
            return _display(session, rest)
    raise InvalidSyntax("invalid syntax", command.span)


def _display(session: Session, text: str) -> Outcome:
    _, options = split_options(text)
    try:
        level = float(options.get("level") or session.settings.level)
    except ValueError:
        raise InvalidSyntax("option level() incorrectly specified") from None
    if not 10 <= level <= 99.99:
        raise InvalidSyntax("level() must be between 10 and 99.99 inclusive")
    return Outcome(blocks=(posted.table(session.e, level, coefrows.labels_of(session.estimates)),))


def _post(session: Session, text: str) -> Outcome:
    front, typed = split_options(text)
    given = _full(typed)
    names = front.split()
    if len(names) > 3:
        raise InvalidSyntax("invalid syntax")
    matrices: dict[str, Matrix] = {}
    if names:
        b = matrix(session, names[0])
        if b.values.shape[0] != 1:
            raise Conformability("conformability error")
        matrices["b"] = replace(b, rownames=("y1",))
    if len(names) > 1:
        matrices["V"] = _matching(matrix(session, names[1]), matrices["b"])
    scalars = {name: float(given[o] or "nan") for o, name in (("obs", "N"), ("dof", "df_r")) if o in given}
    macros = {"properties": "b V" if len(names) > 1 else "b" if names else ""}
    if "depname" in given:
        macros["depvar"] = unquoted(given["depname"] or "")
    if "properties" in given:
        macros["properties"] = unquoted(given["properties"] or "")
    sample, without = _sample(session, given)
    stored = Stored(scalars, {name: value for name, value in macros.items() if value}, matrices)
    return Outcome(estimates=Estimates(stored, sample), matrices=dict.fromkeys(names[:2]), **without)


def _repost(session: Session, text: str) -> Outcome:
    now = session.estimates
    if now is None:
        raise LastEstimatesNotFound("last estimates not found")
    front, typed = split_options(text)
    given = {name: value for name, value in typed.items() if not ("rename".startswith(name) and len(name) >= 3)}
    pairs = dict(_PAIR.findall(front))
    matrices = dict(now.stored.matrices)
    for what in ("b", "V"):
        if what in pairs:
            found = matrix(session, pairs[what])
            matrices[what] = replace(found, rownames=("y1",)) if what == "b" else _matching(found, matrices["b"])
    if matrices["b"].values.shape != now.stored.matrices["b"].values.shape:
        raise Conformability("conformability error")
    sample, without = _sample(session, _full(given))
    kept = replace(now, stored=replace(now.stored, matrices=matrices), fit=None if pairs else now.fit)
    if sample is not None:
        kept = replace(kept, sample=sample)
    return Outcome(estimates=kept, matrices=dict.fromkeys(pairs.values()), **without)


def _matching(v: Matrix, b: Matrix) -> Matrix:
    if v.values.shape != (b.values.shape[1],) * 2:
        raise Conformability("conformability error")
    if v.rownames != v.colnames or v.colnames != b.colnames:
        raise _NameConflict("name conflict")
    return v


class _NameConflict(Conformability):
    rc = 507


def _full(typed: dict[str, str | None]) -> dict[str, str | None]:
    out: dict[str, str | None] = {}
    for name, value in typed.items():
        full = next((o for o, least in _POST.items() if o.startswith(name) and len(name) >= least), None)
        if full is None:
            raise InvalidSyntax(f"option {name} not allowed")
        if full in ("obs", "dof"):
            try:
                float(value or "")
            except ValueError:
                raise InvalidSyntax(f"option {full}() incorrectly specified") from None
        out[full] = value
    return out


def _sample(session: Session, given: dict[str, str | None]) -> tuple[NDArray[np.bool_] | None, dict[str, Any]]:
    """The estimation sample in a variable, and the data without it."""
    if "esample" not in given:
        return None, {}
    name = varlist.resolve(unquoted(given["esample"] or ""), session.data)
    values = session.data.numeric(name)
    return (values != 0) & ~is_missing(values), {"data": session.data.without([name])}
