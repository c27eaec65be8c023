"""ds - list variables, by name or by what they have

    ds [varlist] [, not alpha detail varwidth(#) skip(#) indent(#) has(what) not(what) insensitive]

what is one of  type string|numeric|byte|int|long|float|double|str#|#/#  format pattern  varlabel [pattern]
vallabel [pattern]  char [pattern].  not without parentheses lists the variables that are not named.  The names are
left in r(varlist).

Examples: ds, has(type string)
          ds week*, not
          foreach v in `r(varlist)' {
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Block, Description, VariableInfo
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.namelist import having, in_columns
from mixedcli.data import varlist
from mixedcli.data.dataset import Dataset
from mixedcli.errors import InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "ds",
    (
        OptionSpec("not", "not"),
        OptionSpec("not", "not", "text"),
        OptionSpec("has", "h", "text"),
        OptionSpec("alpha", "a"),
        OptionSpec("detail", "d"),
        OptionSpec("varwidth", "v", "int"),
        OptionSpec("skip", "s", "int"),
        OptionSpec("indent", "indent", "int"),
        OptionSpec("insensitive", "insens"),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """List.  Errors: r(111), r(198)."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    names = list(dict.fromkeys(varlist.names(body.varlist, data))) if body.varlist.terms else list(data.names)
    without = options.get("not")
    folded = bool(options.get("insensitive"))
    if without is True:
        named = set(names) if body.varlist.terms else set()
        names = [name for name in data.names if name not in named]
    if isinstance(without, str):
        unwanted = having(data, without or " ", insensitive=folded)
        names = [name for name in names if not unwanted(name)]
    if options.get("has"):
        wanted = having(data, options["has"], insensitive=folded)
        names = [name for name in names if wanted(name)]
    if options.get("alpha"):
        names.sort()
    blocks: list[Block] = []
    if options.get("detail"):
        if names:
            blocks.append(described(data, names))
    else:
        width, skip = max(options.get("varwidth", 12), 5), max(options.get("skip", 2), 1)
        blocks += in_columns(names, session.settings.linesize, width, skip, max(options.get("indent", 0), 0))
    return Outcome(blocks=tuple(blocks), r=Stored(macros={"varlist": " ".join(names)}))


def described(data: Dataset, names: list[str]) -> Description:
    """The table of describe for these variables."""
    columns = [data.columns[name] for name in names]
    rows = tuple(VariableInfo(c.name, c.type, c.format, c.value_label, c.label) for c in columns)
    return Description("", data.n, len(names), "", "", False, rows, (), header=False)
