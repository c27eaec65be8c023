"""Weights of groups with correlated residuals: against the groups written out as often as they count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from mixedcli.engine.design import Correlation, Design, Equation, FitOptions, Level
from mixedcli.engine.fit import fit
from mixedcli.engine.recov import Identity, Unstructured
from mixedcli.engine.residual.registry import STRUCTURES
from mixedcli.engine.residual.structure import Structure

Floats = NDArray[np.float64]

INTERCEPT = Equation((0,), Identity)
SLOPE = Equation((1, 0), Unstructured)
EMPTY = Equation((), Identity)

TIMES = np.arange(5.0)


def structure(keyword: str, order: int) -> Structure:
    return STRUCTURES[keyword](TIMES, order=order, largest=5, span=4)


def design(top: list[Equation], low: list[Equation], keyword: str, order: int, by: bool, seed: int) -> Design:
    """20 schools with 3-4 pupils seen at some of five times; weights of both levels."""
    rng = np.random.default_rng(seed)
    school, pupil, time = [], [], []
    for s in range(20):
        for _ in range(int(rng.integers(3, 5))):
            seen = np.sort(rng.choice(5, size=int(rng.integers(3, 6)), replace=False))
            number = pupil[-1] + 1 if pupil else 0
            school += [s] * len(seen)
            pupil += [number] * len(seen)
            time += seen.tolist()
    codes = np.array(pupil)
    n, pupils = len(codes), codes[-1] + 1
    x = rng.normal(size=n)
    y = (
        1
        + x
        + rng.normal(size=20)[school]
        + 0.8 * rng.normal(size=pupils)[codes]
        + 0.4 * x * rng.normal(size=20)[school]
    )
    wave = rng.normal(size=(pupils, 5)) + np.repeat(rng.normal(size=(pupils, 1)), 5, axis=1) * 0.5
    for t in range(1, 5):
        wave[:, t] += 0.5 * wave[:, t - 1]
    y = y + wave[codes, np.array(time)]
    groups = 2 if by else 1
    return Design(
        y,
        (np.ones(n), x),
        (1, 0),
        (
            Level(np.array(school), 20, tuple(top), rng.integers(1, 4, 20).astype(float)),
            Level(codes, pupils, tuple(low), rng.integers(1, 4, pupils).astype(float)),
        ),
        residual_by=codes % 2 if by else None,
        residual_groups=groups,
        frequency=True,
        correlation=Correlation((structure(keyword, order),) * groups, codes, pupils, np.array(time, dtype=float)),
    )


def written_out(weighted: Design) -> Design:
    """Every school and every pupil as often as the weights say."""
    top, low = weighted.levels
    assert top.weights is not None
    assert low.weights is not None
    assert weighted.correlation is not None
    rows: list[int] = []
    schools: list[int] = []
    pupils: list[int] = []
    s = p = 0
    for g in range(top.groups):
        for _ in range(int(top.weights[g])):
            for h in np.unique(low.codes[top.codes == g]):
                own = np.flatnonzero(low.codes == h).tolist()
                for _ in range(int(low.weights[h])):
                    rows += own
                    schools += [s] * len(own)
                    pupils += [p] * len(own)
                    p += 1
            s += 1
    by = weighted.residual_by
    return replace(
        weighted,
        y=weighted.y[rows],
        columns=tuple(c[rows] for c in weighted.columns),
        levels=(Level(np.array(schools), s, top.equations), Level(np.array(pupils), p, low.equations)),
        residual_by=None if by is None else by[rows],
        frequency=False,
        correlation=replace(
            weighted.correlation, codes=np.array(pupils), groups=p, times=weighted.correlation.times[rows]
        ),
    )


@pytest.mark.parametrize(
    ("keyword", "order", "by"),
    [
        ("exchangeable", 0, True),
        ("ar", 1, False),
        ("ar", 2, True),
        ("ma", 1, True),
        ("unstructured", 0, False),
        ("toeplitz", 2, True),
        ("exponential", 0, True),
    ],
)
def test_weighted_groups_are_copies(keyword: str, order: int, by: bool) -> None:
    weighted = design([INTERCEPT], [EMPTY], keyword, order, by, 3)
    told, expected = fit(weighted), fit(written_out(weighted))
    assert told.ll == pytest.approx(expected.ll, rel=1e-10)
    np.testing.assert_allclose(told.beta, expected.beta, rtol=1e-6)
    np.testing.assert_allclose(told.vcov_beta, expected.vcov_beta, rtol=1e-5)
    np.testing.assert_allclose(told.theta, expected.theta, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(told.vcov_theta, expected.vcov_theta, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("top", "low", "keyword", "order"),
    [
        ([EMPTY], [EMPTY], "ar", 1),
        ([EMPTY], [EMPTY], "unstructured", 0),
        ([SLOPE], [INTERCEPT], "ar", 1),
        ([EMPTY], [INTERCEPT], "ar", 1),
        ([SLOPE], [EMPTY], "toeplitz", 1),
    ],
)
def test_at_every_depth(top: list[Equation], low: list[Equation], keyword: str, order: int) -> None:
    weighted = design(top, low, keyword, order, False, 5)
    told, expected = fit(weighted), fit(written_out(weighted))
    assert told.n == expected.n
    assert told.ll == pytest.approx(expected.ll, rel=1e-9)
    np.testing.assert_allclose(told.beta, expected.beta, rtol=1e-5)
    np.testing.assert_allclose(told.vcov_beta, expected.vcov_beta, rtol=1e-4)


def test_robust_errors_count_the_copies() -> None:
    weighted = design([INTERCEPT], [EMPTY], "ar", 1, True, 4)
    options = FitOptions(robust=True)
    told, expected = fit(weighted, options), fit(written_out(weighted), options)
    assert told.robust is not None
    assert expected.robust is not None
    assert told.robust.clusters == expected.robust.clusters
    np.testing.assert_allclose(told.vcov_beta, expected.vcov_beta, rtol=1e-5)
    np.testing.assert_allclose(told.vcov_theta, expected.vcov_theta, rtol=1e-3, atol=1e-6)
