"""postfile, post, postclose - collect results in a data set

    postfile handle [type] name [[type] name ...] using filename [, every(#) replace]
    post handle (exp) (exp) ...
    postclose handle
    postutil dir | clear

The data set is written by postclose; the data in memory are not touched.

Example: tempname results
         postfile `results' str8 model double ll using fits, replace
         post `results' ("null") (e(ll))
         postclose `results'
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from mixedcli import ast, commands
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.commands.fileitems import items
from mixedcli.commands.macros.text import unplaced, word_end, words
from mixedcli.data import types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.dta_write import write_dta
from mixedcli.data.expression import scalar
from mixedcli.data.files import located, opening, with_suffix
from mixedcli.data.missing import SYSMISS, is_missing, narrow
from mixedcli.errors import AlreadyDefined, FileExists, InvalidSyntax, NotFound, TypeMismatch
from mixedcli.session import Outcome, Posting, Session

SPEC = CommandSpec("postfile", any_option=True)

_FORM = re.compile(r"(\S+)\s+(.*?)\s+using\s+(?=\S)", re.DOTALL)
_OPTION = re.compile(r"\s*(?:(replace)|(double)|every\s*\(\s*\d+\s*\)|,)\s*")
_PAGE = 1024


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """One of the four.  Errors: r(109), r(110), r(111), r(198), r(602), r(603)."""
    text = command.body.text.strip() if isinstance(command.body, ast.WordsBody) else ""
    name = commands.resolve(command.name)
    with unplaced():
        if name == "postfile":
            return _opened(session, text)
        if name == "postutil":
            return _all(session, text)
        handle, _, rest = text.partition(" ")
        if not handle:
            raise InvalidSyntax("invalid syntax")
        if handle not in session.postings:
            raise NotFound(f"post {handle} not found")
        if name == "post":
            return _posted(session, handle, rest)
        return _closed(session, handle)


def _opened(session: Session, text: str) -> Outcome:
    found = _FORM.match(text)
    if found is None:
        raise InvalidSyntax("invalid syntax")
    handle, listed = found[1], found[2]
    end = word_end(text, found.end()) if text[found.end()] in '"`' else len(text.partition(",")[0])
    names = words(text[found.end() : end])
    replacing = False
    more = text[end:]
    while more:
        option = _OPTION.match(more)
        if option is None:
            raise InvalidSyntax(f"option {more.split()[0].lstrip(',')} not allowed")
        replacing = replacing or option[1] is not None
        more = more[option.end() :]
    if len(names) != 1:
        raise InvalidSyntax("invalid file specification")
    if handle in session.postings:
        raise AlreadyDefined(f"post {handle} already exists")  # unverified: wording
    name = with_suffix(names[0], ".dta")
    path = located(name, session.settings.cwd)
    with opening(name):
        exists = path.exists()
    if exists and not replacing:
        raise FileExists(f"file {name} already exists")
    shown: tuple[Block, ...] = (line(f"(file {name} not found)"),) if replacing and not exists else ()
    posting = Posting(name, str(path), _columns(listed, session.settings.default_type))
    return Outcome(blocks=shown, postings={handle: posting})


def _columns(listed: str, default: str) -> tuple[tuple[str, str], ...]:
    """``a double b str5 c int(d e)``: names with their types; a type stands for the next name or the parenthesis."""
    out: list[tuple[str, str]] = []
    storage, held = default, False
    for token in re.findall(r"[^\s()]+|[()]", listed):
        if token == "(":
            held = True
        elif token == ")":
            storage, held = default, False
        elif types.is_type(token):
            storage = token
        else:
            if token in dict(out):
                raise AlreadyDefined(f"variable {token} already defined")
            out.append((types.check_name(token), storage))
            storage = storage if held else default
    if not out:
        raise InvalidSyntax("invalid syntax")
    return tuple(out)


def _posted(session: Session, handle: str, text: str) -> Outcome:
    posting = session.postings[handle]
    context = expression_context(session)
    assert session.language is not None
    found = list(items(text))
    if any(item.kind != "expr" for item in found) or len(found) != len(posting.columns):
        raise InvalidSyntax("invalid syntax")
    row: list[float | str] = []
    for item, (_, storage) in zip(found, posting.columns, strict=True):
        value = scalar(session.language.expr(item.text), context)
        if isinstance(value, str) != storage.startswith("str"):
            raise TypeMismatch("type mismatch")
        row.append(value)
    pages, page = posting.pages, (*posting.page, tuple(row))
    if len(page) == _PAGE:
        pages, page = (*pages, page), ()
    added = replace(posting, pages=pages, page=page)
    return Outcome(postings={handle: added}, settings=settings_after(session, context))


def _closed(session: Session, handle: str) -> Outcome:
    posting = session.postings[handle]
    rows = [row for page in (*posting.pages, posting.page) for row in page]
    columns = []
    for k, (name, storage) in enumerate(posting.columns):
        columns.append(_column(name, storage, [row[k] for row in rows]))
    data = Dataset(columns={c.name: c for c in columns}, n=len(rows), source=posting.name)
    write_dta(data, located(posting.path, ""), posting.name, None)
    return Outcome(postings={handle: None})


def _column(name: str, storage: str, values: list[float | str]) -> Column:
    if storage.startswith("str"):
        texts = np.empty(len(values), dtype=object)
        texts[:] = values if storage == "strL" else [_cut(str(text), int(storage[3:])) for text in values]
        return Column(name, storage, texts, types.default_format(storage))
    numbers = np.array(values, dtype=np.float64)
    if storage not in ("float", "double"):
        numbers = np.where(is_missing(numbers), numbers, np.trunc(numbers))
    if not types.fits(numbers, storage):  # what does not fit its type is missing
        good = np.array([types.fits(numbers[k : k + 1], storage) for k in range(len(numbers))])
        numbers = np.where(good, numbers, SYSMISS)
    return Column(name, storage, narrow(numbers, storage), types.default_format(storage))


def _cut(text: str, size: int) -> str:
    raw = text.encode("utf-8", "surrogateescape")
    return text if len(raw) <= size else raw[:size].decode("utf-8", "ignore")


def _all(session: Session, text: str) -> Outcome:
    if text == "clear":
        return Outcome(postings=dict.fromkeys(session.postings))
    if text != "dir":
        raise InvalidSyntax("invalid syntax")
    return Outcome(blocks=tuple(line(f"{handle:<12} {p.name}") for handle, p in session.postings.items()))
