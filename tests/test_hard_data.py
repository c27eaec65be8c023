"""Data on which maximisers go astray: never below the best of R's programs, and never above what the data give.

fixtures/reference/hard.csv has the best log likelihood of nlme, lme4 and glmmTMB; the log likelihood at the reported
estimates is computed once more from the full covariance matrix.
"""

from __future__ import annotations

import csv
import pathlib

import numpy as np
import pytest
from numpy.typing import NDArray

from mixedcli.data.dataset import Column, Dataset
from mixedcli.engine.design import Design
from mixedcli.engine.fit import fit
from mixedcli.engine.residual.correlated import Correlated
from mixedcli.model.assemble import assemble
from mixedcli.model.bind import mixed_spec
from mixedcli.parse import parse_line
from mixedcli.results import MixedResult

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures"
NAMES = ("id", "t", "x", "y")

with (FIXTURES / "reference/hard.csv").open(newline="") as file:
    CASES = list(csv.DictReader(file))


def data_sets() -> dict[str, Dataset]:
    rows: dict[str, list[list[float]]] = {}
    with (FIXTURES / "generated/hard.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["set"], []).append([float(row[k]) for k in NAMES])
    return {
        name: Dataset(
            {k: Column(k, "double", np.array(v)) for k, v in zip(NAMES, zip(*r, strict=True), strict=True)}, len(r)
        )
        for name, r in rows.items()
    }


DATA = data_sets()


def dense_ll(design: Design, told: MixedResult, reml: bool) -> float:
    """From V = Z Sigma Z' + R at the reported estimates."""
    n = design.n
    V = np.zeros((n, n))
    for level, blocks in zip(design.levels, told.sigma, strict=True):
        together = level.codes[:, None] == level.codes[None]
        for equation, sigma in zip(level.equations, blocks, strict=True):
            if equation.z:
                Z = np.column_stack([design.columns[k] for k in equation.z])
                V += together * (Z @ sigma @ Z.T)
    variance = float(told.residual_variance[0])
    if design.correlation is None:
        V += variance * np.eye(n)
    else:
        (structure,) = design.correlation.structures
        assert told.psi is not None
        x = told.psi[len(told.psi) - Correlated((structure,)).size :]
        for g in range(design.correlation.groups):
            rows = np.flatnonzero(design.correlation.codes == g)
            V[np.ix_(rows, rows)] += variance * structure.matrix(x, design.correlation.times[rows]).value
    L = np.linalg.cholesky(V)
    turned: NDArray[np.float64] = np.linalg.solve(
        L, np.column_stack([*(design.columns[k] for k in design.x), design.y])
    )
    R = np.linalg.qr(turned, mode="r")
    p = design.p
    log_det = 2.0 * np.log(np.diag(L)).sum() + (2.0 * np.log(np.abs(np.diag(R)[:p])).sum() if reml else 0.0)
    return float(-0.5 * ((n - p if reml else n) * np.log(2.0 * np.pi) + log_det + R[p, p] ** 2))


@pytest.mark.parametrize("case", CASES, ids=[f"{c['set']} {c['model']} {c['method']}" for c in CASES])
def test_as_good_as_the_best_of_r(case: dict[str, str]) -> None:
    reml = case["method"] == "REML"
    end = (" " if "," in case["model"] else ", ") + "reml" if reml else ""
    command = parse_line(f"mixed y x {case['model']}{end}")
    assert command is not None
    spec, data = mixed_spec(command), DATA[case["set"]]
    design = assemble(spec, data, np.ones(data.n, dtype=bool)).design
    told = fit(design, spec.fit)
    assert told.trace.converged
    assert told.ll == pytest.approx(float(case["ll"]), abs=1e-5)
    assert told.ll == pytest.approx(dense_ll(design, told, reml), abs=1e-7)
