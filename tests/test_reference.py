"""lme4, nlme and a dense likelihood in R (fixtures/reference) against the whole program, one test per quantity.

One do-file runs every model, by ML and by REML, through the command line with --json.
"""

from __future__ import annotations

import json
import math
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASES: list[dict[str, Any]] = [
    case
    for name in ("reference.json", "crossed.json")
    for case in json.loads((ROOT / "fixtures/reference" / name).read_text())
]
NAMES = [c["name"] for c in CASES]
REGULAR = [c["name"] for c in CASES if not c["singular"]]

# The reference itself has numerical derivatives of a log likelihood of size 1e3.
ESTIMATE = 2e-6  # relative
STANDARD_ERROR = 1e-5  # relative: a second derivative


def commands() -> list[str]:
    lines: list[str] = []
    for case in CASES:
        lines.append(f'import delimited using "{ROOT / "fixtures" / case["file"]}", asdouble clear')
        lines += [*case["prelude"], case["command"], "mixed, stddeviations"]
    return lines


@pytest.fixture(scope="module")
def runs(run_json: Callable[..., list[dict[str, Any]]]) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Name of a case -> the JSON objects of its mixed command and of the replay in standard deviations."""
    fits = [o for o in run_json(*commands()) if o["command"].startswith("mixed")]
    assert len(fits) == 2 * len(CASES)
    return {name: (fits[2 * i], fits[2 * i + 1]) for i, name in enumerate(NAMES)}


def case_of(name: str) -> dict[str, Any]:
    return next(c for c in CASES if c["name"] == name)


def fitted(runs: dict[str, Any], name: str) -> dict[str, Any]:
    result: dict[str, Any] = runs[name][0]
    assert result["rc"] == 0, result
    return result


def random_rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [p for p in result["parameters"] if p["part"] != "fixed"]


def close(actual: float, expected: float, relative: float, scale: float = 0.0) -> bool:
    """Within a relative tolerance of the expected value or of a scale (a covariance near 0 has that of its error)."""
    return abs(actual - expected) <= relative * max(abs(expected), scale)


@pytest.mark.parametrize("name", NAMES)
def test_log_likelihood(runs: dict[str, Any], name: str) -> None:
    assert fitted(runs, name)["e"]["scalars"]["ll"] == pytest.approx(case_of(name)["ll"], rel=1e-9, abs=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_log_likelihood_of_the_linear_model(runs: dict[str, Any], name: str) -> None:
    case, scalars = case_of(name), fitted(runs, name)["e"]["scalars"]
    if len(case["rows"]) == 1:  # it is the linear model itself
        assert "chi2_c" not in scalars
        assert case["ll"] == pytest.approx(case["ll_c"])
        return
    assert scalars["ll_c"] == pytest.approx(case["ll_c"], rel=1e-9)
    assert scalars["chi2_c"] == pytest.approx(max(2 * (case["ll"] - case["ll_c"]), 0), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_observations(runs: dict[str, Any], name: str) -> None:
    assert fitted(runs, name)["e"]["scalars"]["N"] == case_of(name)["N"]


@pytest.mark.parametrize("name", NAMES)
def test_fixed_effects(runs: dict[str, Any], name: str) -> None:
    rows = [p for p in fitted(runs, name)["parameters"] if p["part"] == "fixed"]
    expected = case_of(name)["fixed"]
    assert [r["name"] for r in rows] == [e["name"] for e in expected]
    for row, e in zip(rows, expected, strict=True):
        assert close(row["estimate"], e["estimate"], ESTIMATE, e["se"]), (row, e)


@pytest.mark.parametrize("name", NAMES)
def test_standard_errors_of_fixed_effects(runs: dict[str, Any], name: str) -> None:
    rows = [p for p in fitted(runs, name)["parameters"] if p["part"] == "fixed"]
    assert [r["se"] for r in rows] == pytest.approx([e["se"] for e in case_of(name)["fixed"]], rel=ESTIMATE)


@pytest.mark.parametrize("name", NAMES)
def test_wald_test(runs: dict[str, Any], name: str) -> None:
    case, scalars = case_of(name), fitted(runs, name)["e"]["scalars"]
    assert scalars["df_m"] == case["df_m"]
    if case["df_m"]:
        assert scalars["chi2"] == pytest.approx(case["chi2"], rel=2e-6)


@pytest.mark.parametrize("name", NAMES)
def test_variances_and_covariances(runs: dict[str, Any], name: str) -> None:
    check_estimates(random_rows(fitted(runs, name)), case_of(name), "variance")


@pytest.mark.parametrize("name", NAMES)
def test_standard_deviations_and_correlations(runs: dict[str, Any], name: str) -> None:
    check_estimates(random_rows(runs[name][1]), case_of(name), "sd")


def check_estimates(rows: list[dict[str, Any]], case: dict[str, Any], metric: str) -> None:
    expected = case["rows"]
    if metric == "variance":
        assert [r["name"] for r in rows] == [e["name"] for e in expected]
    assert [r.get("level") for r in rows if r["part"] == "random"] == [
        e["level"] for e in expected if e["part"] == "random"
    ]
    # on the boundary the likelihood is flat in what remains of a vanishing variance
    relative, absolute = (1e-4, 1e-4) if case["singular"] else (ESTIMATE, 0.0)
    largest = max(abs(e[metric]) for e in expected)
    for row, e in zip(rows, expected, strict=True):
        scale = e[f"{metric}_se"] or 0.0
        near_zero = abs(row["estimate"] - e[metric]) <= absolute * largest
        assert near_zero or close(row["estimate"], e[metric], relative, scale), (row, e)


@pytest.mark.parametrize("metric", ["variance", "sd"])
@pytest.mark.parametrize("name", REGULAR)
def test_standard_errors_of_the_variance_part(runs: dict[str, Any], name: str, metric: str) -> None:
    rows = random_rows(runs[name][("variance", "sd").index(metric)])
    expected = [e[f"{metric}_se"] for e in case_of(name)["rows"]]
    assert [r["se"] for r in rows] == pytest.approx(expected, rel=STANDARD_ERROR)


@pytest.mark.parametrize("name", [c["name"] for c in CASES if any(r["variance"] == 0 for r in c["rows"])])
def test_a_vanishing_variance_has_the_limits_zero_and_missing(runs: dict[str, Any], name: str) -> None:
    rows = random_rows(fitted(runs, name))
    for row, e in zip(rows, case_of(name)["rows"], strict=True):
        if e["variance"] == 0:
            assert row["estimate"] < 1e-6
            assert row["ll"] == pytest.approx(0, abs=1e-9)
            assert row["ul"] is None
        elif e["variance_se"] is not None:
            assert row["se"] == pytest.approx(e["variance_se"], rel=1e-3)


@pytest.mark.parametrize("name", REGULAR)
def test_confidence_limits_of_variances_are_built_on_the_log_scale(runs: dict[str, Any], name: str) -> None:
    z = 1.959963984540054
    rows = random_rows(fitted(runs, name))
    for row, e in zip(rows, case_of(name)["rows"], strict=True):
        v, se = e["variance"], e["variance_se"]
        if e["name"].startswith("var("):
            limits = v * math.exp(-z * se / v), v * math.exp(z * se / v)
        else:
            limits = v - z * se, v + z * se
        assert (row["ll"], row["ul"]) == pytest.approx(limits, rel=1e-4, abs=1e-5 * se), (row, e)
