"""append - add the observations of other data sets

    append using filename [filename ...] [, generate(newvar) keep(varlist) nolabel nonotes force]

The observations of the files follow those in memory.  Variables are matched by name; where a data set lacks one, its
observations get missing values.  Storage types are widened as needed, labels and formats of the data in memory win.
generate() marks where observations come from: 0 for those in memory, 1 for the first file, and so on.  force lets a
variable be a string here and numeric there: the file's values are then missing.

Examples: append using wave2
          append using north south, generate(region)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.combining import combined, subset, using_data, using_name
from mixedcli.commands.loading import names_of, words_of
from mixedcli.data import missing, types
from mixedcli.data.appending import below
from mixedcli.data.dataset import Column
from mixedcli.errors import AlreadyDefined, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "append",
    options=(
        OptionSpec("generate", "gen", "name"),
        OptionSpec("keep", "keep", "words"),
        OptionSpec("nolabel", "nol"),
        OptionSpec("nonotes", "nonote"),
        OptionSpec("force", "force"),
    ),
    allows=frozenset({"using", "files"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Append.  Errors: r(106) string and numeric, r(110) generate() exists, those of ``use``."""
    if words_of(command):
        raise VarlistRequired("using required", command.span)
    first = session.data
    names = (using_name(command), *command.more_using)
    marker = types.check_name(options["generate"]) if "generate" in options else ""
    if marker in first:
        raise AlreadyDefined(f"variable {marker} already defined")
    data, notes, sizes = first, [], [first.n]
    for name in names:
        using = using_data(session, name)
        if "keep" in options:
            using = subset(using, names_of(options["keep"], using))
        if marker in using:
            raise AlreadyDefined(f"variable {marker} already defined")
        data, said = below(data, using, labels=not options.get("nolabel"), force=bool(options.get("force")))
        notes += said
        sizes.append(using.n)
    if marker:
        source = np.repeat(np.arange(len(sizes), dtype=np.float64), sizes)
        storage = types.whole_type(0, len(sizes))
        made = Column(marker, storage, missing.narrow(source, storage), types.default_format(storage))
        data = replace(data, columns={**data.columns, marker: made}, n=len(source))
    rows = np.concatenate([np.arange(first.n), np.full(data.n - first.n, -1)]).astype(np.int64)
    blocks: tuple[Block, ...] = tuple(line(text) for text in notes)
    return combined(session, data, rows, blocks)
