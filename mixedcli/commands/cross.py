"""cross - form every pair of observations of two data sets

    cross using filename

Every observation in memory is put together with every observation of the file.  Variables of both keep the values in
memory.

Example: cross using agegroups
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.combining import combined, using_data, using_name
from mixedcli.commands.loading import words_of
from mixedcli.data.matching import Pairs
from mixedcli.data.merging import merge_columns
from mixedcli.data.stacking import merged_labels
from mixedcli.errors import InvalidSyntax, OutOfMemory
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("cross", allows=frozenset({"using"}))

#: more pairs than this nobody wants by one command
LARGEST = 2**31


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Cross.  Errors: r(106) string and numeric, r(198), r(950) too many pairs, those of ``use``."""
    if words_of(command):
        raise InvalidSyntax("invalid syntax", command.span)
    master = session.data
    using = using_data(session, using_name(command))
    if master.n * using.n > LARGEST:
        raise OutOfMemory("op. sys. refuses to provide memory")
    # unverified: the observations in memory run through once for each of the file
    rows = np.tile(np.arange(master.n), using.n)
    partners = np.repeat(np.arange(using.n), master.n)
    result = merge_columns(master, using, Pairs(rows, partners, ordered=False, in_place=False), ())
    labels, notes = merged_labels(master.value_labels, using)
    data = replace(result.data, value_labels=labels)
    blocks: tuple[Block, ...] = tuple(line(text) for text in (*result.notes, *notes))
    return combined(session, data, rows, blocks)
