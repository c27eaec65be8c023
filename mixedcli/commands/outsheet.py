"""outsheet - save data as a text file, the older way

    outsheet [varlist] using filename [if] [in] [, comma delimiter("char") nonames nolabel noquote replace]

Fields are separated by tabs unless comma or delimiter() is given, strings stand in quotes unless noquote is given; the
file's suffix is .out.  export delimited is the newer command.

Example: outsheet id weight using growth.csv, comma replace
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.exporting import chosen, delimiter, target
from mixedcli.commands.loading import words_of
from mixedcli.data.text_write import TextLayout, write_text
from mixedcli.errors import VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "outsheet",
    options=(
        OptionSpec("comma", "c"),
        OptionSpec("delimiter", "delim", "text"),
        OptionSpec("nonames", "non"),
        OptionSpec("nolabel", "nol"),
        OptionSpec("noquote", "noq"),
        OptionSpec("replace", "replace"),
    ),
    allows=frozenset({"if", "in", "using"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Write the file.  Errors: r(111), r(198), r(602) exists, r(603), r(693)."""
    if command.using is None:
        raise VarlistRequired("using required", command.span)
    name, data = chosen(session, command, words_of(command), ".out")
    layout = TextLayout(
        delimiter="," if options.get("comma") else delimiter(options.get("delimiter") or "tab"),
        names=not options.get("nonames"),
        labels=not options.get("nolabel"),
        formats=False,
        quote=not options.get("noquote"),
    )
    path, _ = target(session, name, allowed=bool(options.get("replace")))
    write_text(data, path, name, layout)
    return Outcome()
