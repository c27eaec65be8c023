"""reshape - from wide to long data and back

    reshape long stubnames, i(varlist) [j(newvar [values]) string]
    reshape wide stubnames, i(varlist) j(varname [values]) [string]
    reshape long
    reshape wide
    reshape clear
    reshape error
    reshape i varlist        reshape j varname [values] [, string]        reshape xij stubnames
    reshape [query]

long makes one observation of every value j of variables such as inc80 inc81 inc82: stub inc, j 80 81 82.  An @ in a
stub is where the value stands: inc@r for inc80r.  wide does the reverse.  Without arguments the last reshape is
undone or done again.  error lists the observations that kept the last one from being carried out; i, j and xij
declare what reshape long and wide without arguments then go by, and query shows.  string is for values of j that are
not numbers.

Examples: reshape long inc ue, i(id) j(year)
          reshape wide inc ue, i(id) j(year)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec, reshapekept
from mixedcli.commands.loading import loaded, names_of, words_of
from mixedcli.commands.reshapekept import IDS, KEYS, STUBS, TEXT, VALUES, J, remembering
from mixedcli.commands.reshapetext import (
    explained,
    multiple,
    no_wide,
    result_table,
)
from mixedcli.data import reshaping, types, varlist
from mixedcli.data.dataset import Dataset
from mixedcli.data.reshaping import Layout
from mixedcli.errors import AlreadyDefined, AssertionFalse, InvalidSyntax, NotFound, TypeMismatch
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "reshape",
    options=(
        OptionSpec("i", "i", "words"),
        OptionSpec("j", "j", "words"),
        OptionSpec("string", "s"),
        OptionSpec("favor", "favor", "name"),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Reshape.

    Errors: r(9) i or j do not identify or other variables vary, r(110) names taken, r(111) nothing to reshape,
    r(498) missing values in j.
    """
    words = words_of(command)
    verb = words[0].text if words else ""
    if len(verb) >= 1 and "long".startswith(verb):
        return _long(session, words[1:], options)
    if len(verb) >= 1 and "wide".startswith(verb):
        return _wide(session, words[1:], options)
    if verb == "clear":
        kept = {k: v for k, v in session.data.characteristics.items() if k not in KEYS}
        return Outcome(data=replace(session.data, characteristics=kept))
    if verb in ("i", "j", "xij"):
        return reshapekept.declare(session, verb, words[1:], text=bool(options.get("string")))
    if not verb or "query".startswith(verb):
        return reshapekept.query(session)
    if verb == "error":
        return reshapekept.problems(session)
    raise InvalidSyntax("invalid syntax", command.span)


def _again(session: Session, words: tuple[ast.Word, ...]) -> dict[str, str]:
    known = {key: session.data.characteristics[key] for key in KEYS if key in session.data.characteristics}
    if not words and STUBS not in known:
        raise NotFound("data have not been reshaped yet")
    return known


def _identifiers(data: Dataset, options: Options, known: dict[str, str]) -> tuple[str, ...]:
    if "i" in options:
        return tuple(dict.fromkeys(names_of(options["i"], data)))
    if IDS in known:
        return tuple(data.column(name).name for name in known[IDS].split())
    raise InvalidSyntax("option i() required")


def _j(options: Options, known: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """Name of j and the values listed behind it."""
    if "j" in options:
        words = [word.text for word in options["j"]]
        if not words:
            raise InvalidSyntax("option j() incorrectly specified")
        return words[0], tuple(_listed(words[1:]))
    return known.get(J, ""), ()


def _listed(words: list[str]) -> list[str]:
    """``1 2 5-7``: a range of whole numbers is written out."""
    out: list[str] = []
    for word in words:
        first, dash, last = word.replace("/", "-").partition("-")
        if dash and first.isdecimal() and last.isdecimal() and int(last) - int(first) <= reshaping.MOST_VALUES:
            out += [str(v) for v in range(int(first), int(last) + 1)]
        else:
            out.append(word)
    return out


def _long(session: Session, words: tuple[ast.Word, ...], options: Options) -> Outcome:
    data = session.data
    known = _again(session, words)
    stubs = _stubs(words) or tuple(known[STUBS].split())
    ids = _identifiers(data, options, known)
    name, values = _j(options, {} if words else known)
    text = bool(options.get("string")) or (not words and known.get(TEXT) == "1")
    if not words and not values:
        values = tuple(known.get(VALUES, "").split())
    listed = bool(values) and bool(words)
    values = values or reshaping.found_values(data, stubs, text)
    layout = Layout(ids, types.check_name(name or "_j") if name else "_j", stubs, values, text)
    present = [s for s in stubs if any(layout.wide(s, v) in data for v in values)]
    if len(present) < len(stubs):
        raise no_wide(layout)
    if not text and not all(v.lstrip("-").isdecimal() for v in values):
        raise InvalidSyntax("j() values must be numbers without option string")  # unverified: wording
    _check_long_names(data, layout)
    blocks: list[Block] = [] if listed else [line(f"(j = {' '.join(values)})")]
    blocks += [
        line(f"(variable {layout.wide(s, v)} not found)")  # unverified: wording
        for s in stubs
        for v in values
        if layout.wide(s, v) not in data
    ]
    try:
        made = reshaping.to_long(data, layout)
    except AssertionFalse as error:
        return _failed(data, layout, explained(error, layout, wide=True))
    return _done(session, made, layout, blocks, wide=False)


def _check_long_names(data: Dataset, layout: Layout) -> None:
    wide = {layout.wide(s, v) for s in layout.stubs for v in layout.values}
    for name in (layout.j, *(layout.long(s) for s in layout.stubs)):
        types.check_name(name)
        if name in data and name not in wide:
            raise AlreadyDefined(f"variable {name} already defined")
    for name in layout.ids:
        if name in wide:
            raise InvalidSyntax(f"variable {name} is both in i() and an xij variable")  # unverified: wording


def _wide(session: Session, words: tuple[ast.Word, ...], options: Options) -> Outcome:
    data = session.data
    known = _again(session, words)
    stubs = _stubs(words) or tuple(known[STUBS].split())
    ids = _identifiers(data, options, known)
    name, listed = _j(options, known)
    if not name:
        raise InvalidSyntax("option j() required")
    j = varlist.resolve(name, data)
    stubs = tuple(expanded for stub in stubs for expanded in _expanded(stub, data, (*ids, j)))
    column = data.columns[j]
    if column.is_string and not options.get("string") and known.get(TEXT) != "1":
        raise TypeMismatch(f"variable {j} is string; specify string option")  # unverified: wording
    if {j, *(Layout.long(s) for s in stubs)} & set(ids) or j in {Layout.long(s) for s in stubs}:
        raise InvalidSyntax("i(), j() and the variables to reshape must differ")  # unverified: wording
    values, places = reshaping.j_values(column)
    if listed:
        where = {v: k for k, v in enumerate(listed)}
        places = np.array([where.get(v, -1) for v in values], dtype=np.int64)[places]
        values = listed
    layout = Layout(ids, j, stubs, values, column.is_string)
    for stub in stubs:
        for value in values:
            types.check_name(layout.wide(stub, value))
    blocks: list[Block] = [] if listed else [line(f"(j = {' '.join(values)})")]
    try:
        made = reshaping.to_wide(data, layout, places)
    except AssertionFalse as error:
        return _failed(data, layout, explained(error, layout, wide=False))
    return _done(session, made, layout, blocks, wide=True)


def _stubs(words: tuple[ast.Word, ...]) -> tuple[str, ...]:
    for word in words:
        if word.text.count("@") > 1:
            raise multiple(word)
    return tuple(dict.fromkeys(word.text for word in words))


def _expanded(stub: str, data: Dataset, taken: tuple[str, ...]) -> tuple[str, ...]:
    """A stub of reshape wide names variables; without @ it may be a pattern or a range."""
    if "@" in stub:
        data.column(Layout.long(stub))
        return (stub,)
    first, dash, last = stub.partition("-")
    ref = ast.VarRange(first, last) if dash else ast.VarRef(stub)
    names = varlist.expand_reference(ref, data)
    return tuple(n for n in names if n not in taken) if len(names) > 1 else names


def _failed(data: Dataset, layout: Layout, error: AssertionFalse) -> Outcome:
    """The failure, with the layout kept for reshape error."""
    return Outcome(data=remembering(data, layout), rc=error.rc, error=error.message)


def _done(session: Session, made: Dataset, layout: Layout, blocks: list[Block], *, wide: bool) -> Outcome:
    before = session.data
    settings = made.settings
    if settings is not None and not {settings.panel, settings.time} - {""} <= set(made.names):
        settings = None
    data = remembering(replace(made, characteristics=before.characteristics, settings=settings), layout)
    return loaded(session, data, (*blocks, Blank(), *result_table(before, data, layout, wide=wide)))
