"""clear - empty the memory

    clear
    clear all
    clear results

clear drops the data and value labels; clear all also drops matrices, scalars, constraints and stored estimates;
clear results drops r() and e().
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
_NOTHING = frozenset({"mata", "programs", "ado", "rngstream", "frames", "collect"})


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Drop what is named.  Errors: r(198) for an unknown word."""
    words = [w.text for w in words_of(command)]
    if words not in ([], ["all"], ["*"], ["results"], ["matrix"]) and not (len(words) == 1 and words[0] in _NOTHING):
        raise InvalidSyntax("invalid syntax", command.span)
    if not words:
        return loaded(session, Dataset())
    if words[0] == "results":
        return Outcome(estimates=None, r=Stored())
    if words[0] == "matrix":
        return Outcome(matrices=dict.fromkeys(session.matrices))
    if words[0] in ("all", "*"):
        return Outcome(
            data=Dataset(),
            estimates=None,
            r=Stored(),
            stored=dict.fromkeys(session.stored),
            scalars=dict.fromkeys(session.scalars),
            matrices=dict.fromkeys(session.matrices),
            constraints=dict.fromkeys(session.constraints),
        )
    return Outcome()
