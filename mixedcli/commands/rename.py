"""rename - give variables other names

    rename old new
    rename (old1 old2 ...) (new1 new2 ...) [, addnumber[(#)] renumber[(#)] sort dryrun r]
    rename varlist, lower | upper | proper [dryrun r]

Old names may have wildcards: * any characters, ? one, # a number, (##) a number of so many digits.  The same in the
new name carry over what they stood for; (##) gives a number leading zeros, = is the whole old name, *[2] the second
wildcard, and . leaves one out.  addnumber numbers the variables from 1 or # where the new name has # (at its end if
it has none), renumber puts such numbers in place of those in the old names, in the order of these with sort.  dryrun
shows the new names and changes nothing; r leaves old and new names in r().

Examples: rename wt weight
          rename (a b) (b a)
          rename score* s*
          rename v# v(##)
          rename *_x x_*
          rename *, lower
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import names_of, words_of
from mixedcli.data import renaming, types
from mixedcli.data.dataset import Dataset
from mixedcli.errors import AlreadyDefined, InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import KEEP, Outcome, Session

SPEC = CommandSpec(
    "rename",
    options=(
        OptionSpec("lower", "l"),
        OptionSpec("upper", "u"),
        OptionSpec("proper", "p"),
        OptionSpec("addnumber", "add", "int", optional=True),
        OptionSpec("renumber", "renum", "int", optional=True),
        OptionSpec("sort", "sort"),
        OptionSpec("dryrun", "d"),
        OptionSpec("r", "r"),
    ),
)

_CASES: dict[str, Callable[[str], str]] = {"lower": str.lower, "upper": str.upper, "proper": str.title}

Found = list[tuple[str, tuple[str, ...]]]


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Rename.  Errors: r(111) unknown, r(110) name taken, r(198) illegal name or form."""
    words = words_of(command)
    data = session.data
    cases = [o for o in _CASES if options.get(o)]
    if len(cases) > 1:
        raise InvalidSyntax(f"options {cases[0]} and {cases[1]} may not be combined", command.span)
    if cases:
        changes = {name: _CASES[cases[0]](name) for word in words for name, _ in _fits(word, data, _list(word))}
    elif len(words) == 2:
        changes = _paired(words, data, options, command)
    else:
        raise InvalidSyntax("invalid syntax", command.span)
    kept = {old: new for old, new in changes.items() if old != new}
    staying = set(data.names) - set(kept)
    taken: set[str] = set()
    for new in kept.values():
        types.check_name(new, words[-1].span)
        if new in staying or new in taken:
            raise AlreadyDefined(f"variable {new} already defined", words[-1].span)
        taken.add(new)
    r = KEEP
    if options.get("r"):
        both = {"oldnames": " ".join(changes), "newnames": " ".join(changes.values())}
        r = Stored({"n": float(len(changes))}, both)
    if options.get("dryrun"):
        return Outcome(blocks=_preview(changes), r=r)
    return Outcome(data=data.renamed(kept), r=r) if kept else Outcome(r=r)


def _list(word: ast.Word) -> list[str]:
    """The names in a word, which may stand in parentheses; (##) within a name does not count."""
    text = word.text
    if text.startswith("(") and text.endswith(")") and not re.fullmatch(r"\(#+\)", text):
        return text[1:-1].split()
    return [text]


def _fits(word: ast.Word, data: Dataset, patterns: list[str]) -> Found:
    out: Found = []
    for pattern in patterns:
        if renaming.is_pattern(pattern):
            out += renaming.matches(pattern, data.names)
        else:
            out += [(name, ()) for name in names_of((ast.Word(pattern, span=word.span),), data)]
    return out


def _paired(words: tuple[ast.Word, ...], data: Dataset, options: Options, command: ast.Command) -> dict[str, str]:
    """Old names and their new ones, pattern by pattern; a single new pattern serves all old ones."""
    old, new = _list(words[0]), _list(words[1])
    groups: list[Found] = []
    for pattern in old:
        found = _fits(words[0], data, [pattern])
        # a range of names means each of them
        groups += [found] if renaming.is_pattern(pattern) else [[one] for one in found]
    numbering = "addnumber" in options or "renumber" in options
    varies = len(new) == 1 and (numbering or any(p.kind != "text" for p in renaming.pieces(new[0])))
    if varies and len(groups) > 1:
        new = new * len(groups)
    if len(new) != len(groups):
        raise InvalidSyntax(f"{len(groups)} old names and {len(new)} new names", words[1].span)  # unverified: wording
    for found, pattern in zip(groups, new, strict=True):
        if len(found) > 1 and not numbering and all(p.kind == "text" for p in renaming.pieces(pattern)):
            raise InvalidSyntax("invalid syntax", words[1].span)
    if "addnumber" in options and "renumber" in options:
        raise InvalidSyntax("options addnumber and renumber may not be combined", command.span)
    replacing = "renumber" in options
    numbered = replacing or "addnumber" in options
    number = options.get("renumber" if replacing else "addnumber") if numbered else None
    start = 1 if number is None else int(number)
    pairs = [(name, caught, pattern) for found, pattern in zip(groups, new, strict=True) for name, caught in found]
    if options.get("sort"):
        pairs.sort(key=lambda pair: [(int(p), "") if p.isdecimal() else (0, p) for p in re.split(r"(\d+)", pair[0])])
    changes: dict[str, str] = {}
    for k, (name, caught, pattern) in enumerate(pairs):
        if name in changes:
            raise InvalidSyntax(f"variable {name} is renamed twice", words[0].span)  # unverified: wording
        running = start + k if numbered else None
        changes[name] = renaming.renamed(pattern, name, caught, running, replacing=replacing)
    return changes


def _preview(changes: dict[str, str]) -> tuple[Block, ...]:
    """Old and new names side by side (unverified: layout)."""
    left = max(map(len, (*changes, "oldname")))
    right = max(map(len, (*changes.values(), "newname")))
    rows = [f"  {old:>{left}} | {new}" for old, new in changes.items()]
    return tuple(
        line(x) for x in (f"  {'oldname':>{left}} | newname", f"  {'-' * (left + 1)}+{'-' * (right + 1)}", *rows)
    )
