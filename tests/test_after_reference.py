"""Predictions, their standard errors, matrices of a group and ICCs beside lme4 and nlme: fixtures/reference/after.R."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mixedcli import Session

FIXTURES = Path(__file__).parents[1] / "fixtures"


@lru_cache(maxsize=1)
def reference() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / "reference" / "after.json").read_text())
    return found


def fit(data: str, command: str) -> Session:
    s = Session(data=FIXTURES / "rdatasets" / f"{data}.csv")
    s.run(command)
    return s


def near(found: Any, expected: Any, digits: float = 1e-6) -> None:
    """To a share of the largest value."""
    expected = np.asarray(expected, dtype=float)
    np.testing.assert_allclose(np.asarray(found, float), expected, rtol=0, atol=digits * np.abs(expected).max())


def test_slopes() -> None:
    s, r = fit("sleepstudy", "mixed reaction days || subject: days, cov(un)"), reference()["slopes"]
    s.run("predict double b*, reffects reses(s*)")
    for what in ("xb", "fitted", "residuals", "rstandard", "stdp"):
        s.run(f"predict double {what}, {what}")
        near(s.data[what], r[what], 1e-5)
    near(s.data[["b2", "b1"]], r["blup"], 1e-5)  # lme4 has the intercept first
    near(s.data[["s2", "s1"]], r["se"], 1e-5)


def test_nested() -> None:
    s, r = fit("pastes", "mixed strength || batch: || cask:"), reference()["nested"]
    s.run("predict double b*, reffects reses(s*)\npredict double f, fitted\npredict double t, fitted relevel(batch)")
    near(s.data["b1"], np.ravel(r["batch"]["blup"]))
    near(s.data["s1"], np.ravel(r["batch"]["se"]))
    near(s.data["b2"], np.ravel(r["cask"]["blup"]))
    near(s.data["s2"], np.ravel(r["cask"]["se"]))
    near(s.data["f"], r["fitted"])
    near(s.data["t"], r["batches"])
    s.run("estat icc")
    near([s.r["icc3"], s.r["icc2"]], r["icc"])


def test_crossed() -> None:
    s, r = fit("penicillin", "mixed diameter || _all: R.plate || sample:"), reference()["crossed"]
    s.run("predict double b*, reffects reses(s*)\npredict double f, fitted")
    for k, name in ((1, "plate"), (2, "sample")):
        near(s.data[f"b{k}"], np.ravel(r[name]["blup"]), 1e-5)
        near(s.data[f"s{k}"], np.ravel(r[name]["se"]), 1e-5)
    near(s.data["f"], r["fitted"])


def test_standard_errors_after_reml_count_the_coefficients() -> None:
    s, r = fit("sleepstudy", "mixed reaction days || subject: days, cov(un) reml"), reference()["reml"]
    s.run("predict double b*, reffects reses(s*)")
    near(s.data[["b1", "b2"]], r["blup"], 1e-5)
    near(s.data[["s1", "s2"]], r["se"], 1e-5)


@pytest.mark.parametrize(
    ("name", "residuals"),
    [("ar", "ar 1, t(days)"), ("by", "independent, by(late)"), ("exponential", "exponential, t(days)")],
)
def test_residual_structures(name: str, residuals: str) -> None:
    """nlme's digits end where its criterion is flat."""
    s, r = Session(data=FIXTURES / "rdatasets" / "sleepstudy.csv"), reference()[name]
    s.run("generate late = days > 4")
    s.run(f"mixed reaction days || subject:, residuals({residuals}) reml")
    assert s.e["ll"] == pytest.approx(r["ll"], abs=1e-6)
    s.run("predict double f, fitted\npredict double z, rstandard\nestat wcorrelation, at(subject=308)")
    near(s.data["f"], r["fitted"], 1e-4)
    near(s.data["z"], r["normalized"], 2e-4)
    near(s.r["Cov"], r["V"], 2e-3)
