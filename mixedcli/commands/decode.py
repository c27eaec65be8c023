"""decode - a labelled numeric variable as a string variable

    decode varname [if] [in], generate(newvar) [maxlength(#)]

Values without a label give "".

Example: decode sex, generate(sextext)
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.encode import new_name, one_variable
from mixedcli.data import sample, types
from mixedcli.data.dataset import Column
from mixedcli.errors import NotLabeled, TypeMismatch
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "decode",
    (OptionSpec("generate", "g", "name"), OptionSpec("maxlength", "maxl", "int")),
    allows=frozenset({"if", "in"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the variable.  Errors: r(108) a string, r(110), r(182) no value label."""
    data = session.data
    name = one_variable(session, command)
    column = data.column(name)
    if column.is_string:
        raise TypeMismatch(f"{name} is already a string variable")  # unverified: words
    target = new_name(session, options)
    if not column.value_label:
        raise NotLabeled(f"{name} not labeled")
    labels = data.value_labels.get(column.value_label, {})
    rows = sample.mask(data, command.condition, command.in_range, expression_context(session))
    cut = int(options.get("maxlength", 32000))
    distinct, inverse = np.unique(column.numeric(), return_inverse=True)
    texts = np.array([labels.get(float(v), "")[:cut] for v in distinct] + [""], dtype=object)
    values = texts[np.where(rows, inverse, len(distinct))]
    storage = types.string_type(values.tolist())
    made = Column(target, storage, values, types.default_format(storage), column.label)
    return Outcome(data=data.with_columns([made]))
