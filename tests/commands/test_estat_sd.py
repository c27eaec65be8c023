"""estat sd: squares and delta method by hand from e(b) and e(V); what it posts works as coefficients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mixedcli import Session, StataError

DATA = Path(__file__).parents[2] / "fixtures" / "rdatasets"


@pytest.fixture
def session() -> Session:
    s = Session(data=DATA / "sleepstudy.csv")
    s.run("mixed reaction days || subject: days, covariance(unstructured)")
    return s


def shown(theta: np.ndarray, *, variance: bool) -> np.ndarray:
    """SDs (variances), correlation (covariance), residual SD (variance) from log SDs and atanh correlation."""
    a, b, r, e = np.exp(theta[0]), np.exp(theta[1]), np.tanh(theta[2]), np.exp(theta[3])
    return np.array([a * a, b * b, r * a * b, e * e] if variance else [a, b, r, e])


@pytest.mark.parametrize("variance", [False, True])
def test_posted_values_and_their_covariances(session: Session, variance: bool) -> None:
    theta, V = session.e["b"].to_numpy()[0][2:], session.e["V"].to_numpy()
    expected = shown(theta, variance=variance)
    step = 1e-6
    J = np.array(
        [
            (shown(theta + step * u, variance=variance) - shown(theta - step * u, variance=variance)) / (2 * step)
            for u in np.eye(4)
        ]
    ).T
    session.run(f"estat sd, {'variance ' if variance else ''}post")
    word, pair = ("var", "cov") if variance else ("sd", "corr")
    assert session.e["b"].columns.tolist() == [
        "reaction:days",
        "reaction:_cons",
        f"subject:{word}(days)",
        f"subject:{word}(_cons)",
        f"subject:{pair}(days,_cons)",
        f"Residual:{word}(e)",
    ]
    np.testing.assert_allclose(session.e["b"].to_numpy()[0][2:], expected, rtol=1e-9)
    np.testing.assert_allclose(session.e["V"].to_numpy()[2:, 2:], J @ V[2:, 2:] @ J.T, rtol=1e-6)
    assert session.e["cmd"] == "estat sd"
    session.run(f"nlcom _b[subject:{word}(days)]^2")
    assert session.r["b"].to_numpy()[0, 0] == pytest.approx(expected[0] ** 2, rel=1e-9)
    session.run(f"test _b[subject:{word}(days)] = _b[Residual:{word}(e)]")
    assert session.r["df"] == 1
    assert f"[subject]{word}(days)" in session.run(f"lincom [subject]_b[{word}(days)] - _b[Residual:{word}(e)]").text


def test_intervals_are_those_of_the_table(session: Session) -> None:
    rows = session.run("mixed, stddeviations").text.splitlines()
    printed = [line.split("|")[1].split() for line in rows if "(" in line and "|" in line][-4:]
    session.run("estat sd")
    table = session.r["table"].to_numpy()
    for k, cells in enumerate(printed):
        np.testing.assert_allclose(table[[0, 1, 4, 5], k], [float(c) for c in cells], rtol=1e-5)
    assert session.e["cmd"] == "mixed"  # nothing is posted


def test_layout(session: Session) -> None:
    text = session.run("estat sd, variance post").text
    lines = text.splitlines()
    assert "subject      |" in lines
    assert any(line.startswith("   var(_cons)|   565.5154   265.2661             ") for line in lines)
    assert any(line.startswith("Residual     |") for line in lines)
    session.run("estimates store A")
    assert session.run("estimates replay A").text.count("var(_cons)|") == 1


def test_legend_and_mistakes(session: Session) -> None:
    assert "_b[subject:sd(days)]" in session.run("estat sd, post coeflegend").text
    with pytest.raises(StataError) as caught:
        session.run("estat sd")  # they are no longer mixed's results
    assert caught.value.rc == 321
    session.run("mixed reaction days || subject:")
    for text in ("estat sd, coeflegend", "estat sd, level(5)", "estat sd x"):
        with pytest.raises(StataError) as caught:
            session.run(text)
        assert caught.value.rc == 198


def test_crossed_and_residual_names() -> None:
    s = Session(data=DATA / "penicillin.csv")
    s.run("mixed diameter || _all: R.plate || sample:")
    rows = [p["estimate"] for p in s.table().reset_index().to_dict("records") if p["part"] != "fixed"]
    s.run("estat sd, variance post")
    assert s.e["b"].columns.tolist()[1:] == ["_all:var(R_plate)", "sample:var(_cons)", "Residual:var(e)"]
    np.testing.assert_allclose(s.e["b"].to_numpy()[0][1:], rows)
    s = Session(data=DATA / "sleepstudy.csv")
    s.run("mixed reaction days || subject:, residuals(ar 1, t(days)) vce(robust)")
    se = [p["se"] for p in s.table().reset_index().to_dict("records") if p["part"] != "fixed"]
    s.run("estat sd, variance post")
    assert s.e["b"].columns.tolist()[2:] == ["subject:var(_cons)", "Residual:rho", "Residual:var(e)"]
    np.testing.assert_allclose(np.sqrt(np.diag(s.e["V"].to_numpy()))[2:], se, rtol=1e-9)


def test_a_variance_of_zero_has_no_variance() -> None:
    s = Session(data=DATA / "dyestuff2.csv")
    s.run("mixed yield || batch:")
    s.run("estat sd, post")
    assert s.e["b"].to_numpy()[0, 1] == pytest.approx(0, abs=1e-6)
    assert np.isfinite(s.e["V"].to_numpy()).all()
