"""notes - remarks that go with a variable or the data set

    notes [varname]: text
    notes [list] [varlist] [in #[/#]]
    notes drop varlist [in #[/#]]
    notes replace varname in # : text
    notes search [text]
    notes renumber varname

_dta stands for the data set, which is meant without a name.  TS alone in a text becomes the date and time.  Notes are
saved with the data.

Example: notes weight: taken before feeding TS
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.context import expression_context
from mixedcli.commands.macros.text import unplaced, unquoted
from mixedcli.commands.owners import changed, held, owner
from mixedcli.data import varlist
from mixedcli.data.dataset import Dataset
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("notes", any_option=True)

_ADD = re.compile(r"(\w*)\s*:\s*(.*)", re.DOTALL)
_REPLACE = re.compile(r"replace\s+(\w+)\s+in\s+(\d+)\s*:\s*(.*)", re.DOTALL)
_RENUMBER = re.compile(r"renumber\s+(\w+)")
_SEARCH = re.compile(r"search(?:\s+(.*))?", re.DOTALL)
_IN = re.compile(r"(.*?)(?:\s*\bin\s+(\d+|f|l)(?:\s*/\s*(\d+|f|l))?)?")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add, list, drop ...  Errors: r(111), r(198)."""
    text = command.body.text.strip() if isinstance(command.body, ast.WordsBody) else ""
    with unplaced():
        if (found := _REPLACE.fullmatch(text)) is not None:
            return _replace(session, found[1], int(found[2]), found[3])
        if (found := _ADD.fullmatch(text)) is not None:
            return _add(session, found[1] or "_dta", found[2])
        if (found := _RENUMBER.fullmatch(text)) is not None:
            name = owner(session.data, found[1])
            return Outcome(data=_kept(session.data, name, list(notes_of(session.data, name).values())))
        if (found := _SEARCH.fullmatch(text)) is not None:
            return _listed(session, _everything(session.data), unquoted(found[1] or "").casefold())
        word, _, rest = text.partition(" ")
        if len(word) >= 3 and "drop".startswith(word):
            return _drop(session, rest)
        if word and "list".startswith(word) and word not in session.data.columns:
            text = rest
        names, chosen = _chosen(session, text)
        return _listed(session, [(n, _between(notes_of(session.data, n), chosen)) for n in names], "")


def notes_of(data: Dataset, name: str) -> dict[int, str]:
    """The notes of _dta or a variable: number -> text, in order."""
    texts = held(data, name)
    count = texts.get("note0", "0")
    numbers = range(1, int(count) + 1) if count.isdigit() and len(count) < 6 else ()
    return {k: texts[f"note{k}"] for k in numbers if f"note{k}" in texts}


def _everything(data: Dataset) -> list[tuple[str, dict[int, str]]]:
    return [(name, notes_of(data, name)) for name in ("_dta", *data.names)]


def _stamped(session: Session, text: str) -> str:
    """TS alone stands for now, as in "19 Apr 2013 15:38"."""
    if not re.search(r"(?<!\S)TS(?!\S)", text):
        return text
    stored = expression_context(session).stored
    now = f"{str(stored('c', 'current_date')).strip()} {str(stored('c', 'current_time'))[:5]}"
    return re.sub(r"(?<!\S)TS(?!\S)", now, text)


def _add(session: Session, typed: str, text: str) -> Outcome:
    name = owner(session.data, typed)
    text = unquoted(text)
    if not text:
        raise InvalidSyntax("invalid syntax")  # unverified: a note without a text
    last = held(session.data, name).get("note0", "0")
    number = int(last) + 1 if last.isdigit() else 1
    made = {"note0": str(number), f"note{number}": _stamped(session, text)}
    return Outcome(data=changed(session.data, name, made))


def _replace(session: Session, typed: str, number: int, text: str) -> Outcome:
    name = owner(session.data, typed)
    if number not in notes_of(session.data, name):
        raise InvalidSyntax(f"note {number} of {name} not found")  # unverified: wording
    made = {f"note{number}": _stamped(session, unquoted(text))}
    shown = line(f"  (note {number} for {name} replaced)")  # unverified: wording
    return Outcome(blocks=(shown,), data=changed(session.data, name, made))


def _chosen(session: Session, text: str) -> tuple[list[str], tuple[int, int] | None]:
    """The owners named, all without names, and the numbers behind in."""
    found = _IN.fullmatch(text)
    assert found is not None
    typed, first, last = found[1].strip(), found[2], found[3]
    names: list[str] = [] if typed else ["_dta", *session.data.names]
    if "_dta" in typed.split():
        names.append("_dta")
        typed = " ".join(word for word in typed.split() if word != "_dta")
    if typed:
        assert session.language is not None
        names += varlist.names(session.language.varlist(typed), session.data)
    if first is None:
        return names, None
    low = _number(first)
    return names, (low, low if last is None else _number(last))


def _number(text: str) -> int:
    return {"f": 1, "l": 9999}.get(text) or int(text)


def _between(notes: Mapping[int, str], chosen: tuple[int, int] | None) -> dict[int, str]:
    if chosen is None:
        return dict(notes)
    low, high = chosen
    if low == 9999:
        low = high = max(notes, default=0)
    return {k: text for k, text in notes.items() if low <= k <= high}


def _drop(session: Session, text: str) -> Outcome:
    if not text.strip():
        raise InvalidSyntax("invalid syntax")
    names, chosen = _chosen(session, text)
    data, gone = session.data, 0
    for name in names:
        notes = notes_of(data, name)
        dropped = _between(notes, chosen)
        gone += len(dropped)
        data = changed(data, name, {f"note{k}": "" for k in dropped})
        left = [k for k in notes if k not in dropped]
        data = changed(data, name, {"note0": str(max(left)) if left else ""})
    # stata: "  (2 notes dropped)"
    return Outcome(blocks=(line(f"  ({gone} note{'' if gone == 1 else 's'} dropped)"),), data=data)


def _kept(data: Dataset, name: str, texts: Sequence[str]) -> Dataset:
    """Notes numbered anew."""
    gone = {key: "" for key in held(data, name) if re.fullmatch(r"note\d+", key)}
    made = {f"note{k}": text for k, text in enumerate(texts, 1)}
    return changed(data, name, {**gone, "note0": str(len(texts)) if texts else "", **made})


def _listed(session: Session, notes: Iterable[tuple[str, Mapping[int, str]]], wanted: str) -> Outcome:
    return Outcome(blocks=tuple(_shown(notes, wanted, session.settings.linesize)))


def _shown(notes: Iterable[tuple[str, Mapping[int, str]]], wanted: str, linesize: int) -> Iterator[Block]:
    """stata: the name, then "  1.  text" with further lines below the text."""
    for name, texts in notes:
        rows = [(k, text) for k, text in texts.items() if wanted in text.casefold()]
        if not rows:
            continue
        yield Blank()
        yield line(f"{name}:")
        for k, text in rows:
            lead = f"{k:>3}.  "
            for part in textwrap.wrap(text, linesize, initial_indent=lead, subsequent_indent=" " * 6) or [lead]:
                yield line(part, "result")
