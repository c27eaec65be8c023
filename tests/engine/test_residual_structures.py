"""Every registered residual structure keeps its contract: round trip, derivatives, positive definiteness, labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mixedcli.engine.residual.registry import STRUCTURES
from mixedcli.engine.residual.structure import Structure, stored_rows, stored_scale
from mixedcli.errors import InvalidSyntax

Floats = NDArray[np.float64]
WHOLE = np.array([0.0, 1.0, 2.0, 4.0, 5.0, 7.0])
REAL = np.array([0.0, 0.3, 1.1, 2.5, 7.0, 7.2])
ORDERS = {"ar": (1, 2, 3, 5), "ma": (1, 2, 3, 5), "banded": (0, 1, 2, 5), "toeplitz": (1, 3, 7)}
CASES = [(keyword, order) for keyword in STRUCTURES for order in ORDERS.get(keyword, (None,))]


def made(keyword: str, order: int | None) -> Structure:
    kind = STRUCTURES[keyword]
    times = REAL if kind.time == "real" else WHOLE
    return kind(times, kind.check_order(order, len(times), 7), len(times), 7, (1, 2, 3, 4, 5, 6, 7))


def difference(function, x: Floats, h: float = 1e-5) -> Floats:  # type: ignore[no-untyped-def]
    return np.array([(function(x + h * e) - function(x - h * e)) / (2 * h) for e in np.eye(len(x))])


@pytest.fixture(params=CASES, ids=lambda c: f"{c[0]} {c[1]}" if c[1] is not None else c[0])
def structure(request: pytest.FixtureRequest) -> Structure:
    return made(*request.param)


def some(structure: Structure, seed: int, size: float = 0.5) -> Floats:
    x = np.random.default_rng(seed).normal(size=structure.size) * size
    return x * 0.2 if structure.guarded else x


def test_derivatives_of_the_matrix(structure: Structure) -> None:
    x, times = some(structure, 1), structure.times
    A = structure.matrix(x, times)
    first = difference(lambda v: structure.matrix(v, times).value, x)
    second = difference(lambda v: structure.matrix(v, times).first, x)
    np.testing.assert_allclose(A.first, first.reshape(A.first.shape), atol=1e-8)
    np.testing.assert_allclose(A.second, second.reshape(A.second.shape), atol=1e-7)


def test_the_working_vector_and_the_table_tell_each_other(structure: Structure) -> None:
    x = some(structure, 2)
    natural, J = structure.natural(x)
    assert len(natural) == len(structure.rows()) == structure.size + 1
    np.testing.assert_allclose(structure.working(natural), x, atol=1e-10)
    np.testing.assert_allclose(J, difference(lambda v: structure.natural(v)[0], x).reshape(J.shape), atol=1e-8)


def test_the_metric_of_e_b_has_the_right_derivatives(structure: Structure) -> None:
    x = some(structure, 3)
    values, J = stored_scale(structure, x)
    assert len(values) == len(stored_rows(structure)) == structure.size
    names = [row.stored for row in stored_rows(structure)]
    assert len(set(names)) == len(names)
    assert all("{}" in name for name in names)
    np.testing.assert_allclose(J, difference(lambda v: stored_scale(structure, v)[0], x).reshape(J.shape), atol=1e-7)


def test_the_first_variance_is_one_and_the_rows_describe_the_matrix(structure: Structure) -> None:
    x = some(structure, 4)
    A = structure.matrix(x, structure.times).value
    values, _ = structure.natural(x)
    assert A[0, 0] == pytest.approx(1.0, abs=1e-14)
    variances = [v for v, row in zip(values, structure.rows(), strict=True) if row.kind == "var"]
    assert variances[0] == pytest.approx(1.0, abs=1e-14)
    np.testing.assert_allclose(np.diag(A), variances if len(variances) > 1 else 1.0, rtol=1e-12)


@settings(deadline=None, max_examples=40)
@given(
    case=st.sampled_from([c for c in CASES if not STRUCTURES[c[0]].guarded]),
    seed=st.integers(0, 10_000),
    size=st.floats(0.1, 2.0),
    keep=st.lists(st.booleans(), min_size=6, max_size=6).filter(any),
)
def test_positive_definite_at_any_parameters_and_times(
    case: tuple[str, int | None], seed: int, size: float, keep: list[bool]
) -> None:
    structure = made(*case)
    x = np.clip(some(structure, seed, size), -3.0, 3.0)
    A = structure.matrix(x, structure.times[np.array(keep)]).value
    np.testing.assert_array_equal(A, A.T)
    assert np.linalg.eigvalsh(A).min() > 0


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10_000), keep=st.lists(st.booleans(), min_size=6, max_size=6).filter(any))
def test_a_subset_of_times_has_the_submatrix(seed: int, keep: list[bool]) -> None:
    chosen = np.array(keep)
    for case in CASES:
        structure = made(*case)
        x = some(structure, seed)
        whole = structure.matrix(x, structure.times).value
        part = structure.matrix(x, structure.times[chosen]).value
        np.testing.assert_allclose(part, whole[np.ix_(chosen, chosen)], atol=1e-14)


def test_an_autoregression_satisfies_its_own_equation() -> None:
    structure = made("ar", 3)
    x = some(structure, 5)
    phi = structure.natural(x)[0][:-1]
    r = structure.matrix(x, np.arange(8.0)).value[0]
    for k in range(1, 8):
        assert r[k] == pytest.approx(sum(phi[j] * r[abs(k - 1 - j)] for j in range(3)), abs=1e-13)


def test_a_moving_average_is_made_of_its_shocks() -> None:
    structure = made("ma", 2)
    x = some(structure, 6)
    theta = np.append(1.0, structure.natural(x)[0][:-1])
    shocks = np.zeros((6, 8))  # e_t = u_t + theta_1 u_{t-1} + theta_2 u_{t-2}
    for t in range(6):
        shocks[t, t : t + 3] = theta[::-1]
    V = shocks @ shocks.T
    np.testing.assert_allclose(structure.matrix(x, np.arange(6.0)).value, V / V[0, 0], atol=1e-14)
    assert np.abs(np.roots(theta)).max() < 1  # invertible


@pytest.mark.parametrize(
    ("keyword", "order"), [("ar", 0), ("ma", 0), ("ar", 8), ("ma", 8), ("toeplitz", 0), ("toeplitz", 8), ("banded", 6)]
)
def test_an_order_the_data_do_not_allow_is_refused(keyword: str, order: int) -> None:
    with pytest.raises(InvalidSyntax):
        STRUCTURES[keyword].check_order(order, 6, 7)


def test_default_orders() -> None:
    assert [STRUCTURES[k].check_order(None, 6, 7) for k in ("ar", "ma", "banded", "toeplitz")] == [1, 1, 5, 7]


def test_toeplitz_has_a_parameter_for_every_observed_lag() -> None:
    kind = STRUCTURES["toeplitz"]
    structure = kind(np.array([0.0, 4.0, 6.0]), 6, 3, 6, (2, 4, 6))
    assert [row.kind for row in structure.rows()] == ["rho2", "rho4", "rho6", "var"]
    x = np.array([0.1, 0.2, 0.3])
    A = structure.matrix(x, structure.times).value
    np.testing.assert_allclose(
        A, [[1, *np.tanh([0.2, 0.3])], [np.tanh(0.2), 1, np.tanh(0.1)], [*np.tanh([0.3, 0.1]), 1]]
    )


def test_labels_of_an_unstructured_matrix_run_down_its_columns() -> None:
    structure = STRUCTURES["unstructured"](np.array([0.0, 4.0, 12.0]))
    labels = [(row.kind, row.label, row.stored) for row in structure.rows()]
    assert labels == [  # order of manual example 9
        ("var", "e0", "r_lns{}_1ose"),
        ("var", "e4", "r_lns{}_2ose"),
        ("var", "e12", "r_lns{}_3ose"),
        ("cov", "e0,e4", "r_atr{}_1_2"),
        ("cov", "e0,e12", "r_atr{}_1_3"),
        ("cov", "e4,e12", "r_atr{}_2_3"),
    ]
