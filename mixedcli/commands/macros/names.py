"""Extended functions that give names: of files, results, matrices' rows and columns, temporary things."""

from __future__ import annotations

import fnmatch
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mixedcli.commands.macros.text import unquoted, words
from mixedcli.data.files import located
from mixedcli.errors import FileNotFound, InvalidSyntax, NotFound
from mixedcli.results import Matrix
from mixedcli.session import Session


def temporary(session: Session, kind: str, k: int) -> str:
    """Temporary name number k: of a variable, a scalar or matrix, or a file."""
    if kind == "tempfile":
        return str(Path(tempfile.gettempdir()) / f"St{os.getpid():05d}.{k:06x}")
    return f"__{k:06X}"


def results(session: Session, kind: str, what: str) -> str:
    """``e(scalars)``: the names of the results of a kind."""
    stored = {"e": session.e, "r": session.r, "s": session.s}[kind]
    match what:
        case "scalars":
            return " ".join(stored.scalars)
        case "macros":
            return " ".join(name for name in stored.macros if not name.startswith("_"))
        case "matrices":
            return " ".join(stored.matrices)
        case "functions":
            has = kind == "e" and session.estimates is not None and session.estimates.sample is not None
            return "sample" if has else ""
    raise InvalidSyntax("invalid syntax")


def everything(session: Session, rest: str) -> str:
    """``all scalars ["pattern"]``: the names of all scalars, matrices, macros or programs."""
    kind, *patterns = words(rest) or [""]
    if kind in ("numeric", "string") and patterns[:1] == ["scalars"]:
        text = kind == "string"
        kind, *patterns = patterns
        chosen = {name: value for name, value in session.scalars.items() if isinstance(value, str) == text}
        session = replace(session, scalars=chosen)
    tables: dict[str, Mapping[str, Any]] = {
        "scalars": session.scalars,
        "matrices": session.matrices,
        "globals": session.globals,
        "programs": session.programs,
    }
    known = tables.get(kind)
    if known is None or len(patterns) > 1:
        raise InvalidSyntax("invalid syntax")
    return " ".join(name for name in known if not patterns or fnmatch.fnmatchcase(name, patterns[0]))


def directory(session: Session, rest: str) -> str:
    """``dir "folder" files "*.dta"``: quoted names in alphabetical order."""
    front = rest if rest.count('"') % 2 else rest.partition(",")[0]
    folder, *more = words(front) or [""]
    kind = more[0] if more else ""
    least = {"files": 4, "dirs": 3, "other": 5}
    if not any(name.startswith(kind) and len(kind) >= n for name, n in least.items()) or len(more) > 2:
        raise InvalidSyntax("invalid syntax")
    pattern = more[1] if len(more) == 2 else "*"
    place = located(folder, session.settings.cwd) if folder else Path(session.settings.cwd or ".")
    try:
        entries = sorted(place.iterdir())
    except OSError:
        raise FileNotFound(f"directory {folder} not found") from None
    found = [p.name for p in entries if fnmatch.fnmatchcase(p.name, pattern) and _kind(p) == kind[0]]
    return " ".join(f'"{name}"' for name in found)


def _kind(path: Path) -> str:
    return "f" if path.is_file() else "d" if path.is_dir() else "o"


def working_directory(session: Session, rest: str) -> str:
    """``pwd``"""
    return session.settings.cwd or str(Path.cwd())


def matrix(session: Session, name: str) -> Matrix:
    """A matrix by name, or of e() or r().  Errors: r(111)."""
    if (stored := re.fullmatch(r"([er])\(\s*(\w+)\s*\)", name)) is not None:
        found = (session.e if stored[1] == "e" else session.r).matrices.get(stored[2])
    else:
        found = session.matrices.get(name)
    if found is None:
        raise NotFound(f"matrix {name} not found")
    return found


def size_of(axis: int) -> Callable[[Session, str], str]:
    """``rowsof A``, ``colsof A``"""
    return lambda session, rest: str(matrix(session, unquoted(rest)).values.shape[axis])


def number_in(function: str) -> Callable[[Session, str], str]:
    """``colnumb A name``: the number of a row, column or equation; "." if there is none."""

    def number(session: Session, rest: str) -> str:
        from mixedcli.data.matrices import functions
        from mixedcli.data.matrices.expression import named
        from mixedcli.data.missing import SYSMISS

        name, _, wanted = rest.partition(" ")
        found = functions.number(function, named(matrix(session, name)), unquoted(wanted))
        return "." if found >= SYSMISS else str(int(found))

    return number


def labels_of(session: Session, what: str, rest: str) -> str:
    """What "colnames", "rowfullnames", "coleq" ... of a matrix are; option quoted puts each in quotes."""
    name, _, options = rest.partition(",")
    found = matrix(session, unquoted(name))
    labels = found.rownames if what.startswith("row") else found.colnames
    kind = what[3:]
    if kind.startswith("full"):
        shown = list(labels)
    elif kind == "lfnames":
        shown = list(dict.fromkeys(label.rpartition(":")[0] or "_" for label in labels))
    elif kind.startswith("eq"):
        shown = [label.rpartition(":")[0] or "_" for label in labels]
    else:
        shown = [label.rpartition(":")[2] for label in labels]
    return " ".join(f'"{label}"' for label in shown) if "quoted" in options.split() else " ".join(shown)
