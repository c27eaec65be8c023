"""Layouts typed in from Stata's logs and documentation; blocks the worked examples do not reach."""

from __future__ import annotations

import math

import pytest

from mixedcli import blocks as b
from mixedcli.numfmt import abbreviate
from mixedcli.render.coef import split_name
from mixedcli.render.params import shorten
from mixedcli.render.text import plain, render, render_all


def shown(block: b.Block, linesize: int = 79) -> list[str]:
    return [line.text.rstrip() for line in render(block, linesize)]


def test_iteration_log_pads_values_and_keeps_trailing_blanks() -> None:
    # stata: ex04.log; a public log for the numbers from 10
    log = b.IterationLog("Log likelihood", (0, 9, 10), (-1014.92681, 1430.5017, -98.5), ("", "(not concave)", ""))
    assert [x.text for x in render(log)] == [
        "Iteration 0:  Log likelihood = -1014.9268  ",
        "Iteration 9:  Log likelihood =  1430.5017  (not concave)",
        "Iteration 10: Log likelihood =      -98.5  ",
    ]


def test_notes_beside_zero_coefficients() -> None:
    rows = (
        b.CoefRow("factor", "g"),
        b.CoefRow("base", "1", level=True),
        b.CoefRow("empty", "2", level=True),
        b.CoefRow("blank"),
        b.CoefRow("omitted", "x2"),
    )
    assert shown(b.CoefTable("y", rows))[3:-1] == [
        "           g |",
        "          1  |          0  (base)",
        "          2  |          0  (empty)",
        "             |",
        "          x2 |          0  (omitted)",
    ]


def test_a_long_value_label_is_cut() -> None:
    lines = shown(b.CoefTable("y", (b.CoefRow("value", "Strongly agree", level=True, coef=1.0),)))
    assert lines[3].startswith("Strongly ..  |          1")


def test_a_long_group_variable_does_not_push_the_header_out() -> None:
    left = "Group variable: a_group_variable_of_thirtytwo_ch"
    lines = shown(b.EstimationHeader((b.HeaderRow(left, b.HeaderItem("Number of groups", "25,337,498")),)))
    assert len(lines[0]) == 78
    assert lines[0].startswith("Group variable: a_group_variable_")


def test_equations_are_separated_by_rules() -> None:
    cell = {"coef": 1.0, "se": 0.5, "statistic": 2.0, "p": 0.0456, "lo": 0.02, "hi": 1.98}
    rows = (
        b.CoefRow("equation", "weight"),
        b.CoefRow("value", "_cons", **cell),  # type: ignore[arg-type]
        b.CoefRow("equation", "lns1_1_1"),
        b.CoefRow("value", "_cons", **cell),  # type: ignore[arg-type]
    )
    lines = shown(b.CoefTable("weight", rows))
    assert lines[3] == "weight       |"
    assert lines[5] == "-" * 13 + "+" + "-" * 64
    assert lines[6] == "lns1_1_1     |"
    assert lines[4] == "       _cons |          1         .5     2.00   0.046          .02        1.98"


def test_legend_table() -> None:
    # stata: coeflegend as any estimation command prints it
    table = b.CoefTable("price", (b.CoefRow("value", "mpg", coef=-238.8943, legend="_b[mpg]"),), ("coef", "legend"))
    assert shown(table) == [
        "-" * 78,
        "       price | Coefficient  Legend",
        "-" * 13 + "+" + "-" * 64,
        "         mpg |  -238.8943  _b[mpg]",
        "-" * 78,
    ]


def test_a_level_that_is_no_whole_number() -> None:
    head = shown(b.CoefTable("y", (), level=99.5))[1]
    assert head.endswith("[99.5% conf. interval]")
    assert len(head) == 78


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("c.weight#c.weight", ["c.weight#", "c.weight"]),  # stata: [R] regress prints it on two lines
        ("foreign#c.age", ["foreign#", "c.age"]),
        ("c.age#c.age", ["c.age#c.age"]),
        ("displacement1", ["displacem~t1"]),
    ],
)
def test_long_names_break_at_the_interaction(name: str, lines: list[str]) -> None:
    assert split_name(name, 12) == lines


def test_broken_names_end_at_the_bar() -> None:
    table = b.CoefTable("mpg", (b.CoefRow("value", "c.weight#c.weight", coef=1.32e-06, se=6.26e-07),))
    assert shown(table)[3:5] == [
        "    c.weight#|",
        "    c.weight |   1.32e-06   6.26e-07        .       .            .           .",
    ]


@pytest.mark.parametrize("width", [79, 100, 255])
def test_names_stretch_the_table_as_far_as_the_line_allows(width: int) -> None:
    name = "a_rather_long_name_of_a_variable"
    lines = shown(b.CoefTable("y", (b.CoefRow("value", name, coef=1.0),)), width)
    assert max(map(len, lines)) <= max(width, 78)
    assert (name in lines[3]) == (width >= 100)


@pytest.mark.parametrize(("name", "width", "short"), [("displacement", 8, "displa~t"), ("price", 8, "price")])
def test_abbreviation(name: str, width: int, short: str) -> None:
    assert abbreviate(name, width) == short  # stata: the help of abbrev()


def test_singular_fit() -> None:
    # stata: OUTPUT.md 2.9
    row = b.ParamRow("var(_cons)", 1.66e-15, 1.53e-11, 0.0, math.nan)
    lines = shown(b.ParamTable((b.ParamBlock(("id: Identity",), (row,)),)))
    assert lines[4] == "                  var(_cons) |   1.66e-15   1.53e-11             0           ."
    [lr] = shown(b.LrTestLine("chibar2(01)", 1.4e-14, 1.0, True))
    assert lr.startswith("LR test vs. linear model: chibar2(01) = 1.4e-14 ")
    assert lr.endswith(" Prob >= chibar2 = 1.0000")
    assert len(lr) == 78


def test_a_large_lr_statistic_keeps_its_decimals() -> None:
    # stata: a public log
    assert shown(b.LrTestLine("chibar2(01)", 13498.96, 0.0, True)) == [
        "LR test vs. linear model: chibar2(01) = 13498.96      Prob >= chibar2 = 0.0000"
    ]


def test_long_labels_fit_the_stub() -> None:
    label = "cov(conscientiousness,agreeableness)"
    assert len(shorten(label, 28)) <= 28
    assert shorten(label, 28).startswith("cov(")
    assert shorten("var(week)", 28) == "var(week)"


def test_note_wraps_with_a_hanging_indent() -> None:
    # stata: ex02.log
    text = (
        "The reported degrees of freedom assumes the null hypothesis is not on the boundary of the parameter space. "
        "If this is not true, then the reported test is conservative."
    )
    assert shown(b.Note(text)) == [
        "Note: The reported degrees of freedom assumes the null hypothesis is not on",
        "      the boundary of the parameter space. If this is not true, then the",
        "      reported test is conservative.",
    ]


def test_likelihood_ratio_table() -> None:
    # stata: ex09.log
    assert shown(b.LrTestTable(". nested within unstructured", 13, 22.5, 0.0481)) == [
        "Likelihood-ratio test",
        "Assumption: . nested within unstructured",
        "",
        "LR chi2(13) =  22.50",
        "Prob > chi2 = 0.0481",
    ]


def test_wald_test() -> None:
    # stata: ex06b.log
    block = b.WaldTest(("[weight]0bn.girl#c.age - [weight]1.girl#c.age = 0",), "chi2", 1, 1.66, 0.1978)
    assert shown(block) == [
        " ( 1)  [weight]0bn.girl#c.age - [weight]1.girl#c.age = 0",
        "",
        "           chi2(  1) =    1.66",
        "         Prob > chi2 =    0.1978",
    ]


def test_f_test_has_both_degrees_of_freedom() -> None:
    lines = shown(b.WaldTest(("[y]x = 0",), "F", 2, 3.456, 0.0375, ddf=68))
    assert lines[-2:] == ["       F(  2,    68) =    3.46", "            Prob > F =    0.0375"]


def test_matrix_with_equations() -> None:
    # stata: a public log of "matrix list b" after mixed
    block = b.MatrixTable(
        "b",
        ("y1",),
        ("liking_ij:genre_i", "liking_ij:_cons", "lns1_1_1:_cons", "lnsig_e:_cons"),
        ((5.1710617, 60.229571, 2.0205456, 2.0902013),),
    )
    assert shown(block) == [
        "b[1,4]",
        "     liking_ij:  liking_ij:   lns1_1_1:    lnsig_e:",
        "       genre_i       _cons       _cons       _cons",
        "y1   5.1710617   60.229571   2.0205456   2.0902013",
    ]


def test_factor_columns_are_stacked() -> None:
    # stata: a public help file that shows "mat list e(b)" after logit
    block = b.MatrixTable("e(b)", ("y1",), ("lfp:0b.wc", "lfp:1.wc", "lfp:_cons"), ((0.0, 0.8222805, -1.5319647),))
    assert shown(block) == [
        "e(b)[1,3]",
        "           lfp:        lfp:        lfp:",
        "            0b.          1.",
        "            wc          wc       _cons",
        "y1           0    .8222805  -1.5319647",
    ]


def test_small_symmetric_matrix_shows_its_lower_triangle() -> None:
    # stata: [P] matrix
    block = b.MatrixTable("A", ("r1", "r2"), ("c1", "c2"), ((1.0, 2.0), (2.0, 5.0)), symmetric=True)
    assert shown(block) == ["symmetric A[2,2]", "    c1  c2", "r1   1", "r2   2   5"]


def test_wide_matrix_comes_in_panels() -> None:
    names = tuple(f"c{k}" for k in range(20))
    lines = shown(b.MatrixTable("A", ("r1",), names, (tuple(1000.5 + k for k in range(20)),)), 60)
    assert max(map(len, lines)) <= 60
    assert [x for x in " ".join(lines).split() if x.startswith("c")] == list(names)


def test_stored_results() -> None:
    # stata: return list after summarize
    block = b.StoredTable("r", (("N", 74.0), ("mean", 6165.256756756757)), (("x", "a b"),), (("b", 1, 4),))
    assert shown(block) == [
        "scalars:",
        "                  r(N) =  74",
        "               r(mean) =  6165.256756756757",
        "",
        "macros:",
        '                  r(x) : "a b"',
        "",
        "matrices:",
        "                  r(b) :  1 x 4",
    ]


def test_summary_table_with_rules_between_groups() -> None:
    # stata: summarize on auto.dta
    row = b.SummaryRow("price", 74, 6165.2567568, 2949.4958848, 3291, 15906)
    lines = shown(b.SummaryTable((row,) * 6))
    assert lines[:3] == [
        "    Variable |        Obs        Mean    Std. dev.       Min        Max",
        "-------------+---------------------------------------------------------",
        "       price |         74    6165.257    2949.496       3291      15906",
    ]
    assert lines[7] == lines[1]
    assert shown(b.SummaryTable((b.SummaryRow("make", 0, *[math.nan] * 4),)))[-1] == "        make |          0"


def test_listing() -> None:
    # stata: list make price mpg in 1/3 on auto.dta
    rows = (
        (1, ("AMC Concord", "4,099", "22")),
        (2, ("AMC Pacer", "4,749", "17")),
        (3, ("AMC Spirit", "3,799", "22")),
    )
    block = b.Listing(("make", "price", "mpg"), (False, True, True), rows, frozenset({2}))
    assert shown(block) == [
        "     +---------------------------+",
        "     | make          price   mpg |",
        "     |---------------------------|",
        "  1. | AMC Concord   4,099    22 |",
        "  2. | AMC Pacer     4,749    17 |",
        "     |---------------------------|",
        "  3. | AMC Spirit    3,799    22 |",
        "     +---------------------------+",
    ]


def test_listing_of_many_observations_widens_the_number() -> None:
    assert shown(b.Listing(("x",), (True,), ((1000, ("1",)),)))[3] == "1000. | 1 |"


def test_listing_wider_than_the_line_loses_nothing() -> None:
    names = tuple(f"variable{k}" for k in range(12))
    cells = tuple(str(10**8 + k) for k in range(12))
    lines = shown(b.Listing(names, (True,) * 12, ((1, cells),)))
    assert max(map(len, lines)) <= 79
    words = " ".join(lines).split()
    assert [w for w in words if w in names] == list(names)
    assert [w for w in words if w in cells] == list(cells)


def test_grid() -> None:
    # stata: ex10.log
    heads = (("N", 10), ("ll(null)", 10), ("ll(model)", 10), ("df", 7), ("AIC", 10), ("BIC", 10))
    cells = (b.Cell("crossed"), b.Cell(432.0, "%10.0fc"), b.Cell(math.nan), b.Cell(-1013.824), b.Cell(5.0, "%7.0f"))
    row = (*cells, b.Cell(2037.648), b.Cell(2057.99))
    grid = b.Grid(b.Column(("Model",), 12), tuple(b.Column((h,), w) for h, w in heads), (row,))
    assert shown(grid) == [
        "-" * 77,
        "       Model |          N   ll(null)  ll(model)      df        AIC        BIC",
        "-" * 13 + "+" + "-" * 63,
        "     crossed |        432          .  -1013.824       5   2037.648    2057.99",
        "-" * 77,
    ]


def test_description_wraps_labels() -> None:
    # stata: ex04.log
    info = b.VariableInfo("other", "float", "%9.0g", "", "log(bldg/other component of public)")
    block = b.Description(
        "productivity.dta", 816, 11, "Public capital productivity", "29 Mar 2024 10:57", True, (info,), ("a", "b"), True
    )
    assert shown(block) == [
        "Contains data from productivity.dta",
        " Observations:           816                  Public capital productivity",
        "    Variables:            11                  29 Mar 2024 10:57",
        "                                              (_dta has notes)",
        "-" * 79,
        "Variable      Storage   Display    Value",
        "    name         type    format    label      Variable label",
        "-" * 79,
        "other           float   %9.0g                 log(bldg/other component of",
        "                                                public)",
        "-" * 79,
        "Sorted by: a  b",
        "     Note: Dataset has changed since last saved.",
    ]


def test_long_lines_go_on_behind_the_angle() -> None:
    assert shown(b.line("x" * 100), 79) == ["x" * 79, "> " + "x" * 21]


def test_an_open_line_is_continued() -> None:
    lines = render_all([b.Line((b.Segment("a"),), open=True), b.line("b"), b.Blank(), b.line("c")])
    assert plain(lines) == "ab\n\nc\n"
