"""Blocks, choices, programs: what belongs together in a do-file."""

from __future__ import annotations

import pytest

from mixedcli.errors import InvalidSyntax, UnexpectedEndOfFile
from mixedcli.parse import needs_more, parse_line, split_condition, statements
from mixedcli.parse.script import Block, Broken, Choice, Definition, Foreign, Simple


def kinds(text: str) -> list[str]:
    return [type(s).__name__ for s in statements(text) if not (isinstance(s, Simple) and not s.line.text.strip())]


def test_a_loop_holds_its_lines() -> None:
    (loop,) = statements("foreach x in a b {\n  display 1\n\n  * note\n}\n")
    assert isinstance(loop, Block)
    assert (loop.kind, loop.prefix, loop.text) == ("foreach", "", "x in a b")
    assert [line.number for line in loop.lines] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "head", ["forv i = 1/3 {", "forvalues i=1/3{", "while `i' < 3 {", "foreach x of local a {  //"]
)
def test_heads(head: str) -> None:
    (loop,) = statements(f"{head}\ndisplay 1\n}}")
    assert isinstance(loop, Block)
    assert len(loop.body) == 1


@pytest.mark.parametrize(
    ("head", "prefix"),
    [
        ("quietly {", "quietly"),
        ("cap noi {", "cap noi"),
        ("capture noisily{", "capture noisily"),
        ("qui foreach x in a {", "qui"),
    ],
)
def test_prefixes_stand_before_braces(head: str, prefix: str) -> None:
    (block,) = statements(f"{head}\ndisplay 1\n}}")
    assert isinstance(block, Block)
    assert block.prefix == prefix


def test_if_and_its_else_belong_together() -> None:
    text = "if a {\n  x\n}\n\n// why\nelse if b {\n  y\n}\nelse z\nnext\n"
    choice, following = (s for s in statements(text) if s.line.text.strip())
    assert isinstance(choice, Choice)
    assert [(b.kind, b.text, b.body is None) for b in choice.branches] == [
        ("if", "a", False),
        ("if", "b", False),
        ("else", "z", True),
    ]
    assert following.line.number == 10


def test_else_may_follow_the_closing_brace() -> None:
    (choice,) = statements("if a {\nx\n} else {\ny\n}")
    assert isinstance(choice, Choice)
    assert [b.kind for b in choice.branches] == ["if", "else"]


def test_blank_lines_behind_an_if_are_not_lost() -> None:
    assert [s.line.number for s in statements("if a b\n\n* c\ndisplay 1")] == [1, 2, 3, 4]


def test_programs_end_with_end() -> None:
    (program,) = statements("program define p, rclass\n  if 1 {\n  }\n  mata:\n  end\nend\n")
    assert isinstance(program, Definition)
    assert program.text == "p, rclass"
    assert [type(s) for s in program.body] == [Choice, Foreign]


@pytest.mark.parametrize("head", ["capture program drop p", "program list p", "pr dir", "program drop _all"])
def test_other_words_about_programs_are_commands(head: str) -> None:
    assert kinds(f"{head}\ndisplay 1") == ["Simple", "Simple"]


@pytest.mark.parametrize("head", ["program p", "pr de p", "cap program define p", "program define p, rclass"])
def test_ways_to_define(head: str) -> None:
    assert kinds(f"{head}\nend") == ["Definition"]


def test_other_languages_are_kept_whole() -> None:
    assert kinds("mata:\nx = 1 {\nend\ndisplay 1\nmata: x") == ["Foreign", "Simple", "Simple"]


def test_input_takes_its_lines() -> None:
    first, last = statements("input x y\n1 2\n3 4\nend\ndisplay 1")
    assert isinstance(first, Simple)
    assert [row.text for row in first.rows] == ["1 2", "3 4", "end"]
    assert last.line.number == 5


def test_blocks_under_semicolons() -> None:
    (_, loop, last) = statements("#delimit ;\nforeach x in a b {;\n  display\n 1;\n};\ndisplay 2;")
    assert isinstance(loop, Block)
    assert isinstance(last, Simple)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("foreach x in a {\ndisplay 1", UnexpectedEndOfFile),
        ("program p\nif 1 {\nend", UnexpectedEndOfFile),
        ("foreach x in a", InvalidSyntax),
        ("foreach x in a { display 1 }", InvalidSyntax),
        ("if 1 {\n} display 1", InvalidSyntax),
        ("else display 1", InvalidSyntax),
        ("if 1 {\n" * 5000 + "}\n" * 5000, InvalidSyntax),
    ],
)
def test_what_makes_no_sense_is_broken(text: str, error: type[Exception]) -> None:
    *_, last = statements(f"display 1\n{text}")
    assert isinstance(last, Broken)
    assert type(last.error) is error


def test_what_stands_before_a_broken_block_is_there() -> None:
    assert kinds("display 1\nwhile 1 {") == ["Simple", "Broken"]


@pytest.mark.parametrize(
    ("text", "more"),
    [("foreach x in a {", True), ("foreach x in a {\n}", False), ("program p", True), ("program p\nend", False),
     ("if 1 {\nif 2 {\n}", True), ("display 1", False), ("mata:", True)],
)  # fmt: skip
def test_a_prompt_waits_for_the_end_of_a_block(text: str, more: bool) -> None:
    assert needs_more(text) is more


@pytest.mark.parametrize(
    ("text", "condition", "command"),
    [
        ('"a" == "b" display 1', '"a" == "b"', "display 1"),
        ("x == 1 local y = 2", "x == 1", "local y = 2"),
        ("_rc exit _rc", "_rc", "exit _rc"),
        ("(1) & !inlist(2, 1, 3) di (3)", "(1) & !inlist(2, 1, 3)", "di (3)"),
        ("1 {", "1", "{"),
    ],
)
def test_a_condition_ends_where_the_command_begins(text: str, condition: str, command: str) -> None:
    assert tuple(part.strip() for part in split_condition(text)) == (condition, command)


@pytest.mark.parametrize("text", ["", "1", "display", "== 2 x"])
def test_a_condition_without_a_command(text: str) -> None:
    with pytest.raises(InvalidSyntax):
        split_condition(text)


def test_bs_stands_before_a_colon_as_bootstrap_does() -> None:
    command = parse_line("bs m=r(mean), reps(10): summarize x")
    assert command is not None
    assert [prefix.name for prefix in command.prefixes] == ["bs"]
    assert command.name == "summarize"
