"""separate - one variable for each group

    separate varname [if] [in], by(groupvar | exp) [generate(stub) sequential missing shortlabel]

Makes stub followed by the group's value (its number with sequential, or where groupvar is a string): varname in the
observations of that group, missing elsewhere.  An expression gives two groups, 0 and 1.

Example: separate weight, by(site)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Blank, Description, VariableInfo
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import names_of, words_of
from mixedcli.commands.newvars import expression_of, free
from mixedcli.data import sample
from mixedcli.data.dataset import Column
from mixedcli.data.missing import is_missing
from mixedcli.data.stacking import empty_value
from mixedcli.errors import InvalidSyntax, NoObservations, NotFound, TooFewSpecified, TooManySpecified
from mixedcli.frozen import frozen
from mixedcli.numfmt import text as formatted
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "separate",
    (
        OptionSpec("by", "by", "text"),
        OptionSpec("generate", "g", "name"),
        OptionSpec("sequential", "seq"),
        OptionSpec("missing", "miss"),
        OptionSpec("shortlabel", "short"),
    ),
    allows=frozenset({"if", "in"}),
)


@frozen
class Part:
    """A group: what is put behind the stub, what its label says, its observations."""

    suffix: str
    told: str
    rows: NDArray[np.bool_]


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the variables.  Errors: r(102), r(103), r(110), r(111), r(198), r(2000)."""
    data = session.data
    names = names_of(words_of(command), data)
    if len(names) != 1:
        kind = TooManySpecified if names else TooFewSpecified
        raise kind(f"too {'many' if names else 'few'} variables specified", command.span)
    if "by" not in options:
        raise InvalidSyntax("option by() required", command.span)
    column = data.column(names[0])
    rows = sample.mask(data, command.condition, command.in_range, expression_context(session))
    parts = _parts(session, command, options, rows)
    if not parts:
        raise NoObservations("no observations")
    stub = options.get("generate", names[0])
    made = []
    for name, part in zip(free((stub + p.suffix for p in parts), data), parts, strict=True):
        values = np.where(part.rows, column.values, empty_value(column.type)).astype(column.values.dtype)
        label = part.told if options.get("shortlabel") else f"{names[0]}, {part.told}"
        made.append(Column(name, column.type, values, column.format, label[:80], column.value_label))
    shown = tuple(VariableInfo(c.name, c.type, c.format, c.value_label, c.label) for c in made)
    table = Description("", 0, 0, "", "", False, shown, (), header=False)
    r = Stored(macros={"varlist": " ".join(c.name for c in made)})
    return Outcome(blocks=(Blank(), table), data=data.with_columns(made), r=r)


def _parts(session: Session, command: ast.Command, options: Options, rows: NDArray[np.bool_]) -> list[Part]:
    data, text = session.data, options["by"]
    if text not in data:
        try:
            (text,) = names_of((ast.Word(text),), data)
        except NotFound:  # no variable: an expression
            true = expression_of(session, text, command) != 0
            return [Part("0", f"!({text})", rows & ~true), Part("1", text, rows & true)]
    by = data.column(text)
    values = by.values if by.is_string else by.numeric()
    known = rows if options.get("missing") else rows & ((values != "") if by.is_string else ~is_missing(values))
    out = []
    labels = data.value_labels.get(by.value_label, {})
    for k, value in enumerate(np.unique(values[known]).tolist(), 1):
        told = str(value) if by.is_string else labels.get(value, formatted(value, by.format).strip())
        plain = not by.is_string and not options.get("sequential") and value >= 0 and value == int(value)
        suffix = str(int(value)) if plain and value < 1e9 else str(k)
        out.append(Part(suffix, f"{text} == {told}", known & (values == value)))
    return out
