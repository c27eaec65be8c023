"""ereturn - list the stored estimation results

    ereturn list

Shows the scalars, macros, matrices and functions that the last estimation
command left in e().
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Blank, StoredTable
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.errors import InvalidSyntax, NotYetAvailable
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("ereturn", (OptionSpec("all", "all"),))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """List e()."""
    check_subcommand(command, "ereturn")
    functions = ("sample",) if session.estimates is not None and session.estimates.sample is not None else ()
    return Outcome(blocks=listing("e", session.e, functions))


def check_subcommand(command: ast.Command, name: str) -> None:
    """Errors: r(198) for anything but list."""
    words = command.body.words if isinstance(command.body, ast.WordsBody) else ()
    first = words[0].text if words else ""
    if first in ("local", "scalar", "matrix", "post", "display", "clear", "repost", "add"):
        raise NotYetAvailable(f"{name} {first} is not yet available")
    if len(words) != 1 or not ("list".startswith(first) and len(first) >= 2):
        raise InvalidSyntax("invalid syntax")


def listing(prefix: str, stored: Stored, functions: tuple[str, ...] = ()) -> tuple[Blank | StoredTable, ...]:
    """Blocks of a stored result; names that begin with an underscore are the program's own."""
    table = StoredTable(
        prefix="e" if prefix == "e" else "r",
        scalars=tuple(stored.scalars.items()),
        macros=tuple((k, v) for k, v in stored.macros.items() if not k.startswith("_") and v != ""),
        matrices=tuple((k, *m.values.shape) for k, m in stored.matrices.items()),
        functions=functions,
    )
    empty = not (table.scalars or table.macros or table.matrices or table.functions)
    return () if empty else (Blank(), table)
