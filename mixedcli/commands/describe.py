"""describe - what the data contain

    describe [varlist] [, short simple replace clear]
    describe [varlist] using filename [, short simple varlist]

Shows the file, label and date of the data, and the type, format, value label and label of every variable.  replace
puts the description itself in memory, an observation for each variable: position name type isnumeric format vallab
varlab.

Examples: describe
          describe using pig
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Description, VariableInfo, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import guard, loaded
from mixedcli.data import read, types, varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.files import with_suffix
from mixedcli.errors import InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "describe",
    options=(
        OptionSpec("short", "s"),
        OptionSpec("simple", "si"),
        OptionSpec("fullnames", "f"),
        OptionSpec("numbers", "n"),
        OptionSpec("detail", "d"),
        OptionSpec("varlist", "varl"),
        OptionSpec("replace", "replace"),
        OptionSpec("clear", "clear"),
    ),
    allows=frozenset({"using"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Describe the data in memory or in a file.  Errors: r(111) unknown variable, those of ``use``."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    if command.using is not None:
        data = read.load_dta(with_suffix(command.using, ".dta"), session.settings.cwd, session.progress)
    chosen = varlist.names(body.varlist, data) if body.varlist.terms else data.names
    returned = _returned(data)
    if options.get("replace"):
        guard(session, options)
        return replace(loaded(session, _as_data(data, chosen)), r=returned)
    if options.get("simple"):
        return Outcome(blocks=_simple(chosen, session.settings.linesize), r=returned)
    whole = not body.varlist.terms
    rows = () if options.get("short") and whole else tuple(_variable(data, name) for name in chosen)
    block = Description(
        source=data.source,
        observations=data.n,
        variables=len(data.columns),
        label=data.label,
        timestamp=data.timestamp,
        has_notes=data.characteristics.get("note0", "0") != "0",
        rows=rows,
        sorted_by=data.sorted_by,
        changed=data.changed,
        header=whole,
    )
    return Outcome(blocks=(Blank(), block), r=returned)


def _as_data(data: Dataset, names: tuple[str, ...]) -> Dataset:
    """The description as a data set."""
    columns = [data.columns[name] for name in names]

    def texts(name: str, label: str, values: list[str]) -> Column:
        array = np.empty(len(values), dtype=object)
        array[:] = values
        storage = types.string_type(values)
        return Column(name, storage, array, types.default_format(storage), label)

    place = np.array([data.names.index(name) + 1 for name in names], dtype=np.int32)
    numeric = np.array([not c.is_string for c in columns], dtype=np.int8)
    made = [
        Column("position", "long", place, "%12.0g", "Position in the data set"),
        texts("name", "Variable name", [c.name for c in columns]),
        texts("type", "Storage type", [c.type for c in columns]),
        Column("isnumeric", "byte", numeric, "%8.0g", "Equal to 1 if numeric variable"),
        texts("format", "Display format", [c.format for c in columns]),
        texts("vallab", "Value label", [c.value_label for c in columns]),
        texts("varlab", "Variable label", [c.label for c in columns]),
    ]
    return Dataset(columns={c.name: c for c in made}, n=len(names), sorted_by=("position",), changed=True)


def _variable(data: Dataset, name: str) -> VariableInfo:
    column = data.columns[name]
    return VariableInfo(name, column.type, column.format, column.value_label, column.label)


def _returned(data: Dataset) -> Stored:
    width = sum(_bytes(c.type) for c in data.columns.values())
    scalars = {"changed": float(data.changed), "width": float(width), "k": float(len(data.columns)), "N": float(data.n)}
    macros = {"sortlist": " ".join(data.sorted_by), "varlist": " ".join(data.names), "datalabel": data.label}
    return Stored(scalars=scalars, macros={k: v for k, v in macros.items() if v})


def _bytes(storage: str) -> int:
    """Bytes of a value in memory; strL holds an 8-byte reference."""
    sizes = {"byte": 1, "int": 2, "long": 4, "float": 4, "double": 8, "strL": 8}
    return sizes[storage] if storage in sizes else int(storage[3:])


def _simple(names: tuple[str, ...], linesize: int) -> tuple[Block, ...]:
    """Names only, in as many columns as fit, read downwards."""
    if not names:
        return ()
    width = max(map(len, names)) + 2
    per_line = max(1, linesize // width)
    depth = -(-len(names) // per_line)
    return tuple(line("".join(n.ljust(width) for n in names[i::depth]).rstrip()) for i in range(depth))
