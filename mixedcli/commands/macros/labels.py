"""Extended functions about variables: their labels, types, formats and characteristics."""

from __future__ import annotations

import re

from mixedcli.commands.macros.text import number, unquoted
from mixedcli.data import varlist
from mixedcli.data.dataset import Column
from mixedcli.data.missing import missing_value
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Session

_LABEL = re.compile(r"(\(\s*\w+\s*\)|\w+)\s+(\S+)\s*(\d+)?\s*(?:,\s*(strict)\s*)?")


def _column(session: Session, name: str) -> Column:
    return session.data.column(varlist.resolve(unquoted(name), session.data))


def variable(session: Session, rest: str) -> str:
    """``variable label x``"""
    return _column(session, _after("label", rest)).label


def value(session: Session, rest: str) -> str:
    """``value label x``: the name of the value label."""
    return _column(session, _after("label", rest)).value_label


def data(session: Session, rest: str) -> str:
    """``data label``"""
    _after("label", rest, alone=True)
    return session.data.label


def storage(session: Session, rest: str) -> str:
    """``type x``"""
    return _column(session, rest).type


def format_(session: Session, rest: str) -> str:
    """``format x``"""
    return _column(session, rest).format


def characteristic(session: Session, rest: str) -> str:
    """``char x[name]``, ``char _dta[name]``; the names of all without brackets."""
    found = re.fullmatch(r"(\w+)\s*\[\s*(\w*)\s*\]", rest)
    if found is None:
        raise InvalidSyntax("invalid syntax")
    held = session.data.characteristics if found[1] == "_dta" else _column(session, found[1]).characteristics
    return held.get(found[2], "") if found[2] else " ".join(held)


def label(session: Session, rest: str) -> str:
    """``label (x) 3`` or ``label lblname 3``: the label of a value, the value itself where it has none."""
    found = _LABEL.fullmatch(rest)
    if found is None:
        raise InvalidSyntax("invalid syntax")
    where, typed, longest, strict = found.groups()
    name = _column(session, where[1:-1].strip()).value_label if where.startswith("(") else where
    labels = session.data.value_labels.get(name, {})
    if typed == "maxlength":
        return str(max((len(text) for text in labels.values()), default=0))
    try:
        wanted = missing_value(typed[1:]) if re.fullmatch(r"\.[a-z]?", typed) else float(typed)
    except ValueError:
        raise InvalidSyntax(f"invalid '{typed}'") from None
    text = labels.get(wanted, "" if strict else number(wanted))
    return text[: int(longest)] if longest else text


def _after(word: str, rest: str, *, alone: bool = False) -> str:
    first, _, name = rest.partition(" ")
    if not (word.startswith(first) and len(first) >= 3) or bool(name.strip()) == alone:
        raise InvalidSyntax("invalid syntax")
    return name.strip()
