"""program - commands of one's own

    program [define] name [, rclass eclass sclass sortpreserve byable(recall)]
        commands
    end
    program drop name [name ...] | _all
    program list [name ...]        program dir

A program is called by its name; what is typed behind it is in `0', its words in `1', `2', ... (see args and syntax).
It has local macros of its own.  An rclass program leaves what return collected in r(); an eclass program fills e()
with ereturn.  A byable program may stand behind by: it runs once for each group, whose rows marksample marks.

Example: program define centre
             syntax varlist
             foreach v of local varlist {
                 quietly summarize `v'
                 generate double c_`v' = `v' - r(mean)
             }
         end
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Block, Line, Segment, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import InvalidSyntax, NotFound
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("program", any_option=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """drop, list and dir; definitions are read with their lines.  Errors: r(111) no such program, r(198)."""
    words = command.body.text.split() if isinstance(command.body, ast.WordsBody) else []
    what, *names = words or ["dir"]
    if what == "drop" and names:
        wanted = list(session.programs) if names in (["_all"], ["_allado"]) else names
        _check(session, wanted)
        return Outcome(programs=dict.fromkeys(wanted))
    if what in ("di", "dir"):
        return Outcome(blocks=tuple(line(f"  {name}") for name in session.programs))
    if "list".startswith(what):
        wanted = names if names and names != ["_all"] else list(session.programs)
        _check(session, wanted)
        return Outcome(blocks=tuple(row for name in wanted for row in _listing(session, name)))
    raise InvalidSyntax("invalid syntax", command.span)


def _check(session: Session, names: list[str]) -> None:
    for name in names:
        if name not in session.programs:
            raise NotFound(f"{name} not found")


def _listing(session: Session, name: str) -> list[Block]:
    program = session.programs[name]
    head = f"{name}{f', {program.kind}' if program.kind else ''}:"
    body = program.text[1:-1]
    rows = [Line((Segment(f"{k:>3}. "), Segment(text.strip(), "input"))) for k, text in enumerate(body, 1)]
    return [line(head), *rows]
