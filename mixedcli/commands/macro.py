"""macro - list, drop or shift macros

    macro list [name ...]     macro dir
    macro drop name [name ...] | _all
    macro shift [#]

Names are those of global macros; local ones have a _ in front.  Names to drop may hold * and ?.  shift moves the
positional macros: `2' becomes `1', and so on.

Example: macro drop path_*
"""

from __future__ import annotations

import fnmatch

from mixedcli import ast
from mixedcli.blocks import Line, Segment
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import InvalidSyntax, NotFound
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("macro", any_option=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """One subcommand.  Errors: r(198), r(111) no such macro to list."""
    body = command.body
    what, *names = body.text.split() if isinstance(body, ast.WordsBody) and body.text.strip() else ["list"]
    known = {**session.globals, **{f"_{name}": value for name, value in session.locals.items()}}
    if what in ("di", "dir") or (what and "list".startswith(what)):
        for name in names:
            if name not in known and not any(c in name for c in "*?"):
                raise NotFound(f"global macro ${name} not found")
        shown = [name for name in known if not names or any(fnmatch.fnmatchcase(name, p) for p in names)]
        return Outcome(blocks=tuple(_row(name, known[name]) for name in shown))
    if what == "drop" and names:
        if names == ["_all"]:
            names = ["*"]
        gone = [name for name in known if any(fnmatch.fnmatchcase(name, pattern) for pattern in names)]
        return Outcome(
            globals={name: None for name in gone if name in session.globals},
            locals={name[1:]: None for name in gone if name not in session.globals},
        )
    if "shift".startswith(what) and len(what) >= 1 and len(names) <= 1:
        by = int(names[0]) if names and names[0].isdigit() else 1
        if names and not names[0].isdigit():
            raise InvalidSyntax("invalid syntax")
        last = 0
        while str(last + 1) in session.locals:
            last += 1
        moved = {str(k): session.locals.get(str(k + by)) for k in range(1, last + 1)}
        return Outcome(locals=moved)
    raise InvalidSyntax("invalid syntax")


def _row(name: str, value: str) -> Line:
    # stata: macro list shows the name in 16 columns
    return Line((Segment(f"{name + ':':<16}"), Segment(value, "result")))
