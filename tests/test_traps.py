"""Traps that real scripts set for a reader of the language: each written two ways that must come to the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mixedcli import Session, StataError

ROOT = Path(__file__).parents[1]
SLEEP = pd.read_csv(ROOT / "fixtures" / "rdatasets" / "sleepstudy.csv").rename(columns=str.lower)
PLAIN = "mixed reaction days || subject: days, covariance(unstructured)"
SIMPLE = "mixed reaction days || subject:"


def sleep() -> Session:
    s = Session(data=SLEEP.assign(g=(SLEEP["days"] > 4).astype(float), age=SLEEP["subject"] % 7.0))
    s.run("set seed 1")
    return s


def table(*lines: str) -> str:
    """What the last line shows, from its coefficient table on."""
    s = sleep()
    for line in lines[:-1]:
        s.run(line)
    text = s.run(lines[-1]).text
    return text[text.index("Mixed-effects") :]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        # trailing commas, options in any equation, glue between options
        ("mixed reaction days, || subject: days, cov(un),", PLAIN),
        ("mixed reaction days || subject: days , cov(unstruc) variance mle nolog,  // note", PLAIN),
        ("mixed reaction days || subject: days, cov(un)mle", PLAIN),
        ("mixed reaction days, nolog || subject: days, cov(uns)", PLAIN),
        # no blanks around the separators, several before the colon
        ("mixed reaction days||subject:days,cov(un)", PLAIN),
        ("mixed reaction days || subject : days, cov(un)", PLAIN),
        # a term in two equations of one level, the constant in the last
        (f"{SIMPLE} days || subject:", f"{SIMPLE} days, nocons || subject:"),
        # if behind the last level, and | within it
        ("mixed reaction days || subject: if g==1 | days<2", "mixed reaction days if g==1 | days<2 || subject:"),
        ("mixed reaction days || subject: if g==1&days<8", "mixed reaction days if g==1 & days<8 || subject:"),
        # factor variables: parentheses, blanks, bases, factors implied by an interaction
        ("mixed reaction (c.days##c.days)##i.g || subject:", "mixed reaction c.days##c.days##g || subject:"),
        ("mixed reaction c. days || subject:", "mixed reaction days || subject:"),
        ("mixed reaction ib(first).g || subject:", "mixed reaction i.g || subject:"),
        ("mixed reaction ib0.g || subject:", "mixed reaction i.g || subject:"),
        ("mixed reaction i.(g age) || subject:", "mixed reaction i.g i.age || subject:"),
        ("mixed reaction g##c.days || subject:", "mixed reaction i.g c.days i.g#c.days || subject:"),
        # old options for standard errors
        ("mixed reaction days || subject:, robust", "mixed reaction days || subject:, vce(robust)"),
        ("mixed reaction days || subject:, cluster(subject)", "mixed reaction days || subject:, vce(cluster subject)"),
        # residuals
        ("mixed reaction days || subject:, res(ar 1,t(days))", f"{SIMPLE}, residuals(ar 1, t(days))"),
        ("mixed reaction days || subject:, resid(ind,by(g))", f"{SIMPLE}, residuals(independent, by(g))"),
        # prefixes
        ("version 13: mixed reaction days || subject:", "mixed reaction days || subject:"),
        ("noisily mixed reaction days || subject:", "mixed reaction days || subject:"),
    ],
)  # fmt: skip
def test_one_model_typed_in_two_ways(typed: str, meant: str) -> None:
    assert table(typed) == table(meant)


def test_comments_that_continue_a_line() -> None:
    script = (
        "mixed reaction days /* the block\n*/ || subject: days, /// behind the slashes\n"
        "  cov(un) // and the end\n* a remark ///\nthat goes on with this line\n"
    )
    s = sleep()
    assert "that goes" not in s.run(script).text
    assert s.e["k_r"] == 4


def test_hash_delimiter_and_addresses() -> None:
    s = sleep()
    s.run('#delimit ;\nlocal site "http://x.y/z" ;\nglobal seen "`site\'"\n  ;\n#delimit cr\nglobal more 1 // one')
    assert s.run('display "$seen|$more"').text.strip() == "http://x.y/z|1"


def test_names_of_coefficients_after_a_fit() -> None:
    s = sleep()
    s.run(PLAIN)
    s.run("matrix b = e(b)")
    shown = s.run(
        'display exp(2*[lns1_1_1]_b[_cons]) " " _b[lns1_1_1:_cons] - b[1,colnumb(b,"lns1_1_1:_cons")] " "'
        ' tanh([atr1_1_1_2]_b[_cons]) " " exp([lnsig_e]_b[_cons])^2'
    ).text.split()
    # lme4: lmer(reaction ~ days + (days | subject), REML = FALSE)
    assert [float(x) for x in shown] == pytest.approx([32.6822, 0, 0.0813, 654.941], abs=2e-3)


def test_estat_sd_posts_its_figures() -> None:
    s = sleep()
    s.run(PLAIN)
    s.run("estat sd, variance post coeflegend")
    shown = s.run('display _b[subject:var(_cons)] " " _b[Residual:var(e)]').text.split()
    assert [float(x) for x in shown] == pytest.approx([565.515, 654.941], abs=2e-3)


def test_crossed_factors_need_a_capital() -> None:
    s = sleep()
    s.run("mixed reaction days || _all : R.subject")
    crossed = s.e["ll"]
    s.run("mixed reaction days || subject:")
    assert crossed == pytest.approx(s.e["ll"], rel=1e-10)


def test_stored_results_are_variables_of_the_data() -> None:
    s = sleep()
    s.run("mixed reaction days || subject:\nestimates store A,\nmixed reaction || subject:\nest sto B")
    assert {"_est_A", "_est_B"} <= set(s.data.columns)
    s.run("drop _est_A _est_B")
    assert not any(name.startswith("_est") for name in s.data.columns)
    s.run("lrtest A B,")
    assert s.r["df"] == 1


def test_a_robust_fit_needs_force() -> None:
    s = sleep()
    s.run(f"mixed reaction || subject:, vce(robust)\nest store A\n{SIMPLE}, vce(robust)\nest store B")
    with pytest.raises(StataError) as refused:
        s.run("lrtest A B")
    assert refused.value.rc == 498
    s.run("lrtest A B, force")
    assert s.r["df"] == 1


def test_levels_of_xi_and_char_omit() -> None:
    s = sleep()
    s.run("char age[omit] 3\nxi: mixed reaction i.age*days || subject:")
    names = set(s.data.columns)
    assert "_Iage_3" not in names and {"_Iage_1", "_Iage_2", "_IageXdays_1"} <= names


def test_reffects_come_in_the_order_of_the_table() -> None:
    s = sleep()
    s.run(PLAIN)
    s.run("predict b*, reffects\npredict u v, reffects reses(su sv)")
    d = s.data
    assert np.allclose(d["b1"], d["u"]) and np.allclose(d["b2"], d["v"])
    # lme4::ranef of subject 308: days 9.0755, (Intercept) 2.8157
    assert d["u"].iloc[0] == pytest.approx(9.0755, abs=1e-3)
    assert d["v"].iloc[0] == pytest.approx(2.8157, abs=1e-3)


def test_commands_without_effect_do_not_stop_a_script() -> None:
    s = sleep()
    for line in (
        "set more off", "set matsize 800", "set scheme s1mono", "ssc install estout, replace", "adopath + x",
        'net install foo, from("http://x.y")', "which mixed", 'cd "C:\\Users\\me\\data"', "set maxvar 10000",
    ):  # fmt: skip
        s.run(line)


def test_a_windows_path_with_a_macro_behind_a_backslash(tmp_path: Path) -> None:
    s = sleep()
    s.run(f'global dir "{tmp_path}"\nlocal f sleep\nglobal name one')
    s.run('save "$dir\\one.dta"')
    assert (tmp_path / "one.dta").exists()
    assert s.run('display "\\$name"').text.strip() == "$name"
    assert s.run('display "a\\`f\'"').text.strip() == "a`f'"
