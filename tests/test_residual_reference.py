"""nlme's correlated residuals (fixtures/reference/residual.json) against the whole program."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASES: list[dict[str, Any]] = json.loads((ROOT / "fixtures/reference/residual.json").read_text())
NAMES = [c["name"] for c in CASES]
REML = [c["name"] for c in CASES if c["name"].endswith("REML")]


@pytest.fixture(scope="module")
def runs(run_json: Callable[..., list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    lines: list[str] = []
    for case in CASES:
        lines.append(f'import delimited using "{ROOT / "fixtures" / case["file"]}", asdouble clear')
        lines += [*case["prelude"], case["command"]]
    fits = [o for o in run_json(*lines) if o["command"].startswith("mixed")]
    assert len(fits) == len(CASES), fits[-1]
    return dict(zip(NAMES, fits, strict=True))


def case_of(name: str) -> dict[str, Any]:
    return next(c for c in CASES if c["name"] == name)


@pytest.mark.parametrize("name", NAMES)
def test_log_likelihood(runs: dict[str, Any], name: str) -> None:
    assert runs[name]["rc"] == 0
    assert runs[name]["e"]["scalars"]["N"] == case_of(name)["N"]
    assert runs[name]["e"]["scalars"]["ll"] == pytest.approx(case_of(name)["ll"], abs=2e-6)


@pytest.mark.parametrize("name", NAMES)
def test_fixed_effects(runs: dict[str, Any], name: str) -> None:
    rows = [p for p in runs[name]["parameters"] if p["part"] == "fixed"]
    expected = case_of(name)["fixed"]
    assert [r["name"] for r in rows] == [e["name"] for e in expected]
    for row, e in zip(rows, expected, strict=True):
        assert row["estimate"] == pytest.approx(e["estimate"], abs=2e-4 * e["se"])


@pytest.mark.parametrize("name", REML)  # with ML nlme scales these to n - p
def test_standard_errors_of_fixed_effects(runs: dict[str, Any], name: str) -> None:
    rows = [p for p in runs[name]["parameters"] if p["part"] == "fixed"]
    assert [r["se"] for r in rows] == pytest.approx([e["se"] for e in case_of(name)["fixed"]], rel=2e-4)


@pytest.mark.parametrize("name", NAMES)
def test_residual_parameters(runs: dict[str, Any], name: str) -> None:
    rows = [p for p in runs[name]["parameters"] if p["part"] == "residual"]
    expected = case_of(name)["rows"]
    assert [r["name"] for r in rows] == [e["name"] for e in expected]
    for row, e in zip(rows, expected, strict=True):
        assert row["estimate"] == pytest.approx(e["estimate"], rel=5e-4, abs=5e-4 * row["se"]), row
