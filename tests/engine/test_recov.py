"""Every registered covariance structure keeps the same contract."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mixedcli.engine.recov import STRUCTURES, Link, RandomCovariance, resolve
from mixedcli.errors import InvalidSyntax

Floats = NDArray[np.float64]
CASES = [(name, q) for name in STRUCTURES for q in (1, 2, 3, 5)]


def random_member(structure: RandomCovariance, rng: np.random.Generator) -> Floats:
    """kappa of a positive definite member: the square of a member, shifted."""
    A = structure.matrix(rng.normal(size=structure.size))
    return structure.elements(A @ A + 0.1 * np.eye(structure.q))


@pytest.mark.parametrize(("name", "q"), CASES)
def test_counts(name: str, q: int) -> None:
    structure = STRUCTURES[name](q)
    expected = {
        "identity": 1,
        "independent": q,
        "exchangeable": 1 if q == 1 else 2,
        "unstructured": q * (q + 1) // 2,
    }[name]
    assert structure.size == expected
    assert len(structure.rows()) == expected
    kinds = [row.kind for row in structure.rows()]
    assert kinds == sorted(kinds, reverse=True)  # variances first
    assert kinds.count("var") == structure.variances


def test_row_order_of_unstructured_runs_down_columns() -> None:
    rows = STRUCTURES["unstructured"](3).rows()
    assert [row.terms for row in rows] == [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]


def test_shared_parameters_name_all_their_effects() -> None:
    assert [r.terms for r in STRUCTURES["exchangeable"](3).rows()] == [(0, 1, 2), (0, 1, 2)]
    assert [r.terms for r in STRUCTURES["identity"](2).rows()] == [(0, 1)]


@pytest.mark.parametrize(("name", "q"), CASES)
def test_round_trips(name: str, q: int) -> None:
    structure, rng = STRUCTURES[name](q), np.random.default_rng(q)
    for _ in range(5):
        kappa = random_member(structure, rng)
        sigma = structure.matrix(kappa)
        assert np.array_equal(sigma, sigma.T)
        for link, back in (
            (structure.matsqrt, structure.from_matsqrt),
            (structure.matlog, structure.from_matlog),
            (structure.natural, structure.from_natural),
        ):
            np.testing.assert_allclose(link(back(kappa)).sigma, sigma, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("name", "q"), CASES)
def test_every_working_vector_gives_a_covariance_matrix(name: str, q: int) -> None:
    structure, rng = STRUCTURES[name](q), np.random.default_rng(q)
    for _ in range(20):
        x = 2.0 * rng.normal(size=structure.size)
        for link in (structure.matsqrt(x), structure.matlog(x)):
            w = np.linalg.eigvalsh(link.sigma)
            assert w.min() >= -1e-12 * w.max()
            np.testing.assert_allclose(
                structure.matrix(structure.elements(link.sigma)), link.sigma, atol=1e-10 * w.max()
            )


@pytest.mark.parametrize("scale", ["matsqrt", "matlog", "natural"])
@pytest.mark.parametrize(("name", "q"), CASES)
def test_derivatives_against_differences(name: str, q: int, scale: str) -> None:
    structure, rng = STRUCTURES[name](q), np.random.default_rng(7 + q)
    link = getattr(structure, scale)
    x = 0.5 * rng.normal(size=structure.size)
    here: Link = link(x)
    h = 1e-5
    for i in range(structure.size):
        step = np.zeros(structure.size)
        step[i] = h
        up, down = link(x + step), link(x - step)
        np.testing.assert_allclose(here.first[i], (up.sigma - down.sigma) / (2 * h), rtol=1e-7, atol=1e-8)
        np.testing.assert_allclose(here.second[i], (up.first - down.first) / (2 * h), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("w", [[0.3, 0.3, 0.3], [0.3, 0.3 + 1e-9, 2.0], [-1.0, -0.99, -0.97], [1.0, 1.04, 1.1]])
def test_matlog_derivatives_at_close_eigenvalues(w: list[float]) -> None:
    structure = STRUCTURES["unstructured"](3)
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    x = structure.elements(Q @ np.diag(w) @ Q.T)
    here, h = structure.matlog(x), 1e-5
    for i in range(6):
        step = h * np.eye(6)[i]
        up, down = structure.matlog(x + step), structure.matlog(x - step)
        np.testing.assert_allclose(here.second[i], (up.first - down.first) / (2 * h), rtol=1e-6, atol=1e-8)


def test_em_step_is_the_expected_moment_of_one_group() -> None:
    """One group, Z = I, known sigma2 = 1: E[u u'|y] by the textbook's conditional moments."""
    structure = STRUCTURES["unstructured"](2)
    sigma = np.array([[2.0, 0.5], [0.5, 1.0]])
    y = np.array([1.5, -0.7])
    V = sigma + np.eye(2)
    mean = sigma @ np.linalg.solve(V, y)
    expected = np.outer(mean, mean) + sigma - sigma @ np.linalg.solve(V, sigma)
    inverse = np.linalg.inv(V)
    D = 0.5 * (np.outer(inverse @ y, inverse @ y) - inverse)  # dL/dV
    gradient = np.einsum("iab,ab->i", structure.basis(), D)
    np.testing.assert_allclose(structure.matrix(structure.em_step(structure.elements(sigma), gradient, 1)), expected)


@pytest.mark.parametrize(
    ("word", "keyword"),
    [
        ("un", "unstructured"),
        ("uns", "unstructured"),
        ("id", "identity"),
        ("ind", "independent"),
        ("exc", "exchangeable"),
    ],
)
def test_abbreviations(word: str, keyword: str) -> None:
    assert resolve(word) is STRUCTURES[keyword]


@pytest.mark.parametrize("word", ["u", "i", "in", "e", "unx", "", "toeplitz"])
def test_no_such_structure(word: str) -> None:
    with pytest.raises(InvalidSyntax):
        resolve(word)
