"""range - numbers in equal steps

    range newvar #first #last [#obs]

Fills the first #obs observations, all by default, with numbers in equal steps from #first to #last; the data get
longer if there are fewer.  The numbers may be expressions.

Example: range x 0 2*_pi 101
"""

from __future__ import annotations

import re

import numpy as np

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.context import expression_context
from mixedcli.commands.newvars import free, numbers
from mixedcli.commands.rearrange import grown
from mixedcli.data import types
from mixedcli.data.expression import scalar
from mixedcli.data.missing import SYSMISS
from mixedcli.data.stacking import lengthened
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("range")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the variable.  Errors: r(110), r(198)."""
    body = command.body
    words = re.findall(r"(?:\([^()]*\)|[^\s()])+", body.text) if isinstance(body, ast.WordsBody) else []
    storage = words.pop(0) if words and types.is_type(words[0]) and not words[0].startswith("str") else ""
    if len(words) not in (3, 4) or session.language is None:
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    (name,) = free(words[:1], data)
    context = expression_context(session)
    values = []
    for text in words[1:]:
        value = scalar(session.language.expr(text), context)
        if isinstance(value, str) or not value < SYSMISS:
            raise InvalidSyntax("invalid syntax", command.span)
        values.append(float(value))
    count = int(values[2]) if len(values) == 3 else data.n
    if count < 1:
        raise InvalidSyntax("invalid number of observations", command.span)  # unverified: wording
    longer = lengthened(data, count)
    full = np.full(max(longer.n, count), SYSMISS)
    full[:count] = np.linspace(values[0], values[1], count)
    made = longer.with_columns([numbers(name, full, storage or session.settings.default_type)])
    if count <= data.n:
        return Outcome(data=made)
    told = (line(f"Number of observations (_N) was {data.n:,}, now {count:,}."),)
    return grown(session, made, told)
