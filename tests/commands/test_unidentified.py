"""Models in which (co)variances can be exchanged for one another: estimates, but no standard errors for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import mixedcli


@pytest.mark.parametrize("scale", [1.0, 1e-8])
def test_random_intercept_beside_unstructured_residuals_has_no_standard_errors(scale: float) -> None:
    """V = tau J + R is the same for tau + c and R - c J: the information is singular in any unit."""
    rng = np.random.default_rng(5)
    group, time = np.repeat(np.arange(30), 4), np.tile(np.arange(4.0), 30)
    y = scale * (rng.normal(size=30)[group] + rng.normal(size=120))
    session = mixedcli.Session(data=pd.DataFrame({"g": group, "t": time, "y": y}))
    output = session.run("mixed y || g:, residuals(unstructured, t(t))")
    table = session.table()
    assert table.loc[table.part != "fixed", "se"].isna().all()
    assert np.isfinite(table.loc[table.part == "fixed", "se"]).all()
    assert "standard-error calculation failed" in output.text.replace("\n      ", " ")
