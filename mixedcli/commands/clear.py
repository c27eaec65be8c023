"""clear - empty the memory

    clear
    clear all    or    clear *
    clear results | matrix | programs | ado | rngstream | frames | collect | mata

clear drops the data and value labels.  clear all also drops what clear results, matrix and programs do, scalars,
constraints, stored estimates and timers, and closes files and postfiles.  clear results drops r(), e() and s();
clear programs (and ado) the programs that were defined.  Macros and settings stay.
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.loading import loaded, words_of
from mixedcli.data.dataset import Dataset
from mixedcli.errors import InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("clear")

#: things this program has none of, so that clearing them does nothing
_NOTHING = frozenset({"mata", "rngstream", "frames"})


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Drop what is named.  Errors: r(198) for an unknown word."""
    words = [w.text for w in words_of(command)]
    if len(words) > 1:
        raise InvalidSyntax("invalid syntax", command.span)
    match words[0] if words else "":
        case "":
            return loaded(session, Dataset())
        case "all" | "*":
            return Outcome(
                data=Dataset(),
                estimates=None,
                r=Stored(),
                s=Stored(),
                stored=dict.fromkeys(session.stored),
                scalars=dict.fromkeys(session.scalars),
                matrices=dict.fromkeys(session.matrices),
                constraints=dict.fromkeys(session.constraints),
                programs=dict.fromkeys(session.programs),
                files=dict.fromkeys(session.files),
                postings=dict.fromkeys(session.postings),
                timers=dict.fromkeys(session.timers),
                collected=(),
            )
        case "results":
            return Outcome(estimates=None, r=Stored(), s=Stored())
        case "matrix":
            return Outcome(matrices=dict.fromkeys(session.matrices))
        case "programs" | "ado":
            return Outcome(programs=dict.fromkeys(session.programs))
        case "collect":
            return Outcome(collected=())
        case word if word in _NOTHING:
            return Outcome()
    raise InvalidSyntax("invalid syntax", command.span)
