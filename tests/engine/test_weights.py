"""Weights at all levels: against replicated data, the dense closed form and numerical integration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from brute import random_design
from numpy.typing import NDArray

from mixedcli.engine.design import Design, Equation, Factor, FitOptions, Level
from mixedcli.engine.fit import fit
from mixedcli.engine.recov import Identity, Independent, Unstructured

Floats = NDArray[np.float64]

INTERCEPT = Equation((0,), Identity)
SLOPE = Equation((1, 0), Unstructured)


def counted(design: Design, seed: int) -> Design:
    """The design with frequency weights 1..3 of rows and groups."""
    rng = np.random.default_rng(seed)
    levels = tuple(replace(x, weights=rng.integers(1, 4, x.groups).astype(float)) for x in design.levels)
    return replace(design, weights=rng.integers(1, 4, design.n).astype(float), levels=levels, frequency=True)


def replicated(design: Design) -> Design:
    """The same data written out: every row and every group as often as its weight says."""
    assert design.weights is not None
    rows: list[int] = []
    codes: list[list[int]] = [[] for _ in design.levels]
    count = [0] * len(design.levels)

    def spread(level: int, chosen: NDArray[np.int64], path: list[int]) -> None:
        if level == len(design.levels):
            for i in chosen:
                for _ in range(int(design.weights[i])):  # type: ignore[index]
                    rows.append(int(i))
                    for k, code in enumerate(path):
                        codes[k].append(code)
            return
        own = design.levels[level]
        for group in np.unique(own.codes[chosen]):
            for _ in range(int(own.weights[group]) if own.weights is not None else 1):
                count[level] += 1
                spread(level + 1, chosen[own.codes[chosen] == group], [*path, count[level] - 1])

    spread(0, np.arange(design.n), [])
    return replace(
        design,
        y=design.y[rows],
        columns=tuple(c[rows] for c in design.columns),
        levels=tuple(
            Level(np.array(c), n, level.equations) for c, n, level in zip(codes, count, design.levels, strict=True)
        ),
        residual_by=None if design.residual_by is None else design.residual_by[rows],
        weights=None,
        frequency=False,
    )


@pytest.mark.parametrize("by", [1, 2])
@pytest.mark.parametrize(
    "levels",
    [
        [],
        [[INTERCEPT]],
        [[SLOPE], [INTERCEPT]],
        [[INTERCEPT], [Equation((), Identity)], [Equation((2, 0), Independent)]],
        [[Equation((), Identity)], [SLOPE]],
    ],
    ids=["linear", "two levels", "slope above intercept", "empty level between", "empty level on top"],
)
def test_frequency_weights_replicate(levels: list[list[Equation]], by: int) -> None:
    weighted = counted(random_design(levels, by=by, n=80, seed=7), 1)
    told, expected = fit(weighted), fit(replicated(weighted))
    assert not (told.singular or told.perfect)
    assert told.n == expected.n == replicated(weighted).n
    assert told.ll == pytest.approx(expected.ll, rel=1e-12)
    np.testing.assert_allclose(told.beta, expected.beta, rtol=1e-8)
    np.testing.assert_allclose(told.vcov_beta, expected.vcov_beta, rtol=1e-6)
    np.testing.assert_allclose(told.theta, expected.theta, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(told.vcov_theta, expected.vcov_theta, rtol=1e-4, atol=1e-7)
    assert told.lr is None


@pytest.mark.parametrize(
    "levels",
    [[], [[INTERCEPT]], [[SLOPE], [INTERCEPT]], [[Equation((), Identity)], [SLOPE]]],
    ids=["linear", "two levels", "three levels", "empty level on top"],
)
def test_robust_errors_of_replicated_data(levels: list[list[Equation]]) -> None:
    weighted = counted(random_design(levels, seed=6), 2)
    options = FitOptions(robust=True)
    told, expected = fit(weighted, options), fit(replicated(weighted), options)
    assert told.robust is not None
    assert expected.robust is not None
    written = replicated(weighted)
    assert told.robust.clusters == expected.robust.clusters == (written.levels[0].groups if levels else written.n)
    np.testing.assert_allclose(told.vcov_beta, expected.vcov_beta, rtol=1e-6)
    np.testing.assert_allclose(told.vcov_theta, expected.vcov_theta, rtol=1e-4, atol=1e-9)


def integrated(terms: Floats, nodes: Floats, tau2: float) -> float:
    """log of the integral of exp(terms(u)) N(u | 0, tau2) du over equally spaced nodes."""
    total = terms - 0.5 * (np.log(2 * np.pi * tau2) + nodes**2 / tau2)
    top = total.max()
    return float(top + np.log(np.exp(total - top).sum() * (nodes[1] - nodes[0])))


def test_pseudolikelihood_of_three_levels_by_quadrature() -> None:
    """log of nested integrals, fractional weights at every level; the fit is a maximum of it."""
    design = random_design([[INTERCEPT], [INTERCEPT]], n=40, seed=3)
    rng = np.random.default_rng(4)
    levels = tuple(replace(x, weights=rng.uniform(0.5, 3.0, x.groups)) for x in design.levels)
    design = replace(design, weights=rng.uniform(0.3, 2.5, design.n), levels=levels)
    top, low = design.levels
    assert top.weights is not None
    assert low.weights is not None
    assert design.weights is not None
    X = np.column_stack([design.columns[k] for k in design.x])
    result = fit(design)

    def value(beta: Floats, tau_top: float, tau_low: float, sigma2: float) -> float:
        outer = np.linspace(-9, 9, 241) * np.sqrt(tau_top)
        inner = np.linspace(-9, 9, 241) * np.sqrt(tau_low)
        total = 0.0
        for g in range(top.groups):
            terms = np.zeros(len(outer))
            for h in np.unique(low.codes[top.codes == g]):
                rows = low.codes == h
                e, w = design.y[rows] - X[rows] @ beta, design.weights[rows]  # type: ignore[index]
                both = outer[:, None, None] + inner[None, :, None]
                logs = (-0.5 * w * (np.log(2 * np.pi * sigma2) + (e - both) ** 2 / sigma2)).sum(2)
                terms += low.weights[h] * np.array([integrated(x, inner, tau_low) for x in logs])  # type: ignore[index]
            total += top.weights[g] * integrated(terms, outer, tau_top)  # type: ignore[index]
        return total

    best = [result.beta, *(float(s[0][0, 0]) for s in result.sigma), float(result.residual_variance[0])]
    at_best = value(*best)  # type: ignore[arg-type]
    assert result.ll == pytest.approx(at_best, abs=1e-7 * abs(at_best))
    for k in range(1, 4):
        for factor in (0.97, 1.03):
            moved = [*best[:k], best[k] * factor, *best[k + 1 :]]
            assert value(*moved) < at_best  # type: ignore[arg-type]
    for k in range(design.p):
        assert value(result.beta + 0.05 * np.eye(design.p)[k], *best[1:]) < at_best  # type: ignore[arg-type]


def test_weights_of_two_levels_in_closed_form() -> None:
    """Row weights act as precisions of a dense normal, up to its normalising constant."""
    design = random_design([[SLOPE]], n=50, seed=8)
    rng = np.random.default_rng(9)
    (level,) = design.levels
    design = replace(
        design,
        weights=rng.uniform(0.3, 2.5, design.n),
        levels=(replace(level, weights=rng.uniform(0.5, 3.0, level.groups)),),
    )
    result = fit(design)
    assert result.ll == pytest.approx(sum(dense_groups(design, result.beta, result.sigma[0][0], result)), rel=1e-11)


def dense_groups(design: Design, beta: Floats, sigma: Floats, result: object) -> list[float]:
    """Weighted log likelihood of every group of a two-level design with one slope equation."""
    sigma2 = float(result.residual_variance[0])  # type: ignore[attr-defined]
    (level,) = design.levels
    assert design.weights is not None
    assert level.weights is not None
    X = np.column_stack([design.columns[k] for k in design.x])
    Z = np.column_stack([design.columns[k] for k in level.equations[0].z])
    out = []
    for g in range(level.groups):
        rows = level.codes == g
        w, e = design.weights[rows], (design.y - X @ beta)[rows]
        V = Z[rows] @ sigma @ Z[rows].T + np.diag(sigma2 / w)
        normal = -0.5 * (len(e) * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + e @ np.linalg.solve(V, e))
        constant = 0.5 * np.log(2 * np.pi * sigma2 / w).sum() - 0.5 * w.sum() * np.log(2 * np.pi * sigma2)
        out.append(float(level.weights[g] * (normal + constant)))
    return out


def test_scale_of_the_group_weights_moves_nothing_but_the_log_likelihood() -> None:
    design = counted(random_design([[INTERCEPT]], seed=11), 3)
    (level,) = design.levels
    assert level.weights is not None
    tenfold = replace(design, levels=(replace(level, weights=10.0 * level.weights),))
    once, ten = fit(design), fit(tenfold)
    np.testing.assert_allclose(ten.beta, once.beta, rtol=1e-9)
    np.testing.assert_allclose(ten.theta, once.theta, rtol=1e-6)
    assert ten.ll == pytest.approx(10 * once.ll, rel=1e-12)
    np.testing.assert_allclose(10 * ten.vcov_beta, once.vcov_beta, rtol=1e-7)


def test_rows_of_crossed_models_may_count() -> None:
    rng = np.random.default_rng(2)
    design = random_design([[INTERCEPT]], n=90, seed=3)
    codes = rng.integers(0, 6, 90)

    def crossed(codes: NDArray[np.int64], base: Design) -> Design:
        whole = Level(np.zeros(base.n, dtype=np.int64), 1, (Equation((), Identity, Factor(codes, 6, 6)),))
        return replace(base, levels=(whole, *base.levels))

    design = replace(design, y=design.y + 1.5 * rng.normal(size=6)[codes])
    w = rng.integers(1, 4, 90)
    rows = np.repeat(np.arange(90), w)
    (level,) = design.levels
    written = replace(
        design,
        y=design.y[rows],
        columns=tuple(c[rows] for c in design.columns),
        levels=(replace(level, codes=level.codes[rows]),),
    )
    told = fit(crossed(codes, replace(design, weights=w.astype(float), frequency=True)))
    expected = fit(crossed(codes[rows], written))
    assert told.n == expected.n
    assert told.ll == pytest.approx(expected.ll, rel=1e-11)
    np.testing.assert_allclose(told.beta, expected.beta, rtol=1e-7)
    np.testing.assert_allclose(told.vcov_theta, expected.vcov_theta, rtol=1e-4, atol=1e-8)
