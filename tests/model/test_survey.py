"""Weights, clusters and kinds of standard errors: bound, evaluated, checked, scaled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.missing import SYSMISS
from mixedcli.engine.design import Design
from mixedcli.errors import StataError
from mixedcli.model.assemble import assemble
from mixedcli.model.bind import mixed_spec
from mixedcli.model.spec import Assembled, MixedSpec
from mixedcli.model.weights import rescaled
from mixedcli.parse import parse_line

Floats = NDArray[np.float64]

SCHOOLS = np.repeat([1, 2, 3, 4], [3, 2, 4, 3])


def spec(text: str) -> MixedSpec:
    command = parse_line(text)
    assert command is not None
    return mixed_spec(command)


def data(**more: Any) -> Dataset:
    n = len(SCHOOLS)
    rng = np.random.default_rng(0)
    columns = {"y": rng.normal(size=n), "x": rng.normal(size=n), "school": SCHOOLS, "class": np.arange(n) // 2}
    columns |= {"w": np.arange(1.0, n + 1), "v": 10.0 * SCHOOLS, "area": (SCHOOLS + 1) // 2, **more}
    return Dataset({k: Column(k, "double", np.asarray(v, dtype=float)) for k, v in columns.items()}, n)


def made(text: str, **more: Any) -> Assembled:
    table = data(**more)
    return assemble(spec(text), table, np.ones(table.n, dtype=bool))


def design(text: str, **more: Any) -> Design:
    return made(text, **more).design


# -------------------------------------------------------------------------------- binding


def test_weights_belong_to_rows_and_levels() -> None:
    bound = spec("mixed y x [pw=w/2] if x>0 || school:, pw(v) || class: x, pweight(1/v) nolog")
    assert (bound.weights.kind, bound.weights.text) == ("pweight", "w/2")
    assert [(x.level, x.text) for x in bound.weights.levels] == [("school", "v"), ("class", "1/v")]
    assert bound.fit.robust
    assert bound.vce.kind == "robust"
    assert not spec("mixed y x [fw=w] || school:, fweight(v)").fit.robust


@pytest.mark.parametrize(
    ("options", "kind", "cluster"),
    [
        ("vce(oim)", "oim", ""),
        ("vce(robust)", "robust", ""),
        ("vce(r)", "robust", ""),
        ("robust", "robust", ""),
        ("vce(cluster area)", "cluster", "area"),
        ("vce(cl area)", "cluster", "area"),
        ("cluster(area)", "cluster", "area"),
        ("robust cluster(area)", "cluster", "area"),
        ("", "oim", ""),
    ],
)
def test_kinds_of_standard_errors(options: str, kind: str, cluster: str) -> None:
    vce = spec(f"mixed y x || school:, {options}").vce
    assert (vce.kind, vce.cluster) == (kind, cluster)


@pytest.mark.parametrize(
    ("text", "rc", "part"),
    [
        ("mixed y x [aw=w] || school:", 101, "aweights not allowed"),
        ("mixed y x [iw=w] || school:", 101, "iweights not allowed"),
        ("mixed y x [fw=w] || school:, pweight(v)", 198, "may not be combined with fweights"),
        ("mixed y x || school:, pweight(v) || class:, fweight(w)", 198, "may not be combined with pweights"),
        ("mixed y x [pw=w] || school:, reml", 198, "weights are not supported with REML"),
        ("mixed y x || school:, fweight(v) reml", 198, "weights are not supported with REML"),
        ("mixed y x || school:, vce(robust) reml", 198, "vce(robust) is not supported with REML"),
        ("mixed y x || school:, cluster(area) reml", 198, "vce(cluster) is not supported with REML"),
        ("mixed y x [pw=w] || school:, emonly", 198, "emonly"),
        ("mixed y x [fw=w] || school:, dfmethod(residual)", 198, "dfmethod() may not be combined with weights"),
        ("mixed y x || school:, vce(robust) dfmethod(anova)", 198, "dfmethod() may not be combined with vce(robust)"),
        ("mixed y x || school:, dfmethod(kroger)", 198, "reml"),
        ("mixed y x || school:, dfmethod(satterthwaite)", 198, "reml"),
        ("mixed y x || school:, residuals(ar 1, t(x)) nostderr", 198, "nostderr"),
        ("mixed y x || school:, residuals(ar 1, t(x)) emonly", 198, "emonly"),
        ("mixed y x [pw=w] || school: || class:, pwscale(size)", 198, "two-level"),
        ("mixed y x [pw=w], pwscale(size)", 198, "two-level"),
        ("mixed y x [pw=w] || school:, pwscale(big)", 198, "pwscale(big) not allowed"),
        ("mixed y x [fw=w] || school:, pwscale(size)", 198, "requires sampling weights"),
        ("mixed y x [pw=w] || school:, pwscale(gk) dfmethod(anova)", 198, "pwscale()"),
        ("mixed y x [pw=w] || school:, vce(oim)", 198, "pweights"),
        ("mixed y x || school:, vce(hc3)", 198, "vcetype 'hc3' not allowed"),
        ("mixed y x || school:, vce(cluster)", 198, "vce() incorrectly specified"),
        ("mixed y x || school:, vce(oim) robust", 198, "may not be combined"),
        ("mixed y x || school:, constraints(1/0)", 121, "invalid numlist"),
        ("mixed y x || school:, constraints(a)", 121, "invalid numlist"),
    ],
)
def test_illegal_combinations(text: str, rc: int, part: str) -> None:
    with pytest.raises(StataError) as caught:
        spec(text)
    assert caught.value.rc == rc
    assert part in caught.value.message


def test_constraint_numbers() -> None:
    assert spec("mixed y x, constraints(3 1/2, 7-8 2) || school:").constraints == (3, 1, 2, 7, 8)


# ------------------------------------------------------------------------------ as numbers


def test_weights_are_expressions_on_the_sample() -> None:
    found = made("mixed y x [pw=w/2] || school:, pweight(v+1)")
    np.testing.assert_array_equal(found.design.weights, np.arange(1.0, 13) / 2)
    np.testing.assert_array_equal(found.design.levels[0].weights, [11, 21, 31, 41])
    assert not found.design.frequency


def test_missing_and_zero_weights_leave_the_sample() -> None:
    w = np.arange(1.0, 13)
    w[0], w[5] = SYSMISS, 0.0
    found = made("mixed y x [pw=w] || school:, pweight(v)", w=w)
    expected = np.ones(12, dtype=bool)
    expected[[0, 5]] = False
    np.testing.assert_array_equal(found.sample, expected)
    v = np.where(SCHOOLS == 2, SYSMISS, 1.0)
    assert made("mixed y x || school:, pweight(v)", v=v).design.n == 10


@pytest.mark.parametrize(
    ("text", "more", "rc"),
    [
        ("mixed y x [fw=w/2] || school:", {}, 401),
        ("mixed y x || school:, fweight(v/4)", {}, 401),
        ("mixed y x [pw=w-3] || school:", {}, 402),
        ("mixed y x || school:, pweight(v-20)", {}, 402),
        ("mixed y x || school:, pweight(w)", {}, 459),
        ("mixed y x || school: || class:, pweight(x^2)", {}, 459),
        ("mixed y x || school:, vce(cluster class)", {}, 459),
        ("mixed y x || school:, vce(cluster nothing)", {}, 111),
        ("mixed y x [pw=nothing] || school:", {}, 111),
    ],
)
def test_bad_weights(text: str, more: dict[str, Any], rc: int) -> None:
    with pytest.raises(StataError) as caught:
        design(text, **more)
    assert caught.value.rc == rc


def test_fractions_outside_the_sample_do_no_harm() -> None:
    table = data()
    even = table.numeric("w") % 2 == 0
    assert assemble(spec("mixed y x [fw=w/2] || school:"), table, even).design.n == 6


def test_clusters_above_the_groups() -> None:
    found = made("mixed y x || school:, vce(cluster area)")
    np.testing.assert_array_equal(found.design.clusters, (SCHOOLS + 1) // 2 - 1)
    assert found.frame.cluster == "area"
    assert made("mixed y x || school:, robust").frame.cluster == "school"
    assert made("mixed y x || school:").frame.cluster == ""
    area = np.where(SCHOOLS == 1, SYSMISS, SCHOOLS)
    assert design("mixed y x || school:, vce(cluster area)", area=area).n == 9


def test_frequency_weights_count_in_the_header() -> None:
    """Groups and observations as if written out."""
    w, v = np.full(12, 2.0), np.where(SCHOOLS == 1, 3.0, 1.0)
    (level,) = made("mixed y x [fw=w] || school:, fweight(v)", w=w, v=v).frame.levels
    assert (level.groups, level.minimum, level.maximum) == (6, 4, 8)
    assert level.average == pytest.approx((3 * 6 + 4 + 8 + 6) / 6)


def test_weights_without_random_effects_multiply() -> None:
    found = design("mixed y x [pw=w] || school:, pweight(v) noconstant")
    assert not found.levels
    np.testing.assert_array_equal(found.weights, np.arange(1.0, 13) * 10 * SCHOOLS)


# --------------------------------------------------------------------------------- pwscale


def test_pwscale_size_sums_to_the_group_size() -> None:
    rows, groups = rescaled("size", np.arange(1.0, 13), np.full(4, 7.0), SCHOOLS - 1, 4)
    np.testing.assert_allclose(np.bincount(SCHOOLS - 1, rows), [3, 2, 4, 3])
    np.testing.assert_array_equal(groups, np.full(4, 7.0))
    np.testing.assert_allclose(rows[1] / rows[0], 2.0)


def test_pwscale_effective_sums_to_the_effective_size() -> None:
    w = np.arange(1.0, 13)
    rows, _ = rescaled("effective", w, None, SCHOOLS - 1, 4)
    for g in range(4):
        own = w[g == SCHOOLS - 1]
        assert rows[g == SCHOOLS - 1].sum() == pytest.approx(own.sum() ** 2 / (own**2).sum())


def test_pwscale_gk_moves_all_weight_to_the_groups() -> None:
    w = np.arange(1.0, 13)
    rows, groups = rescaled("gk", w, np.array([1.0, 2.0, 3.0, 4.0]), SCHOOLS - 1, 4)
    np.testing.assert_array_equal(rows, np.ones(12))
    assert groups is not None
    np.testing.assert_allclose(groups, [(g + 1) * w[g == SCHOOLS - 1].mean() for g in range(4)])


def test_scaled_weights_do_not_know_their_scale() -> None:
    """size and effective make w_ij and w_i|j the same."""
    v = "school:, pweight(v)"
    for scale in ("size", "eff"):
        joint = design(f"mixed y x [pw=w*v] || {v} pwscale({scale})")
        conditional = design(f"mixed y x [pw=w] || {v} pwscale({scale})")
        np.testing.assert_allclose(joint.weights, conditional.weights)


def test_groups_with_correlated_residuals_may_weigh() -> None:
    t = np.arange(12.0)
    found = design("mixed y x || school:, fweight(v) residuals(ar 1, t(t))", t=t)
    np.testing.assert_array_equal(found.levels[0].weights, [10, 20, 30, 40])
    assert found.correlation is not None
    gk = design("mixed y x [pw=w] || school:, pweight(v) pwscale(gk) residuals(ar 1, t(t))", t=t)
    assert gk.levels[0].weights is not None
    with pytest.raises(StataError, match="weights of observations"):
        design("mixed y x [pw=w] || school:, residuals(ar 1, t(t))", t=t)
    with pytest.raises(StataError, match="repeated time values") as found_twice:  # what the copies would be
        design("mixed y x [fw=2] || school:, residuals(ar 1, t(t))", t=t)
    assert found_twice.value.rc == 451


def test_all_observations_are_no_clusters() -> None:
    with pytest.raises(StataError, match="level _all"):
        spec("mixed y x || _all: R.class || school:, vce(robust)")
    assert spec("mixed y x || school: R.class, vce(robust)").fit.robust
