"""Satterthwaite and Kenward-Roger against the formulas written out with dense matrices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from brute import log_likelihood, random_design
from dense_dof import Dense, directions, observed
from numpy.typing import NDArray

from mixedcli.engine.design import Design, Equation, Factor, FitOptions, Level
from mixedcli.engine.dof.methods import ddf_of_rows, f_test
from mixedcli.engine.fit import fit
from mixedcli.engine.recov import Exchangeable, Identity, Independent, Unstructured
from mixedcli.results import Information, MixedResult

Floats = NDArray[np.float64]


def crossed(*, slope: bool = False, exchangeable: bool = False) -> Design:
    """Two unbalanced crossed factors; one of them nested level, or within three groups with a covariance."""
    rng = np.random.default_rng(12)
    n = 90
    a, b, g = rng.integers(0, 8, n), rng.integers(0, 11, n), rng.integers(0, 3, n)
    x = rng.normal(size=n)
    y = 1 + x + rng.normal(size=8)[a] + rng.normal(size=11)[b] + x * rng.normal(size=11)[b] + rng.normal(size=n)
    columns = (np.ones(n), x, rng.normal(size=n))
    zero = np.zeros(n, dtype=np.int64)
    if exchangeable:
        y = y + 2 * rng.normal(size=3)[g]
        cell = g * 8 + a
        term = Equation((), Exchangeable, Factor(cell, 24, 8))
        return Design(y, columns, (1, 2, 0), (Level(g, 3, (term,)), Level(g * 11 + b, 33, (Equation((1,), Identity),))))
    first = Level(zero, 1, (Equation((), Identity, Factor(a, 8, 8)),))
    second = Level(b, 11, (Equation((1, 0), Unstructured) if slope else Equation((0,), Identity),))
    return Design(y, columns, (1, 2, 0), (first, second))


DESIGNS: dict[str, Design] = {
    "random intercept": random_design([[Equation((0,), Identity)]], seed=3),
    "unstructured slope": random_design([[Equation((1, 0), Unstructured)]], seed=8, n=70),
    "independent slope": random_design([[Equation((1, 0), Independent)]], seed=5, n=70),
    "exchangeable": random_design([[Equation((1, 2), Exchangeable)]], seed=6, n=70),
    "three levels": random_design([[Equation((0,), Identity)], [Equation((1, 0), Independent)]], seed=8, n=90, wide=2),
    "variances by group": random_design([[Equation((0,), Identity)]], seed=4, by=3, n=80),
    "no random effects, by group": random_design([], seed=4, by=2, n=40),
    "linear regression": random_design([], seed=4, n=25),
    "crossed": crossed(),
    "crossed below a slope": crossed(slope=True),
    "exchangeable levels": crossed(exchangeable=True),
}


def natural(design: Design, result: MixedResult) -> Floats:
    """The variance parameters in the order of ``directions``."""
    out: list[float] = []
    for level, sigmas in zip(design.levels, result.sigma, strict=True):
        for e, sigma in zip(level.equations, sigmas, strict=True):
            if e.factor is not None:
                out.extend(sigma[0, : 1 + (e.covariance is Exchangeable)].tolist())
            else:
                out.extend(e.covariance(len(e.z)).elements(sigma).tolist())
    return np.array([*out, *result.residual_variance])


def dense(design: Design, result: MixedResult) -> tuple[Dense, Floats, list[Floats]]:
    first = directions(design)
    sigma = natural(design, result)
    X = np.column_stack([design.columns[k] for k in design.x])
    V = np.tensordot(sigma, np.array(first), 1)
    return Dense(X, design.y, V, first), sigma, first


def fitted(design: Design, method: str, information: Information = "eim") -> MixedResult:
    return fit(design, FitOptions(reml=True, dfmethod=method, dfinformation=information))


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("method", ["satterthwaite", "kroger"])
@pytest.mark.parametrize("information", ["eim", "oim"])
def test_against_the_formulas(name: str, method: str, information: Information) -> None:
    design = DESIGNS[name]
    result = fitted(design, method, information)
    assert not result.singular and not result.perfect, "the design must not end on the boundary"
    small = result.small
    assert small is not None
    d, sigma, first = dense(design, result)
    if information == "oim":
        d.W = np.linalg.inv(
            observed(lambda s: log_likelihood(design, np.tensordot(s, np.array(first), 1), True), sigma)
        )
    tight = 1e-6 if information == "eim" else 2e-4
    p = design.p
    np.testing.assert_allclose(small.df, [d.one(c) for c in np.eye(p)], rtol=tight)
    vcov = d.adjusted() if method == "kroger" else d.phi
    np.testing.assert_allclose(small.vcov, vcov, rtol=tight, atol=tight * np.abs(vcov).max())
    rng = np.random.default_rng(1)
    C = rng.normal(size=(3, p))
    np.testing.assert_allclose(ddf_of_rows(small, C), [d.one(c) for c in C], rtol=tight)
    for rows in (np.eye(p)[:-1], C[:2], C[:1]):
        got = f_test(small, rows @ result.beta, rows)
        F, ddf = d.kroger(rows) if method == "kroger" and len(rows) > 1 else d.satterthwaite(rows)
        if method == "kroger" and len(rows) == 1:
            F *= float((rows @ d.phi @ rows.T)[0, 0] / (rows @ d.adjusted() @ rows.T)[0, 0])
        assert got.df == len(rows)
        np.testing.assert_allclose([got.F, got.ddf], [F, ddf], rtol=2 * tight)


def test_linear_regression_has_the_residual_degrees_of_freedom() -> None:
    design = DESIGNS["linear regression"]
    for method in ("satterthwaite", "kroger", "residual"):
        small = fitted(design, method).small
        assert small is not None
        np.testing.assert_allclose(small.df, design.n - design.p)
        np.testing.assert_allclose(f_test(small, np.ones(2), np.eye(design.p)[:2]).ddf, design.n - design.p)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_units_do_not_matter(factor: float) -> None:
    design = DESIGNS["unstructured slope"]
    other = replace(
        design,
        y=design.y * factor,
        columns=tuple(c * (factor if k == 1 else 1.0) for k, c in enumerate(design.columns)),
    )
    for method in ("satterthwaite", "kroger"):
        a, b = fitted(design, method).small, fitted(other, method).small
        assert a is not None and b is not None
        np.testing.assert_allclose(a.df, b.df, rtol=1e-6)


def test_a_variance_at_zero_is_left_out() -> None:
    """As if the model had been fitted without the effect: what lmerTest's Cholesky parameters give as well."""
    design = random_design([[Equation((0,), Identity)], [Equation((1, 0), Independent)]], seed=2, n=90, wide=2)
    without = replace(design, levels=design.levels[1:])
    for method in ("satterthwaite", "kroger"):
        for information in ("eim", "oim"):
            a, b = fitted(design, method, information), fitted(without, method, information)
            assert a.singular and not b.singular
            assert a.small is not None and b.small is not None
            np.testing.assert_allclose(a.small.df, b.small.df, rtol=1e-5)
            np.testing.assert_allclose(a.small.vcov, b.small.vcov, rtol=1e-5)


@pytest.mark.parametrize("information", ["eim", "oim"])
def test_a_perfect_correlation_stays_one(information: Information) -> None:
    """Sigma = a a': the free parameters are a and the residual variance."""
    design = random_design([[Equation((1, 0), Unstructured)]], seed=17, n=40)
    result = fitted(design, "kroger", information)
    assert result.perfect and result.small is not None
    (sigma,) = result.sigma[0]
    a = np.sqrt(np.diag(sigma)) * np.array([1.0, np.sign(sigma[0, 1])])
    first = directions(design)
    s2 = float(result.residual_variance[0])

    def matrix(x: Floats) -> Floats:
        return np.asarray(x[0] ** 2 * first[0] + x[1] ** 2 * first[1] + x[0] * x[1] * first[2] + x[2] * first[3])

    x = np.array([*a, s2])
    along = [2 * a[0] * first[0] + a[1] * first[2], 2 * a[1] * first[1] + a[0] * first[2], first[3]]
    X = np.column_stack([design.columns[k] for k in design.x])
    d = Dense(X, design.y, matrix(x), along)
    if information == "oim":
        d.W = np.linalg.inv(observed(lambda z: log_likelihood(design, matrix(z), True), x))
    tight = 1e-5 if information == "eim" else 5e-4
    np.testing.assert_allclose(result.small.df, [d.one(c) for c in np.eye(3)], rtol=tight)
    np.testing.assert_allclose(result.small.vcov, d.adjusted(), rtol=tight, atol=1e-8)


def test_no_information_leaves_no_degrees_of_freedom() -> None:
    """One observation per group: only the sum of the two variances is seen."""
    rng = np.random.default_rng(1)
    n = 12
    level = Level(np.arange(n), n, (Equation((0,), Identity),))
    design = Design(rng.normal(size=n), (np.ones(n), rng.normal(size=n)), (1, 0), (level,))
    result = fitted(design, "satterthwaite")
    assert result.small is not None
    if result.singular:  # the search may end where the group variance is 0: then a linear regression remains
        np.testing.assert_allclose(result.small.df, n - 2)
    else:
        assert result.small.failed
        assert np.isnan(result.small.df).all()
