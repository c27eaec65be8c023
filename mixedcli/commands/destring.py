"""destring - string variables that hold numbers as numeric variables

    destring [varlist], {generate(newvars) | replace} [ignore("chars") force float percent dpcomma]

ignore() removes characters before reading; force turns what is no number into missing values; percent divides values
with a % sign by 100; dpcomma reads the comma as decimal point.

Example: destring income, replace ignore("$,")
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import plural, stored_numbers
from mixedcli.commands.loading import names_of, words_of
from mixedcli.commands.newvars import generated
from mixedcli.data import types
from mixedcli.data.dataset import Column
from mixedcli.data.missing import SYSMISS, is_missing, missing_value
from mixedcli.frozen import frozen
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "destring",
    (
        OptionSpec("generate", "g", "words"),
        OptionSpec("replace", "replace"),
        OptionSpec("ignore", "i", "text"),
        OptionSpec("force", "force"),
        OptionSpec("float", "float"),
        OptionSpec("percent", "percent"),
        OptionSpec("dpcomma", "dpcomma"),
    ),
)


@frozen
class _Read:
    """values in Stata's coding; removed: characters taken out; bad: how many texts are no numbers."""

    values: NDArray[np.float64]
    removed: str
    bad: int


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Convert.  Errors: r(110), r(198)."""
    words = words_of(command)
    data = session.data
    names = names_of(words, data) if words else data.names
    new = generated(options, names, data)
    blocks: list[Block] = []
    columns: list[Column] = []
    for k, name in enumerate(names):
        column = data.column(name)
        action = f"{new[k]} generated" if new else "replaced"
        if not column.is_string:
            blocks.append(line(f"{name} already numeric; no {'generate' if new else 'replace'}"))
            continue
        found = _read(column, options)
        if found.bad and not options.get("force"):
            blocks.append(line(f"{name}: contains nonnumeric characters; no {'generate' if new else 'replace'}"))
            continue
        real = found.values[~is_missing(found.values)]
        storage = types.smallest(real, "float" if options.get("float") else "double") if len(real) else "byte"
        made = replace(
            column,
            name=new[k] if new else name,
            type=storage,
            values=stored_numbers(found.values, storage),
            format=types.default_format(storage),
        )
        columns.append(made)
        blocks.append(line(f"{name}: {_told(found, options)}; {action} as {storage}"))
        gaps = int(np.count_nonzero(is_missing(found.values)))
        if gaps:
            blocks.append(line(f"({plural(gaps, 'missing value')} generated)"))
    return Outcome(blocks=tuple(blocks), data=data.with_columns(columns)) if columns else Outcome(blocks=tuple(blocks))


def _told(found: _Read, options: Options) -> str:
    if found.removed:
        noun = "character" if len(found.removed) == 1 else "characters"
        return f"{noun} {' '.join(found.removed).replace('   ', ' space ').strip() or 'space'} removed"
    return "contains nonnumeric characters" if found.bad else "all characters numeric"


def _read(column: Column, options: Options) -> _Read:
    ignored = options.get("ignore", "")
    quoted = re.fullmatch(r'"(.*)"', ignored)
    ignored = quoted[1] if quoted else ignored
    distinct, inverse = np.unique(column.values.astype(object), return_inverse=True)
    values, bad, removed = [], [], set()
    for text in distinct.tolist():
        removed |= set(text) & set(ignored)
        value = _number("".join(c for c in text if c not in ignored), options)
        bad.append(value is None)
        values.append(SYSMISS if value is None else value)
    count = int(np.count_nonzero(np.array(bad)[inverse])) if bad else 0
    order = "".join(c for c in dict.fromkeys(ignored) if c in removed)
    return _Read(np.array(values)[inverse] if values else np.zeros(0), order, count)


def _number(text: str, options: Options) -> float | None:
    """The number in a text; "" and "." are missing; None for anything else."""
    word = text.strip()
    scale = 1.0
    if options.get("percent") and word.endswith("%"):
        word, scale = word[:-1].strip(), 100.0
    if options.get("dpcomma"):
        word = word.replace(",", ".")
    if not word:
        return SYSMISS
    if re.fullmatch(r"\.[a-z]?", word):
        return missing_value(word[1:])
    if re.fullmatch(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?", word):
        return float(re.sub("[dD]", "e", word)) / scale
    return None
