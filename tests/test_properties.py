"""What must not matter, through the command line: the order of the rows, the names of the groups, the units."""

from __future__ import annotations

import contextlib
import io
import json
import pathlib
import tempfile
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mixedcli.cli import main

MODELS = (
    "mixed y x w || g:, {}",
    "mixed y x i.w || g: x, cov(un) {}",
    "mixed y x || g: x, {}",
    "mixed y x || g: || h:, {}",
    "mixed y x || g:, residuals(independent, by(w)) {}",
)


@dataclass(frozen=True, slots=True)
class Rows:
    """A small data set: y, x, w (0/1), g and h (codes reused inside g), all of length n."""

    y: np.ndarray
    x: np.ndarray
    w: np.ndarray
    g: np.ndarray
    h: np.ndarray

    def take(self, order: np.ndarray) -> Rows:
        return Rows(self.y[order], self.x[order], self.w[order], self.g[order], self.h[order])


def rows(seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    g = np.repeat(np.arange(1, 13), rng.integers(4, 9, size=12))
    n = len(g)
    h = rng.integers(1, 4, size=n)
    x = rng.normal(size=n).round(2)
    w = rng.integers(0, 2, size=n)
    u = rng.normal(size=(2, 13))
    v = rng.normal(size=(13, 4))
    y = 2 + x - w + u[0, g] + 0.7 * u[1, g] * x + 0.8 * v[g, h] + rng.normal(size=n) * (1 + 0.5 * w)
    return Rows(y.round(3), x, w, g, h)


def fit(data: Rows, model: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "rows.csv"
        lines = [f"{a!r},{b!r},{c},{d},{e}" for a, b, c, d, e in zip(*map(list, columns(data)), strict=True)]
        path.write_text("y,x,w,g,h\n" + "\n".join(lines) + "\n")
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(["--json", "-c", f'import delimited using "{path}", asdouble', "-c", model])
    assert status == 0, err.getvalue()
    result: dict[str, Any] = json.loads(out.getvalue().split("\n")[1])
    return result


def columns(data: Rows) -> list[list[Any]]:
    return [c.tolist() for c in (data.y, data.x, data.w, data.g, data.h)]


def singular(result: dict[str, Any]) -> bool:
    parts = [p for p in result["parameters"] if p["part"] != "fixed"]
    return any(p["ul"] is None or p["se"] is None or p["estimate"] < 1e-4 for p in parts if "var" in p["name"])


def estimates(result: dict[str, Any]) -> dict[tuple[str, str, str], float]:
    seen: dict[tuple[str, str, str], float] = {}
    for p in result["parameters"]:
        key = p["part"] + str(p.get("level", "")) + str(p.get("by", "")), p["name"]
        seen |= {(*key, "estimate"): p["estimate"], (*key, "se"): p["se"]}
    return seen


def same(a: dict[str, Any], b: dict[str, Any], rel: float = 1e-6) -> None:
    assert a["e"]["scalars"]["ll"] == pytest.approx(b["e"]["scalars"]["ll"], rel=1e-9)
    assert estimates(a) == pytest.approx(estimates(b), rel=rel, abs=1e-7)


CASES = st.tuples(st.integers(0, 10_000), st.sampled_from(MODELS), st.sampled_from(["mle", "reml"]))
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def base(case: tuple[int, str, str]) -> tuple[Rows, str, dict[str, Any]]:
    """The data, the command and its result; models on the boundary are left to other tests."""
    seed, model, method = case
    data, command = rows(seed), model.format(method)
    result = fit(data, command)
    assume(not singular(result))
    return data, command, result


@QUICK
@given(CASES, st.integers(0, 1000))
def test_the_order_of_the_rows_does_not_matter(case: tuple[int, str, str], seed: int) -> None:
    data, command, result = base(case)
    same(result, fit(data.take(np.random.default_rng(seed).permutation(len(data.y))), command))


@QUICK
@given(CASES, st.integers(0, 1000))
def test_the_names_of_the_groups_do_not_matter(case: tuple[int, str, str], seed: int) -> None:
    data, command, result = base(case)
    names = np.random.default_rng(seed).permutation(np.arange(-500, 500))[:13]
    same(result, fit(Rows(data.y, data.x, data.w, names[data.g], names[data.h]), command))


@QUICK
@given(CASES, st.sampled_from([-1e6, 1e3, 1e8]))
def test_a_shift_of_the_outcome_moves_the_constant_alone(case: tuple[int, str, str], shift: float) -> None:
    data, command, _ = base(case)
    moved = fit(Rows((data.y * 1024).round() / 1024 + shift, data.x, data.w, data.g, data.h), command)
    level = fit(Rows((data.y * 1024).round() / 1024, data.x, data.w, data.g, data.h), command)
    a, b = estimates(level), estimates(moved)
    a[("fixed", "_cons", "estimate")] += shift
    assert b == pytest.approx(a, rel=1e-6, abs=1e-6)


@QUICK
@given(CASES, st.sampled_from([1e-8, 1e-3, 1e4, 1e8]))
def test_units_of_the_outcome(case: tuple[int, str, str], factor: float) -> None:
    data, command, result = base(case)
    scaled = estimates(fit(Rows(data.y * factor, data.x, data.w, data.g, data.h), command))
    for key, value in estimates(result).items():
        power = 1 if key[0].startswith("fixed") else 2
        assert scaled[key] / factor**power == pytest.approx(value, rel=1e-5, abs=1e-6)


@QUICK
@given(CASES, st.sampled_from([1e-8, 1e-3, 1e8]))
def test_units_of_a_covariate(case: tuple[int, str, str], factor: float) -> None:
    data, command, result = base(case)
    scaled = estimates(fit(Rows(data.y, data.x * factor, data.w, data.g, data.h), command))
    for key, value in estimates(result).items():
        power = {"x": 1, "var(x)": 2, "cov(x,_cons)": 1}.get(key[1], 0)
        assert scaled[key] * factor**power == pytest.approx(value, rel=1e-5, abs=1e-6)


@QUICK
@given(st.integers(0, 10_000), st.sampled_from(["mle", "reml"]), st.sampled_from([1e4, 1e8]))
def test_a_shift_of_a_covariate_leaves_its_slope(seed: int, method: str, shift: float) -> None:
    data, command, _ = base((seed, "mixed y x w || g:, {}", method))
    whole = (data.x * 1024).round() / 1024
    level = estimates(fit(Rows(data.y, whole, data.w, data.g, data.h), command))
    moved = estimates(fit(Rows(data.y, whole + shift, data.w, data.g, data.h), command))
    del level[("fixed", "_cons", "estimate")], level[("fixed", "_cons", "se")]
    assert {k: moved[k] for k in level} == pytest.approx(level, rel=1e-7)
