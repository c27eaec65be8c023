"""misstable: layouts of logs in public repositories, counts by hand."""

from __future__ import annotations

from driving import Run, column, driver

from mixedcli.session import Session


def gaps() -> tuple[Session, Run]:
    session, run = driver()
    run("set obs 10")
    run("generate a = cond(_n<=4, ., _n)")
    run("generate b = cond(_n<=2, ., cond(_n==9, .a, 1))")
    run("generate c = _n")
    run('generate s = cond(_n==1, "", "t")')
    return session, run


def test_summarize() -> None:
    session, run = gaps()
    out = run("misstable summarize").splitlines()
    assert out[0] == " " * 63 + "Obs<."
    assert out[3] == "      Variable |     Obs=.     Obs>.     Obs<.  | values        Min         Max"
    assert out[4] == "  -------------+--------------------------------+------------------------------"
    assert out[5] == "             a |         4                   6  |      6          5          10"
    assert out[6] == "             b |         2         1         7  |      1          1           1"
    assert len(out) == 8  # c has none missing, s is a string
    assert session.r.scalars["N_gt_dot"] == 1
    assert run("misstable summarize c s") == "(variables nonmissing or string)"
    assert session.r.macros["vartype"] == "none"
    shown = run("misstable summarize c, all showzeros").splitlines()[5]
    assert shown == "             c |         0         0        10  |     10          1          10"


def test_summarize_makes_indicators() -> None:
    session, run = gaps()
    run("misstable summarize, generate(m_)")
    assert column(session, "m_a") == [1] * 4 + [0] * 6
    assert column(session, "m_b") == [1, 1] + [0] * 6 + [1, 0]
    assert "m_c" not in session.data
    run("misstable summarize b, generate(e_, exok)")
    assert column(session, "e_b") == [1, 1] + [0] * 8


def test_patterns() -> None:
    session, run = gaps()
    assert run("misstable patterns").splitlines() == [
        "",
        "   Missing-value patterns",
        "     (1 means complete)",
        "",
        "              |   Pattern",
        "    Percent   |  1  2",
        "  ------------+-------------",
        "       50%    |  1  1",
        "              |",
        "       20     |  0  0",
        "       20     |  1  0",
        "       10     |  0  1",
        "  ------------+-------------",
        "      100%    |",
        "",
        "  Variables are  (1) b  (2) a",
    ]
    assert session.r.scalars["N_complete"] == 5
    lines = run("misstable patterns a b, frequency asis").splitlines()
    assert lines[5] == "    Frequency |  1  2"
    assert lines[7] == "            5 |  1  1"
    assert lines[-1] == "  Variables are  (1) a  (2) b"
    assert run("misstable patterns c") == "(no missing values)"
    exok = run("misstable patterns, frequency exok").splitlines()
    assert "            6 |  1  1" in exok


def test_tree_and_nested() -> None:
    _, run = gaps()
    assert run("misstable tree, frequency").splitlines() == [
        "",
        "  Nested pattern of missing values",
        "           a          b",
        "  ---------------------",
        "           4          2",
        "                      2",
        "           6          1",
        "                      5",
        "  ---------------------",
        " (number missing listed first)",
    ]
    assert run("misstable tree").splitlines()[4] == "          40%        20%"
    assert run("misstable nested, exok").splitlines()[1] == "     1.  b(2) -> a(4)"
    assert run("misstable frobnicate").startswith("r(198)")
