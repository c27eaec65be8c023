"""Hard one-way layouts in the manner of NIST's reference data for analysis of variance.

A balanced layout with k groups of m has closed-form REML estimates: var(Residual) = MS within and
var(_cons) = (MS between - MS within) / m.  Both are computed here in exact arithmetic from the doubles of the file.
NIST's own files are not part of the project; they are looked for beside the repository.
"""

from __future__ import annotations

import csv
import pathlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

SHARED = pathlib.Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "nist"

#: certified F statistics
CERTIFIED = {
    "nist_sirstv.dta": 1.18046237440255,
    "nist_sirstv_times1e8.dta": 1.18046237440255,
    "nist_sirstv_times1e-8.dta": 1.18046237440255,
    "nist_atmwtag.dta": 15.9467335677930,
    "nist_smls01.dta": 21.0,
    "nist_smls02.dta": 201.0,
    "nist_smls03.dta": 2001.0,
    "nist_smls04.csv": 21.0,
    "nist_smls05.dta": 201.0,
    "nist_smls06.dta": 2001.0,
    "nist_smls07.csv": 21.0,
    "nist_smls08.csv": 201.0,
    "nist_smls09.dta": 2001.0,
}


def mean_squares(groups: list[int], y: list[float]) -> tuple[float, float, int]:
    """Between and within mean squares of a balanced layout, exactly; and the rows per group."""
    rows: dict[int, list[Fraction]] = {}
    for group, value in zip(groups, y, strict=True):
        rows.setdefault(group, []).append(Fraction(value))
    k, m = len(rows), len(y) // len(rows)
    assert all(len(r) == m for r in rows.values())
    means = {g: sum(r) / m for g, r in rows.items()}
    grand = sum(means.values()) / k
    between = m * sum((v - grand) ** 2 for v in means.values()) / (k - 1)
    within = sum((v - means[g]) ** 2 for g, r in rows.items() for v in r) / (k * (m - 1))
    return float(between), float(within), m


def check(result: dict[str, Any], between: float, within: float, m: int, rel: float) -> None:
    assert result["rc"] == 0, result
    group, residual = (p for p in result["parameters"] if p["part"] != "fixed")
    assert residual["estimate"] == pytest.approx(within, rel=rel)
    assert group["estimate"] == pytest.approx((between - within) / m, rel=rel)


@pytest.mark.parametrize("offset", [0.0, 1e6, 1e9, 1e12])
@pytest.mark.parametrize("m", [3, 21, 201])
def test_small_differences_on_a_large_constant(
    offset: float, m: int, tmp_path: pathlib.Path, run_json: Callable[..., Any]
) -> None:
    groups = [g for g in range(1, 10) for _ in range(m)]
    pattern = (0.4, 0.3, 0.2, 0.5, 0.6, 0.2, 0.4, 0.3, 0.1)
    y = [offset + pattern[g - 1] + (0.0 if i == 0 else 0.1 * (-1) ** i) for g in range(1, 10) for i in range(m)]
    lines = ["trt,y", *(f"{g},{v!r}" for g, v in zip(groups, y, strict=True))]
    (tmp_path / "hard.csv").write_text("\n".join(lines) + "\n")
    *_, result = run_json("import delimited using hard.csv, asdouble", "mixed y || trt:, reml", cwd=tmp_path)
    check(result, *mean_squares(groups, y), rel=1e-8)


def columns(path: pathlib.Path) -> tuple[list[int], list[float]]:
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            rows = [(int(r["trt"]), float(r["y"])) for r in csv.DictReader(file)]
        return [g for g, _ in rows], [v for _, v in rows]
    import pandas as pd

    frame = pd.read_stata(path)
    return frame["trt"].tolist(), frame["y"].tolist()


@pytest.mark.parametrize("name", CERTIFIED)
def test_certified_analysis_of_variance(name: str, run_json: Callable[..., Any]) -> None:
    if not SHARED.is_dir():
        pytest.skip(f"NIST reference data {name} (../shared is not here)")
    path = SHARED / name
    groups, y = columns(path)
    between, within, m = mean_squares(groups, y)
    # with a constant of 1e13 times the differences, decimals read as doubles no longer have the certified ratio
    assert between / within == pytest.approx(CERTIFIED[name], rel=1e-3 if y[0] > 1e11 else 1e-9)
    load = f'import delimited using "{path}", asdouble' if path.suffix == ".csv" else f'use "{path}"'
    *_, result = run_json(load, "mixed y || trt:, reml")
    check(result, between, within, m, rel=1e-8)
