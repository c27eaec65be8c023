"""predict, scores: derivatives of group log likelihoods taken numerically from V written out, and the sandwich."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mixedcli import Session, StataError

SLEEP = Path(__file__).parents[2] / "fixtures" / "rdatasets" / "sleepstudy.csv"
Floats = np.ndarray


def slopes(b: Floats, days: Floats) -> Floats:
    """V of one subject: e(b) holds log SDs of slope and constant, atanh correlation, log residual SD."""
    s1, s0, r, e = np.exp(b[2]), np.exp(b[3]), np.tanh(b[4]), np.exp(b[5])
    Z = np.column_stack([days, np.ones_like(days)])
    G = np.array([[s1**2, r * s1 * s0], [r * s1 * s0, s0**2]])
    return Z @ G @ Z.T + e**2 * np.eye(len(days))


def autoregressive(b: Floats, days: Floats) -> Floats:
    """Random constant and AR(1) residuals, whose parameter is an atanh correlation."""
    V = np.exp(2 * b[2]) + np.exp(2 * b[3]) * np.tanh(b[4]) ** np.abs(days[:, None] - days[None, :])
    return np.asarray(V)


@pytest.mark.parametrize(
    ("command", "V"),
    [
        ("mixed reaction days || subject: days, covariance(unstructured)", slopes),
        ("mixed reaction days || subject:, residuals(ar 1, t(days))", autoregressive),
    ],
)
def test_scores_are_derivatives(command: str, V: Callable[[Floats, Floats], Floats]) -> None:
    s = Session(data=SLEEP)
    s.run("gsort -reaction")
    s.run(command)
    s.run("predict double sc*, scores")
    b, d = s.e["b"].to_numpy()[0], s.data
    step = 1e-5
    for subject, mine in d.groupby("subject"):
        x, y = mine["days"].to_numpy(float), mine["reaction"].to_numpy(float)

        def ll(at: Floats, x: Floats = x, y: Floats = y) -> float:
            W = V(at, x)
            e = y - at[0] * x - at[1]
            return float(-0.5 * (np.linalg.slogdet(W)[1] + e @ np.linalg.solve(W, e)))

        expected = []
        for k in range(len(b)):
            up, down = b.copy(), b.copy()
            up[k] += step
            down[k] -= step
            expected.append((ll(up) - ll(down)) / (2 * step))
        found = mine[[f"sc{k + 1}" for k in range(len(b))]]
        assert found.iloc[:-1].isna().all(axis=None), subject
        np.testing.assert_allclose(found.iloc[-1], expected, rtol=2e-4, atol=2e-6)


FAMILIES = [
    ("sleepstudy", "mixed reaction i.days || subject: days, cov(un)"),
    ("sleepstudy", "mixed reaction days || subject: days, cov(exchangeable)"),
    ("sleepstudy", "mixed reaction days || subject:, residuals(exchangeable)"),
    ("sleepstudy", "mixed reaction days || subject:, residuals(toeplitz 2, t(days)) nocons"),
    ("sleepstudy", "mixed reaction days if days<4 || subject:, nocons residuals(unstructured, t(days))"),
    ("sleepstudy", "mixed reaction days || subject:, residuals(ar 1, t(days) by(half))"),
    ("sleepstudy", "mixed reaction days || subject:, residuals(independent, by(half))"),
    ("sleepstudy", "mixed reaction days [pw=w] || subject:"),
    ("sleepstudy", "mixed reaction days, constraints(1) || subject:"),
    ("sleepstudy", "mixed reaction days"),
    ("pastes", "mixed strength || batch: || cask:"),
    ("machines", "mixed score i.machine || worker: R.machine"),
]


@pytest.mark.parametrize(("data", "command"), FAMILIES)
def test_sandwich(data: str, command: str) -> None:
    """Outer products of the scores between model-based covariance matrices are the robust one; they add up to zero."""
    s = Session(data=SLEEP.with_name(f"{data}.csv"))
    if data == "sleepstudy":
        s.run("generate half = mod(subject, 2)\ngenerate w = 1 + mod(subject, 3)/4\nconstraint 1 days = 9")
    if command.startswith("mixed reaction days, constraints"):
        command = "mixed reaction days || subject:, constraints(1)"
    robust = command if "[pw" in command else f"{command}{' ' if ',' in command else ','} vce(robust)"
    s.run(robust)
    s.run("predict double sc*, scores")
    U = s.data.filter(regex=r"^sc\d+$").dropna().to_numpy()
    if "constraints" not in command:
        np.testing.assert_allclose(U.sum(axis=0), 0, atol=1e-4 * np.abs(U).sum(axis=0).max())
    half, V = s.e["V_modelbased"].to_numpy(), s.e["V"].to_numpy()
    M = len(U)
    assert s.e.get("N_clust", M) == M
    made = half @ U.T @ U @ half * M / (M - 1)
    scale = np.sqrt(np.outer(np.diag(V), np.diag(V)))
    np.testing.assert_allclose(made, V, atol=1e-6 * scale.max(), rtol=1e-5)


def test_refusals_leave_the_data_alone() -> None:
    s = Session(data=SLEEP)
    s.run("mixed reaction days || subject:")
    for command, rc in (
        ("predict a b, scores", 102),
        ("predict a1-a5, scores", 103),
        ("predict sc*, scores relevel(subject)", 198),
        ("predict days a b c, scores", 110),
    ):
        before = list(s.data.columns)
        with pytest.raises(StataError) as caught:
            s.run(command)
        assert caught.value.rc == rc, command
        assert list(s.data.columns) == before
    s.run("predict double a1-a4, scores")
    assert s.data["a1"].notna().sum() == 18
    s.run("mixed reaction days || subject:, reml")
    with pytest.raises(StataError, match="scores") as caught:
        s.run("predict sc*, scores")
    assert caught.value.rc == 198
