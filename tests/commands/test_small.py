"""dfmethod() and everything that uses it, on the published drug trial and small data of known answers.

Expected: the printed logs of examples 13 and 14 and their arithmetic, textbook tests, R's own functions.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import mixedcli
from mixedcli.errors import DataAssumption, InvalidSyntax, NotFound, NotValid, StataError

T43 = Path(__file__).resolve().parents[2] / "fixtures" / "t43" / "t43.csv"
OATS = Path(__file__).resolve().parents[2] / "fixtures" / "rdatasets" / "oats.csv"


def drug(options: str, *more: str) -> mixedcli.Session:
    s = mixedcli.Session(data=str(T43))
    s.run("\n".join([f"quietly mixed score i.drug || person:, {options}", *more]))
    return s


def test_repeated_measures_are_those_of_the_manual() -> None:
    s = drug("reml dfmethod(repeated)")
    assert (s.e["df_min"], s.e["df_avg"], s.e["df_max"]) == (4.0, 10.0, 12.0)  # stata: ex13.log
    assert s.e["F"] == pytest.approx(24.76, abs=5e-3)
    assert s.e["ddf_m"] == 12.0
    assert s.e["small"] == 1.0
    assert (s.e["dfmethod"], s.e["dftitle"]) == ("repeated", "Repeated")
    df = s.e["df"]
    assert list(df.columns)[-1] == "score:_cons"
    assert df.iloc[0].tolist()[1:] == [12.0, 12.0, 12.0, 4.0]
    assert math.isnan(df.iloc[0, 0])  # the base level has none


def test_table_of_results_has_t_and_limits() -> None:
    table = drug("reml dfmethod(repeated)", "mixed, small").r["table"]
    assert list(table.index) == ["b", "se", "t", "pvalue", "ll", "ul", "df", "crit", "eform"]
    fourth = table["score:4.drug"]
    assert fourth["df"] == 12.0
    # stata: ex13.log
    assert fourth["ll"] == pytest.approx(1.375126, abs=2e-6)
    assert fourth["ul"] == pytest.approx(9.824874, abs=2e-6)
    assert fourth["pvalue"] == pytest.approx(0.014, abs=5e-4)
    assert fourth["crit"] == pytest.approx(2.178813, abs=1e-6)  # 97.5 percent point of t(12)
    assert math.isnan(table["lns1_1_1:_cons"]["df"])


def test_replay_without_small_is_large_sample() -> None:
    table = drug("reml dfmethod(repeated)", "mixed").r["table"]
    assert "z" in table.index
    assert table["score:4.drug"]["ul"] == pytest.approx(9.400511, abs=2e-6)  # stata: ex13b.log
    assert table["score:4.drug"]["crit"] == pytest.approx(1.959964, abs=1e-6)


def test_paired_t_test() -> None:
    """Two measurements per person: the coefficient's t is the paired t test, on n - 1 degrees of freedom."""
    s = mixedcli.Session(data=str(T43))
    out = s.run("keep if drug <= 2\nquietly mixed score i.drug || person:, reml dfmethod(kroger)\nlincom 2.drug, small")
    assert "(1)" in out.text
    table = s.data
    wide = table.to_pandas() if hasattr(table, "to_pandas") else table
    wide = wide.pivot_table(index="person", columns="drug", values="score")
    difference = (wide.iloc[:, 1] - wide.iloc[:, 0]).to_numpy()
    t = difference.mean() / (difference.std(ddof=1) / math.sqrt(len(difference)))
    assert s.r["estimate"] == pytest.approx(difference.mean())
    assert s.r["t"] == pytest.approx(t, rel=1e-6)
    assert s.r["df"] == pytest.approx(4.0, rel=1e-6)


def test_kroger_keeps_the_variance_matrix_and_adjusts_its_own() -> None:
    """Rows left out: the adjusted matrix is larger; e(V) stays as without dfmethod()."""
    s = mixedcli.Session(data=str(OATS))
    model = "quietly mixed yield i.variety nitro || block: || variety:, reml"
    s.run(f"drop if mod(_n, 5) == 2\n{model}")
    plain = s.e["V"]
    s.run(f"{model} dfmethod(kroger)")
    np.testing.assert_array_equal(s.e["V"], plain)
    names = [n for n in plain.columns if n.startswith("yield:") and not n.endswith("1b.variety")]
    adjusted = s.e["V_df"]
    assert list(adjusted.columns) == list(plain.columns)
    assert (np.diag(adjusted.loc[names, names]) > np.diag(plain.loc[names, names])).all()
    table = s.run("mixed, noretable") and s.r["table"]
    assert table["yield:nitro"]["se"] == pytest.approx(math.sqrt(plain.loc["yield:nitro", "yield:nitro"]))
    table = s.run("mixed, small noretable") and s.r["table"]
    assert table["yield:nitro"]["se"] == pytest.approx(math.sqrt(adjusted.loc["yield:nitro", "yield:nitro"]))


def test_the_f_test_of_a_balanced_factor_is_that_of_anova() -> None:
    """F(3, 12) = 24.76 (stata: ex13f.log), by every method that knows about persons."""
    for method in ("repeated", "anova", "satterthwaite", "kroger"):
        s = drug(f"reml dfmethod({method})", "testparm i.drug, small")
        assert s.r["F"] == pytest.approx(232.73333 / 9.4, rel=1e-6)
        assert s.r["df_r"] == pytest.approx(12.0, rel=1e-6)
        assert s.r["df"] == 3.0
        s.run("test 2.drug = 3.drug, small")
        assert s.r["df"] == 1.0
        assert s.r["F"] == pytest.approx(10.0**2 / (2 * 9.4 / 5), rel=1e-6)


def test_constraint_of_equality() -> None:
    s = drug("reml dfmethod(satterthwaite)", "testparm i.drug, equal small")
    equal = s.r["F"]
    s.run("test (2.drug = 3.drug) (3.drug = 4.drug), small")
    assert s.r["F"] == pytest.approx(equal)
    assert s.r["df"] == 2.0


def test_redundant_hypotheses_are_dropped() -> None:
    s = drug("reml dfmethod(kroger)", "test (2.drug = 3.drug) (3.drug = 2.drug), small")
    assert (s.r["df"], s.r["drop"]) == (1.0, 1.0)


def test_unequal_degrees_of_freedom_leave_the_large_sample_test() -> None:
    s = drug("reml dfmethod(repeated)", "test 2.drug _cons, small")
    assert "chi2" in s.r
    assert "F" not in s.r
    s.run("lincom 2.drug + _cons, small")
    assert "z" in s.r


def test_lincom_with_a_constant() -> None:
    s = drug("reml dfmethod(repeated)", "lincom 2.drug - 3.drug - 4, small level(90)")
    assert s.r["estimate"] == pytest.approx(6.0, abs=1e-5)
    se = math.sqrt(2 * 9.4 / 5)
    assert s.r["se"] == pytest.approx(se, rel=1e-6)
    assert s.r["ub"] == pytest.approx(6.0 + 1.782288 * se, rel=1e-6)  # 95 percent point of t(12)
    assert (s.r["df"], s.r["level"]) == (12.0, 90.0)


def test_estat_df_puts_methods_side_by_side() -> None:
    s = drug("reml")
    out = s.run("estat df, method(kroger anova residual)")
    head = next(line for line in out.text.splitlines() if "ANOVA" in line)
    assert head.split() == ["|", "Kenward–Roger", "ANOVA", "Residual"]
    df = s.r["df"]
    assert list(df.index) == ["kroger", "anova", "residual"]
    np.testing.assert_allclose(df.iloc[:, 1], [12.0, 12.0, 16.0], rtol=1e-6)
    np.testing.assert_allclose(df.iloc[1:, -1], [4.0, 16.0])
    # satterthwaite by hand: the mean's variance is (ms_person) / 20, that of _cons (3 ms_error + ms_person) / 20
    between, within = 680.8 / 4, 112.8 / 12
    nu = (3 * within + between) ** 2 / ((3 * within) ** 2 / 12 + between**2 / 4)
    assert df.iloc[0, -1] == pytest.approx(nu, rel=1e-5)
    assert s.r["dfmethods"] == "kroger anova residual"
    assert s.e["small"] == 0.0


def test_estat_df_post() -> None:
    s = drug("reml", "estat df, method(residual kroger) post(residual)")
    assert s.e["dfmethod"] == "residual"
    assert s.e["df_max"] == 16.0
    s.run("testparm i.drug, small")
    assert s.r["df_r"] == 16.0
    assert "V_df" not in list(s.e)


def test_estat_df_shows_the_method_in_force() -> None:
    s = drug("reml dfmethod(repeated)", "estat df")
    assert s.r["dfmethods"] == "repeated"


def test_many_methods_are_cut_into_panels() -> None:
    s = drug("reml")
    out = s.run("estat df, method(residual repeated anova satterthwaite kroger)")
    assert max(map(len, out.text.splitlines())) <= 79
    assert "Kenward–Roger" in out.text


def test_estat_df_needs_the_same_data() -> None:
    s = drug("reml", "replace score = score + 1 in 3")
    with pytest.raises(DataAssumption, match="data have changed"):
        s.run("estat df, method(anova)")


def test_degrees_of_freedom_that_cannot_be_had_are_missing() -> None:
    """A random intercept per observation: its variance and the residual's are one."""
    s = mixedcli.Session(data=str(T43))
    out = s.run("generate row = _n\nmixed score i.drug || person: || row:, reml nolog dfmethod(kroger)")
    if s.e["df_min"] == s.e["df_min"]:  # the search may end where the row variance is 0
        assert s.e["df_max"] == pytest.approx(12.0, rel=1e-4)
        return
    assert "degrees of freedom are missing" in out.text
    assert "Wald chi2(3)" in out.text
    assert "1.939072" in out.text  # standard errors stay


def test_header_without_covariates() -> None:
    s = mixedcli.Session(data=str(T43))
    out = s.run("mixed score || person:, reml nolog dfmethod(kroger)")
    assert "F(0, .)" in out.text
    assert "min = 4.00" in out.text


def test_log_says_what_is_computed() -> None:
    s = mixedcli.Session(data=str(T43))
    assert "Computing degrees of freedom ..." in s.run("mixed score i.drug || person:, dfmethod(anova)").text


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("mixed, small", "dfmethod"),
        ("mixed, dftable(ci)", "dfmethod"),
        ("test 2.drug, small", "dfmethod"),
        ("testparm i.drug, small", "dfmethod"),
        ("lincom 2.drug, small", "dfmethod"),
        ("estat df", "method"),
        ("estat df, method()", "incorrectly specified"),
        ("estat df, method(welch)", "welch not allowed"),
        ("estat df, method(kroger anova) post", "post"),
        ("estat df, method(kroger) post(anova)", "post"),
        ("estat df, method(anova) oim", "oim"),
        ("estat df, method(kroger) eim oim", "may not be combined"),
        ("estat df, foo", "option foo not allowed"),
        ("estat", "subcommand required"),
        ("mixed score i.drug || person:, small", "option small not allowed"),
        ("mixed score i.drug || person:, dftable(ci)", "dfmethod"),
        ("mixed score i.drug || person:, dfmethod(kroger)", "only with option reml"),
        ("mixed score i.drug || person:, reml dfmethod(kroger, both)", "incorrectly specified"),
        ("mixed score i.drug || person:, reml dfmethod(anova, oim)", "incorrectly specified"),
        ("mixed score i.drug || person:, reml dfmethod(k)", "incorrectly specified"),
        ("mixed score i.drug, reml dfmethod(repeated)", "two-level"),
    ],
)
def test_refusals(command: str, message: str) -> None:
    s = drug("reml")
    before = s.e["cmdline"]
    with pytest.raises(InvalidSyntax, match=message):
        s.run(command)
    assert s.e["cmdline"] == before


def test_a_constant_is_no_hypothesis() -> None:
    with pytest.raises(StataError, match="not possible with test") as caught:
        drug("reml").run("lincom 3")
    assert caught.value.rc == 131


def test_a_subcommand_that_the_last_estimator_does_not_have() -> None:
    s = drug("reml")
    with pytest.raises(NotValid, match="invalid subcommand nothing"):
        s.run("estat nothing")


def test_small_is_for_fixed_effects() -> None:
    s = drug("reml dfmethod(anova)")
    with pytest.raises(InvalidSyntax, match="fixed effects"):
        s.run("test [lns1_1_1]_cons, small")


def test_testparm_without_coefficients() -> None:
    s = drug("reml")
    with pytest.raises(NotFound, match="no such variables"):
        s.run("testparm person")


def test_after_ml_the_approximations_are_refused() -> None:
    s = drug("mle")
    with pytest.raises(InvalidSyntax, match="reml"):
        s.run("estat df, method(kroger)")
    s.run("estat df, method(residual repeated)")
    assert s.r["df"].iloc[1].tolist()[1:] == [12.0, 12.0, 12.0, 4.0]


def test_with_constraints_it_is_the_reduced_model() -> None:
    s = mixedcli.Session(data=str(OATS))
    s.run(
        "drop if mod(_n, 5) == 2\nconstraint 1 2.variety = 3.variety\ngenerate other = variety > 1\n"
        "quietly mixed yield other nitro || block:, reml dfmethod(kroger)"
    )
    free, adjusted, F, ddf = s.e["df"].iloc[0].tolist(), s.e["V_df"], s.e["F"], s.e["ddf_m"]
    s.run("quietly mixed yield i.variety nitro || block:, reml dfmethod(kroger) constraints(1)")
    np.testing.assert_allclose(s.e["df"].iloc[0, 1:], [free[0], *free], rtol=1e-5)
    assert s.e["V_df"].loc["yield:3.variety", "yield:nitro"] == pytest.approx(
        adjusted.loc["yield:other", "yield:nitro"], rel=1e-4
    )
    assert (s.e["F"], s.e["ddf_m"]) == (pytest.approx(F, rel=1e-5), pytest.approx(ddf, rel=1e-5))


def test_unstructured_residuals_give_hotelling() -> None:
    """Complete data, one covariance for each pair of days: Kenward and Roger's F is Hotelling's T2, exactly."""
    s = mixedcli.Session(data=str(OATS.with_name("sleepstudy.csv")))
    s.run("keep if days <= 3")
    wide = s.data.pivot_table(index="subject", columns="days", values="reaction").to_numpy()
    difference = wide[:, 1:] - wide[:, :1]
    n, k = difference.shape
    mean, S = difference.mean(0), np.cov(difference, rowvar=False)
    F = (n - k) / ((n - 1) * k) * n * float(mean @ np.linalg.solve(S, mean))
    s.run("quietly mixed reaction i.days || subject:, nocons reml residuals(un, t(days)) dfmethod(kroger)")
    assert s.e["F"] == pytest.approx(F, rel=1e-5)
    assert s.e["ddf_m"] == pytest.approx(n - k, rel=1e-5)
    np.testing.assert_allclose(s.e["df"].iloc[0, 1:], n - 1, rtol=1e-5)


def test_autoregressive_residuals_of_two_times_are_the_paired_test() -> None:
    """With two days every structure of equal variances is compound symmetry: the same fit, the same test."""
    s = mixedcli.Session(data=str(OATS.with_name("sleepstudy.csv")))
    s.run("keep if inlist(days, 1, 2)")
    F = []
    for model in (":", ":, nocons residuals(ar 1, t(days))", ":, nocons residuals(exchangeable)"):
        options = " reml dfmethod(kroger)" if "," in model else ", reml dfmethod(kroger)"
        s.run(f"quietly mixed reaction i.days || subject{model}{options}")
        assert s.e["ddf_m"] == pytest.approx(17.0, rel=1e-5)
        F.append(s.e["F"])
    np.testing.assert_allclose(F, F[0], rtol=1e-5)


def test_estat_df_under_constraints() -> None:
    """The same as dfmethod() at estimation."""
    s = mixedcli.Session(data=str(OATS))
    model = "quietly mixed yield i.variety nitro || block:, reml constraints(1)"
    s.run(f"drop if mod(_n, 5) == 2\nconstraint 1 2.variety + 3.variety = 4\n{model} dfmethod(kroger)")
    df, adjusted, F, ddf = s.e["df"], s.e["V_df"], s.e["F"], s.e["ddf_m"]
    s.run(f"{model}\nestat df, method(residual kroger) post(kroger)")
    np.testing.assert_allclose(s.e["df"], df, rtol=1e-6)
    np.testing.assert_allclose(s.e["V_df"], adjusted, rtol=1e-6, atol=1e-9)
    assert (s.e["F"], s.e["ddf_m"]) == (pytest.approx(F, rel=1e-6), pytest.approx(ddf, rel=1e-6))
    np.testing.assert_allclose(s.r["df"].iloc[0, 1:], s.e["N"] - 3)  # four coefficients, one constraint
