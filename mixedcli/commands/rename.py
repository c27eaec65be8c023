"""rename - give variables other names

    rename old new
    rename (old1 old2 ...) (new1 new2 ...)
    rename pattern* new*
    rename varlist, lower | upper | proper

In the third form the part that * stands for is carried over.

Examples: rename wt weight
          rename (a b) (b a)
          rename score* s*
          rename *, lower
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import names_of, words_of
from mixedcli.data import types
from mixedcli.data.dataset import Dataset
from mixedcli.errors import AlreadyDefined, InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "rename",
    options=(OptionSpec("lower", "l"), OptionSpec("upper", "u"), OptionSpec("proper", "p")),
)

_CASES: dict[str, Callable[[str], str]] = {"lower": str.lower, "upper": str.upper, "proper": str.title}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Rename.  Errors: r(111) unknown, r(110) name taken, r(198) illegal name or form."""
    words = words_of(command)
    data = session.data
    case = next((f for o, f in _CASES.items() if options.get(o)), None)
    if case is not None:
        changes = {name: case(name) for name in names_of(_inside(words), data)}
    elif words and words[0].text.startswith("("):
        changes = _grouped(words, data, command)
    elif len(words) == 2:
        changes = _single(words[0], words[1], data)
    else:
        raise InvalidSyntax("invalid syntax", command.span)
    changes = {old: new for old, new in changes.items() if old != new}
    staying = set(data.names) - set(changes)
    taken: set[str] = set()
    for new in changes.values():
        types.check_name(new, words[-1].span)
        if new in staying or new in taken:
            raise AlreadyDefined(f"variable {new} already defined", words[-1].span)
        taken.add(new)
    return Outcome(data=data.renamed(changes)) if changes else Outcome()


def _single(old: ast.Word, new: ast.Word, data: Dataset) -> dict[str, str]:
    stars = old.text.count("*"), new.text.count("*")
    names = names_of([old], data)
    if stars == (0, 0):
        if len(names) != 1:
            raise InvalidSyntax("invalid syntax", old.span)
        return {names[0]: new.text}
    if stars != (1, 1) or "?" in old.text + new.text:
        raise InvalidSyntax("invalid syntax", new.span)
    head, _, tail = old.text.partition("*")
    before, _, after = new.text.partition("*")
    return {name: before + name[len(head) : len(name) - len(tail)] + after for name in names}


def _inside(words: Sequence[ast.Word]) -> list[ast.Word]:
    """The words within parentheses, or the words themselves."""
    out: list[ast.Word] = []
    for word in words:
        out.extend(ast.Word(part, span=word.span) for part in word.text.strip("()").split())
    return out


def _grouped(words: Sequence[ast.Word], data: Dataset, command: ast.Command) -> dict[str, str]:
    text = " ".join(w.text for w in words)
    first, bracket, second = text.partition(")")
    if not bracket or second.count("(") != 1 or not second.strip().startswith("("):
        raise InvalidSyntax("invalid syntax", command.span)
    old = names_of([ast.Word(w, span=words[0].span) for w in first.strip("( ").split()], data)
    new = second.strip().strip("()").split()
    if len(old) != len(new) or len(set(old)) != len(old):
        raise InvalidSyntax(f"{len(old)} old names and {len(new)} new names", words[-1].span)  # unverified: wording
    return dict(zip(old, new, strict=True))
