"""estimates save, use, describe, notes, esample: results as files, and what is written on them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import Options
from mixedcli.commands.context import expression_context
from mixedcli.commands.estimation import saved
from mixedcli.commands.loading import names_of
from mixedcli.data import sample
from mixedcli.data.files import located, opening, with_suffix, write_atomic
from mixedcli.data.missing import is_missing
from mixedcli.errors import FileExists, InvalidSyntax, LastEstimatesNotFound, Unavailable
from mixedcli.results import Estimates, Stored
from mixedcli.session import Outcome, Session

SUFFIX = ".ster"


def required(session: Session) -> Estimates:
    """The last estimates.  Errors: r(301)."""
    if session.estimates is None:
        raise LastEstimatesNotFound("last estimates not found")
    return session.estimates


def save(session: Session, command: ast.Command, words: list[str], options: Options) -> Outcome:
    """estimates save filename [, replace append].  Errors: r(198), r(301), r(602), r(603), r(610), r(693)."""
    estimates = required(session)
    name = _file(words, command)
    path = located(name, session.settings.cwd)
    with opening(name):
        exists = path.exists()
    if options.get("append") and options.get("replace"):
        raise InvalidSyntax("options append and replace may not be combined", command.span)
    kept: tuple[Estimates, ...] = ()
    if exists and options.get("append"):
        kept = _contents(session, name)
    elif exists and not options.get("replace"):
        raise FileExists(f"file {name} already exists")
    content = saved.write((*kept, replace(estimates, sample=None, tested=())))
    write_atomic(path, name, lambda file: _write(file, content))
    # stata: as save does
    missing = options.get("replace") and not exists
    note = (line(f"(file {name} not found)"),) if missing else ()
    return Outcome(blocks=(*note, line(f"file {name} saved")))


def _write(file: object, content: bytes) -> None:
    file.write(content)  # type: ignore[attr-defined]


def use(session: Session, command: ast.Command, words: list[str], options: Options) -> Outcome:
    """estimates use filename [, number(#)].  The estimation sample is not in it: estimates esample sets it."""
    return Outcome(estimates=_read(session, _file(words, command), options))


def _contents(session: Session, name: str) -> tuple[Estimates, ...]:
    with opening(name):
        content = located(name, session.settings.cwd).read_bytes()
    return saved.read(content, name)


def _read(session: Session, name: str, options: Options) -> Estimates:
    """The results wanted of a file, the first unless number() says.  Errors: r(198)."""
    found = _contents(session, name)
    number = int(options.get("number", 1))
    if not 1 <= number <= len(found):
        raise InvalidSyntax(f"file {name} does not contain results number {number}")  # unverified: words
    return found[number - 1]


def _file(words: list[str], command: ast.Command) -> str:
    if len(words) != 1 or not words[0]:
        raise InvalidSyntax("invalid file specification", command.span)
    return with_suffix(words[0], SUFFIX)


def describe(session: Session, command: ast.Command, words: list[str], options: Options) -> Outcome:
    """estimates describe [name] [using file]: the command that made the results, title and notes."""
    if command.using is not None:
        estimates = _read(session, with_suffix(command.using, SUFFIX), options)
    elif words and words != ["."]:
        from mixedcli.commands.estimates import find

        estimates = find(session, words[0])
    else:
        estimates = required(session)
    macros = estimates.stored.macros
    told = saved.notes(estimates)
    title = macros.get("_estimates_title", "")
    blocks: list[Block] = [Blank(), line("  Estimation results produced by"), Blank()]
    blocks.append(line(f"     . {macros.get('cmdline', macros.get('cmd', ''))}"))
    if title:
        blocks += [Blank(), line(f"  Title: {title}")]  # unverified: layout
    if told.count:
        blocks += [Blank(), line("  Notes:"), *(line(f"    {k}. {t}") for k, t in enumerate(told.texts, 1))]
    r = Stored(macros={"title": title, "cmdline": macros.get("cmdline", "")})
    return Outcome(blocks=tuple(blocks), r=r)


def annotate(session: Session, command: ast.Command, words: list[str], options: Options) -> Outcome:
    """estimates notes: text; estimates notes [list] [in #[/#]]; estimates notes drop in #[/#]."""
    estimates = required(session)
    told = saved.notes(estimates)
    text = after_colon(command, "notes?")
    if text is not None:
        return Outcome(estimates=_with_notes(estimates, (*told.texts, text)))
    first, last = 1, told.count
    if command.in_range is not None:
        first = command.in_range.first
        last = command.in_range.last if command.in_range.last > 0 else told.count
    if words[:1] == ["drop"]:
        if command.in_range is None:
            raise InvalidSyntax("in range required", command.span)  # unverified: words
        kept = tuple(t for k, t in enumerate(told.texts, 1) if not first <= k <= last)
        return Outcome(estimates=_with_notes(estimates, kept))
    if words not in ([], ["list"]):
        raise InvalidSyntax("invalid syntax", command.span)
    shown = [line(f"  {k}.  {t}") for k, t in enumerate(told.texts, 1) if first <= k <= last]
    return Outcome(blocks=(Blank(), *shown) if shown else ())


def after_colon(command: ast.Command, word: str) -> str | None:
    """The text behind ``word:`` as typed, commas and quotes included; None without the colon."""
    assert command.span is not None
    found = re.match(rf"\w+\s+{word}\s*:(.*)", command.text[command.span.start :], re.DOTALL)
    return found[1].strip() if found else None


def _with_notes(estimates: Estimates, texts: tuple[str, ...]) -> Estimates:
    macros = {k: v for k, v in estimates.stored.macros.items() if not re.fullmatch(r"note\d+", k)}
    if texts:
        macros |= {"note0": str(len(texts))} | {f"note{k}": t for k, t in enumerate(texts, 1)}
    return replace(estimates, stored=replace(estimates.stored, macros=macros))


def titled(session: Session, command: ast.Command, words: list[str], options: Options) -> Outcome:
    """estimates title: text; estimates title shows it."""
    estimates = required(session)
    text = after_colon(command, "title")
    if text is None:
        return Outcome(blocks=(line(estimates.stored.macros.get("_estimates_title", "")),))
    macros = {**estimates.stored.macros, "_estimates_title": text}
    return Outcome(estimates=replace(estimates, stored=replace(estimates.stored, macros=macros)))


def esample(session: Session, command: ast.Command, words: list[str], options: Options) -> Outcome:
    """estimates esample: [varlist] [if] [in] [, replace]; estimates esample tells how it stands.

    The sample is every observation of the range whose numeric variables of the list are known.
    Errors: r(111), r(301), r(322) when the results have their sample already.
    """
    estimates = required(session)
    have = estimates.sample is not None and len(estimates.sample) == session.data.n
    colon = any(w.startswith(":") or w.endswith(":") for w in ["esample" + (":" if _colon(command) else ""), *words])
    if not colon:
        text = "e(sample) set by estimation command" if have else "e(sample) not set (0 assumed)"  # unverified: words
        return Outcome(blocks=(line(text),), r=Stored(macros={"who": "cmd" if have else "zero'd"}))
    if have and "replace" not in options:
        raise Unavailable("no; e(sample) already set")
    body = command.body
    assert isinstance(body, ast.WordsBody)
    listed = [w for w in body.words[1:] if w.text.strip(":")]
    rows = sample.mask(session.data, command.condition, command.in_range, expression_context(session)).copy()
    for name in names_of(listed, session.data):
        column = session.data.column(name)
        rows &= np.array([v != "" for v in column.values]) if column.is_string else ~is_missing(column.numeric())
    return Outcome(estimates=replace(estimates, sample=rows))


def _colon(command: ast.Command) -> bool:
    return after_colon(command, r"es\w*") is not None
