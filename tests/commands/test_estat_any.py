"""estat ic, vce, summarize and group, after mixed and other estimators: by hand from e() and the data."""

from __future__ import annotations

from math import log
from pathlib import Path

import numpy as np
import pytest

from mixedcli import Session, StataError

DATA = Path(__file__).parents[2] / "fixtures" / "rdatasets"


@pytest.fixture
def session() -> Session:
    s = Session(data=DATA / "sleepstudy.csv")
    s.run("mixed reaction days if days > 0 || subject:")
    return s


@pytest.mark.parametrize("command", ["mixed reaction days || subject:", "regress reaction days"])
def test_information_criteria(session: Session, command: str) -> None:
    session.run(command)
    ll, n = session.e["ll"], session.e["N"]
    k = 4 if command.startswith("mixed") else 2
    session.run("estat ic, all")
    expected = [-2 * ll + 2 * k, -2 * ll + log(n) * k, -2 * ll + 2 * k + 2 * k * (k + 1) / (n - k - 1)]
    np.testing.assert_allclose(session.r["S"].to_numpy()[0][4:], [*expected, -2 * ll + (log(n) + 1) * k])
    session.run("estat ic, n(50) df(7) aiccorrected")
    np.testing.assert_allclose(
        session.r["S"].to_numpy()[0][[0, 3, 4, 5]], [50, 7, -2 * ll + 14 + 2 * 7 * 8 / 42, -2 * ll + 7 * log(50)]
    )
    assert "ll(null)" in session.run("estat ic, aicconsistent").text


def test_ic_needs_a_likelihood(session: Session) -> None:
    session.run("xtset subject\nxtreg reaction days, re")
    with pytest.raises(StataError, match="likelihood information not found") as caught:
        session.run("estat ic")
    assert caught.value.rc == 321
    for text in ("estat ic, all aiccorrected", "estat ic, n(0)", "estat ic, df(x)"):
        session.run("regress reaction days")
        with pytest.raises(StataError) as caught:
            session.run(text)
        assert caught.value.rc == 198


def test_vce(session: Session) -> None:
    V = session.e["V"].to_numpy()
    lines = session.run("estat vce").text.splitlines()
    assert lines[1] == "Covariance matrix of coefficients of mixed model"
    # stata: "STA" above its first column, left-aligned (a public log of vce after logit)
    assert lines[3].startswith("             | reaction ")
    assert lines[4].startswith("        e(V) |       days       _cons |")
    np.testing.assert_allclose(session.r["V"].to_numpy(), V)
    session.run("estat vce, correlation")
    assert session.r["V"].to_numpy()[1, 0] == pytest.approx(V[1, 0] / np.sqrt(V[0, 0] * V[1, 1]))
    one = session.run("estat vce, equation(reaction) format(%9.3f)").text
    assert f"{V[1, 1]:.3f}" in one
    assert "lnsig_e" not in one
    both = session.run("estat vce, block").text
    assert both.count("covariances of equation") == 6
    assert session.run("estat vce, diag").text.count("covariances of equation") == 3
    assert session.run("estat vce, equation(lnsig_e \\ reaction)").text.count("covariances of") == 1
    with pytest.raises(StataError) as caught:
        session.run("estat vce, equation(nosuch)")
    assert caught.value.rc == 303
    session.run("regress reaction days")
    lines = session.run("estat vce").text.splitlines()
    assert lines[3].startswith("        e(V) |       days       _cons ")


def test_summarize(session: Session) -> None:
    d = session.data
    own = d[d["days"] > 0]
    text = session.run("estat summarize").text
    assert "  Estimation sample mixed " in text
    assert "Number of obs =        162" in text
    for k, name in enumerate(("reaction", "days")):
        x = own[name]
        np.testing.assert_allclose(session.r["stats"].to_numpy()[k], [x.mean(), x.std(), x.min(), x.max()], rtol=1e-6)
    session.run("estat su subject")
    assert session.r["stats"].to_numpy()[0, 0] == pytest.approx(own["subject"].mean())
    session.run('label variable days "time"\ngenerate w = 1 + mod(subject, 3)\nregress reaction days [fw=w]')
    assert "time" in session.run("estat su, labels noheader").text
    w, x = session.data["w"], session.data["days"]
    mean = np.average(x, weights=w)
    sd = np.sqrt(np.sum(w * (x - mean) ** 2) / (w.sum() - 1))
    np.testing.assert_allclose(session.r["stats"].to_numpy()[1][:2], [mean, sd])
    session.run("estat su, noweights equation")
    assert session.r["stats"].to_numpy()[1, 0] == pytest.approx(x.mean())
    session.run("drop _all")
    with pytest.raises(StataError) as caught:
        session.run("estat su")
    assert caught.value.rc == 322


def test_group(session: Session) -> None:
    lines = session.run("estat group").text.splitlines()
    assert lines[6].split() == ["subject", "|", "18", "9", "9.0", "9"]
    with pytest.raises(StataError) as caught:
        session.run("estat group, x")
    assert caught.value.rc == 198


def test_all_criteria_as_published() -> None:
    """stata.com, "Corrected and consistent AICs" (Stata 18): mlogit with 87 observations and 8 parameters."""
    run = Session().run
    run("matrix b = (1)\nmatrix V = (1)\nmatrix rownames V = c1\nereturn post b V")
    run("ereturn scalar N = 87\nereturn scalar rank = 8")
    run("ereturn scalar ll_0 = -76.93025\nereturn scalar ll = -70.36684\nereturn local cmd mlogit")
    for command in ("estat ic, all", "estimates stats, all", "estimates stats, all n(87) df(8)"):
        check_criteria(run(command).text.splitlines())


def check_criteria(lines: list[str]) -> None:
    rows = [line.split("|")[1].split() for line in lines if line.strip().startswith((". |", "Model |"))]
    assert rows == [
        ["N", "ll(null)", "ll(model)", "df"],
        ["87", "-76.93025", "-70.36684", "8"],
        ["AIC", "BIC", "AICc", "CAIC"],
        ["156.7337", "176.4609", "158.5798", "184.4609"],
    ]
    assert max(map(len, lines)) <= 79


def test_long_names_and_labels_stay_within_the_line(session: Session) -> None:
    session.run("generate a_name_of_thirty_two_characters1 = mod(subject, 3)")
    session.run("generate a_name_of_thirty_two_characters2 = mod(days, 2)")
    session.run('label variable reaction "Average reaction time in milliseconds over all tests"')
    session.run("mixed reaction a_name_of_thirty_two_characters1##a_name_of_thirty_two_characters2 || subject:")
    for command in ("estat df, method(repeated)", "estat summarize, labels"):
        lines = session.run(command).text.splitlines()
        assert max(map(len, lines)) <= 79, command
        assert not any(line.startswith("> ") for line in lines), command
    assert "Average rea.." in session.run("estat summarize reaction, labels").text
