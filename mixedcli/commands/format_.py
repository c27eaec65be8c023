"""format - set or show display formats

    format varlist %fmt
    format %fmt varlist
    format [varlist]

A format changes how values are shown, never the values.

Example: format x y %9.2f
"""

from __future__ import annotations

from dataclasses import replace

from mixedcli import ast, numfmt
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.loading import names_of, words_of
from mixedcli.data.dataset import Column, Dataset
from mixedcli.errors import InvalidFormat, InvalidSyntax, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("format")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Set or show.  Errors: r(120) invalid format or one for another type, r(100), r(111)."""
    words = words_of(command)
    data = session.data
    formats = [w for w in words if w.text.startswith("%")]
    others = [w for w in words if not w.text.startswith("%")]
    if not formats:
        return Outcome(blocks=_shown(data, names_of(others, data) if others else data.names))
    if len(formats) > 1:
        raise InvalidSyntax(f"invalid '{formats[1].text}'", formats[1].span)
    if not others:
        raise VarlistRequired("varlist required", command.span)
    wanted = formats[0].text
    parsed = _checked(formats[0])
    columns: list[Column] = []
    for name in names_of(others, data):
        column = data.columns[name]
        if column.is_string != (parsed == "s"):
            raise InvalidFormat(f"may not combine %{'s' if parsed == 's' else 'f'} format with {name}", formats[0].span)
        columns.append(replace(column, format=wanted))
    return Outcome(data=data.with_metadata(columns))


def _checked(word: ast.Word) -> str:
    """Kind of a format: its last letter.  Errors: r(120)."""
    try:
        numfmt.parse(word.text)
    except InvalidFormat:
        raise InvalidFormat("invalid %format", word.span) from None
    return word.text[-1]


def _shown(data: Dataset, names: tuple[str, ...]) -> tuple[Block, ...]:
    """``variable name   display format``, a table of two columns."""
    if not names:
        return ()
    width = max(len("variable name"), *map(len, names))
    rule = "-" * (width + 3 + len("display format"))
    head = (line("variable name".ljust(width) + "   display format"), line(rule))
    return (*head, *(line(f"{n.ljust(width)}   {data.columns[n].format}") for n in names), line(rule))
