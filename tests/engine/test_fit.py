"""Whole fits: closed forms, dense second derivatives, invariance, and ways to the optimum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from brute import covariance, fixed_effects, log_likelihood, random_design
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.engine.crossprod import cross_products
from mixedcli.engine.design import Design, Equation, FitOptions, Level
from mixedcli.engine.em import em, starting_point
from mixedcli.engine.fit import fit
from mixedcli.engine.inference import interval
from mixedcli.engine.likelihood import Likelihood
from mixedcli.engine.orthogonal import prepare
from mixedcli.engine.parameters import parameter_space
from mixedcli.engine.recov import Exchangeable, Identity, Independent, Unstructured
from mixedcli.results import Iteration, MixedResult

INTERCEPT = Equation((0,), Identity)
SLOPE = [[Equation((1, 0), Unstructured)]]


def one_way(k: int, m: int, shift: float = 0.0, scale: float = 1.0) -> Design:
    """A balanced one-way layout in the manner of NIST's SmLs: group means i / 10, deviations +-0.1 in turn."""
    group = np.repeat(np.arange(k), m)
    within = np.tile(np.where(np.arange(m) % 2 == 0, 0.1, -0.1), k)
    within[m - 1 :: m] = 0.0  # m odd: the deviations of a group sum to zero
    y = (shift + 1.0 + group / 8.0 + within) * scale
    return Design(y, (np.ones(k * m),), (0,), (Level(group, k, (INTERCEPT,)),))


def variances(result: MixedResult) -> list[float]:
    return [row.variance.estimate for row in result.rows]


@pytest.mark.parametrize(
    ("shift", "scale", "digits"), [(0, 1, 1e-12), (1e6, 1, 1e-9), (1e9, 1, 1e-6), (0, 1e-8, 1e-12), (0, 1e8, 1e-12)]
)
@pytest.mark.parametrize(("k", "m"), [(9, 21), (9, 201), (3, 5), (2, 25)])
def test_balanced_one_way_is_the_analysis_of_variance(
    k: int, m: int, shift: float, scale: float, digits: float
) -> None:
    result = fit(one_way(k, m, shift, scale), FitOptions(reml=True))
    means = 1.0 + np.arange(k) / 8.0
    between = m * means.var(ddof=1)
    within = k * (m - 1) * 0.01 / (k * (m - 1))  # m - 1 squares of 0.1 per group over m - 1 degrees of freedom
    expected = np.array([(between - within) / m, within]) * scale**2
    np.testing.assert_allclose(variances(result), expected, rtol=max(digits, 1e-11))
    assert result.beta[0] == pytest.approx((shift + means.mean()) * scale, rel=1e-14)
    # exact information of a balanced design: mean squares are independent chi-squares
    se_within = np.sqrt(2.0 / (k * (m - 1))) * within * scale**2
    se_between = np.sqrt(2 * between**2 / (k - 1) + 2 * within**2 / (k * (m - 1))) / m * scale**2
    se = [row.variance.se for row in result.rows]
    np.testing.assert_allclose(se, [se_between, se_within], rtol=max(digits, 1e-9) * 10)


CASES: dict[str, tuple[list[list[Equation]], int, bool]] = {
    "intercept": ([[INTERCEPT]], 1, False),
    "slope un reml": (SLOPE, 1, True),
    "slope un by 2": (SLOPE, 2, False),
    "exchangeable reml": ([[Equation((1, 0), Exchangeable)]], 1, True),
    "three levels": ([[Equation((1, 0), Independent)], [INTERCEPT]], 1, False),
    "repeated equations reml": ([[Equation((1,), Identity), INTERCEPT], [INTERCEPT]], 2, True),
}


def sigma_of(theta: np.ndarray, result: MixedResult, design: Design) -> tuple[list[list[np.ndarray]], np.ndarray]:
    """The matrices of V from e(b)'s variance part, by its names alone."""
    sigmas = [[np.zeros((len(e.z), len(e.z))) for e in level.equations] for level in design.levels]
    log_sd, ratios = 0.0, np.zeros(design.residual_groups)
    for value, name in zip(theta, result.theta_names, strict=True):
        if name.kind == "lns":
            for k in name.terms:
                sigmas[name.level][name.equation][k, k] = np.exp(value)
        elif name.kind == "lnsig_e":
            log_sd = value
        elif name.kind == "r_lns":
            ratios[name.group] = value
    for value, name in zip(theta, result.theta_names, strict=True):
        if name.kind == "atr":
            i, j = name.terms
            matrix = sigmas[name.level][name.equation]
            matrix[i, j] = matrix[j, i] = np.tanh(value)
    out = []
    for level in sigmas:
        row = []
        for matrix in level:
            sd = np.diag(matrix).copy()
            corr = matrix.copy()
            np.fill_diagonal(corr, 1.0)
            row.append(corr * np.outer(sd, sd))
        out.append(row)
    return out, np.exp(2 * (log_sd + ratios))


def mixed(f: Callable[[np.ndarray], float], at: np.ndarray, a: np.ndarray, b: np.ndarray, h: float) -> float:
    """Second mixed difference of f along steps a and b of length h."""
    return (f(at + a + b) - f(at + a - b) - f(at - a + b) + f(at - a - b)) / (4 * h * h)


@pytest.mark.parametrize("name", CASES)
def test_standard_errors_are_those_of_the_dense_information(name: str) -> None:
    structures, by, reml = CASES[name]
    design = random_design(structures, by=by, n=240, seed=21, wide=5)
    result = fit(design, FitOptions(reml=reml))
    assert result.trace.converged
    assert not result.singular

    def ll(theta: np.ndarray) -> float:
        return log_likelihood(design, covariance(design, *sigma_of(theta, result, design)), reml)

    theta, P, h = result.theta, len(result.theta), 1e-3
    assert ll(theta) == pytest.approx(result.ll, rel=1e-11)
    H = np.empty((P, P))
    for i in range(P):
        for j in range(P):
            a, b = h * np.eye(P)[i], h * np.eye(P)[j]
            H[i, j] = (4 * mixed(ll, theta, a, b, h) - mixed(ll, theta, 2 * a, 2 * b, 2 * h)) / 3
    np.testing.assert_allclose(result.vcov_theta, np.linalg.inv(-H), rtol=2e-4, atol=1e-6)
    slope = [(ll(theta + h * e) - ll(theta - h * e)) / (2 * h) for e in np.eye(P)]
    assert np.abs(slope).max() < 1e-3
    beta, cov = fixed_effects(design, covariance(design, *sigma_of(theta, result, design)))
    np.testing.assert_allclose(result.beta, beta, rtol=1e-8)
    np.testing.assert_allclose(result.vcov_beta, cov, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("name", CASES)
def test_rows_say_the_same_as_theta(name: str) -> None:
    structures, by, reml = CASES[name]
    design = random_design(structures, by=by, n=240, seed=21, wide=5)
    result = fit(design, FitOptions(reml=reml))
    sigmas, residual = sigma_of(result.theta, result, design)
    np.testing.assert_allclose(result.residual_variance, residual, rtol=1e-10)
    se = np.sqrt(np.diag(result.vcov_theta))
    place = {
        (n.kind, n.level, n.equation, n.terms): k for k, n in enumerate(result.theta_names) if n.kind in ("lns", "atr")
    }
    for row in result.rows:
        if row.part == "residual":
            continue
        k = place["lns" if row.kind == "var" else "atr", row.level, row.equation, row.terms]
        i, j = row.terms[0], row.terms[-1] if row.kind == "cov" else row.terms[0]
        matrix = sigmas[row.level][row.equation]
        assert row.variance.estimate == pytest.approx(matrix[i, j], rel=1e-10)
        np.testing.assert_allclose(result.sigma[row.level][row.equation], matrix, rtol=1e-10)
        if row.kind == "var":
            assert row.variance.metric == row.sd.metric == "log"
            assert row.variance.se == pytest.approx(2 * matrix[i, i] * se[k], rel=1e-8)
            assert row.sd.se == pytest.approx(np.sqrt(matrix[i, i]) * se[k], rel=1e-8)
        else:
            r = matrix[i, j] / np.sqrt(matrix[i, i] * matrix[j, j])
            assert (row.variance.metric, row.sd.metric) == ("identity", "atanh")
            assert row.sd.estimate == pytest.approx(r, rel=1e-10)
            assert row.sd.se == pytest.approx((1 - r * r) * se[k], rel=1e-8)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), reml=st.booleans())
def test_order_of_rows_and_names_of_groups_do_not_matter(seed: int, reml: bool) -> None:
    design = random_design([[Equation((1, 0), Independent)], [INTERCEPT]], by=2, n=80, seed=4)
    rng = np.random.default_rng(seed)
    order = rng.permutation(design.n)
    names = [rng.permutation(level.groups) for level in design.levels]
    other = replace(
        design,
        y=design.y[order],
        columns=tuple(c[order] for c in design.columns),
        levels=tuple(replace(v, codes=name[v.codes[order]]) for v, name in zip(design.levels, names, strict=True)),
        residual_by=None if design.residual_by is None else design.residual_by[order],
    )
    a, b = fit(design, FitOptions(reml=reml)), fit(other, FitOptions(reml=reml))
    assert a.ll == pytest.approx(b.ll, rel=1e-12)
    np.testing.assert_allclose(a.beta, b.beta, rtol=1e-8)
    np.testing.assert_allclose(a.theta, b.theta, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(a.vcov_theta, b.vcov_theta, rtol=1e-5, atol=1e-8)


@settings(max_examples=15, deadline=None)
@given(
    shift=st.sampled_from([0.0, 2.0**20, -(2.0**27), 2.0**40]),
    scale=st.sampled_from([1.0, 2.0**-27, 2.0**27]),
    move=st.sampled_from([0.0, 2.0**10, 2.0**27]),
    reml=st.booleans(),
)
def test_shift_and_scale(shift: float, scale: float, move: float, reml: bool) -> None:
    """y shifted and scaled, a covariate of the fixed part moved by 1e8 (exactly: everything on a dyadic grid)."""
    base = random_design([[INTERCEPT]], n=120, seed=8)
    columns = [np.round(c * 2**9) / 2**9 for c in base.columns]
    y = np.round(base.y * 2**10) / 2**10
    a = fit(replace(base, y=y, columns=tuple(columns)), FitOptions(reml=reml))
    moved = [columns[0], columns[1] + move, columns[2] * scale, columns[3]]
    b = fit(replace(base, y=(y + shift) * scale, columns=tuple(moved)), FitOptions(reml=reml))
    np.testing.assert_allclose(b.beta[0], a.beta[0] * scale, rtol=1e-8)
    np.testing.assert_allclose(b.beta[1], a.beta[1], rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(b.vcov_beta[0, 0]), np.sqrt(a.vcov_beta[0, 0]) * scale, rtol=1e-8)
    np.testing.assert_allclose(np.array(variances(b)), np.array(variances(a)) * scale**2, rtol=1e-8)
    np.testing.assert_allclose([r.variance.se for r in b.rows], [r.variance.se * scale**2 for r in a.rows], rtol=1e-7)


def test_nearly_collinear_columns() -> None:
    """x and x + 1e-6 z span the same space as x and z."""
    base = random_design([[INTERCEPT]], n=150, seed=9)
    one, x, z, w = base.columns
    near = x + 2.0**-20 * z
    a = fit(base, FitOptions(reml=True))
    b = fit(replace(base, columns=(one, x, near, w)), FitOptions(reml=True))
    np.testing.assert_allclose(b.beta[1], a.beta[1] * 2.0**20, rtol=1e-8)
    np.testing.assert_allclose(variances(b), variances(a), rtol=1e-8)
    assert b.ll - a.ll == pytest.approx(20 * np.log(2.0), rel=1e-8)  # |X'V^-1X| shrinks by 2^-40


def test_random_slope_far_from_zero() -> None:
    """An unstructured slope's variance does not depend on where its covariate's zero is."""
    base = random_design(SLOPE, n=200, seed=10)
    columns = tuple(np.round(c * 2**9) / 2**9 for c in base.columns)
    a = fit(replace(base, columns=columns))
    moved = (columns[0], columns[1] + 2.0**27, *columns[2:])
    b = fit(replace(base, columns=moved))
    assert b.ll == pytest.approx(a.ll, rel=1e-12)
    assert variances(b)[0] == pytest.approx(variances(a)[0], rel=1e-8)
    assert b.rows[0].variance.se == pytest.approx(a.rows[0].variance.se, rel=1e-6)
    assert variances(b)[-1] == pytest.approx(variances(a)[-1], rel=1e-8)


TECHNIQUES = [(("nr", 5),), (("dfp", 5),), (("bfgs", 5),), (("nr", 2), ("bfgs", 3))]


@pytest.mark.parametrize("matlog", [False, True])
@pytest.mark.parametrize("technique", TECHNIQUES, ids=str)
def test_every_technique_reaches_the_same_optimum(technique: tuple[tuple[str, int], ...], matlog: bool) -> None:
    design = random_design(SLOPE, n=120, seed=21)
    best = fit(design)
    log: list[Iteration] = []
    options = FitOptions(technique=technique, matlog=matlog, emiterate=0)
    result = fit(design, options, log.append)
    assert result.trace.converged
    assert len(log) > 3  # really climbed
    assert result.ll == pytest.approx(best.ll, rel=1e-11)
    np.testing.assert_allclose(result.theta, best.theta, rtol=1e-5)
    assert tuple(log) == result.trace.iterations
    lls = [line.ll for line in log]
    assert all(b >= a - 1e-9 for a, b in pairwise(lls))
    names = [line.technique for line in log[1:]]
    turn = [name for name, count in technique for _ in range(count)]
    assert names == [turn[k % len(turn)] for k in range(len(names))]


@pytest.mark.parametrize("difficult", [False, True])
def test_not_concave_is_said(difficult: bool) -> None:
    """Far from the optimum of the square-root scale the likelihood is not concave."""
    design = one_way(9, 21)
    log: list[Iteration] = []
    result = fit(replace(design, y=design.y * 1.0), FitOptions(emiterate=0, difficult=difficult), log.append)
    assert result.trace.converged
    far = random_design(SLOPE, n=200, seed=1)
    fit(
        replace(far, y=far.y + 30 * far.columns[1] * np.sin(far.levels[0].codes)),
        FitOptions(emiterate=0, difficult=difficult),
        log.append,
    )
    assert any("(not concave)" in line.note for line in log)


def test_iteration_limit() -> None:
    design = random_design(SLOPE, n=120, seed=21)
    result = fit(design, FitOptions(emiterate=0, iterate=1))
    assert not result.trace.converged
    assert [line.number for line in result.trace.iterations] == [0, 1]
    assert result.ll == result.trace.iterations[-1].ll
    assert np.isfinite(result.beta).all()


def test_em_start_leaves_one_step() -> None:
    """As in the worked examples: EM brings the log likelihood to its printed digits, then one iteration confirms it."""
    result = fit(random_design(SLOPE, n=120, seed=21))
    first, last = result.trace.iterations
    assert last.ll == pytest.approx(first.ll, rel=1e-9)


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("structure", [Identity, Independent, Exchangeable, Unstructured])
def test_em_never_goes_down_and_ends_at_the_optimum(structure: type[Identity], reml: bool) -> None:
    design = random_design([[Equation((1, 0), structure)], [INTERCEPT]], n=150, seed=2)
    frame = prepare(design)
    space, effects = parameter_space(design, frame.rows)
    likelihood = Likelihood(cross_products(design, frame, effects), space, reml)
    trace = em(likelihood, starting_point(likelihood), 3000, 1e-13)
    assert all(b >= a - 1e-10 for a, b in pairwise(trace.ll))
    assert trace.ll[-1] == pytest.approx(fit(design, FitOptions(reml=reml)).ll, abs=2e-3)


def test_emonly_gives_no_standard_errors_of_variances() -> None:
    design = random_design(SLOPE, n=120, seed=21)
    result = fit(design, FitOptions(emonly=True, emiterate=2000))
    assert result.trace.em_converged
    assert result.trace.iterations == ()
    assert len(result.trace.em) > 5
    assert np.isnan(result.vcov_theta).all()
    assert all(np.isnan(row.variance.se) for row in result.rows)
    assert np.isfinite(result.vcov_beta).all()
    assert result.ll == pytest.approx(fit(design).ll, rel=1e-6)


def test_nostderr() -> None:
    result = fit(random_design(SLOPE, n=120, seed=21), FitOptions(stderr=False))
    assert not result.stderr_failed
    assert all(np.isnan(row.sd.se) for row in result.rows)
    assert result.rank_theta == 0


@pytest.mark.parametrize("reml", [False, True])
def test_no_random_effects_is_the_linear_regression(reml: bool) -> None:
    design = random_design([], n=50, seed=3)
    result = fit(design, FitOptions(reml=reml))
    X = np.column_stack([design.columns[k] for k in design.x])
    beta, ssr = np.linalg.lstsq(X, design.y, rcond=None)[:2]
    n, p = X.shape
    sigma2 = float(ssr[0]) / (n - p if reml else n)
    np.testing.assert_allclose(result.beta, beta, rtol=1e-10)
    np.testing.assert_allclose(result.vcov_beta, sigma2 * np.linalg.inv(X.T @ X), rtol=1e-9, atol=1e-15)
    assert variances(result) == pytest.approx([sigma2], rel=1e-12)
    assert result.ll == pytest.approx(log_likelihood(design, sigma2 * np.eye(n), reml), rel=1e-12)
    assert result.rows[0].sd.se == pytest.approx(np.sqrt(sigma2 / (2 * (n - p if reml else n))), rel=1e-10)
    assert result.lr is None
    low, high = interval(result.rows[0].variance)
    assert low < sigma2 < high


def test_many_groups_start_from_a_share_of_them() -> None:
    """Large data take the sampled start; the answer is that of the plain one."""
    rng = np.random.default_rng(0)
    n, groups = 200_000, 10_000
    codes = rng.integers(0, groups, n)
    x = rng.normal(size=n)
    u = rng.normal(size=(groups, 2))
    y = 1 + x + u[codes, 0] + 0.5 * u[codes, 1] * x + rng.normal(size=n)
    design = Design(y, (np.ones(n), x), (1, 0), (Level(codes, groups, (Equation((1, 0), Unstructured),)),))
    a = fit(design)
    b = fit(design, FitOptions(emiterate=0))
    assert a.trace.em == ()
    assert b.trace.em != ()
    assert a.ll == pytest.approx(b.ll, rel=1e-12)
    np.testing.assert_allclose(a.theta, b.theta, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(a.vcov_theta, b.vcov_theta, rtol=1e-6, atol=1e-14)
