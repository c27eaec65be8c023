"""lmerTest's Satterthwaite and pbkrtest's Kenward-Roger (fixtures/reference/ddf.json) against the whole program."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import numpy as np
import pytest

from mixedcli import Session

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASES: list[dict[str, Any]] = json.loads((ROOT / "fixtures/reference/ddf.json").read_text())

NUMERIC = 2e-4  # lmerTest takes second derivatives by differences, at lme4's own optimum
EXACT = 2e-5  # pbkrtest's formulas are exact, its optimum is lme4's


@pytest.fixture(scope="module", params=CASES, ids=lambda c: str(c["name"]))
def fitted(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Any]:
    case = request.param
    session = Session()
    session.run(f'import delimited using "{ROOT / "fixtures" / case["file"]}", asdouble clear')
    session.run("generate x = mod(_n * 7, 11)")
    if "batch" in case["command"]:
        session.run("generate batch = recipe * 100 + replicate")
    session.run(f"drop if mod(_n * 3 + floor(_n / 5), {case['m']}) == 0")
    session.run(f"quietly {case['command']}, reml".replace(", cov(un), reml", ", cov(un) reml"))
    assert session.e["N"] == case["N"]
    assert session.e["ll"] == pytest.approx(case["ll"], abs=1e-6)
    return case, session


def row(session: Any, matrix: str, case: dict[str, Any]) -> list[float]:
    """Elements of a row of e() in the order of the case."""
    found = session.e[matrix]
    names = [n.rpartition(":")[2] for n in found.columns]
    return [float(found.iloc[0, names.index(c)]) for c in case["columns"]]


def test_kenward_roger(fitted: tuple[dict[str, Any], Any]) -> None:
    case, session = fitted
    session.run("estat df, method(kroger) post")
    np.testing.assert_allclose(row(session, "df", case), case["kroger"], rtol=EXACT)
    V = session.e["V_df"]
    names = [n.rpartition(":")[2] for n in V.columns]
    own = [names.index(c) for c in case["columns"]]
    expected = np.array(case["kroger_V"])
    np.testing.assert_allclose(
        V.to_numpy()[np.ix_(own, own)], expected, rtol=EXACT, atol=EXACT * np.abs(expected).max()
    )
    assert session.e["F"] == pytest.approx(case["kroger_F"], rel=EXACT)
    assert session.e["ddf_m"] == pytest.approx(case["kroger_ddf"], rel=EXACT)


def test_satterthwaite(fitted: tuple[dict[str, Any], Any]) -> None:
    """lmerTest uses the observed information: Stata's suboption oim."""
    case, session = fitted
    session.run("estat df, method(satterthwaite) oim post")
    np.testing.assert_allclose(row(session, "df", case), case["satterthwaite"], rtol=NUMERIC)
    assert session.e["F"] == pytest.approx(case["satterthwaite_F"], rel=EXACT)
    assert session.e["ddf_m"] == pytest.approx(case["satterthwaite_ddf"], rel=NUMERIC)
