"""Names typed in a command -> names in the data: abbreviations, wildcards, ranges."""

from __future__ import annotations

import re

from mixedcli import ast
from mixedcli.data.dataset import Dataset
from mixedcli.errors import NotFound, Span, TooManySpecified, VarlistNotAllowed, VarlistRequired


def resolve(name: str, data: Dataset, span: Span | None = None) -> str:
    """The variable of that name or, failing that, of that unique abbreviation.

    Errors: r(111) "variable x not found", r(111) "x ambiguous abbreviation".
    """
    found = lookup(name, data, span)
    if found is None:
        raise NotFound(f"variable {name} not found", span)
    return found


def lookup(name: str, data: Dataset, span: Span | None = None) -> str | None:
    """Like ``resolve``, with None for a name that means no variable.  Errors: r(111) when ambiguous.

    Abbreviations count only where the data set says so (set varabbrev).
    """
    if name in data.columns:
        return name
    if not data.abbreviations:
        return None
    matches = [known for known in data.columns if known.startswith(name)]
    if len(matches) > 1:
        raise NotFound(f"{name} ambiguous abbreviation", span)
    return matches[0] if matches else None


def names(varlist: ast.Varlist, data: Dataset, *, single: bool = False) -> tuple[str, ...]:
    """The variables of a plain varlist, in the order typed, repeats kept.

    single: exactly one variable is wanted (r(100), r(103)).
    Errors: r(111) unknown or ambiguous, r(101) factor-variable or time-series operators.
    """
    out: list[str] = []
    for term in varlist.terms:
        out.extend(_term_names(term, data))
    if single and not out:
        raise VarlistRequired("varlist required", varlist.span)
    if single and len(out) > 1:
        raise TooManySpecified("too many variables specified", varlist.span)
    return tuple(out)


def _term_names(term: ast.Term, data: Dataset) -> tuple[str, ...]:
    match term:
        case ast.VarRef(ops=()) | ast.VarRange():
            return expand_reference(term, data)
        case ast.Group(terms):
            return tuple(name for inner in terms for name in _term_names(inner, data))
        case _:
            raise VarlistNotAllowed("factor-variable and time-series operators not allowed", term.span)


def expand_reference(ref: ast.VarRef | ast.VarRange, data: Dataset) -> tuple[str, ...]:
    """The variables behind one reference; its time-series operators are the caller's.  Errors: r(111)."""
    if isinstance(ref, ast.VarRange):
        order = data.names
        first = order.index(resolve(ref.first, data, ref.span))
        last = order.index(resolve(ref.last, data, ref.span))
        if last < first:
            # unverified: wording
            raise NotFound(f"{ref.first}-{ref.last} invalid: {ref.first} comes after {ref.last}", ref.span)
        return order[first : last + 1]
    if ref.pattern == "_all":
        return data.names
    if not any(wild in ref.pattern for wild in "*?~"):
        return (resolve(ref.pattern, data, ref.span),)
    # ~ is a * that must end up meaning one variable
    parts = [{"*": ".*", "~": ".*", "?": "."}.get(c) or re.escape(c) for c in ref.pattern]
    wanted = re.compile("".join(parts))
    found = tuple(name for name in data.columns if wanted.fullmatch(name))
    if not found:
        raise NotFound(f"variable {ref.pattern} not found", ref.span)
    if "~" in ref.pattern and len(found) > 1:
        raise NotFound(f"{ref.pattern} ambiguous abbreviation", ref.span)
    return found
