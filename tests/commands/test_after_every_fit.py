"""Every postestimation command after every kind of fit: it works or refuses as the table says; identities hold."""

from __future__ import annotations

import copy
import math
from functools import lru_cache

import numpy as np
import pytest

from mixedcli.data.missing import is_missing
from mixedcli.data.read import load
from mixedcli.dispatch.runner import Runner
from mixedcli.render.text import render_all
from mixedcli.session import Session
from tests.commands.driving import driver
from tests.commands.families import COMMANDS, DATA, FAMILIES, SETUP, After, Family, smaller

Floats = np.ndarray


@lru_cache(maxsize=1)
def fitted(family: Family) -> Session:
    """A session after the fit, with a smaller model stored."""
    session, run = driver(load(str(DATA), ""))
    for line in [*SETUP.strip().splitlines(), smaller(family), "estimates store less", family.command]:
        assert not run(line).startswith("r("), line
    return session


def result(session: Session, line: str) -> str:
    """What a command shows on a session that it changes.  It may not fail."""
    record = Runner(session).execute(line)
    assert not record.failed, (line, record.error)
    return "\n".join(x.text for x in render_all(record.blocks))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.command)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_works_or_refuses(family: Family, command: After) -> None:
    before = fitted(family)
    session = copy.copy(before)
    record = Runner(session).execute(command.command)  # any other exception than a StataError goes through
    codes = {rc for trait, rc in command.refused if trait in family.traits}
    codes |= {rc for trait, rc in command.absent if trait not in family.traits}
    if codes:
        assert record.failed
        assert record.rc in codes
        assert session.data is before.data
        assert session.estimates is before.estimates
        return
    assert not record.failed, record.error
    text = "\n".join(x.text for x in render_all(record.blocks)).lower()
    assert "nan" not in text.split()
    assert "inf" not in text.split()
    assert before.estimates is not None
    sample = before.estimates.sample
    assert sample is not None
    for name in [n for n in session.data.names if n not in before.data]:
        values = session.data.numeric(name)[sample]
        if "scores" not in command.command:
            assert not is_missing(values).any(), name
        assert np.isfinite(values).all()
    for value in session.r.scalars.values():
        assert not math.isinf(value)


def predictions(session: Session) -> dict[str, Floats]:
    """All predictions in the estimation sample; "u" is Z u, from the BLUPs and what their labels say."""
    assert session.estimates is not None
    sample = session.estimates.sample
    assert sample is not None
    for what in ("xb", "fitted", "residuals", "rstandard"):
        result(session, f"predict double _{what}, {what}")
    out = {what: session.data.numeric(f"_{what}")[sample] for what in ("xb", "fitted", "residuals", "rstandard")}
    out["u"] = np.zeros(sample.sum())
    if not Runner(session).execute("predict double _u*, reffects").failed:
        for name in (n for n in session.data.names if n.startswith("_u")):
            column = session.data.column(name)
            effect = column.label.rpartition(": ")[2]
            z = session.data.numeric("days")[sample] if effect == "days" else 1.0
            out["u"] += z * column.numeric()[sample]
    out["y"] = session.data.numeric("reaction")[sample]
    return out


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_predictions_add_up(family: Family) -> None:
    session = copy.copy(fitted(family))
    p = predictions(session)
    np.testing.assert_allclose(p["residuals"], p["y"] - p["fitted"], atol=1e-9)
    np.testing.assert_allclose(p["fitted"], p["xb"] + p["u"], atol=1e-8)
    if not family.traits & {"residual"}:
        assert session.estimates is not None
        sigma = math.exp(session.estimates.fit.result.theta[-1])
        np.testing.assert_allclose(p["rstandard"] * sigma, p["residuals"], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_standard_deviations_are_roots_of_variances(family: Family) -> None:
    session = copy.copy(fitted(family))
    result(session, "estat sd, variance")
    variances = dict(zip(session.r.matrices["table"].colnames, session.r.matrices["table"].values.T, strict=True))
    result(session, "estat sd")
    table = session.r.matrices["table"]
    sds = dict(zip(table.colnames, table.values.T, strict=True))
    for name, own in sds.items():
        level, _, label = name.partition(":")
        if "sd(" in label:
            other = variances[f"{level}:{label.replace('sd(', 'var(')}"]
            assert own[0] ** 2 == pytest.approx(other[0], rel=1e-12)
            if other[0] > 1e-8 and other[1] == other[1]:
                assert 2 * own[0] * own[1] == pytest.approx(other[1], rel=1e-8)  # delta method
        elif label.startswith("corr(") and "," in label and level != "Residual":
            a, b = label[5:-1].split(",")
            if f"{level}:sd({a})" not in sds:
                continue  # one variance for both
            product = sds[f"{level}:sd({a})"][0] * sds[f"{level}:sd({b})"][0]
            assert own[0] * product == pytest.approx(variances[f"{level}:cov({a},{b})"][0], rel=1e-9)


NESTED = [f for f in FAMILIES if not f.traits & {"crossed", "residual", "linear"}]


@pytest.mark.parametrize("family", NESTED, ids=lambda f: f.name)
def test_matrices_of_nested_fits(family: Family) -> None:
    """wcorrelation is made of the matrices of recovariance and the residual variance; so are the ICCs."""
    session = copy.copy(fitted(family))
    estimates = session.estimates
    assert estimates is not None
    sigma2 = math.exp(2 * estimates.fit.result.theta[-1])
    result(session, "estat recovariance")
    levels = [x.name for x in estimates.fit.frame.levels]
    count = len(levels)
    found = {k: session.r.matrices[f"Cov{k}"] for k in range(2, count + 2) if f"Cov{k}" in session.r.matrices}
    result(session, "estat wcorrelation, all")
    V = session.r.matrices["Cov"].values
    sample = estimates.sample
    assert sample is not None
    keys = [session.data.numeric(x)[sample] for x in levels]
    order = np.lexsort(keys[::-1])
    days = session.data.numeric("days")[sample][order]
    expected = sigma2 * np.eye(len(days))
    same = np.ones((len(days), len(days)), dtype=bool)
    for i, key in enumerate(keys):
        same &= key[order][:, None] == key[order][None, :]
        sigma = found[count - i + 1]
        Z = np.column_stack([days if n == "days" else np.ones(len(days)) for n in sigma.colnames])
        expected += same * (Z @ sigma.values @ Z.T)
    np.testing.assert_allclose(V, expected, rtol=1e-9, atol=1e-9)
    if "noconstant" in family.traits:
        return
    result(session, "estat icc")
    intercepts = {k: m.values[-1, -1] for k, m in found.items()}
    total = sigma2 + sum(intercepts.values())
    for k in found:
        above = sum(v for other, v in intercepts.items() if other >= k)
        assert session.r.scalars[f"icc{k}"] == pytest.approx(above / total, rel=1e-9)


def test_names_of_random_parameters() -> None:
    """Everywhere: _b[], [eq]_b[], [eq]name, nlcom, lincom, test."""
    family = next(f for f in FAMILIES if f.name == "unstructured")
    session = copy.copy(fitted(family))
    assert session.estimates is not None
    theta = session.estimates.fit.result.theta
    for line, value in (
        ("scalar x = _b[lns1_1_1:_cons]", theta[0]),
        ("scalar x = [lns1_1_2]_b[_cons]", theta[1]),
        ("scalar x = [lns1_1_2]_cons", theta[1]),
        ("scalar x = tanh([atr1_1_1_2]_b[_cons])", math.tanh(theta[2])),
        ("scalar x = exp(2*_b[lnsig_e:_cons])", math.exp(2 * theta[3])),
        ("scalar x = _se[lnsig_e:_cons]", math.sqrt(session.estimates.fit.result.vcov_theta[3, 3])),
    ):
        result(session, line)
        assert session.scalars["x"] == pytest.approx(value, rel=1e-12), line
    result(session, "nlcom (v: exp(2*_b[lns1_1_1:_cons])) (r: tanh([atr1_1_1_2]_b[_cons]))")
    np.testing.assert_allclose(session.r.matrices["b"].values[0], [math.exp(2 * theta[0]), math.tanh(theta[2])])
    rows = session.estimates.fit.result.rows
    assert math.sqrt(session.r.matrices["V"].values[0, 0]) == pytest.approx(rows[0].variance.se, rel=1e-6)
    result(session, "lincom [lns1_1_1]_cons - [lns1_1_2]_cons")
    assert session.r.scalars["estimate"] == pytest.approx(theta[0] - theta[1])
    result(session, "test [lns1_1_1]_cons = [lns1_1_2]_cons")
    assert session.r.scalars["df"] == 1
