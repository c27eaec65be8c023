"""Options of one estat subcommand, by its own table (dispatch cannot know which subcommand is meant)."""

from __future__ import annotations

from collections.abc import Sequence

from mixedcli import ast
from mixedcli.commands import OptionSpec
from mixedcli.errors import InvalidSyntax


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
