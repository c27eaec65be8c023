"""Loops, choices, blocks in braces, as a do-file runs and echoes them."""

from __future__ import annotations

import pytest
from driver import Driver


def test_a_loop_is_echoed_whole_with_numbers() -> None:
    # stata: logs of forvalues loops: "  2." is the first line of the body, "  3. }" the end
    shown = Driver(echo=True)("forvalues i = 1/2 {\n    display `i'\n}\ndisplay 9\n")
    assert shown == ". forvalues i = 1/2 {\n  2.     display `i'\n  3. }\n1\n2\n\n. display 9\n9\n\n"


def test_if_is_echoed_line_by_line_taken_or_not() -> None:
    # stata: a log with "if _rc == 0 {" and its else
    shown = Driver(echo=True)("if 1 {\n    display 5\n}\nelse {\n    display 6\n}\n")
    assert shown == ". if 1 {\n.     display 5\n5\n. }\n\n. else {\n.     display 6\n. }\n\n"


def test_capture_noisily_echoes_inside() -> None:
    # stata: a log with "capture noisily {"
    shown = Driver(echo=True)("capture noisily {\n    display 1\n    display 2\n}\n")
    assert shown == ". capture noisily {\n.     display 1\n1\n.     display 2\n2\n. }\n\n"


def test_quietly_shows_only_what_is_noisy() -> None:
    shown = Driver(echo=True)("quietly {\n  display 1\n  noisily display 2\n}\n")
    assert shown == ". quietly {\n2\n\n"


def test_programs_are_echoed_with_numbers_from_one() -> None:
    shown = Driver(echo=True)("program p\n  display 1\nend\np\n")
    assert shown == ". program p\n  1.   display 1\n  2. end\n\n. p\n1\n\n"


FOREACH = [
    ("foreach x in a b c", ["a", "b", "c"]),
    ('foreach x in "a b" c `"d "e""\'', ["a b", "c", 'd "e"']),
    ("foreach x of local list", ["one", "two words", "three"]),
    ("foreach x of global glist", ["g1", "g2"]),
    ("foreach x of varlist v*", ["v1", "v2"]),
    ("foreach x of varlist v2-w _all", ["v2", "w", "v1", "v2", "w"]),
    ("foreach x of newlist a1-a3 b", ["a1", "a2", "a3", "b"]),
    ("foreach x of numlist 1/3 10(5)20 .1(.1).5", ["1", "2", "3", "10", "15", "20", ".1", ".2", ".3", ".4", ".5"]),
    ("foreach x of local nothing", []),
    ("foreach x in", []),
    ("forvalues x = 1/4", ["1", "2", "3", "4"]),
    ("forv x=10(-5)-5", ["10", "5", "0", "-5"]),
    ("forvalues x = 1 3 to 8", ["1", "3", "5", "7"]),
    ("forvalues x = 1 2 : 3", ["1", "2", "3"]),
    ("forvalues x = 0(.25)1", ["0", ".25", ".5", ".75", "1"]),
    ("forvalues x = 5/1", []),
    ("forvalues x = 1/`=1+1'", ["1", "2"]),
]


@pytest.mark.parametrize(("head", "items"), FOREACH, ids=[head for head, _ in FOREACH])
def test_what_loops_run_over(head: str, items: list[str]) -> None:
    d = Driver()
    d('set obs 1\ngen v1 = 1\ngen v2 = 1\ngen w = 1\nlocal list one "two words" three\nglobal glist g1 g2\n')
    assert d.lines(f"{head} {{\n display `\"<`x'>\"'\n}}\n") == [f"<{item}>" for item in items]
    assert "x" not in d.session.locals


@pytest.mark.parametrize(
    ("head", "rc"),
    [
        ("foreach x of varlist nosuch", 111),
        ("foreach x of newlist v1", 110),
        ("foreach x of newlist 5x", 198),
        ("foreach x of nosuch a", 198),
        ("foreach x of numlist a", 121),
        ("foreach", 198),
        ("forvalues x = a/b", 198),
        ("forvalues x = 1(0)3", 198),
        ("while nosuch", 111),
        ('while "a"', 109),
    ],
)
def test_heads_that_fail(head: str, rc: int) -> None:
    d = Driver()
    d("set obs 1\ngen v1 = 1\n")
    d(f"{head} {{\n}}\n")
    assert d.rc == rc


def test_continue_and_break() -> None:
    d = Driver()
    text = "forvalues i = 1/9 {\n if `i' == 2 continue\n if `i' == 5 {\n  continue, break\n }\n display `i'\n}\n"
    assert d.lines(text) == ["1", "3", "4"]


def test_break_leaves_the_inner_loop_only() -> None:
    d = Driver()
    text = "foreach a in x y {\n foreach b in 1 2 {\n  display \"`a'`b'\"\n  continue, break\n }\n}\n"
    assert d.lines(text) == ["x1", "y1"]


def test_while_looks_again_each_round() -> None:
    assert Driver().lines("local i 3\nwhile `i' > 0 {\n display `i'\n local i = `i' - 1\n}\n") == ["3", "2", "1"]


CHOICES = [
    ("if 1 display 1\nelse display 2", ["1"]),
    ("if 0 display 1\nelse display 2", ["2"]),
    ("if 0 display 1\nelse if 1 display 2\nelse display 3", ["2"]),
    ("if 0 {\ndisplay 1\n}\nelse if 0 {\ndisplay 2\n}\nelse {\ndisplay 3\n}", ["3"]),
    ("if . display 1", ["1"]),  # missing is not zero
    ('if "a" == "a" & 2 > 1 display 1', ["1"]),
    ("if 1 if 0 display 1", []),
    ("if 1 {\nif 0 display 1\nelse display 2\n}", ["2"]),
    ("local x 3\nif `x' == 3 local y = `x' * 2\ndisplay `y'", ["6"]),
]


@pytest.mark.parametrize(("text", "shown"), CHOICES, ids=[text for text, _ in CHOICES])
def test_choices(text: str, shown: list[str]) -> None:
    assert Driver().lines(text) == shown


def test_if_in_a_program_uses_the_first_observation() -> None:
    assert Driver().lines("set obs 2\ngen x = _n\nif x == 1 display 1\nif x == 2 display 2")[1:] == ["1"]


def test_capture_keeps_the_code_of_a_block() -> None:
    d = Driver()
    assert d.lines("capture {\n display 1\n nosuch\n display 2\n}\ndisplay _rc\ncapture {\n}\ndisplay _rc") == [
        "199",
        "0",
    ]
    assert d.errors.getvalue() == ""


def test_capture_around_a_loop() -> None:
    assert Driver().lines("capture noisily foreach x in 1 2 {\n display `x'\n nosuch\n}\ndisplay _rc") == [
        "1",
        "command nosuch is unrecognized",
        "199",
    ]


@pytest.mark.parametrize("language", ["mata", "mata:", "python", "python:"])
def test_other_languages_are_refused_whole(language: str) -> None:
    d = Driver(keep_going=True)
    shown = d(f"{language}\nx = (1, 2)\nfor (i=1; i<3; i++) {{\n}}\nend\ndisplay 5\n")
    assert f"{language.rstrip(':')} is not available" in shown
    assert shown.endswith("5\n\n")
    assert len([record for record in d.records if record.failed]) == 1


def test_an_error_in_a_loop_has_its_line() -> None:
    d = Driver()
    d("display 1\nforeach x in a b {\n  display 1\n  summarize `x'\n}\n")
    assert d.errors.getvalue() == "a.do:4: r(111): variable a not found\n"


def test_an_unfinished_block_runs_what_stands_before() -> None:
    d = Driver()
    assert d("display 1\nforeach x in a {\ndisplay 2\n") == "1\n\nunexpected end of file\nr(612);\n\n"


def test_exit_leaves_loops_and_the_file() -> None:
    d = Driver()
    assert d("forvalues i = 1/3 {\n display `i'\n if `i' == 2 exit 7\n}\ndisplay 9\n").split() == ["1", "2"]
    assert d.rc == 7


PLACES = [
    ("local m = nosuch + 1", "a.do:1: "),
    ("if nosuch == 1 display 1", "a.do:1: "),
    ("foreach v of varlist nosuch {\n}", "a.do:1: "),
    ("display 1\nwhile nosuch {\n}", "a.do:2: "),
    ("return scalar a = nosuch", "a.do:1: "),
    ("exit nosuch", "a.do:1: "),
    ("display nosuch", "a.do:1:9: "),
    ("if 1 display nosuch", "a.do:1:14: "),
    ("  display `=1' + nosuch", "a.do:1:18: "),
]


@pytest.mark.parametrize(("text", "place"), PLACES, ids=[text for text, _ in PLACES])
def test_a_place_is_told_only_where_it_is_known(text: str, place: str) -> None:
    d = Driver()
    d(text)
    assert d.errors.getvalue().startswith(place), d.errors.getvalue()
