"""rename of groups: wildcards, numbers, cases, numbering, dry runs."""

from __future__ import annotations

import pytest
from driving import Run, driver

from mixedcli.session import Session


def named(*names: str) -> tuple[Session, Run]:
    session, run = driver()
    run("set obs 1")
    for name in names:
        run(f"generate {name} = 1")
    return session, run


@pytest.mark.parametrize(
    "before, typed, after",
    [
        ("v1 v2 v10", "rename v# v(##)", "v01 v02 v10"),
        ("v01 v10", "rename v# v(#)", "v1 v10"),
        ("v01 v10", "rename v# w#", "w01 w10"),
        ("v1 v22", "rename v(#) x(#)", "x1 v22"),  # one digit exactly
        ("a_x b_x c", "rename *_x x_*", "x_a x_b c"),
        ("a_x b_y", "rename *_* *[2]_*[1]", "x_a y_b"),
        ("ab1 ab2", "rename a?# a?_#", "ab_1 ab_2"),
        ("q1a q2b", "rename q#* .*", "a b"),
        ("a b c", "rename (a b) (=_old)", "a_old b_old c"),
        ("a b c", "rename (a-c) (x y z)", "x y z"),
        ("v1 w1 v2 w2", "rename (v* w*) (x* y*)", "x1 y1 x2 y2"),
        ("a b c", "rename (a b c) (x#), addnumber", "x1 x2 x3"),
        ("a b c", "rename (a b c) x(##), addnumber(9)", "x09 x10 x11"),
        ("a b", "rename (a b) (s t), addnumber", "s1 t2"),
        ("v7 v3 v5", "rename v# v#, renumber", "v1 v2 v3"),
        ("v7 v3 v5", "rename v# v#, renumber sort", "v3 v1 v2"),
        ("Ab cD", "rename *, upper", "AB CD"),
        ("Ab cD", "rename (Ab cD), lower", "ab cd"),
        ("AB", "rename AB, proper", "Ab"),
    ],
)
def test_patterns(before: str, typed: str, after: str) -> None:
    session, run = named(*before.split())
    assert run(typed) == ""
    assert " ".join(session.data.names) == after


def test_dry_run_and_results() -> None:
    session, run = named("a", "b")
    out = run("rename (a b) (b a), dryrun r")
    assert [row.split() for row in out.splitlines()[2:]] == [["a", "|", "b"], ["b", "|", "a"]]
    assert session.data.names == ("a", "b")
    assert session.r.macros == {"oldnames": "a b", "newnames": "b a"}


@pytest.mark.parametrize(
    "typed, rc",
    [
        ("rename (a b) (c)", 198),
        ("rename (a b) (c c)", 110),
        ("rename z* y*", 111),
        ("rename (a a) (c d)", 198),
        ("rename a* b*c*", 198),
        ("rename a 1a", 198),
        ("rename (a b) (.x), r", 198),
        ("rename ? x", 198),
        ("rename a _N", 198),
        ("rename *, lower upper", 198),
    ],
)
def test_refusals_change_nothing(typed: str, rc: int) -> None:
    session, run = named("a", "b")
    assert run(typed).startswith(f"r({rc})")
    assert session.data.names == ("a", "b")
