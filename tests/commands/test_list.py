"""list: boxes of logs in public repositories, options."""

from __future__ import annotations

from driving import driver

from mixedcli import blocks as b
from mixedcli.render.text import render_all

NAMES = (
    "make", "price", "mpg", "rep78", "headroom", "trunk", "weight", "length", "turn", "displa~t", "gear_r~o", "foreign",
)  # fmt: skip
CELLS = ("AMC Concord", "4,099", "22", "3", "2.5", "11", "2,930", "186", "40", "121", "3.58", "Domestic")


def boxes(linesize: int, make: str = CELLS[0]) -> list[str]:
    block = b.Listing(NAMES, (False,) + (True,) * 11, ((1, (make, *CELLS[1:])),), linesize=linesize)
    return [line.text.rstrip() for line in render_all([block])]


def test_second_band_stretched_to_the_first() -> None:
    # stata: markdoc's example of list in 1
    assert boxes(64) == [
        "     +------------------------------------------------------+",
        "  1. | make        | price | mpg | rep78 | headroom | trunk |",
        "     | AMC Concord | 4,099 |  22 |     3 |      2.5 |    11 |",
        "     |------------------------------------------------------|",
        "     | weight  | length  |  turn  |  displa~t  |  gear_r~o  |",
        "     |  2,930  |    186  |    40  |       121  |      3.58  |",
        "     |------------------------------------------------------|",
        "     |                        foreign                       |",
        "     |                       Domestic                       |",
        "     +------------------------------------------------------+",
    ]


def test_what_does_not_divide_goes_to_the_right_of_each_column() -> None:
    # stata: a log of list in 1/3 in a weaver's example
    assert boxes(79) == [
        "     +---------------------------------------------------------------+",
        "  1. | make        | price | mpg | rep78 | headroom | trunk | weight |",
        "     | AMC Concord | 4,099 |  22 |     3 |      2.5 |    11 |  2,930 |",
        "     |---------------------------------------------------------------|",
        "     |  length   |  turn   |  displa~t   |  gear_r~o   |   foreign   |",
        "     |     186   |    40   |       121   |      3.58   |  Domestic   |",
        "     +---------------------------------------------------------------+",
    ]


def test_wider_line() -> None:
    # stata: a log of list if missing(rep78) on the same data
    assert boxes(90, "AMC Concord  ")[4:6] == [
        "     |         displa~t         |         gear_r~o         |          foreign          |",
        "     |              121         |             3.58         |         Domestic          |",
    ]


def test_options() -> None:
    _, run = driver()
    run("set obs 3")
    run("generate x = _n")
    run('generate str3 s = "a" + string(_n)')
    run('char x[varname] "the x"')
    plain = run("list").splitlines()
    assert plain[1:] == [
        "     +--------+",
        "     | x    s |",
        "     |--------|",
        "  1. | 1   a1 |",
        "  2. | 2   a2 |",
        "  3. | 3   a3 |",
        "     +--------+",
    ]
    assert run("list, divider separator(2)").splitlines()[2:8] == [
        "     | x |  s |",
        "     |---+----|",
        "  1. | 1 | a1 |",
        "  2. | 2 | a2 |",
        "     |---+----|",
        "  3. | 3 | a3 |",
    ]
    assert run("list x, mean sum N noobs").splitlines()[-5:] == [
        "      |---|",
        "Mean  | 2 |",
        " Sum  | 6 |",
        "   N  | 3 |",
        "      +---+",
    ]
    assert run("list s x, sum(x) labvar(s)").splitlines()[-2] == "     | Sum   6 |"
    assert sum("| x    s |" in line for line in run("list, header(1)").splitlines()) == 3
    assert run("list in 1, table linesize(12)").splitlines()[6:] == [
        "",
        "     +----+",
        "     |  s |",
        "     |----|",
        "  1. | a1 |",
        "     +----+",
    ]
    assert run("list in 1, display").splitlines()[1:] == [
        "     +--------+",
        "  1. | x |  s |",
        "     | 1 | a1 |",
        "     +--------+",
    ]
    assert run("list, nosuch") == "r(198): option nosuch not allowed"
