"""Degrees of freedom by counting: balanced designs from the manual entry, ranks from dense matrices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from brute import random_design
from numpy.typing import NDArray

from mixedcli.engine.design import Design, Equation, Factor, Level
from mixedcli.engine.distributions import f_tail, normal_p, t_p, t_quantile
from mixedcli.engine.dof.balanced import anova, repeated, residual
from mixedcli.engine.dof.methods import ddf_of_rows, f_test, resolve
from mixedcli.engine.dof.rank import rank_xz
from mixedcli.engine.recov import Identity, Independent, Unstructured
from mixedcli.errors import InvalidSyntax
from mixedcli.results import SmallSample


def drug() -> Design:
    """Five persons, four drugs each (the layout of the manual entry's example 13)."""
    person, which = np.repeat(np.arange(5), 4), np.tile(np.arange(4), 5)
    columns = [np.ones(20)] + [(which == k).astype(float) for k in (1, 2, 3)]
    level = Level(person, 5, (Equation((0,), Identity),))
    return Design(np.random.default_rng(1).normal(size=20), tuple(columns), (1, 2, 3, 0), (level,))


def test_repeated_measures() -> None:
    np.testing.assert_array_equal(repeated(drug()), [12, 12, 12, 4])  # 20 - 5 - 3, 5 - 1


def test_repeated_with_covariates_of_subjects() -> None:
    design = drug()
    age = np.array([30.0, 41.0, 25.0, 60.0, 33.0])[design.levels[0].codes]
    wider = replace(design, columns=(*design.columns, age), x=(4, 1, 2, 3, 0))
    np.testing.assert_array_equal(repeated(wider), [3, 12, 12, 12, 3])


@pytest.mark.parametrize("levels", [0, 2])
def test_repeated_is_for_two_levels(levels: int) -> None:
    equations = [[Equation((0,), Identity)]] * levels
    with pytest.raises(InvalidSyntax):
        repeated(random_design(equations))


def test_residual() -> None:
    np.testing.assert_array_equal(residual(drug()), [16] * 4)


def test_anova_takes_the_smallest_level_that_contains_the_covariate() -> None:
    """mixed y A B C || D: A || E: A B: D for A, E for B, n - rank(X, Z) for C (Methods and formulas)."""
    design = random_design([[Equation((1,), Identity)], [Equation((1, 2, 0), Independent)]], n=120, seed=3)
    wide = replace(design, x=(1, 2, 3, 0))
    D, E = (level.groups for level in design.levels)
    rank = int(np.linalg.matrix_rank(dense(wide)))
    np.testing.assert_array_equal(anova(wide), [D - 1, E - 1, 120 - rank, E - 1])


def dense(design: Design) -> NDArray[np.float64]:
    parts = [np.column_stack([design.columns[k] for k in design.x])]
    for level in design.levels:
        dummies = (level.codes[:, None] == np.arange(level.groups)).astype(float)
        parts += [dummies * design.columns[k][:, None] for e in level.equations for k in e.z]
        parts += [
            (e.factor.codes[:, None] == np.arange(e.factor.levels)).astype(float)
            for e in level.equations
            if e.factor is not None
        ]
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "levels",
    [
        [],
        [[Equation((0,), Identity)]],
        [[Equation((1, 0), Unstructured)]],
        [[Equation((2, 1, 0), Unstructured)]],
        [[Equation((0,), Identity)], [Equation((0,), Identity)]],
        [[Equation((1, 0), Independent)], [Equation((1, 0), Unstructured)]],
        [
            [Equation((1,), Identity), Equation((0,), Identity)],
            [Equation((2, 0), Independent)],
            [Equation((0,), Identity)],
        ],
    ],
)
def test_rank(levels: list[list[Equation]], seed: int) -> None:
    design = random_design(levels, n=70, seed=seed, wide=1)
    # a covariate that is constant within the lowest groups takes no rank of its own
    if levels:
        own = np.random.default_rng(seed).normal(size=design.levels[-1].groups)[design.levels[-1].codes]
        design = replace(design, columns=(*design.columns, 1e4 + own), x=(1, 4, 2, 0))
    matrix = dense(design)
    matrix = matrix / np.maximum(np.linalg.norm(matrix, axis=0), 1e-300)
    assert rank_xz(design) == np.linalg.matrix_rank(matrix, tol=1e-8)


def test_rank_of_a_crossed_design() -> None:
    rng = np.random.default_rng(2)
    n = 60
    a, b = rng.integers(0, 6, n), rng.integers(0, 9, n)
    both = (Equation((), Identity, Factor(a, 6, 6)), Equation((), Identity, Factor(b, 9, 9)))
    design = Design(
        rng.normal(size=n),
        (np.ones(n), 1e6 + rng.normal(size=n)),
        (1, 0),
        (Level(np.zeros(n, dtype=np.int64), 1, both),),
    )
    assert rank_xz(design) == 6 + 9 - 1 + 1


def test_rows_of_unequal_degrees_of_freedom_have_none() -> None:
    small = SmallSample("repeated", "eim", "Repeated", np.array([12.0, 12.0, 4.0]), np.eye(3))
    C = np.array([[1.0, -1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 2.0]])
    np.testing.assert_array_equal(ddf_of_rows(small, C), [12.0, np.nan, 4.0])
    same = f_test(small, np.array([1.0, 3.0]), np.eye(3)[:2])
    assert (same.F, same.df, same.ddf) == (pytest.approx(5.0), 2, 12.0)
    unequal = f_test(small, np.array([1.0, 3.0]), np.eye(3)[1:])
    assert unequal.F == pytest.approx(5.0)  # noqa: SIM300
    assert np.isnan([unequal.ddf, unequal.p]).all()


@pytest.mark.parametrize(
    ("word", "keyword"), [("kr", "kroger"), ("sat", "satterthwaite"), ("rep", "repeated"), ("res", "residual")]
)
def test_abbreviations(word: str, keyword: str) -> None:
    assert resolve(word).keyword == keyword


@pytest.mark.parametrize("word", ["", "re", "k", "an", "krogerx"])
def test_words_that_are_no_method(word: str) -> None:
    with pytest.raises(InvalidSyntax):
        resolve(word)


@pytest.mark.parametrize(
    ("t", "df", "p"),
    # two-sided 5, 1 and 0.1 percent points of published t tables
    [(2.228139, 10, 0.05), (12.706205, 1, 0.05), (3.169273, 10, 0.01), (4.586894, 10, 0.001), (1.9599640, 1e12, 0.05)],
)
def test_t_distribution(t: float, df: float, p: float) -> None:
    assert t_p(t, df) == pytest.approx(p, rel=2e-6)
    assert t_p(-t, df) == pytest.approx(p, rel=2e-6)
    assert t_quantile(1 - p / 2, df) == pytest.approx(t, rel=2e-6)


@pytest.mark.parametrize(
    ("F", "df", "ddf", "p"),
    # upper 5 and 1 percent points of published F tables
    [(3.708265, 3, 10, 0.05), (6.552313, 3, 10, 0.01), (4.964603, 1, 10, 0.05), (161.447639, 1, 1, 0.05)],
)
def test_f_distribution(F: float, df: float, ddf: float, p: float) -> None:
    assert f_tail(F, df, ddf) == pytest.approx(p, rel=1e-6)


def test_missing_degrees_of_freedom() -> None:
    assert np.isnan([t_p(1.0, np.nan), t_quantile(0.975, np.nan), f_tail(1.0, 2, np.nan), t_p(1.0, 0.0)]).all()
    assert t_p(1.5, np.inf) == normal_p(1.5)
