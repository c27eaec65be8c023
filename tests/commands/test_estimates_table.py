"""estimates table, for, query, save append; lrtest of composite models: numbers by hand from e(), the rest by rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from mixedcli import Session, StataError

SLEEP = Path(__file__).parents[2] / "fixtures" / "rdatasets" / "sleepstudy.csv"


@pytest.fixture
def session() -> Session:
    s = Session(data=SLEEP)
    s.run('generate g = mod(subject, 3)\nlabel variable days "Days of deprivation"')
    s.run("mixed reaction days i.g || subject: days\nestimates store full")
    s.run("mixed reaction days || subject:\nestimates store base")
    s.run("regress reaction days\nestimates store ols")
    return s


def cells(text: str, name: str) -> list[str]:
    """What stands behind the bar in the first row of a name."""
    row = next(x for x in text.splitlines() if "|" in x and x.split("|", 1)[0].strip() == name)
    return row.split("|", 1)[1].split()


def test_b_se_t_p(session: Session) -> None:
    text = session.run("estimates table ols, b(%9.3f) se(%9.4f) t(%7.3f) p(%6.4f)").text
    b, V = session.e["b"].to_numpy()[0], session.e["V"].to_numpy()
    rows = text.splitlines()
    at = next(k for k, x in enumerate(rows) if x.strip().startswith("days |"))
    found = [float(x.split("|")[1]) for x in rows[at : at + 4]]
    t = b[0] / np.sqrt(V[0, 0])
    np.testing.assert_allclose(found, [b[0], np.sqrt(V[0, 0]), t, 2 * stats.t.sf(abs(t), 178)], atol=5e-4)
    assert rows[-1].strip() == "Legend: b/se/t/p"
    coef = session.r["coef"].to_numpy()
    np.testing.assert_allclose(coef[0], [b[0], V[0, 0]])


def test_equations_are_matched(session: Session) -> None:
    plain = session.run("estimates table full base ols").text
    assert len(cells(plain, "days")) == 2  # regress has its own equation
    assert any(x.startswith("_            |") for x in plain.splitlines())
    one = session.run("estimates table full base ols, equations(1)").text
    assert any(x.startswith("#1           |") for x in one.splitlines())
    assert len(cells(one, "days")) == 3
    named = session.run("estimates table full ols, equations(y = 1:1)").text
    assert any(x.startswith("y            |") for x in named.splitlines())
    assert len(cells(session.run("estimates table full ols, equations(y = 1:.)").text, "days")) == 1


def test_factor_levels_keep_drop_and_labels(session: Session) -> None:
    rows = session.run("estimates table full").text.splitlines()
    head = next(k for k, x in enumerate(rows) if x.split("|")[0].strip() == "g")
    assert [x.split("|")[0] for x in rows[head + 1 : head + 3]] == ["          1  ", "          2  "]
    kept = session.run("estimates table full base, keep(_cons days)").text
    assert kept.index("_cons") < kept.index("days |")
    assert "lnsig_e" not in session.run("estimates table full, drop(lnsig_e: 1.g)").text
    assert "Days of deprivation |" in session.run("estimates table base, varlabel varwidth(20)").text
    assert session.run("estimates table base, modelwidth(20)").text.splitlines()[1] == "-" * (12 + 2 + 21)
    assert session.run("estimates table base ols, style(columns)").text.splitlines()[3].count("+") == 2


def test_stars_and_statistics(session: Session) -> None:
    text = session.run("estimates table base ols, star(.1 .05) stats(N ll aic bic) stfmt(%9.2f) title(My table)").text
    lines = text.splitlines()
    assert lines[1] == "My table"
    assert "Legend: * p<0.1; ** p<0.05" in lines[-1]
    assert "**" in next(x for x in lines if x.strip().startswith("days |"))
    ll = session.e["ll"]
    assert cells(text, "N") == ["180.00", "180.00"]
    assert float(cells(text, "ll")[1]) == pytest.approx(ll, abs=0.005)
    assert float(cells(text, "aic")[1]) == pytest.approx(-2 * ll + 4, abs=0.005)
    assert session.r["stats"].to_numpy()[3, 1] == pytest.approx(-2 * ll + 2 * np.log(180))
    assert session.run("estimates table ols, stats(N) newpanel").text.count("Statistics |") == 1
    assert float(cells(session.run("estimates table ols, eform b(%12.2f)").text, "days")[0]) == pytest.approx(
        np.exp(session.e["b"].to_numpy()[0][0]), abs=0.01
    )
    assert cells(session.run("estimates table ols, coded").text, "days") == ["+++"]


@pytest.mark.parametrize(
    ("text", "rc"),
    [
        ("estimates table base, star se", 198),
        ("estimates table base, keep(nosuch)", 111),
        ("estimates table base, equations(9)", 303),
        ("estimates table base, equations(x=)", 198),
        ("estimates table base, style(nosuch)", 198),
        ("estimates table base, varwidth(2)", 198),
        ("estimates table nosuch", 111),
        ("estimates for base", 198),
        ("estimates for base, wrong: display 1", 198),
        ("estimates for ols: estat icc", 321),
    ],
)
def test_mistakes(session: Session, text: str, rc: int) -> None:
    with pytest.raises(StataError) as caught:
        session.run(text)
    assert caught.value.rc == rc
    assert session.e["cmd"] == "regress"


def test_for(session: Session) -> None:
    text = session.run("estimates for full base: estat icc").text
    assert text.count("intraclass correlation") == 2
    assert session.e["cmd"] == "regress"
    assert session.run("estimates for base ols, nostop: estat icc").text.count("r(321);") == 1
    session.run("estimates for base: predict double f, fitted")  # what the command does to the data stays
    assert session.data["f"].notna().all()


def test_query_title_and_patterns(session: Session) -> None:
    assert "also stored as ols" in session.run("estimates query").text
    session.run("estimates store other, title(Another one)")
    assert "Another one" in session.run("estimates dir o*").text
    assert session.r["names"] == "ols other"
    session.run("estimates drop o*")
    assert session.run("estimates dir").text.count(" | mixed ") == 2


def test_several_results_in_a_file(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "all"
    session.run(f'estimates save "{file}"\nestimates restore base\nestimates save "{file}", append')
    session.run(f'estimates use "{file}"')
    assert session.e["cmd"] == "regress"
    session.run(f'estimates use "{file}", number(2)')
    assert session.e["cmd"] == "mixed"
    for text in (f'estimates use "{file}", number(3)', f'estimates save "{file}", append replace'):
        with pytest.raises(StataError) as caught:
            session.run(text)
        assert caught.value.rc == 198


def test_composite_models() -> None:
    """A model fitted to two halves apart against one fitted to all."""
    s = Session(data=SLEEP)
    s.run("generate half = mod(subject, 2)")
    lls = []
    for name, condition in (("a", "if half"), ("b", "if !half"), ("c", "")):
        s.run(f"mixed reaction days {condition} || subject:\nestimates store {name}")
        lls.append(s.e["ll"])
    text = s.run("lrtest (a b) (c), stats dir").text
    assert "Assumption: c nested within (a, b)" in text
    assert s.r["chi2"] == pytest.approx(2 * (lls[0] + lls[1] - lls[2]))
    assert s.r["df"] == 4
    assert text.count("Model |") == 1
    assert "Dependent" in text
    with pytest.raises(StataError, match="both") as caught:
        s.run("lrtest (a b) (b c)")
    assert caught.value.rc == 498


def test_lrtest_between_estimators_and_without_likelihood(session: Session) -> None:
    session.run("estimates restore base")
    mixed = session.e["ll"]
    with pytest.raises(StataError, match="different estimators"):
        session.run("lrtest base ols")
    session.run("estimates restore ols")
    session.run("lrtest base ols, force")
    assert session.r["chi2"] == pytest.approx(2 * (mixed - session.e["ll"]))
    session.run("lrtest base ols, force df(1)")
    assert session.r["df"] == 1
    assert session.r["p"] == pytest.approx(stats.chi2.sf(session.r["chi2"], 1), rel=1e-9)
    session.run("xtset subject\nxtreg reaction days\nestimates store gls")
    with pytest.raises(StataError, match=r"e\(ll\)") as caught:
        session.run("lrtest base gls, force")
    assert caught.value.rc == 498
    for command in ("mixed reaction days || subject:, vce(robust)", "mixed reaction days [pw=subject] || subject:"):
        session.run(command)
        with pytest.raises(StataError, match="robust"):
            session.run("lrtest base .")


def test_boundary_note_and_reml_note() -> None:
    """The note on the boundary comes when the number of variances differs, not for covariances alone."""
    s = Session(data=SLEEP)
    s.run("mixed reaction days || subject: days\nestimates store ind")
    s.run("mixed reaction days || subject: days, cov(un)\nestimates store un")
    assert "boundary" not in s.run("lrtest ind un").text
    s.run("mixed reaction days || subject:, reml\nestimates store r1\nmixed reaction days || subject: days, reml")
    text = s.run("lrtest r1").text
    assert "LR tests based on REML are valid only when" in " ".join(text.split())
    assert "boundary" in text


def test_more_models_than_a_line_holds_stand_in_panels() -> None:
    s = Session()
    s.run("set obs 20\ngenerate x = _n\ngenerate y = 2 * x + mod(_n, 3)\nregress y x")
    for k in range(1, 8):
        s.run(f"estimates store m{k}")
    shown = s.run("estimates table m*, stats(N)").text.splitlines()
    heads = [row.split() for row in shown if row.startswith("    Variable |")]
    assert [h[2:] for h in heads] == [["m1", "m2", "m3", "m4", "m5"], ["m6", "m7"]]
    assert max(len(row) for row in shown) == 14 + 5 * 13
    assert sum(row.startswith("           N |") for row in shown) == 2


CELLS = 12
"""Cells of a 3 by 4 table without main effects: the first is the base, the others have coefficients."""


def test_coefficients_of_a_base_levels_cells_are_shown_everywhere() -> None:
    """i.a#i.b alone: 1b.a#2.b is estimated, so no table may leave it out."""
    run = Session().run
    run("set obs 240")
    run("set seed 3")
    run("generate a = mod(_n, 3) + 1")
    run("generate b = mod(int(_n / 3), 4) + 1")
    run("generate g = int((_n - 1) / 12)")
    run("generate y = a + b + rnormal()")
    run("mixed y i.a#i.b || g:")
    run("estimates store m")
    for command in ("estimates table m", "ereturn display", "estat summarize"):
        rows = [line.split("|")[0].split() for line in run(command).text.splitlines() if "|" in line]
        cells = [tuple(r) for r in rows if len(r) == 2 and all(x.isdigit() for x in r)]
        assert len(cells) == CELLS - 1, command
        assert cells[0] == ("1", "2"), command


def test_estat_summarize_leaves_out_what_is_no_variable() -> None:
    """xtreg, mle has /:sigma_u in e(b)."""
    run = Session().run
    run("set obs 60")
    run("set seed 3")
    run("generate g = int((_n - 1) / 6)")
    run("generate x = rnormal()")
    run("generate y = x + g / 3 + rnormal()")
    run("xtreg y x, i(g) mle")
    shown = run("estat summarize").text
    assert [line.split("|")[0].strip() for line in shown.splitlines() if "|" in line] == ["Variable", "y", "x"]


def test_what_one_model_omits_stands_in_the_row_of_the_other(session: Session) -> None:
    session.run("xtset subject\nxtreg reaction days i.g, fe\nestimates store fe")
    session.run("xtreg reaction days i.g, re\nestimates store re")
    rows = session.run("estimates table fe re").text.splitlines()
    first, *others = [row for row in rows if row.split("|")[0].strip() == "1"]
    assert not others
    b = session.e["b"].to_numpy()[0]
    omitted, value = first.split("|")[1].split()
    assert omitted == "(omitted)" and float(value) == pytest.approx(b[2], rel=1e-6)


def test_after_mean_with_labels_of_its_own() -> None:
    """The labels a mean keeps are those of its rows, not of factor levels."""
    s = Session(data=SLEEP)
    s.run("generate g = mod(subject, 3)\nquietly summarize reaction if g == 0")
    mean = s.r["mean"]
    s.run("mean reaction, over(g)")
    shown = s.run("estimates table, b(%9.4f)").text
    assert f"{mean:.4f}" in shown
