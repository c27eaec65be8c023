"""nlcom, testnl, predictnl: the delta method against its formulas written out, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mixedcli import Session, StataError

SLEEP = Path(__file__).parents[2] / "fixtures" / "rdatasets" / "sleepstudy.csv"


@pytest.fixture
def session() -> Session:
    s = Session(data=SLEEP)
    s.run("quietly mixed reaction days || subject: days, cov(un) reml")
    return s


def test_variances_have_the_errors_of_the_table(session: Session) -> None:
    """exp(2 lns) is the variance: mixed's own table of variances has the same standard error."""
    session.run("nlcom (v: exp(2*[lns1_1_1]_cons)) (r: tanh([atr1_1_1_2]_cons))")

    b, V = session.e["b"], session.e["V"].to_numpy()
    names = list(b.columns)
    k, m = names.index("lns1_1_1:_cons"), names.index("atr1_1_1_2:_cons")
    variance = np.exp(2 * b.iloc[0, k])
    rho = np.tanh(b.iloc[0, m])
    G = np.zeros((2, len(names)))
    G[0, k], G[1, m] = 2 * variance, 1 - rho**2
    np.testing.assert_allclose(session.r["b"].to_numpy()[0], [variance, rho], rtol=1e-13)
    np.testing.assert_allclose(session.r["V"].to_numpy(), G @ V @ G.T, rtol=1e-9)


def test_ratio_by_its_formula(session: Session) -> None:
    session.run("nlcom _b[_cons]/_b[days], level(90)")
    b, V = session.e["b"].to_numpy()[0][:2], session.e["V"].to_numpy()[:2, :2]
    g = np.array([-b[1] / b[0] ** 2, 1 / b[0]])
    table = session.r["table"].iloc[:, 0]
    assert table["b"] == pytest.approx(b[1] / b[0], rel=1e-14)
    assert table["se"] == pytest.approx(np.sqrt(g @ V @ g), rel=1e-9)
    assert table["ul"] - table["b"] == pytest.approx(1.6448536269514722 * table["se"], rel=1e-9)


def test_echo_and_table(session: Session) -> None:
    lines = session.run("nlcom (a: _b[days]) (2*_b[days])").text.splitlines()
    assert lines[1:3] == ["           a: _b[days]", "       _nl_2: 2*_b[days]"]  # stata: public logs of nlcom
    assert lines[5].startswith("    reaction | Coefficient  Std. err.")
    assert lines[7].startswith("           a |")


def test_posted_functions_are_estimates(session: Session) -> None:
    b = session.e["b"].to_numpy()[0][:2]
    session.run("nlcom (a: _b[days]) (c: 2*_b[_cons]), post")
    assert session.e["cmd"] == "nlcom"
    assert list(session.e["b"].columns) == ["a", "c"]
    assert " ( 1)  a - c = 0" in session.run("test a = c").text
    session.run("lincom a + c")
    assert session.r["estimate"] == pytest.approx(b[0] + 2 * b[1])
    assert "    reaction | Coefficient" in session.run("estimates replay").text


def test_linear_testnl_is_test(session: Session) -> None:
    session.run("test (days = 10) (_cons = 250)")
    expected = session.r["chi2"], session.r["p"]
    text = session.run("testnl (_b[days] = 10) (_b[_cons] = 250)").text
    assert (session.r["chi2"], session.r["p"]) == pytest.approx(expected, rel=1e-8)
    assert session.r["df"] == 2
    assert text.splitlines()[1:3] == ["  (1)  _b[days] = 10", "  (2)  _b[_cons] = 250"]


def test_testnl_chain_and_form_matter(session: Session) -> None:
    session.run("testnl _b[days] = _b[_cons]/25 = 10")
    assert session.r["df"] == 2
    session.run("testnl _b[days]^2 = 100")
    b, v = session.e["b"].to_numpy()[0][0], session.e["V"].to_numpy()[0, 0]
    assert session.r["chi2"] == pytest.approx((b * b - 100) ** 2 / (4 * b * b * v), rel=1e-8)


def test_adjusted_p_values(session: Session) -> None:
    """Holm's step-down, Bonferroni and Sidak by hand."""
    for how, adjust in (
        ("bonferroni", lambda p: np.minimum(1, 3 * p)),
        ("sidak", lambda p: 1 - (1 - p) ** 3),
        ("holm", lambda p: np.minimum(1, np.maximum.accumulate([3 * p[0], 2 * p[1], p[2]]))),
    ):
        for command in (
            "testnl (_b[days]=14) (_b[_cons]=246) (_b[days]=10), ",
            "test (days=14) (_cons=246) (days=10), ",
        ):
            session.run(f"{command} mtest({how})")
            rows = session.r["mtest"].sort_values("p")
            p = rows["p"].to_numpy()
            if how == "holm":
                order = np.argsort(session.r["mtest"]["p"].to_numpy())
                np.testing.assert_allclose(session.r["mtest"]["adjustp"].to_numpy()[order], adjust(p))
            else:
                np.testing.assert_allclose(rows["adjustp"], adjust(p), rtol=1e-12)


def test_predictions_and_errors(session: Session) -> None:
    session.run("predictnl double p = xb()/_b[_cons] + days, se(se) ci(lo hi) variance(v) wald(w) p(pv) g(g)")
    d = session.data
    b, V = session.e["b"].to_numpy()[0][:2], session.e["V"].to_numpy()[:2, :2]
    t = d["days"].to_numpy(float)
    np.testing.assert_allclose(d["p"], (b[0] * t + b[1]) / b[1] + t, rtol=1e-13)
    g = np.column_stack([t / b[1], -b[0] * t / b[1] ** 2])
    se = np.sqrt(np.einsum("ni,ij,nj->n", g, V, g))
    np.testing.assert_allclose(d["se"], se, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(d["v"], se**2, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(d["hi"] - d["p"], 1.959963984540054 * se, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(d["g1"], g[:, 0], rtol=1e-6, atol=1e-9)
    assert d["w"][t > 0].to_numpy() == pytest.approx(((d["p"] / se) ** 2)[t > 0].to_numpy(), rel=1e-5)
    assert (d["p"].iloc[0], d["se"].iloc[0]) == (1.0, 0.0)
    assert np.isnan(d["w"].iloc[0])


def test_xb_alone_is_predict(session: Session) -> None:
    session.run("predictnl double a = xb() if days > 2, se(s)\npredict double x, xb\npredict double e, stdp")
    d = session.data
    inside = d["days"] > 2
    assert d["a"].isna().equals(~inside)
    np.testing.assert_allclose(d["a"][inside], d["x"][inside], rtol=1e-14)
    np.testing.assert_allclose(d["s"][inside], d["e"][inside], rtol=1e-6)


def test_scalars_are_constants_of_nlcom(session: Session) -> None:
    session.run("scalar k = 3\nnlcom k*_b[days]")
    assert session.r["b"].iloc[0, 0] == pytest.approx(3 * session.e["b"].iloc[0, 0])


@pytest.mark.parametrize(
    ("line", "rc"),
    [
        ("nlcom _b[nothing]", 111),
        ("nlcom days", 111),
        ("nlcom log(-_b[days])", 498),
        ('nlcom "a"', 109),
        ("nlcom", 198),
        ("nlcom _b[days] = 1", 198),
        ("nlcom (a: _b[days]) (a: _b[_cons])", 110),
        ("testnl _b[days]", 198),
        ("testnl (_b[days]=1), mtest(tukey)", 198),
        ("predictnl days = xb()", 110),
        ("predictnl p = xb(), ci(a)", 102),
        ("predictnl p = predict(fitted)", 198),
        ("predictnl p = xb(nosuch)", 303),
    ],
)
def test_refusals(session: Session, line: str, rc: int) -> None:
    before = session.data
    with pytest.raises(StataError) as caught:
        session.run(line)
    assert caught.value.rc == rc
    assert session.data.equals(before)


def test_nothing_without_estimates() -> None:
    s = Session(data=SLEEP)
    for line in ("nlcom _b[x]", "testnl _b[x]=1", "predictnl p = _b[x]"):
        with pytest.raises(StataError) as caught:
            s.run(line)
        assert caught.value.rc == 301
