"""numlist - the numbers of a list written in short

    numlist "list" [, ascending descending integer missingokay min(#) max(#) range(op# [op#]) sort]

Leaves the numbers one by one in r(numlist).  ascending and descending demand that order, integer whole numbers,
range() numbers such as range(>=0 <10); sort puts them in order.

Example: numlist "0(5)20 22/25"
         display "`r(numlist)'"
"""

from __future__ import annotations

import itertools
import math
import operator
import re
from collections.abc import Callable, Sequence

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.macros.text import number, unquoted, word_end
from mixedcli.errors import Coded, InvalidNumlist, InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("numlist", any_option=True)

_FLAGS = {"ascending": 1, "descending": 1, "integer": 1, "missingokay": 4, "sort": 1}
_OPTION = re.compile(r"\s*(\w+)\s*(?:\(([^()]*)\))?")
_BOUND = re.compile(r"\s*(<=|>=|<|>)\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)")
_LIMIT = re.compile(r"\b(min|max)\s*=\s*(\d+)")
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Expand.  Errors: r(121) no list, r(122) to r(127) a list that is not as demanded."""
    text = command.body.text.strip() if isinstance(command.body, ast.WordsBody) else ""
    end = word_end(text, 0) if text[:1] in ('"', "`") else len(text.partition(",")[0])
    given = _options(text[end:])
    assert session.language is not None
    typed = unquoted(text[:end])
    numbers = list(session.language.numlist(typed)) if typed.strip() or given.get("min", "1").strip() != "0" else []
    if "sort" in given:
        numbers.sort()
    _check(numbers, given)
    return Outcome(r=Stored(macros={"numlist": _text(numbers)}))


def restricted(session: Session, typed: str, demands: str) -> str:
    """The numbers of an option that syntax describes as numlist(demands), such as ``integer >=0 max=3 sort``.

    Errors: r(121) no list, r(122) to r(127) a list that is not as demanded.
    """
    bounds = [found[0] for found in _BOUND.finditer(demands)]
    words = _BOUND.sub(" ", demands)
    limits = _LIMIT.findall(words)
    flags = _LIMIT.sub(" ", words).split()
    given = _options(", " + " ".join([*flags, *(f"{name}({value})" for name, value in limits)]))
    given["range"] = " ".join(bounds)
    assert session.language is not None
    numbers = list(session.language.numlist(typed))
    if "sort" in given:
        numbers.sort()
    _check(numbers, given)
    return _text(numbers)


def _text(numbers: Sequence[float]) -> str:
    return " ".join("." if math.isnan(x) else number(x) for x in numbers)


def _options(text: str) -> dict[str, str]:
    text = text.strip()
    if not text:
        return {}
    if not text.startswith(","):
        raise InvalidSyntax("invalid syntax")
    out: dict[str, str] = {}
    rest = text[1:]
    while rest.strip():
        found = _OPTION.match(rest)
        if found is None:
            raise InvalidSyntax("invalid syntax")
        rest = rest[found.end() :]
        word = found[1]
        if found[2] is not None and word in ("min", "max", "range"):
            out[word] = found[2]
            continue
        full = next((name for name, least in _FLAGS.items() if name.startswith(word) and len(word) >= least), None)
        if full is None or found[2] is not None:
            raise InvalidSyntax(f"option {word} not allowed")
        out[full] = ""
    return out


def _limit(given: dict[str, str], name: str, default: int) -> int:
    text = given.get(name, "").strip()
    if name in given and not text.isdigit():
        raise InvalidSyntax(f"option {name}() incorrectly specified")
    return int(text) if name in given else default


def _check(numbers: Sequence[float], given: dict[str, str]) -> None:
    known = [x for x in numbers if not math.isnan(x)]
    if len(known) < len(numbers) and "missingokay" not in given:
        raise Coded(127, "invalid numlist has missing values")
    if len(numbers) < _limit(given, "min", 1):
        raise Coded(122, "invalid numlist has too few elements")
    if len(numbers) > _limit(given, "max", 2500):
        raise Coded(123, "invalid numlist has too many elements")
    pairs = list(itertools.pairwise(known))
    falls = "ascending" in given and not all(a < b for a, b in pairs)
    if falls or ("descending" in given and not all(a > b for a, b in pairs)):
        raise Coded(124, "invalid numlist has elements out of order")
    if "integer" in given and any(x != math.floor(x) for x in known):
        raise Coded(126, "invalid numlist has noninteger elements")
    for sign, bound in _bounds(given.get("range", "")):
        if not all(_OPERATORS[sign](x, bound) for x in known):
            raise Coded(125, "invalid numlist has elements outside of allowed range")


def _bounds(text: str) -> list[tuple[str, float]]:
    if not text.strip():
        return []
    found = _BOUND.findall(text)
    if _BOUND.sub("", text).strip():
        raise InvalidNumlist("invalid numlist")
    return [(sign, float(bound)) for sign, bound in found]
