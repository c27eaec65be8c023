"""input: data typed between input and end."""

from __future__ import annotations

import pytest
from driving import column, driver


def test_variables_types_quotes_and_missing_values():
    session, run = driver()
    assert run('input id y str10 name\n1 2.5 "Ann Lee"\n2 . bob\n3 .a cc\nend') == ""
    assert column(session, "id") == [1, 2, 3]
    assert column(session, "y") == [2.5, ".", "."]
    assert column(session, "name") == ["Ann Lee", "bob", "cc"]
    assert [session.data.column(x).type for x in ("id", "y", "name")] == ["float", "float", "str10"]
    assert run("display y[3]") == ".a"


def test_types_for_several_and_values_over_two_lines():
    session, run = driver()
    run("input byte(a b) double c str2 d\n1, 2\n3 abc\n4 5 6 x\nend")
    assert [column(session, x) for x in "abcd"] == [[1, 4], [2, 5], [3, 6], ["ab", "x"]]
    assert [session.data.column(x).type for x in "abcd"] == ["byte", "byte", "double", "str2"]


def test_what_is_no_number_is_told_and_its_line_left_out():
    session, run = driver()
    assert run("input a b\n1 2\nx 3\n4 5\nend") == "'x' cannot be read as a number"
    assert column(session, "a") == [1, 4]


def test_new_variables_beside_data_and_new_observations():
    session, run = driver()
    run("input a\n1\n2\nend\ninput z\n7\n8\n9\nend")
    assert column(session, "z") == [7, 8]
    run("input\n3 9\nend")
    assert (column(session, "a"), column(session, "z")) == ([1, 2, 3], [7, 8, 9])


def test_value_labels():
    session, run = driver()
    run("label define yn 0 no 1 yes\ninput q:yn\nyes\nno\n1\nend")
    assert column(session, "q") == [1, 0, 1] and session.data.column("q").value_label == "yn"
    run("clear\ninput s:sex, automatic\nfemale\nmale\nfemale\nend")
    assert column(session, "s") == [1, 2, 1]
    assert dict(session.data.value_labels["sex"]) == {1.0: "female", 2.0: "male"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("input\n1\nend", "r(198): no variables defined"),
        ("input 1a\n1\nend", "r(198): 1a invalid name"),
        ("input a a\n1 2\nend", "r(110): a already defined"),
        ("input str5\n1\nend", "r(198): str5 invalid name"),
        ("input a\n1\n", "r(612): unexpected end of file"),
    ],
)
def test_refusals(text, said):
    _, run = driver()
    assert run(text) == said
