"""What was typed, checked and written out as ``syntax`` promises it: variables, names, numbers."""

from __future__ import annotations

import re

from mixedcli.commands.macros.expected import Expected, ExpectedOption
from mixedcli.commands.macros.loops import new_names
from mixedcli.commands.macros.text import number, unplaced, unquoted, words
from mixedcli.data import types, varlist
from mixedcli.errors import (
    Coded,
    InvalidSyntax,
    NotFound,
    StataError,
    TooFewSpecified,
    TooManySpecified,
    TypeMismatch,
    VarlistNotAllowed,
    VarlistRequired,
)
from mixedcli.session import Session

_LIMIT = re.compile(r"(min|max)\s*=\s*(\d+)")
_WEIGHTS = ("fweight", "aweight", "pweight", "iweight")


def front(session: Session, wanted: Expected, typed: str) -> dict[str, str]:
    """The macros of the first piece.  Errors: r(100), r(102), r(103), r(109), r(110), r(111), r(198)."""
    kind, modifiers = wanted.kind, wanted.modifiers
    if kind == "anything":
        if not typed and not wanted.optional:
            raise InvalidSyntax("something required")
        named = re.search(r"\bname\s*=\s*(\w+)", modifiers)
        return {named[1] if named else "anything": typed}
    macro = {"varname": "varlist", "newvarlist": "varlist", "newvarname": "varlist", "name": "namelist"}.get(kind, kind)
    macro = next((m[1] for m in [re.search(r"\blocal\s*=\s*(\w+)", modifiers)] if m), macro)
    if not typed:
        if wanted.optional:
            whole = kind == "varlist" and "default=none" not in modifiers.replace(" ", "")
            return {macro: " ".join(session.data.names) if whole else ""}
        raise VarlistRequired("varlist required" if "var" in kind else "name required")
    if kind in ("name", "namelist"):
        return {macro: " ".join(_counted(_names(typed), kind, modifiers))}
    if kind.startswith("new"):
        storage, names = _new(session, typed)
        return {macro: " ".join(_counted(names, kind, modifiers)), "typlist": " ".join([storage] * len(names))}
    return {macro: variables(session, typed, kind, modifiers)}


@unplaced()
def variables(session: Session, typed: str, kind: str, modifiers: str) -> str:
    """Names in full; with fv or ts terms as typed."""
    assert session.language is not None
    node = session.language.varlist(typed)
    try:
        names = list(varlist.names(node, session.data))
    except VarlistNotAllowed:
        if not re.search(r"\b(fv|ts)\b", modifiers):
            raise
        return " ".join(typed.split())
    _counted(names, kind, modifiers)
    for name in names:
        is_string = session.data.column(name).is_string
        if is_string and re.search(r"\bnumeric\b", modifiers):
            raise TypeMismatch(f"string variables not allowed in varlist;\n{name} is a string variable")
        if not is_string and re.search(r"\bstring\b", modifiers):
            raise TypeMismatch(f"numeric variables not allowed in varlist;\n{name} is a numeric variable")
    return " ".join(names)


def _names(typed: str) -> list[str]:
    names = words(typed)
    for name in names:
        types.check_name(name)
    return names


def _new(session: Session, typed: str) -> tuple[str, list[str]]:
    first, _, rest = typed.partition(" ")
    storage = session.settings.default_type
    if types.is_type(first) and rest.strip():
        storage, typed = first, rest
    return storage, new_names(session, typed)


def _counted(names: list[str], kind: str, modifiers: str) -> list[str]:
    limits = {name: int(value) for name, value in _LIMIT.findall(modifiers)}
    most = limits.get("max", 1 if kind in ("varname", "newvarname", "name") else len(names))
    if len(names) < limits.get("min", 1):
        raise TooFewSpecified("too few variables specified")
    if len(names) > most:
        raise TooManySpecified("too many variables specified")
    return names


def weight_kind(typed: str, allowed: str) -> str:
    """The full word of a weight.  Errors: r(101) a kind that is not among those allowed."""
    kinds = [f"{word[0]}weight" for word in allowed.split()]  # aw, aweight, aweights
    if "weight".startswith(typed):
        return kinds[0]
    full = [kind for kind in _WEIGHTS if kind.startswith(typed) and len(typed) >= 2]
    if not full:
        raise InvalidSyntax(f"{typed} invalid weight type")
    if full[0] not in kinds:
        raise VarlistNotAllowed(f"{full[0]}s not allowed")
    return full[0]


def level_text(session: Session) -> str:
    """The confidence level in effect."""
    return number(session.settings.level)


def option(session: Session, row: ExpectedOption, text: str) -> str:
    """The macro of an option with an argument.  Errors: those of its type."""
    kind, _, modifiers = row.type.partition(",")
    match re.match(r"\w*", kind)[0]:  # type: ignore[index]
        case "string":
            return text if row.default == "asis" else unquoted(text)
        case "passthru":
            return f"{row.name}({text})"
        case "integer":
            return number(_number(text, whole=True))
        case "real":
            return number(_number(text, whole=False))
        case "cilevel":
            level = _number(text, whole=False)
            if not 10 <= level <= 99.99:
                raise InvalidSyntax("level() must be between 10 and 99.99 inclusive")
            return number(level)
        case "numlist":
            from mixedcli.commands.numlist_ import restricted

            return restricted(session, text, row.default)
        case "varlist" | "varname" as which:
            return variables(session, text, which, row.default + modifiers + row.type)
        case "newvarname" | "newvarlist" as which:
            _, names = _new(session, text)
            return " ".join(_counted(names, which, row.type))
        case "name" | "namelist" as which:
            return " ".join(_counted(_names(text), which, row.type))
    raise InvalidSyntax("invalid syntax")


def _number(text: str, *, whole: bool) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InvalidSyntax("incorrectly specified") from None
    if value != value or abs(value) == float("inf") or (whole and value != int(value)):
        raise InvalidSyntax("incorrectly specified")
    return value


def about_option(error: StataError, name: str) -> StataError:
    """An error that names the option in which it happened."""
    if error.message == "incorrectly specified":
        return InvalidSyntax(f"option {name}() incorrectly specified")
    if 121 <= error.rc <= 127:  # stata: logs and programs that imitate it
        return Coded(error.rc, f"{name}() invalid -- {error.message}")
    if isinstance(error, NotFound) or "\n" in error.message:
        return error
    return type(error)(f"option {name}(): {error.message}")
