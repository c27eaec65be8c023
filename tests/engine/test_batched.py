"""Small matrices by the batch: digits that must survive nearly singular residual matrices."""

from __future__ import annotations

import numpy as np
import pytest

from mixedcli.engine.batched import inverse_plus, solve_plus


@pytest.mark.parametrize("q", [1, 2, 3, 5])
def test_a_schur_complement_keeps_its_digits_where_cross_products_are_huge(q: int) -> None:
    """S = s v v', right = s v a: s a^2 - right' sigma (I + S sigma)^-1 right = s a^2 / (1 + s v'sigma v)."""
    rng = np.random.default_rng(0)
    G, s = 50, 1e7
    v = rng.normal(size=(q, G))
    v /= np.linalg.norm(v, axis=0)
    root = rng.normal(size=(q, q))
    sigma = root @ root.T + 0.1 * np.eye(q)
    a = rng.normal(size=G)
    S, right = s * v[:, None] * v[None], (s * v * a)[:, None]
    M, log_det = inverse_plus(S, sigma)
    W = solve_plus(M, S, sigma, right)[:, 0]
    grown = 1.0 + s * np.einsum("ig,ij,jg->g", v, sigma, v)
    T = s * a * a - np.einsum("ig,ij,jg->g", right[:, 0], sigma, W)
    np.testing.assert_allclose(T, s * a * a / grown, rtol=1e-6, atol=1e-7 * np.abs(T).max())
    np.testing.assert_allclose(log_det, np.log(grown), atol=1e-7)
