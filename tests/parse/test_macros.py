"""Macro expansion ([U] 18.3): before parsing, inside strings, from the inside out."""

from __future__ import annotations

import pytest

from mixedcli.errors import LineTooLong
from mixedcli.parse import expand

LOCALS = {"x": "age", "i": "1", "x1": "first", "0": "a b", "1": "one", "2": "", "list": "a b c", "=1+1": "2"}
GLOBALS = {"dir": "/data", "i": "7", "dir7": "seven"}


def lookup(name: str, is_global: bool) -> str:
    return (GLOBALS if is_global else LOCALS).get(name, "")


CASES = [
    ("sum x", "sum x"),
    ("sum `x'", "sum age"),
    ("use `1' `2' `3'", "use one  "),
    ("`0'", "a b"),
    ('di "`x\'s"', 'di "ages"'),
    ("`x`i''", "first"),
    ("`x'`i'", "age1"),
    ("$dir/a.dta", "/data/a.dta"),
    ('use "$dir\\file"', 'use "/data\\file"'),
    ("${dir}x", "/datax"),
    ("$dirx", ""),
    ("${dir$i}", "seven"),
    ("${dir${i}}", "seven"),
    ("$nothing here", " here"),
    ("`nothing'", ""),
    # escapes
    ("\\$dir", "$dir"),
    ("\\`x'", "`x'"),
    ("a\\b", "a\\b"),
    # what is no macro
    ("it's", "it's"),
    ("cost $5", "cost $5"),
    ('`"a "b" c"\'', '`"a "b" c"\''),
    ("`\"`x'\"'", '`"age"\''),
    ("`open", "`open"),
    ("a' b", "a' b"),
    ("${open", "${open"),
    ("A'*B", "A'*B"),
    ("`=1+`i''", "2"),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_expand(text: str, expected: str) -> None:
    assert expand(text, lookup) == expected


def test_forms_are_passed_on_whole() -> None:
    asked: list[tuple[str, bool]] = []

    def record(name: str, is_global: bool) -> str:
        asked.append((name, is_global))
        return ""

    expand("`=2*(3)' `: word 1 of a' `++i' `i--' `.obj.name' $g", record)
    assert asked == [
        ("=2*(3)", False),
        (": word 1 of a", False),
        ("++i", False),
        ("i--", False),
        (".obj.name", False),
        ("g", True),
    ]


def test_a_value_is_expanded_again_but_for_macval() -> None:
    held = {"a": "<`b'>", "b": "$c", "c": "end"}
    assert expand("`a'", lambda name, is_global: held[name]) == "<end>"
    assert expand("`macval(a)'", lambda name, is_global: held[name]) == "<`b'>"


@pytest.mark.parametrize("value", ["`a'", "`a'`a'", "x`a'", "$a$a$a"])
def test_a_macro_that_refers_to_itself_ends(value: str) -> None:
    with pytest.raises(LineTooLong):
        expand("`a'", lambda name, is_global: value)


def test_growing_macros_end() -> None:
    def lookup(name: str, is_global: bool) -> str:
        k = int(name[1:])
        return f"`x{k + 1}'`x{k + 1}'" if k < 60 else ""

    with pytest.raises(LineTooLong):
        expand("`x0'", lookup)


def test_deep_nesting_does_not_recurse() -> None:
    depth = 20_000
    assert expand("`" * depth + "x" + "'" * depth, lambda name, is_global: "x") == "x"
