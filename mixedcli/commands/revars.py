"""fvexpand, fvrevar, tsrevar - factor-variable and time-series operators written out

    fvexpand [varlist] [if] [in]
    fvrevar  [varlist] [if] [in] [, substitute stub(stub) list]
    tsrevar  [varlist] [if] [in] [, substitute stub(stub) list]

fvexpand leaves in r(varlist) the terms that the operators stand for (2.site, 1b.sex#c.age).  fvrevar and tsrevar
make a temporary variable for each, or stub1, stub2 ... that stay, and leave their names; base levels and omitted
terms are 0 in all observations.  With list nothing is made: r(varlist) names the variables behind the operators.

Example: fvrevar i.site##c.age
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.macros.names import temporary
from mixedcli.commands.newvars import free, numbers
from mixedcli.data import factors, sample
from mixedcli.data.dataset import Column
from mixedcli.errors import InvalidSyntax, VarlistNotAllowed
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "fvrevar",
    (OptionSpec("substitute", "sub"), OptionSpec("stub", "stub", "name"), OptionSpec("list", "l")),
    allows=frozenset({"if", "in"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Write out.  Errors: r(101) factor variables in tsrevar, r(109), r(110), r(111), r(452)."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    data, terms = session.data, body.varlist
    if not terms.terms:
        terms = ast.Varlist(tuple(ast.VarRef(name) for name in data.names))
    named = factors.term_variables(terms, data)
    rows = sample.mask(data, command.condition, command.in_range, expression_context(session))
    expanded = factors.expand(terms, data, rows)
    if command.name == "tsrevar" and any(p.kind == "i" for t in expanded for p in t.parts):
        raise VarlistNotAllowed("factor variables not allowed", terms.span)
    if options.get("list"):
        return Outcome(r=Stored(macros={"varlist": " ".join(dict.fromkeys(name for name, _ in named))}))
    if command.name == "fvexpand":
        fv = any(p.kind == "i" or len(t.parts) > 1 for t in expanded for p in t.parts)
        ts = any(p.ops for t in expanded for p in t.parts)
        told = {"varlist": " ".join(t.name for t in expanded)}
        told |= ({"fvops": "true"} if fv else {}) | ({"tsops": "true"} if ts else {})
        return Outcome(r=Stored(macros=told))
    stub, out, made = options.get("stub", ""), [], list[Column]()
    for term in expanded:
        plain = len(term.parts) == 1 and term.parts[0].kind == "c" and not term.parts[0].ops
        if plain and term.status == "value":
            out.append(term.parts[0].var)
            continue
        k = len(made)
        name = f"{stub}{k + 1}" if stub else temporary(session, "tempvar", session.temporaries + k)
        values = factors.values(term, data) if term.status == "value" else np.zeros(data.n)
        byte = all(p.kind == "i" for p in term.parts)
        made.append(numbers(name, values, "byte" if byte else "double", term.name))
        out.append(name)
    if stub:
        free((c.name for c in made), data)
    return Outcome(
        data=data.with_columns(made),
        r=Stored(macros={"varlist": " ".join(out)}),
        temporary=() if stub else tuple(c.name for c in made),
    )
