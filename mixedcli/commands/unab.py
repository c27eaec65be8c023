"""unab, tsunab, fvunab - the full names of a variable list, in a local macro

    unab name : [varlist] [, min(#) max(#) name(text)]
    tsunab name : [varlist] ...     with time-series operators
    fvunab name : [varlist] ...     with factor variables

Fails with r(102) or r(103) when there are fewer than min() or more than max() variables.

Example: unab xs : week* age
         foreach x of local xs {
"""

from __future__ import annotations

import re
from itertools import product

from mixedcli import ast, commands
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.macros.text import unplaced
from mixedcli.data import varlist
from mixedcli.data.dataset import Dataset
from mixedcli.errors import InvalidSyntax, TooFewSpecified, TooManySpecified, VarlistNotAllowed
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("unab", any_option=True)

_FORM = re.compile(r"(\w+)\s*:\s*([^,]*)(?:,(.*))?", re.DOTALL)
_OPTION = re.compile(r"\s*(min|max)\s*\(\s*(\d+)\s*\)|\s*name\s*\(([^()]*)\)")
_OPERATED = re.compile(r"((?:[A-Za-z0-9]|\([^()]*\))+\.)?(.+)")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Expand.  Errors: r(102), r(103), r(111), r(198)."""
    text = command.body.text.strip() if isinstance(command.body, ast.WordsBody) else ""
    found = _FORM.fullmatch(text)
    if found is None:
        raise InvalidSyntax("invalid syntax", command.span)
    name, typed, more = found[1], found[2], found[3] or ""
    limits = {"min": 1, "max": 32767}
    described, position = "", 0
    while more[position:].strip():
        option = _OPTION.match(more, position)
        if option is None:
            raise InvalidSyntax("invalid syntax", command.span)
        position = option.end()
        if option[1]:
            limits[option[1]] = int(option[2])
        else:
            described = option[3].strip()
    with unplaced():
        names = expanded(session, typed, commands.resolve(command.name))
    behind = f"{described}: " if described else ""  # stata: name() stands before the message
    if len(names) < limits["min"]:
        raise TooFewSpecified(f"{behind}too few variables specified")
    if len(names) > limits["max"]:
        raise TooManySpecified(f"{behind}too many variables specified")
    return Outcome(locals={name: " ".join(names)})


def expanded(session: Session, typed: str, kind: str = "unab") -> list[str]:
    """A varlist with every name in full; operators stay as typed.  Errors: r(101), r(111), r(198)."""
    assert session.language is not None
    if kind == "unab":
        return list(varlist.names(session.language.varlist(typed), session.data))
    read = session.language.varlist(typed)
    if kind == "tsunab":
        return [name for term in read.terms for name in _operated(session.data, term)]
    out: list[str] = []
    for word in _words(typed):
        crossed = re.split(r"(##?)", word)
        sides = [_expand(session.data, side) if k % 2 == 0 else [side] for k, side in enumerate(crossed)]
        out += ["".join(parts) for parts in product(*sides)]
    return out


def _operated(data: Dataset, term: ast.Term) -> list[str]:
    """Names with their time-series operators, one for each."""
    match term:
        case ast.Group(terms):
            return [name for inner in terms for name in _operated(data, inner)]
        case ast.VarRef(_, ops) | ast.VarRange(_, _, ops):
            shown = "".join(f"{op.letter}{op.order if op.order != 1 else ''}" for op in ops)
            names = varlist.expand_reference(term, data)
            return [f"{shown}.{name}" if ops else name for name in names]
    raise VarlistNotAllowed("factor-variable operators not allowed", term.span)


def _words(typed: str) -> list[str]:
    """Split at blanks outside parentheses; blanks around a dash of a range are none."""
    return re.findall(r"(?:\([^()]*\)|[^\s()])+", re.sub(r"\s*-\s*", "-", typed))


def _expand(data: Dataset, word: str) -> list[str]:
    found = _OPERATED.fullmatch(word)
    if found is None:
        raise InvalidSyntax("invalid syntax")
    operators, names = found[1] or "", found[2]
    if names.startswith("("):
        return [operators + name for part in names.strip("()").split() for name in _expand(data, part)]
    first, dash, last = names.partition("-")
    reference = ast.VarRange(first, last) if dash else ast.VarRef(names)
    return [operators + name for name in varlist.expand_reference(reference, data)]
