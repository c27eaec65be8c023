"""encode - a string variable as numbers with value labels

    encode varname [if] [in], generate(newvar) [label(name) noextend]

The distinct strings, in alphabetical order, become 1, 2, ...; their texts become the value label of the new variable
(called as the variable unless label() names one).  Strings that a label of that name has already keep their numbers.

Example: encode country, generate(c)
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import stored_numbers
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import names_of, words_of
from mixedcli.data import sample, types
from mixedcli.data.dataset import Column
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import AlreadyDefined, InvalidSyntax, TypeMismatch, ValueLabelError
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "encode",
    (OptionSpec("generate", "g", "name"), OptionSpec("label", "l", "name"), OptionSpec("noextend", "noe")),
    allows=frozenset({"if", "in"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the variable.  Errors: r(107) not a string, r(110), r(180) noextend and a string without a number."""
    data = session.data
    name = one_variable(session, command)
    column = data.column(name)
    if not column.is_string:
        raise TypeMismatch(f"not possible with numeric variable {name}")
    target = new_name(session, options)
    rows = sample.mask(data, command.condition, command.in_range, expression_context(session))
    used = rows & (column.values != "")
    label = options.get("label", target)
    texts = dict(data.value_labels.get(label, {}))
    known = {text: value for value, text in texts.items()}
    fresh = sorted(set(column.values[used].tolist()) - set(known))
    if fresh and options.get("noextend"):
        raise ValueLabelError("unexpected non-mapping string values")  # unverified: words
    beyond = int(max(texts, default=0.0))
    for k, text in enumerate(fresh, max(beyond, 0) + 1):
        known[text] = float(k)
        texts[float(k)] = text
    values = np.full(data.n, SYSMISS)
    values[used] = [known[t] for t in column.values[used].tolist()]
    made = Column(target, "long", stored_numbers(values, "long"), "%8.0g", column.label, label)
    return Outcome(data=data.with_columns([made]).with_value_label(label, texts))


def one_variable(session: Session, command: ast.Command) -> str:
    """The one variable of the command.  Errors: r(100), r(103), r(111)."""
    names = names_of(words_of(command), session.data)
    if len(names) != 1:
        raise InvalidSyntax("varlist required" if not names else "too many variables specified", command.span)
    return names[0]


def new_name(session: Session, options: Options) -> str:
    """The name in generate().  Errors: r(110), r(198)."""
    if "generate" not in options:
        raise InvalidSyntax("option generate() required")
    target: str = options["generate"]
    types.check_name(target)
    if target in session.data:
        raise AlreadyDefined(f"variable {target} already defined")
    return target
