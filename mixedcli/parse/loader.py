"""Finds grammar/stata.lark and gives its LALR tables, compiled by Lark once and kept in the user's cache folder.

Importing Lark costs more than parsing a whole do-file, so it is imported only to compile; what it computes is stored
as plain tuples and dictionaries (``Tables``) that ``marshal`` reads back in a millisecond.  The file's name carries
the hash of the grammar and the versions of everything that shapes the tables, so a stale file is never read; a folder
that cannot be written costs time, not correctness.
"""

from __future__ import annotations

import marshal
import os
import sys
from importlib.util import find_spec, source_hash
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mixedcli import __version__

if TYPE_CHECKING:
    from lark import Lark

#: raise it when the layout of Tables changes
LAYOUT = 1
STARTS = ("line", "expression", "matrices", "varlist", "wordlist", "head")
END = "$END"


class Rule(NamedTuple):
    """One expansion of a rule.

    name: the function that builds the node, "" for a list helper of Lark's that is spliced into its parent, "=" where
    the only child stands for the node.  origin: the nonterminal.  size: symbols on the right-hand side.  keep:
    (position, splice) of each child that the function is given.
    """

    name: str
    origin: str
    size: int
    keep: tuple[tuple[int, bool], ...]


class Tables(NamedTuple):
    """LALR tables.  actions[state][symbol] is the state to go to, or ~rule to reduce.

    accepts[state]: the terminals (positions in ``terminals``) that can follow, in the order in which to try them.
    """

    terminals: tuple[tuple[str, str], ...]
    blanks: str
    rules: tuple[Rule, ...]
    actions: tuple[dict[str, int], ...]
    accepts: tuple[tuple[int, ...], ...]
    starts: dict[str, int]
    ends: dict[str, int]


def grammar_text() -> str:
    """The grammar: inside the package (wheel), else in a folder above it (checkout, editable install)."""
    here = Path(__file__).resolve()
    for parent in here.parents[1:4]:
        path = parent / "grammar" / "stata.lark"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError("grammar/stata.lark belongs to this program and is missing: install it again")


def load() -> Tables:
    """The tables, from the cache or freshly compiled."""
    text = grammar_text()
    path = _cache_path(text)
    if path is not None:
        tables = _read(path)
        if tables is not None:
            return tables
    tables = compile_grammar(text)
    if path is not None:
        _write(path, tables)
    return tables


def compile_grammar(text: str) -> Tables:
    """Lark's LALR analysis of the grammar as plain tables."""
    from lark import Lark

    lark = Lark(text, parser="lalr", start=list(STARTS), maybe_placeholders=False)
    return _tables(lark)


def _tables(lark: Lark) -> Tables:
    table = lark.parser.parser._parse_table
    ignored = [t.pattern.to_regexp() for t in lark.terminals if t.name in lark.ignore_tokens]
    used = [t for t in lark.terminals if t.name not in lark.ignore_tokens]
    # the order in which Lark's own scanner tries terminals
    used.sort(key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name))
    numbers = {terminal.name: number for number, terminal in enumerate(used)}

    rules: list[Rule] = []
    rule_numbers: dict[Any, int] = {}
    states = sorted(table.states)
    state_numbers = {state: number for number, state in enumerate(states)}
    actions: list[dict[str, int]] = []
    for state in states:
        row: dict[str, int] = {}
        for symbol, (action, argument) in table.states[state].items():
            if str(action) == "Shift":
                row[symbol] = state_numbers[argument]
                continue
            if argument not in rule_numbers:
                rule_numbers[argument] = len(rules)
                rules.append(_rule(argument))
            row[symbol] = ~rule_numbers[argument]
        actions.append(row)
    accepts = tuple(tuple(sorted(numbers[symbol] for symbol in row if symbol in numbers)) for row in actions)
    return Tables(
        terminals=tuple((t.name, t.pattern.to_regexp()) for t in used),
        blanks="(?:" + "|".join(ignored) + ")*",
        rules=tuple(rules),
        actions=tuple(actions),
        accepts=accepts,
        starts={name: state_numbers[state] for name, state in table.start_states.items()},
        ends={name: state_numbers[state] for name, state in table.end_states.items()},
    )


def _rule(rule: Any) -> Rule:
    keep = tuple(
        (position, not symbol.is_term and symbol.name.startswith("_"))
        for position, symbol in enumerate(rule.expansion)
        if not (symbol.is_term and symbol.filter_out)
    )
    origin = str(rule.origin.name)
    if origin.startswith("_"):
        name = ""
    elif rule.options.expand1 and not rule.alias and len(keep) == 1:
        name = "="
    else:
        name = str(rule.alias or origin)
    return Rule(name, origin, len(rule.expansion), keep)


def _cache_path(text: str) -> Path | None:
    """Where the tables of this grammar are kept; None without a home folder."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or "")
    if not folder.is_absolute():
        try:
            folder = Path.home() / ".cache"
        except RuntimeError:
            return None
    package = find_spec("lark")
    lark = Path(package.origin).read_bytes() if package is not None and package.origin else b""  # names its version
    versions = f"{LAYOUT} {__version__} {sys.version_info[:3]}".encode()
    key = source_hash(b"\0".join((text.encode(), lark, versions))).hex()
    return folder / "mixedcli" / f"grammar-{key}.bin"


def _read(path: Path) -> Tables | None:
    """The stored tables; None when the file is not there, cut short or damaged (it is then written anew)."""
    try:
        stored = path.read_bytes()
        if source_hash(stored[8:]) != stored[:8]:
            return None
        terminals, blanks, rules, *rest = marshal.loads(stored[8:])
        return Tables(terminals, blanks, tuple(Rule(*rule) for rule in rules), *rest)
    except (OSError, EOFError, ValueError, TypeError):
        return None


def _write(path: Path, tables: Tables) -> None:
    """Written aside and renamed, so that no other process reads half a file."""
    data = marshal.dumps((tables.terminals, tables.blanks, tuple(tuple(rule) for rule in tables.rules), *tables[3:]))
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(source_hash(data) + data)
        aside.replace(path)
    except OSError:
        return
