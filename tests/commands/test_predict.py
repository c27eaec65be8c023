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


def test_labels_and_order() -> None:
    s = Session(data=SLEEP.with_name("pastes.csv"))
    s.run("generate x = mod(_n, 4)\nmixed strength x || batch: x || cask:, reml")
    s.run("predict double a1-a3, reffects reses(s*)\npredict se, stdp\npredict r, residuals\npredict z, rstandard")
    s.run("predict f, fitted")
    expected = {
        "a1": "BLUP r.e. for batch: x",
        "a2": "BLUP r.e. for batch: _cons",
        "a3": "BLUP r.e. for cask: _cons",
        "s1": "BLUP r.e. std. errors for batch: x",
        "se": "S.E. of the linear prediction, fixed portion",
        "r": "Residuals",
        "z": "Standardized residuals",
        "f": "Fitted values: xb + Zu",
    }
    described = s.run("describe").text
    for name, label in expected.items():
        row = next(x for x in described.splitlines() if x.startswith(f"{name} "))
        assert row[46:].strip() in label  # long labels go on in a second line
        assert label.startswith(row[46:].strip())
    names = s.data.columns.tolist()
    assert names[names.index("a1") :][:6] == ["a1", "a2", "a3", "s1", "s2", "s3"]


def test_observations_outside_the_sample() -> None:
    """xb goes everywhere with data; what needs random effects stays in the sample, also for groups never seen."""
    s = Session(data=SLEEP)
    s.run("mixed reaction days if subject < 350 || subject:, reml")
    s.run("predict double xb\npredict double p, stdp")
    for what in ("fitted", "residuals", "rstandard"):
        assert s.run(f"predict double {what}, {what}").text == "(70 missing values generated)\n"
        assert (s.data[what].isna() == (s.data["subject"] >= 350)).all()
    s.run("predict double b*, reffects reses(s*)")
    assert (s.data["b1"].isna() == (s.data["subject"] >= 350)).all()
    assert s.data[["xb", "p"]].notna().all(axis=None)
    s.run("sort days reaction")  # the order of the data does not matter
    s.run("predict double f2, fitted")
    np.testing.assert_allclose(s.data["f2"], s.data["fitted"])
    # what lies outside the sample may change
    s.run("replace days = 100 if subject >= 350\npredict double f3, fitted\npredict double x2, xb")
    np.testing.assert_allclose(s.data["f3"], s.data["fitted"])
    b = s.e["b"].to_numpy()[0]
    np.testing.assert_allclose(s.data["x2"], b[1] + b[0] * s.data["days"])


def test_other_data_in_memory(session: Session) -> None:
    b = session.e["b"].to_numpy()[0]
    session.run("clear\nset obs 3\ngenerate days = _n")
    session.run("predict double p")
    np.testing.assert_allclose(session.data["p"], b[1] + b[0] * np.arange(1, 4))
    for text, rc in (("predict double q, fitted", 322), ("predict double b*, reffects", 322)):
        with pytest.raises(StataError) as caught:
            session.run(text)
        assert caught.value.rc == rc
    session.run("drop days")
    with pytest.raises(StataError) as caught:
        session.run("predict q")
    assert caught.value.rc == 111
    assert session.data.columns.tolist() == ["p"]


@pytest.mark.parametrize(
    ("command", "rc"),
    [
        ("predict a*, reffects reses(a*)", 110),
        ("predict a*, reffects reses(days b)", 110),
        ("predict a1 a2, reffects reses(s1)", 102),
        ("predict a1-a3, reffects", 103),
        ("predict a2-a1, reffects", 198),
        ("predict a, xb relevel(subject)", 198),
        ("predict a, fitted reses(b*)", 198),
        ("predict 1a", 198),
        ("predict byte a if nosuch > 1", 111),
    ],
)
def test_nothing_is_half_done(session: Session, command: str, rc: int) -> None:
    before = session.data.columns.tolist()
    with pytest.raises(StataError) as caught:
        session.run(command)
    assert caught.value.rc == rc
    assert session.data.columns.tolist() == before


def test_storage_types(session: Session) -> None:
    session.run("predict int i, xb\npredict double d, xb\nset type double\npredict e in 1/5, xb")
    d = session.data
    assert (d["i"] == np.trunc(d["d"])).all()
    assert d["e"].dtype == np.float64
    assert d["e"].notna().sum() == 5
