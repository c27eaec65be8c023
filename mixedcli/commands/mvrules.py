"""What mvdecode and mvencode share: the list of values in mv(), and the way through the variables."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import Options
from mixedcli.commands.assignment import plural
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import names_of, words_of
from mixedcli.commands.recode import replaced
from mixedcli.data import sample
from mixedcli.data.missing import SYSMISS, missing_value
from mixedcli.errors import InvalidSyntax, TooFewSpecified
from mixedcli.session import Outcome, Session

Floats = NDArray[np.float64]
Change = Callable[[str, Floats, NDArray[np.bool_]], Floats]
"""Name, values, rows chosen -> the new values of all rows."""

_CODE = re.compile(r"\.[a-z]?")


def parts(text: str) -> list[tuple[str, str]]:
    """mv(a \\ b=c ...): pairs of what stands before and behind the equals sign ("" without one)."""
    found = []
    for piece in text.split("\\"):
        left, equals, right = piece.partition("=")
        if not left.strip() or (equals and not right.strip()):
            raise InvalidSyntax("mv() invalid")  # unverified: words
        found.append((left.strip(), right.strip()))
    return found


def numbers(session: Session, text: str) -> tuple[float, ...]:
    """A number list.  Errors: r(121)."""
    assert session.language is not None
    return session.language.numlist(text)


def code(text: str) -> float:
    """The missing value "." or ".a" to ".z"; "" is ".".  Errors: r(198)."""
    if not text:
        return SYSMISS
    if _CODE.fullmatch(text) is None:
        raise InvalidSyntax(f"{text} found where missing value expected")  # unverified: words
    return missing_value(text[1:])


def changed(session: Session, command: ast.Command, change: Change, done: str) -> Outcome:
    """The variables after the change, with how many values of each were ``done``.  Errors: r(102)."""
    data = session.data
    names = names_of(words_of(command), data)
    if not names:
        raise TooFewSpecified("varlist required")
    rows = sample.mask(data, command.condition, command.in_range, expression_context(session))
    blocks: list[Block] = []
    columns = []
    for name in names:
        column = data.column(name)
        if column.is_string:
            blocks.append(line(f"{name:>12}: string variable ignored"))  # unverified: words
            continue
        old = column.numeric()
        new = change(name, old, rows)
        count = int(np.count_nonzero(new != old))
        if count:
            blocks.append(line(f"{name:>12}: {plural(count, 'missing value')} {done}"))
            columns.append(replaced(column, new))
    return Outcome(blocks=tuple(blocks), data=data.with_columns(columns)) if columns else Outcome(tuple(blocks))


def rules_of(options: Options) -> list[tuple[str, str]]:
    """What stands in mv().  Errors: r(198)."""
    if "mv" not in options:
        raise InvalidSyntax("option mv() required")
    return parts(options["mv"])
