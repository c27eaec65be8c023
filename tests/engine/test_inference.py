"""Tails, quantiles, intervals and tests against scipy and printed tables."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mixedcli.engine.distributions import chi2_tail, normal_cdf, normal_p, normal_quantile, normal_tail
from mixedcli.engine.inference import interval, lr_test, wald
from mixedcli.results import Quantity


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 10, 11, 50, 101, 400])
@pytest.mark.parametrize("ratio", [1e-8, 0.01, 0.5, 1.0, 1.5, 3.0, 20.0])
def test_chi2_tail(df: int, ratio: float) -> None:
    assert chi2_tail(df * ratio, df) == pytest.approx(stats.chi2.sf(df * ratio, df), rel=1e-11, abs=1e-300)


def test_chi2_tail_edges() -> None:
    assert chi2_tail(0.0, 3) == 1.0
    assert chi2_tail(-1e-12, 1) == 1.0
    assert math.isnan(chi2_tail(math.nan, 1))
    assert math.isnan(chi2_tail(3.0, 0))


@pytest.mark.parametrize("p", [1e-300, 1e-20, 1e-6, 0.005, 0.025, 0.05, 0.3, 0.5, 0.7, 0.9, 0.975, 0.995, 0.99999])
def test_normal_quantile(p: float) -> None:
    assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("p", [0.0, 1.0, -1.0, 2.0, math.nan])
def test_no_quantile_outside(p: float) -> None:
    assert math.isnan(normal_quantile(p))


@pytest.mark.parametrize("x", [-30.0, -3.0, -0.1, 0.0, 1.0, 5.0, 30.0])
def test_normal_tails(x: float) -> None:
    assert normal_cdf(x) == pytest.approx(stats.norm.cdf(x), rel=1e-12, abs=1e-300)
    assert normal_tail(x) == pytest.approx(stats.norm.sf(x), rel=1e-12, abs=1e-300)
    assert normal_p(x) == pytest.approx(2 * stats.norm.sf(abs(x)), rel=1e-12, abs=1e-300)


# Estimate, standard error and limits as printed in the manual entry's examples 1, 3 and 7
PRINTED = [
    (Quantity(14.81751, 3.124225, "log"), 9.801716, 22.40002),
    (Quantity(4.383264, 0.3163348, "log"), 3.805112, 5.04926),
    (Quantity(-0.0984378, 0.2545767, "identity"), -0.5973991, 0.4005234),
    (Quantity(6.209896, 0.0390124, "identity"), 6.133433, 6.286359),
    (Quantity(0.0014506, 0.0012995, "log"), 0.0002506, 0.0083957),
]


@pytest.mark.parametrize(("quantity", "low", "high"), PRINTED)
def test_intervals_as_printed(quantity: Quantity, low: float, high: float) -> None:
    assert interval(quantity) == pytest.approx((low, high), rel=5e-4)


def test_interval_levels_and_scales() -> None:
    z = stats.norm.ppf(0.95)
    assert interval(Quantity(2.0, 0.5, "identity"), 90) == pytest.approx((2 - z / 2, 2 + z / 2))
    r, se = 0.6, 0.1
    width = z * se / (1 - r * r)
    assert interval(Quantity(r, se, "atanh"), 90) == pytest.approx(
        (math.tanh(math.atanh(r) - width), math.tanh(math.atanh(r) + width))
    )
    logit = math.log(r / (1 - r))
    width = z * se / (r * (1 - r))
    expected = (1 / (1 + math.exp(width - logit)), 1 / (1 + math.exp(-width - logit)))
    assert interval(Quantity(r, se, "logit"), 90) == pytest.approx(expected)


def test_interval_on_the_boundary() -> None:
    for quantity in (Quantity(1.66e-15, 1.53e-11, "log"), Quantity(0.0, 0.0, "log"), Quantity(0.0, math.nan, "log")):
        low, high = interval(quantity)
        assert low == 0.0
        assert math.isnan(high)
    for quantity in (
        Quantity(1.0, 0.0, "atanh"),
        Quantity(-1.0, math.nan, "atanh"),
        Quantity(2.0, math.nan, "identity"),
    ):
        assert all(math.isnan(limit) for limit in interval(quantity))


def test_wald_is_the_quadratic_form() -> None:
    rng = np.random.default_rng(0)
    A = rng.normal(size=(5, 5))
    V, beta = A @ A.T, rng.normal(size=5)
    columns = [3, 0, 2]
    expected = beta[columns] @ np.linalg.solve(V[np.ix_(columns, columns)], beta[columns])
    chi2, df, p = wald(beta, V, columns)
    assert (chi2, df) == (pytest.approx(expected), 3)
    assert p == pytest.approx(stats.chi2.sf(expected, 3))


def test_wald_leaves_out_what_adds_nothing() -> None:
    V = np.array([[2.0, 0.5, 2.5, 0.0], [0.5, 1.0, 1.5, 0.0], [2.5, 1.5, 4.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    beta = np.array([1.0, 2.0, 3.0, 0.0])  # the third is the sum of the first two, the fourth omitted
    assert wald(beta, V, [0, 1, 2, 3])[:2] == (pytest.approx(wald(beta, V, [0, 1])[0]), 2)
    chi2, df, p = wald(beta, V, [3])
    assert df == 0
    assert math.isnan(chi2)
    assert math.isnan(p)


def test_wald_in_any_units() -> None:
    rng = np.random.default_rng(1)
    A = rng.normal(size=(3, 3))
    V, beta, unit = A @ A.T, rng.normal(size=3), np.array([1e-9, 1.0, 1e9])
    scaled = wald(beta * unit, V * np.outer(unit, unit), [0, 1, 2])
    assert scaled == pytest.approx(wald(beta, V, [0, 1, 2]))


def test_lr_forms() -> None:
    one = lr_test(-1014.9268, -1251.2506, 1, 1, True)
    assert one is not None
    assert (one.df, one.chibar, one.note) == (1, True, None)
    assert one.chi2 == pytest.approx(472.65, abs=0.01)
    small = lr_test(-100.0, -101.0, 1, 1, True)
    assert small is not None
    assert small.p == pytest.approx(0.5 * stats.chi2.sf(2.0, 1))
    several = lr_test(-100.0, -104.0, 3, 3, True)
    assert several is not None
    assert (several.df, several.chibar, several.note) == (3, False, "conservative")
    assert several.p == pytest.approx(stats.chi2.sf(8.0, 3))
    residual_only = lr_test(-100.0, -104.0, 0, 1, False)
    assert residual_only is not None
    assert (residual_only.chibar, residual_only.note) == (False, "boundary")
    with_groups = lr_test(-100.0, -104.0, 1, 2, True)
    assert with_groups is not None
    assert (with_groups.df, with_groups.chibar, with_groups.note) == (2, False, "conservative")
    assert lr_test(-100.0, -100.0, 0, 0, False) is None


def test_lr_of_zero() -> None:
    for ll in (-100.0, -100.0 - 1e-13, -100.0 + 1e-14):
        test = lr_test(ll, -100.0, 1, 1, True)
        assert test is not None
        assert test.chi2 >= 0.0
        assert test.p == 1.0
