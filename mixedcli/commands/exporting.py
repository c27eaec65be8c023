"""What the commands that write text files and spreadsheets share: which data, which file, what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import file_word, names_of
from mixedcli.data import sample
from mixedcli.data.dataset import Dataset
from mixedcli.data.files import is_url, located, opening, with_suffix
from mixedcli.errors import FileExists, InvalidSyntax, NotFound
from mixedcli.session import Session


def chosen(session: Session, command: ast.Command, words: tuple[ast.Word, ...], suffix: str) -> tuple[str, Dataset]:
    """The file's name and the part of the data to be written.  Errors: r(111), r(198)."""
    data = session.data
    if not data.columns:
        raise NotFound("no variables defined")
    if command.using is not None:
        name = command.using
        names = names_of(words, data) if words else data.names
        data = replace(data, columns={n: data.columns[n] for n in names})
    else:
        name = file_word(words, command)
    if is_url(name):
        raise InvalidSyntax("invalid file specification", command.span)
    if command.condition is not None or command.in_range is not None:
        context = expression_context(session)
        rows = sample.mask(session.data, command.condition, command.in_range, context)
        data = data.rows(rows)
    return with_suffix(name, suffix), data


def saved(name: str, *, found: bool, replacing: bool) -> tuple[Block, ...]:
    """What is said of a file that was written."""
    first = (line(f"(file {name} not found)"),) if replacing and not found else ()
    return (*first, line(f"file {name} saved"))


def target(session: Session, name: str, *, allowed: bool) -> tuple[Path, bool]:
    """The path of a file to be written, and whether it is there already.  Errors: r(602) it is and must not be."""
    path = located(name, session.settings.cwd)
    with opening(name):
        exists = path.exists()
    if exists and not allowed:
        raise FileExists(f"file {name} already exists")
    return path, exists


def unquoted(text: str) -> str:
    """An option's text without the quotes around it."""
    stripped = text.strip()
    return stripped[1:-1] if len(stripped) > 1 and stripped[0] == stripped[-1] == '"' else stripped


def delimiter(text: str) -> str:
    """The character delimiter() names.  Errors: r(198)."""
    body = unquoted(text)
    found = {"tab": "\t", "\\t": "\t", "comma": ",", "space": " "}.get(body, body)
    if len(found) != 1:
        raise InvalidSyntax("option delimiter() invalid")  # unverified: wording
    return found
