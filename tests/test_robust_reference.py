"""clubSandwich's CR1 covariance matrices (fixtures/reference/robust.json) against vce(robust) and vce(cluster)."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import numpy as np
import pytest

from mixedcli import Session

REFERENCE = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "reference"
CASES: list[dict[str, Any]] = json.loads((REFERENCE / "robust.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_coefficients_have_the_matrix_of_clubsandwich(case: dict[str, Any]) -> None:
    session = Session(data=REFERENCE.parent / case["file"])
    if case["prelude"]:
        session.run(case["prelude"])
    session.run(case["command"])
    b = np.asarray(session.e["b"].values)[0]
    v = np.asarray(session.e["V"].values)
    used = np.flatnonzero(np.diag(v))[: len(case["beta"])]
    expected = np.array(case["V"])
    scale = np.sqrt(np.diag(expected))
    # the reference programs stop when their criterion is flat
    assert session.e["ll"] == pytest.approx(case["ll"], rel=1e-9)
    assert session.e["N_clust"] == case["clusters"]
    np.testing.assert_allclose(b[used], case["beta"], rtol=1e-5)
    np.testing.assert_allclose(
        v[np.ix_(used, used)] / np.outer(scale, scale), expected / np.outer(scale, scale), atol=1e-4
    )
