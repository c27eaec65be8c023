"""Options of one estat subcommand, by its own table (dispatch cannot know which subcommand is meant)."""

from __future__ import annotations

from collections.abc import Sequence

from mixedcli import ast
from mixedcli.commands import OptionSpec
from mixedcli.commands.macros.text import unquoted
from mixedcli.errors import InvalidSyntax, StataError
from mixedcli.model.spec import MixedFit
from mixedcli.numfmt import parse
from mixedcli.session import Session


def bind(options: Sequence[ast.Option], table: Sequence[OptionSpec]) -> dict[str, str | None]:
    """Full name -> text (None without parentheses).  Rows: "flag" takes no argument, "text" one, or none if optional.

    Errors: r(198).
    """
    found: dict[str, str | None] = {}
    for option in options:
        rows = [r for r in table if r.name.startswith(option.name) and len(option.name) >= len(r.abbreviation)]
        shown = f"{option.name}{'()' if option.text is not None else ''}"
        if not rows or (rows[0].type == "flag" and option.text is not None):
            raise InvalidSyntax(f"option {shown} not allowed", option.span)
        row = rows[0]
        if row.type != "flag" and option.text is None and not row.optional:
            raise InvalidSyntax(f"option {row.name}() incorrectly specified", option.span)
        found[row.name] = option.text
    return found


def bare(command: ast.Command, table: Sequence[OptionSpec]) -> dict[str, str | None]:
    """Options of a subcommand behind which no more words may stand.  Errors: r(198)."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    if len(body.words) > 1:
        raise InvalidSyntax(f"{body.words[1].text} invalid", body.words[1].span)  # unverified: words
    return bind(command.options, table)


def fitted(session: Session) -> MixedFit:
    """The fit of the last mixed; estat has seen to it that there is one."""
    assert session.estimates is not None
    assert isinstance(session.estimates.fit, MixedFit)
    return session.estimates.fit


def level_of(text: str | None) -> float:
    """level(): a confidence level.  Errors: r(198)."""
    try:
        value = float(text or "")
    except ValueError:
        raise InvalidSyntax("option level() incorrectly specified") from None
    if not 10 <= value <= 99.99:
        raise InvalidSyntax("level() must be between 10 and 99.99 inclusive")
    return value


def number_format(text: str | None) -> str:
    """format(): a numeric display format.  Errors: r(198)."""
    fmt = unquoted(text or "").strip()
    try:
        good = parse(fmt).kind in "fge"
    except StataError:
        good = False
    if not good:
        raise InvalidSyntax("option format() incorrectly specified")  # unverified: words
    return fmt
