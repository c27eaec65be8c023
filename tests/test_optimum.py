"""The optimum is never lower than lme4's: 400 small hard fits, many of them on the boundary (fixtures/reference)."""

from __future__ import annotations

import csv
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODELS = (
    "mixed y x || g: x, cov(un)",
    "mixed y x || g: x z, cov(un)",
    "mixed y x || g: || h:,",
    "mixed y x || g: x, cov(un) || h:,",
    "mixed y x || g: x || h: z,",
)


@pytest.fixture(scope="module")
def fits(run_json: Callable[..., list[dict[str, Any]]]) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """lme4's row and the program's result of every fit."""
    with (ROOT / "fixtures/reference/small.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    lines, current = [], ""
    load = f'import delimited using "{ROOT / "fixtures/generated/small.csv"}", asdouble clear'
    for row in rows:
        if row["set"] != current:
            current = row["set"]
            lines += [load, f"quietly keep if set == {current}"]
        lines.append(f"{MODELS[int(row['model']) - 1]} {'reml' if row['reml'] == '1' else 'mle'} nolog")
    results = [o for o in run_json(*lines) if o["command"].startswith("mixed")]
    return list(zip(rows, results, strict=True))


@pytest.mark.parametrize("model", range(1, len(MODELS) + 1))
def test_no_maximum_is_lower_than_that_of_lme4(fits: list[tuple[dict[str, str], dict[str, Any]]], model: int) -> None:
    short = [
        (row, result.get("error"))
        for row, result in fits
        if row["model"] == str(model) and not result["e"]["scalars"]["ll"] >= float(row["ll"]) - 1e-6
    ]
    assert not short


def test_every_fit_ends(fits: list[tuple[dict[str, str], dict[str, Any]]]) -> None:
    assert not [(row, result["rc"]) for row, result in fits if result["rc"] != 0]
