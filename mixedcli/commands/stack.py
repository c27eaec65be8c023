"""stack - variables put one below the other

    stack varlist [if] [in], into(newvars) | group(#) [clear wide]

The first variables of the list, as many as into() names, become the first observations of the new variables, the next
ones follow below, and so on; group(#) instead says how many groups there are and keeps the names of the first.  _stack
numbers the groups.  The data in memory are replaced; wide keeps the old variables, too, where they belong.

Example: stack y1 x1 y2 x2, into(y x) clear
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import guard, loaded, names_of, words_of
from mixedcli.commands.newvars import numbers
from mixedcli.data import sample, types, varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.stacking import empty_value
from mixedcli.errors import AlreadyDefined, InvalidSyntax, TooFewSpecified, TypeMismatch, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "stack",
    (
        OptionSpec("into", "i", "text"),
        OptionSpec("group", "g", "int"),
        OptionSpec("clear", "clear"),
        OptionSpec("wide", "wide"),
    ),
    allows=frozenset({"if", "in"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Stack.  Errors: r(4), r(100), r(102), r(109) strings with numbers, r(111), r(198)."""
    data = session.data
    names = names_of(words_of(command), data)
    if not names:
        raise VarlistRequired("varlist required", command.span)
    guard(session, options)
    into = _targets(names, data, options, command)
    groups = len(names) // len(into)
    rows = np.flatnonzero(sample.mask(data, command.condition, command.in_range, expression_context(session)))
    n = len(rows)
    columns = []
    for k, target in enumerate(into):
        columns.append(_below(target, [data.column(name).take(rows) for name in names[k :: len(into)]]))
    made = {c.name: c for c in columns}
    if options.get("wide"):
        for name in dict.fromkeys(names):
            if name in made:
                continue
            own = [g for g in range(groups) if name in names[g * len(into) : (g + 1) * len(into)]]
            column = data.column(name).take(rows)
            values = np.full(n * groups, empty_value(column.type), dtype=column.values.dtype)
            for g in own:
                values[g * n : (g + 1) * n] = column.values
            made[name] = replace(column, values=values)
    number = np.repeat(np.arange(1, groups + 1), n).astype(float)
    made["_stack"] = numbers("_stack", number, types.whole_type(1, groups))
    stacked = replace(
        data, columns=made, n=n * groups, sorted_by=(), settings=None, changed=True, source="", label="", timestamp=""
    )
    return loaded(session, stacked)


def _targets(names: tuple[str, ...], data: Dataset, options: Options, command: ast.Command) -> tuple[str, ...]:
    """The names of the new variables.  Errors: r(102), r(110), r(198)."""
    if ("into" in options) == ("group" in options):
        raise InvalidSyntax("must specify either into() or group()", command.span)  # unverified: wording
    if "group" in options:
        groups = options["group"]
        if groups < 1 or len(names) % groups:
            raise InvalidSyntax("group() does not divide the number of variables", command.span)  # unverified: wording
        return names[: len(names) // groups]
    into: list[str] = []
    for word in options["into"].split():
        first, dash, last = word.partition("-")
        into += varlist.expand_reference(ast.VarRange(first, last), data) if dash and first in data else [word]
    for name in into:
        types.check_name(name)
    if len(set(into)) != len(into) or "_stack" in into:
        raise AlreadyDefined("a name is repeated in into()", command.span)  # unverified: wording
    if not into or len(names) % len(into):
        raise TooFewSpecified("number of variables is not a multiple of those in into()", command.span)  # unverified
    return tuple(into)


def _below(name: str, parts: list[Column]) -> Column:
    """Columns one after another in a type that holds all.  Errors: r(109)."""
    if len({c.is_string for c in parts}) > 1:
        raise TypeMismatch("type mismatch")
    first = parts[0]
    if first.is_string:
        values = np.concatenate([c.values for c in parts])
        storage = types.string_type(values.tolist())
        return Column(name, storage, values, types.default_format(storage))
    numeric = np.concatenate([c.numeric() for c in parts])
    storage = max((c.type for c in parts), key=types.NUMERIC.index)
    if storage == "float" and any(c.type == "long" for c in parts):
        storage = "double"
    return numbers(name, numeric, storage)
