"""char - characteristics: texts that go with a variable or the data set

    char [define] varname[name] ["text"]
    char list [varname[name]]
    char rename oldvar newvar [, replace]

_dta stands for the data set.  Without a text the characteristic is taken away.  `varname[name]' is its text, and
`varname[]' the names of all.  They are saved with the data.

Example: char weight[unit] "kg"
         display "`weight[unit]'"
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mixedcli import ast
from mixedcli.blocks import Block, Line, Segment
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.macros.text import unplaced, unquoted
from mixedcli.commands.owners import changed, held, holding, owner
from mixedcli.data import types
from mixedcli.errors import AlreadyDefined, InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("char", any_option=True)

_PLACE = re.compile(r"(\w+)\s*\[\s*(\w*)\s*\]\s*(.*)", re.DOTALL)
_DEFINE = re.compile(r"^de(?:f(?:i(?:ne?)?)?)?\s+(?=\w)")
_RENAME = re.compile(r"ren(?:a(?:me?)?)?\s+(\w+)\s+(\w+)\s*(?:,\s*(replace)?\s*)?")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Define, list or move.  Errors: r(111), r(110), r(198)."""
    text = command.body.text.strip() if isinstance(command.body, ast.WordsBody) else ""
    with unplaced():
        if (moved := _RENAME.fullmatch(text)) is not None:
            return _rename(session, moved[1], moved[2], replacing=moved[3] is not None)
        listed = re.fullmatch(r"(?:l(?:i(?:st?)?)?(?:\s+(.*))?)?", text)
        if listed is not None:
            return Outcome(blocks=tuple(_list(session, listed[1] or "")))
        found = _PLACE.fullmatch(_DEFINE.sub("", text))
        if found is None or not found[2]:
            raise InvalidSyntax("invalid syntax")
        types.check_name(found[2])
        name = owner(session.data, found[1])
        return Outcome(data=changed(session.data, name, {found[2]: unquoted(found[3])}))


def held_text(session: Session, place: str) -> str:
    """What `varname[name]' stands for; "" where there is no such variable or characteristic."""
    found = _PLACE.fullmatch(place)
    assert found is not None
    if found[1] != "_dta" and found[1] not in session.data:
        return ""
    texts = held(session.data, found[1])
    return texts.get(found[2], "") if found[2] else " ".join(texts)


def _list(session: Session, typed: str) -> Iterator[Block]:
    data = session.data
    found = re.fullmatch(r"(\w+)\s*(?:\[\s*(\w*)\s*\])?", typed)
    if typed and found is None:
        raise InvalidSyntax("invalid syntax")
    owners = [owner(data, found[1])] if found is not None else ["_dta", *data.names]
    for name in owners:
        for key, text in held(data, name).items():
            if found is None or not found[2] or key == found[2]:
                # stata: "  mpg[one]:                   this is ..."
                yield Line((Segment(f"  {f'{name}[{key}]:':<28}"), Segment(text, "result")))


def _rename(session: Session, old: str, new: str, *, replacing: bool) -> Outcome:
    data = session.data
    source, target = owner(data, old), owner(data, new)
    if held(data, target) and not replacing:
        raise AlreadyDefined(f"{target} already has characteristics")  # unverified: wording
    given = {**held(data, target), **held(data, source)}
    return Outcome(data=holding(holding(data, source, {}), target, given))
