"""expand - copies of observations

    expand [=]exp [if] [in] [, generate(newvar)]

Each observation is there exp times afterwards, the copies at the end; values below 2 leave it alone.  generate()
marks the copies with 1.

Example: expand 3, generate(copy)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import plural
from mixedcli.commands.context import expression_context
from mixedcli.commands.rearrange import rearranged
from mixedcli.data import sample, types
from mixedcli.data.dataset import Column
from mixedcli.data.expression import as_column, evaluate
from mixedcli.data.missing import is_missing
from mixedcli.errors import AlreadyDefined, TypeMismatch
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("expand", (OptionSpec("generate", "g", "name"),), allows=frozenset({"if", "in"}))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the copies.  Errors: r(109), r(110)."""
    body = command.body
    assert isinstance(body, ast.ExprBody)
    data = session.data
    name = options.get("generate", "")
    if name:
        types.check_name(name)
        if name in data:
            raise AlreadyDefined(f"variable {name} already defined")
    context = expression_context(session)
    rows = sample.mask(data, command.condition, command.in_range, context)
    values = as_column(evaluate(body.expr, context), data.n)
    if values.dtype == object:
        raise TypeMismatch("type mismatch", body.expr.span)
    gone = is_missing(values) & rows
    times = np.where(rows & ~gone, np.trunc(np.where(gone, 0.0, values)), 1.0)
    blocks: list[Block] = []
    for count, text in (
        (int(np.count_nonzero(times < 0)), "negative count"),
        (int(np.count_nonzero(times == 0)), "zero count"),
        (int(np.count_nonzero(gone)), "missing count"),
    ):
        if count:
            what = "observation" if count == 1 else "observations"
            blocks.append(line(f"({plural(count, text)} ignored; {what} not deleted)"))
    extra = np.repeat(np.arange(data.n), np.maximum(times - 1, 0).astype(np.int64))
    blocks.append(line(f"({plural(len(extra), 'observation')} created)"))
    order = np.concatenate([np.arange(data.n), extra])
    changed = replace(data.rows(order, keeps_order=False)) if len(extra) else data
    if name:
        mark = np.zeros(len(order), dtype=np.int8)
        mark[data.n :] = 1
        changed = changed.with_columns([Column(name, "byte", mark, "%8.0g")])
    return rearranged(session, changed, order, tuple(blocks))
