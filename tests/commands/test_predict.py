"""predict after mixed: identities between the statistics, lme4's published random effects, and refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mixedcli import Session, StataError

SLEEP = Path(__file__).parents[2] / "fixtures" / "rdatasets" / "sleepstudy.csv"


@pytest.fixture
def session() -> Session:
    s = Session(data=SLEEP)
    s.run("mixed reaction days || subject: days, cov(un) reml")
    return s


def test_published_random_effects(session: Session) -> None:
    """ranef() of the sleep study in lme4's documentation (subjects 308 and 309)."""
    session.run("predict double b*, reffects reses(s*)")
    first = session.data.drop_duplicates("subject")
    assert first["b2"].tolist()[:2] == pytest.approx([2.2585509, -40.3987381], rel=1e-5)
    assert first["b1"].tolist()[:2] == pytest.approx([9.1989758, -8.6196806], rel=1e-5)
    assert (first[["s1", "s2"]] > 0).all().all()


def test_identities(session: Session) -> None:
    session.run(
        "predict double xb\npredict double f, fitted\npredict double r, residuals\npredict double z, rstandard\n"
        "predict double b*, reffects\npredict double se, stdp"
    )
    d = session.data
    np.testing.assert_allclose(d["f"], d["xb"] + d["b1"] * d["days"] + d["b2"], rtol=1e-10)
    np.testing.assert_allclose(d["r"], d["reaction"] - d["f"], atol=1e-8)
    sigma = np.exp(session.e["b"].to_numpy()[0][-1])
    np.testing.assert_allclose(d["z"], d["r"] / sigma, rtol=1e-10)
    v = session.e["V"].to_numpy()[:2, :2]
    x = np.column_stack([d["days"], np.ones(len(d))])
    np.testing.assert_allclose(d["se"], np.sqrt(np.einsum("ni,ij,nj->n", x, v, x)), rtol=1e-10)


def test_types_labels_and_messages(session: Session) -> None:
    assert session.run("predict p").text == "(option xb assumed)\n"
    assert session.data["p"].dtype == np.float32
    assert "Linear prediction, fixed portion" in session.run("describe p").text
    assert session.run("predict q if days > 2, fitted").text == "(54 missing values generated)\n"


def test_relevel_takes_the_top_levels() -> None:
    s = Session(data=SLEEP.with_name("pastes.csv"))
    s.run("mixed strength || batch: || cask:, reml")
    s.run("predict double b*, reffects\npredict double t, reffects relevel(batch)")
    s.run("predict double f, fitted relevel(batch)\npredict double xb, xb")
    d = s.data
    np.testing.assert_allclose(d["t"], d["b1"])
    np.testing.assert_allclose(d["f"], d["xb"] + d["b1"])
    assert (d.groupby(["batch", "cask"])["b2"].nunique() == 1).all()


@pytest.mark.parametrize(
    ("command", "rc"),
    [
        ("predict days", 110),
        ("predict b1, reffects", 102),
        ("predict a b, fitted", 103),
        ("predict a, xb fitted", 198),
        ("predict a, nosuch", 198),
        ("predict a, reffects relevel(nosuch)", 111),
        ("predict str5 a", 198),
    ],
)
def test_mistakes(session: Session, command: str, rc: int) -> None:
    before = session.data.columns.tolist()
    with pytest.raises(StataError) as caught:
        session.run(command)
    assert caught.value.rc == rc
    assert session.data.columns.tolist() == before


def test_other_data_are_not_predicted(session: Session) -> None:
    session.run("drop in 1/5\nreplace days = days + 1 in 1")
    session.run("predict double p, xb")
    with pytest.raises(StataError) as caught:
        session.run("predict double f, fitted")
    assert caught.value.rc == 459
    session.run("replace days = days - 1 in 1")


def test_crossed_effects_are_those_of_lme4() -> None:
    """ranef() of the penicillin data in lme4's book (plates a, b; samples A, B)."""
    s = Session(data=SLEEP.with_name("penicillin.csv"))
    s.run("quietly mixed diameter || _all: R.plate || sample:, reml\npredict double b*, reffects reses(s*)")
    d = s.data
    plates, samples = d.drop_duplicates("plate"), d.drop_duplicates("sample")
    assert plates["b1"].tolist()[:3] == pytest.approx([0.80454704, 0.80454704, 0.18167191], abs=2e-5)
    assert samples["b2"].tolist()[:2] == pytest.approx([2.18705797, -1.01047615], abs=2e-5)
    assert "BLUP r.e. for _all: R.plate" in s.run("describe b1").text


def test_after_residual_structures_weights_and_constraints() -> None:
    s = Session(data=SLEEP)
    for line in (
        "mixed reaction days || subject:, residuals(ar 1, t(days))",
        "mixed reaction days || subject:, residuals(exponential, t(days)) reml",
        "generate w = 1 + mod(subject, 2)\nmixed reaction days || subject: days, fweight(w)",
        "mixed reaction days [pw=w] || subject:",
        "constraint 1 days = 10\nmixed reaction days || subject:, constraints(1)",
    ):
        s.run(line.replace("mixed", "quietly mixed"))
        s.run("predict double f, fitted\npredict double r, residuals\npredict double z, rstandard")
        s.run("predict double b*, reffects")
        d = s.data
        np.testing.assert_allclose(d["f"] + d["r"], d["reaction"], rtol=1e-12)
        assert 0.5 < d["z"].std() < 1.5
        s.run("drop f r z b*")
