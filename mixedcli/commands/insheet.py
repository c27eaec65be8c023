"""insheet - load data from a text file, the older way

    insheet [newvarlist] using filename [, double names nonames comma tab delimiter("char") case clear]

The delimiter and the header line are found out unless given; names become lower case unless case is given; the file's
suffix is .raw.  import delimited is the newer command.

Example: insheet using growth.csv, clear
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.exporting import delimiter
from mixedcli.commands.loading import guard, loaded, words_of
from mixedcli.data import read, types
from mixedcli.data.files import opening, with_suffix
from mixedcli.data.text_read import TextOptions, read_text
from mixedcli.errors import AlreadyDefined, TooManySpecified, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "insheet",
    options=(
        OptionSpec("clear", "clear"),
        OptionSpec("double", "double"),
        OptionSpec("names", "n"),
        OptionSpec("nonames", "non"),
        OptionSpec("comma", "comma"),
        OptionSpec("tab", "tab"),
        OptionSpec("delimiter", "d", "text"),
        OptionSpec("case", "case"),
    ),
    allows=frozenset({"using"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Load the file.  Errors: r(4), r(103), r(110), r(198), r(601), r(603)."""
    if command.using is None:
        raise VarlistRequired("using required", command.span)
    words = words_of(command)
    given = "," if options.get("comma") else "\t" if options.get("tab") else ""
    wanted = TextOptions(
        delimiters=delimiter(options["delimiter"]) if "delimiter" in options else given,
        varnames=1 if options.get("names") else 0 if options.get("nonames") else -1,
        case="preserve" if options.get("case") else "lower",
        decimals="double" if options.get("double") or session.settings.default_type == "double" else "float",
    )
    guard(session, options)
    name = with_suffix(command.using, ".raw")
    path = read.fetched(name, session.settings.cwd, session.progress)
    with opening(name):
        data = read_text(path, name, wanted, session.progress).data
    names = [types.check_name(word.text, word.span) for word in words]
    if len(names) > len(data.columns):
        raise TooManySpecified("too many variables specified", words[-1].span)
    changes = dict(zip(data.names, names, strict=False))
    if len({changes.get(n, n) for n in data.names}) < len(data.columns):
        raise AlreadyDefined("variable names must differ", words[0].span)  # unverified: wording
    data = data.renamed(changes) if changes else data
    k = len(data.columns)
    # stata: logs of insheet
    return loaded(session, data, (line(f"({k:,} {'var' if k == 1 else 'vars'}, {data.n:,} obs)"),))
