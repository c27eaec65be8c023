"""Contrast operators and adjustments for multiple comparisons."""

from __future__ import annotations

import numpy as np
import pytest

from mixedcli.engine import comparisons
from mixedcli.engine.comparisons import METHODS, Family
from mixedcli.engine.contrasts import OPERATORS, Levels
from mixedcli.errors import InvalidSyntax

LEVELS = Levels(np.array([1.0, 2.0, 4.0, 9.0]), np.array([0.1, 0.4, 0.2, 0.3]), 1)


@pytest.mark.parametrize("name", OPERATORS)
def test_contrasts_sum_to_zero_and_span_all(name: str) -> None:
    rows = np.array([c.row for c in OPERATORS[name](LEVELS)])
    assert rows.sum(axis=1) == pytest.approx(0.0, abs=1e-12)
    assert np.linalg.matrix_rank(rows) == 3


def test_polynomials_of_a_published_log() -> None:
    # stata: regress health i.agedec; contrast p.agedec: means from the coefficients printed, to three decimals
    level = np.arange(1.0, 9.0)
    means = 3.320 - 0.098 * level + np.array([0, 0.110, 0.165, 0.135, 0.065, -0.006, -0.038, 0])
    made = [float(c.row @ means) for c in OPERATORS["p"](Levels(level, np.ones(8), 0))]
    assert made == pytest.approx([-0.260, -0.038, 0.047, 0.006, -0.004, 0.001, -0.001], abs=1.1e-3)


def test_weighted_polynomials_are_orthogonal() -> None:
    rows = np.array([c.row for c in OPERATORS["pw"](LEVELS)])
    z = rows / LEVELS.weights
    assert (z * LEVELS.weights) @ z.T == pytest.approx(np.eye(3), abs=1e-10)


def test_methods_agree_where_they_must() -> None:
    """One comparison of two means: every method is the t test; Dunnett's normal limit is the product for m = 1."""
    t, df = np.array([2.1]), np.array([17.0])
    family = Family(1, 1, 2, (2,), np.eye(1))
    plain = METHODS["noadjust"][0](t, df, family, 0.05)
    for name, (method, _, _) in METHODS.items():
        made = method(t, df, family, 0.05)
        assert made.p[0] == pytest.approx(plain.p[0], rel=1e-6), name
        if name not in ("snk", "duncan"):
            assert made.critical[0] == pytest.approx(plain.critical[0], rel=1e-6), name


def test_dunnett_in_the_published_table() -> None:
    """Two-sided 5 percent points for equal groups (Dunnett 1964): 2 and 4 treatments, 20 degrees of freedom."""
    for m, critical in ((2, 2.38), (4, 2.65)):
        R = np.full((m, m), 0.5) + 0.5 * np.eye(m)
        made = METHODS["dunnett"][0](np.zeros(m), np.full(m, 20.0), Family(m, m, m + 1, (), R), 0.05)
        assert made.critical[0] == pytest.approx(critical, abs=5e-3)


def test_abbreviations() -> None:
    assert comparisons.method("bonf") == "bonferroni"
    assert comparisons.method("sch" + "e") == "scheffe"
    with pytest.raises(InvalidSyntax):
        comparisons.method("b")
    with pytest.raises(InvalidSyntax):
        comparisons.method("tukey", ("noadjust", "bonferroni"))
