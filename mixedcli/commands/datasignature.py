"""datasignature - a short text that tells whether data have changed

    datasignature
    datasignature set [, reset]
    datasignature confirm
    datasignature clear

The text depends on the number of observations and variables, the variables' names and their values.  set keeps it
with the data, confirm tells whether they are still the same.  It is made otherwise than Stata's: the two differ.

Example: datasignature set
         datasignature confirm
"""

from __future__ import annotations

import zlib
from dataclasses import replace

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import words_of
from mixedcli.data.dataset import Dataset
from mixedcli.errors import AlreadyDefined, AssertionFalse, InvalidSyntax, NotFound
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("datasignature", options=(OptionSpec("reset", "reset"), OptionSpec("strict", "strict")))

#: characteristic of _dta
KEPT = "datasignature_si"


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show, keep or compare.  Errors: r(9) the data have changed, r(110) kept already, r(111) none kept, r(198)."""
    words = [word.text for word in words_of(command)]
    data = session.data
    now = signature(data)
    stored = Stored(macros={"datasignature": now})
    kept = data.characteristics.get(KEPT)
    match words:
        case []:
            return Outcome(blocks=(line(f"  {now}"),), r=stored)
        case ["set"]:
            if kept is not None and not options.get("reset"):
                raise AlreadyDefined("data signature already set;  specify option reset")  # unverified: wording
            changed = replace(data, characteristics={**data.characteristics, KEPT: now})
            return Outcome(blocks=(line(f"  {now}       (data signature set)"),), data=changed, r=stored)
        case ["confirm"]:
            if kept is None:
                raise NotFound("data signature not set")  # unverified: wording
            if kept != now:
                raise AssertionFalse("data have changed since signature was set")  # unverified: wording
            return Outcome(blocks=(line("  (data unchanged since signature was set)"),), r=stored)
        case ["clear"]:
            rest = {k: v for k, v in data.characteristics.items() if k != KEPT}
            return Outcome(data=replace(data, characteristics=rest))
        case _:
            raise InvalidSyntax("invalid syntax", command.span)


def signature(data: Dataset) -> str:
    """Observations, variables, and sums over names and values, as "74:12:71728:3831085005"."""
    names = zlib.crc32("\0".join(data.names).encode("utf-8", "surrogateescape"))
    values = 0
    for column in data.columns.values():
        raw = (
            "\0".join(column.values.tolist()).encode("utf-8", "surrogateescape")
            if column.is_string
            else column.numeric().tobytes()
        )
        values = zlib.crc32(raw, values)
    return f"{data.n}:{len(data.columns)}:{names}:{values}"
