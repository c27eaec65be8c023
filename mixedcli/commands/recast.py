"""recast - another storage type for variables

    recast type varlist [, force]

type is byte, int, long, float, double, str1 to str2045 or strL.  A variable that would lose digits, characters or
values stays as it is, unless force is given.

Example: recast double weight
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import plural, stored_numbers, stored_strings
from mixedcli.commands.loading import names_of, words_of
from mixedcli.data import types
from mixedcli.data.missing import widen
from mixedcli.errors import InvalidSyntax, TypeMismatch, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("recast", (OptionSpec("force", "force"),))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Change the types.  Errors: r(100), r(109) strings and numbers, r(111), r(198)."""
    words = words_of(command)
    if not words or not types.is_type(words[0].text):
        raise InvalidSyntax(f"{words[0].text if words else ''} invalid type".strip(), command.span)
    storage = words[0].text
    names = names_of(words[1:], session.data)
    if not names:
        raise VarlistRequired("varlist required", command.span)
    blocks: list[Block] = []
    changed = session.data
    for name in dict.fromkeys(names):
        old = session.data.column(name)
        if old.is_string != storage.startswith("str"):
            raise TypeMismatch("type mismatch", command.span)
        new = stored_strings(old.values, storage) if old.is_string else stored_numbers(old.numeric(), storage)
        before = old.values if old.is_string else old.numeric()
        lost = int(np.count_nonzero((new if old.is_string else widen(new, storage)) != before))
        if lost and not options.get("force"):
            # stata: the example of its manual
            verb = "would be changed; not changed"
            blocks.append(line(f"{name}:  {plural(lost, 'value')} {verb}"))
            continue
        if lost:
            blocks.append(line(f"{name}:  {plural(lost, 'value')} changed"))
        shown = old.format
        if old.is_string and shown == types.default_format(old.type):
            shown = types.default_format(storage)
        made = replace(old, type=storage, values=new, format=shown)
        # the sort order stands where the values do
        changed = changed.with_columns([made]) if lost else changed.with_metadata([made])
    return Outcome(blocks=tuple(blocks), data=changed)
