"""tostring - numeric variables as string variables

    tostring varlist, {generate(newvars) | replace} [format(%fmt) usedisplayformat force]

Without format() whole numbers and short decimals are written so that they read back exactly; a variable for which
that cannot be done is left as it is, unless force is given.

Example: tostring id, replace format(%05.0f)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import names_of, words_of
from mixedcli.commands.newvars import generated
from mixedcli.data import types
from mixedcli.data.dataset import Column
from mixedcli.data.missing import SYSMISS, letter_of
from mixedcli.errors import TooFewSpecified
from mixedcli.numfmt import format_value
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "tostring",
    (
        OptionSpec("generate", "g", "words"),
        OptionSpec("replace", "replace"),
        OptionSpec("format", "format", "text"),
        OptionSpec("usedisplayformat", "u"),
        OptionSpec("force", "force"),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Convert.  Errors: r(102), r(110), r(198)."""
    data = session.data
    names = names_of(words_of(command), data)
    if not names:
        raise TooFewSpecified("varlist required")
    new = generated(options, names, data)
    blocks: list[Block] = []
    columns: list[Column] = []
    for k, name in enumerate(names):
        column = data.column(name)
        verb = "generate" if new else "replace"
        if column.is_string:
            blocks.append(line(f"{name} already string; no {verb}"))
            continue
        shape = column.format if options.get("usedisplayformat") else options.get("format", "%12.0g")
        texts, exact = _texts(column, shape)
        if not exact and not options.get("force"):
            blocks.append(line(f"{name} cannot be converted reversibly; no {verb}"))
            continue
        storage = types.string_type(texts.tolist())
        target = new[k] if new else name
        columns.append(
            replace(
                column, name=target, type=storage, values=texts, format=types.default_format(storage), value_label=""
            )
        )
        blocks.append(line(f"{target} generated as {storage}" if new else f"{name} was {column.type} now {storage}"))
        if not exact:
            blocks.append(line(f"{name} was forced to string; some loss of information"))
    return Outcome(blocks=tuple(blocks), data=data.with_columns(columns)) if columns else Outcome(blocks=tuple(blocks))


def _texts(column: Column, shape: str) -> tuple[np.ndarray[tuple[int], np.dtype[np.object_]], bool]:
    """The values in the format, and whether they read back as they are."""
    distinct, inverse = np.unique(column.numeric(), return_inverse=True)
    told, exact = [], True
    for value in distinct.tolist():
        if value >= SYSMISS:
            told.append(letter_of(value))
            continue
        if shape == "%12.0g" and -1e10 < value < 1e10 and value == int(value):
            told.append(str(int(value)))  # as the format has it, and much sooner
            continue
        word = format_value(value, shape).strip()
        try:
            exact = exact and float(word) == value
        except ValueError:
            exact = False
        told.append(word)
    return np.array([*told, ""], dtype=object)[inverse], exact
