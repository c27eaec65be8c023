"""Tables of margins, contrast and pwcompare in the columns of published logs of Stata 17 and 18."""

from __future__ import annotations

from mixedcli import Session
from mixedcli.blocks import CoefRow, CoefTable
from mixedcli.blocks.margins import AtRow, ContrastRow, ContrastTable, CountTable, MarginsHeader
from mixedcli.render.text import render_all


def lines(*blocks: object, linesize: int = 79) -> list[str]:
    return ["".join(s.text for s in x.segments).rstrip() for x in render_all(blocks, linesize)]  # type: ignore[arg-type]


def value(name: str, *numbers: float, kind: str = "value", level: bool = True, groups: str = "") -> CoefRow:
    return CoefRow(kind, name, level, *numbers, groups=groups)  # type: ignore[arg-type]


def test_margins_at_by_factor() -> None:
    # stata: margins intervention, at(warmth = (1 2 3)) after mixed, release 18, a wide line
    shown = lines(
        MarginsHeader(
            "Predictive margins",
            3000,
            "",
            (("Expression", "Linear prediction, fixed portion, predict()"),),
            ((AtRow("warmth", 1),), (AtRow("warmth", 2),)),
        ),
        CoefTable(
            "",
            (
                value("_at#intervention", kind="factor", level=False),
                value("1 0", 50.02222, 0.3966755, 126.10, 0.0, 49.24475, 50.79969),
                value("1 1", 50.66283, 0.3955286, 128.09, 0.0, 49.88761, 51.43805),
            ),
            robust="Delta-method",
            coef_title="Margin",
        ),
        linesize=100,
    )
    assert shown == [
        "Predictive margins                                       Number of obs = 3,000",
        "",
        "Expression: Linear prediction, fixed portion, predict()",
        "1._at: warmth = 1",
        "2._at: warmth = 2",
        "----------------------------------------------------------------------------------",
        "                 |            Delta-method",
        "                 |     Margin   std. err.      z    P>|z|     [95% conf. interval]",
        "-----------------+----------------------------------------------------------------",
        "_at#intervention |",
        "            1 0  |   50.02222   .3966755   126.10   0.000     49.24475    50.79969",
        "            1 1  |   50.66283   .3955286   128.09   0.000     49.88761    51.43805",
        "----------------------------------------------------------------------------------",
    ]


def test_legend_of_statistics() -> None:
    # stata: margins, at(wc=0 wc=1) atmeans after logit, release 17
    scenario = (AtRow("k5", 0.2377158, "mean"), AtRow("wc", 0.0), AtRow("0.hc", 0.6082337, "mean"))
    head = MarginsHeader("Adjusted predictions", 753, "OIM", (("Expression", "Pr(lfp), predict()"),), (scenario,) * 2)
    assert lines(head) == [
        "Adjusted predictions                                       Number of obs = 753",
        "Model VCE: OIM",
        "",
        "Expression: Pr(lfp), predict()",
        "1._at: k5   = .2377158 (mean)",
        "       wc   =        0",
        "       0.hc = .6082337 (mean)",
        "2._at: k5   = .2377158 (mean)",
        "       wc   =        0",
        "       0.hc = .6082337 (mean)",
    ]  # fmt: skip


def test_slopes_over_groups_without_p_values() -> None:
    # stata: margins, dydx(obsday) over(group) vsquish after mixed, release 17
    head = MarginsHeader(
        "Average marginal effects", 600, "",
        (("Expression", "Linear prediction, fixed portion, predict()"), ("dy/dx wrt", "obsday"), ("Over", "group")),
    )  # fmt: skip
    assert lines(head)[2:] == [
        "Expression: Linear prediction, fixed portion, predict()",
        "dy/dx wrt:  obsday",
        "Over:       group",
    ]
    # stata: margins month, nopvalues
    table = CoefTable("", (value("month", kind="factor", level=False),), ("coef", "se", "ci"), robust="Delta-method",
                      coef_title="Margin")  # fmt: skip
    assert lines(table)[:4] == [
        "--------------------------------------------------------------",
        "             |            Delta-method",
        "             |     Margin   std. err.     [95% conf. interval]",
        "-------------+------------------------------------------------",
    ]


def test_pairwise_comparisons_adjusted() -> None:
    # stata: pwcompare i.AgentType, small effects mcompare(bonf) after mixed, release 18, a wide line
    count = CountTable((("equation", "Congruence1", 0), ("term", "AgentType", 3)))
    assert lines(count) == [
        "---------------------------",
        "             |    Number of",
        "             |  comparisons",
        "-------------+-------------",
        "Congruence1  |",
        "   AgentType |            3",
        "---------------------------",
    ]
    table = CoefTable(
        "",
        (
            CoefRow("equation", "Congruence1"),
            value("AgentType", kind="factor", level=False),
            value("RL vs DMP", -1.903945, 0.1452244, -13.11, 0.0, -2.252406, -1.555484),
            value("RL_HP vs RL", 0.3149344, 0.1452244, 2.17, 0.091, -0.0334892, 0.663358),
        ),
        statistic="t",
        coef_title="Contrast",
        adjusted="Bonferroni",
    )
    assert lines(table, linesize=100) == [
        "------------------------------------------------------------------------------",
        "             |                            Bonferroni           Bonferroni",
        "             |   Contrast   Std. err.      t    P>|t|     [95% conf. interval]",
        "-------------+----------------------------------------------------------------",
        "Congruence1  |",
        "   AgentType |",
        "  RL vs DMP  |  -1.903945   .1452244   -13.11   0.000    -2.252406   -1.555484",
        "RL_HP vs RL  |   .3149344   .1452244     2.17   0.091    -.0334892     .663358",
        "------------------------------------------------------------------------------",
    ]
    # stata: the same with mcompare(tukey) after anova
    assert lines(CoefTable("", (), statistic="t", coef_title="Contrast", adjusted="Tukey"))[1] == (
        "             |                              Tukey                Tukey"
    )
    # stata: margins tfactor, pwcompare(pv); pwcompare time_n, mcompare(bonferroni)
    tests = CoefTable(
        "", (), ("coef", "se", "stat", "p"), coef_title="Contrast", robust="Delta-method", adjusted="Unadjusted"
    )
    assert lines(tests)[1] == "             |            Delta-method    Unadjusted"
    assert lines(CoefTable("", (), ("coef", "se", "ci"), coef_title="Contrast", adjusted="Bonferroni"))[1:3] == [
        "             |                                 Bonferroni",
        "             |   Contrast   Std. err.     [95% conf. interval]",
    ]


def test_groups_and_their_note() -> None:
    # stata: margins treat##schoolkita_new2, pwcompare(group), release 16
    table = CoefTable(
        "",
        (
            value("treat#schoolkita_new2", kind="factor", level=False),
            value("Control#closed", 0.6091608, 0.030971, groups="   D"),
            value("Gender#closed", 0.4875588, 0.0305449, groups="ABC "),
            value("Gender+Education#partially open", 0.5290737, 0.0258624, groups="  CD"),
        ),
        ("coef", "se", "groups"),
        coef_title="Margin",
        robust="Delta-method",
        adjusted="Unadjusted",
        notes=("Margins sharing a letter in the group label are not significantly different at the 5% level.",),
    )
    assert lines(table)[1:] == [
        "                                 |            Delta-method Unadjusted",
        "                                 |     Margin   std. err.      Groups",
        "---------------------------------+-----------------------------------",
        "           treat#schoolkita_new2 |",
        "                 Control#closed  |   .6091608    .030971            D",
        "                  Gender#closed  |   .4875588   .0305449         ABC",
        "Gender+Education#partially open  |   .5290737   .0258624           CD",
        "---------------------------------------------------------------------",
        "Note: Margins sharing a letter in the group label are not",
        "      significantly different at the 5% level.",
    ]


def test_wald_tests() -> None:
    # stata: contrast agent_code after mixed; contrast i.AgentType, small
    rows = (ContrastRow("equation", "score"), ContrastRow("term", "agent_code", 2, value=130.42, p=0.0))
    assert lines(ContrastTable(rows, "chi2")) == [
        "------------------------------------------------",
        "             |         df        chi2     P>chi2",
        "-------------+----------------------------------",
        "score        |",
        "  agent_code |          2      130.42     0.0000",
        "------------------------------------------------",
    ]
    small = (ContrastRow("term", "AgentType", 2, 746.66, 98.97, 0.0),)
    assert lines(ContrastTable(small, "F", ddf=True))[1:4] == [
        "             |         df        ddf           F        P>F",
        "-------------+---------------------------------------------",
        "   AgentType |          2     746.66       98.97     0.0000",
    ]
    # stata: contrast treat#depstat@season after regress
    simple = (
        ContrastRow("head", "treat#depstat@season"),
        ContrastRow("level", "Winter", 1, value=1.71, p=0.1917),
        ContrastRow("level", "Joint", 2, value=3.63, p=0.0279),
        ContrastRow("blank"),
        ContrastRow("denominator", "Denominator", ddf=232),
    )
    assert lines(ContrastTable(simple, "F"))[1:8] == [
        "                     |         df           F        P>F",
        "---------------------+----------------------------------",
        "treat#depstat@season |",
        "             Winter  |          1        1.71     0.1917",
        "              Joint  |          2        3.63     0.0279",
        "                     |",
        "         Denominator |        232",
    ]


def test_contrasts_of_slopes_have_two_heads() -> None:
    # stata: margins r.group, dydx(obsday) contrast(pveffects nowald), release 17
    table = CoefTable("", (), ("coef", "se", "stat", "p"), robust="Delta-method", coef_title="dy/dx", above="Contrast")
    assert lines(table)[1:3] == [
        "             |   Contrast Delta-method",
        "             |      dy/dx   std. err.      z    P>|z|",
    ]


def test_what_cannot_be_told() -> None:
    # stata: a published log of margins: ".  (not estimable)"; margins, dydx(): "(base outcome)"
    table = CoefTable(
        "",
        (
            CoefRow("equation", "0.collgrad", legend="(base outcome)"),
            CoefRow("equation", "1.collgrad"),
            value("_at", kind="factor", level=False),
            CoefRow("inestimable", "1", True),
        ),
        robust="Delta-method",
        coef_title="dy/dx",
    )
    assert lines(table)[4:-1] == [
        "0.collgrad   |  (base outcome)",
        "-------------+----------------------------------------------------------------",
        "1.collgrad   |",
        "         _at |",
        "          1  |          .  (not estimable)",
    ]


def test_long_comparisons_break_where_the_line_ends() -> None:
    row = value("treatment vs control", 1.0, 1.0, 1.0, 0.3, -1.0, 3.0)
    shown = lines(CoefTable("", (row,), coef_title="Contrast"))
    assert [x.partition("|")[0] for x in shown[3:-1]] == ["  treatment  ", "         vs  ", "    control  "]
    # stata: cate aipw, release 19
    row = value("(Mining area vs No mining)", 0.1936814, 0.0097428, 19.88, 0.0, 0.1745858, 0.212777)
    assert lines(CoefTable("", (row,), coef_title="Coefficient"))[3:-1] == [
        "(Mining ..)  |",
        "         vs  |",
        " No mining)  |   .1936814   .0097428    19.88   0.000     .1745858     .212777",
    ]
    row = value("(2 vs 1) (3 vs 1)", 1.0, 1.0, 1.0, 0.3, -1.0, 3.0)
    shown = lines(CoefTable("", (row,), coef_title="Contrast"))
    assert [x.partition("|")[0] for x in shown[3:-1]] == ["   (2 vs 1)  ", "   (3 vs 1)  "]


def test_no_table_is_wider_than_the_line_and_no_row_loses_its_level() -> None:
    """Long names and labels: a contrast's own level (behind the brackets) must stay readable."""
    run = Session().run
    run("set obs 240\nset seed 1\ngenerate g = int((_n - 1) / 12)")
    run("generate treatment_group_assigned_at_x = mod(_n, 3) + 1\ngenerate a_long_name_for_gender = mod(_n, 2)")
    run('label define T 1 "Placebo arm (once daily)" 2 "Low dose" 3 "High dose with rescue medication"')
    run('label define S 0 "Male sex" 1 "Female"')
    run("label values treatment_group_assigned_at_x T\nlabel values a_long_name_for_gender S")
    run("generate y = rnormal()\nmixed y treatment_group_assigned_at_x##a_long_name_for_gender || g:")
    term = "r.treatment_group_assigned_at_x@a_long_name_for_gender"
    for command in (f"contrast {term}, effects", f"contrast {term}, effects mcompare(scheffe)", f"margins {term}"):
        lines = run(command).text.splitlines()
        assert max(map(len, lines)) <= 79
        assert not any(line.startswith("> ") for line in lines)
        stubs = [line.split("|")[0].strip() for line in lines if "|" in line and line.split("|")[1].strip()]
        assert stubs.count("Male sex") == stubs.count("Female") == 4, command
