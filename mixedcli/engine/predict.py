"""Best linear unbiased predictions of the random effects, and their standard errors.

One elimination from the lowest level up, one substitution from the top down.  With
S = [Z, A, r, X]' R^-1 [Z, A, r, X] of a group (A: ancestors' Z, r = y - X beta) after the levels
below have been integrated out,

    H = Sigma (I + S_zz Sigma)^-1        u = H (S_zr - S_za u_A)
    Var(u - u_hat) = H + (H S_za) Var(u_A - u_hat_A) (H S_za)'  [+ D Phi D' for REML]

D is the same map applied to X: after REML the uncertainty of beta counts, after ML beta is taken as
known (Bates and Pinheiro 1998, sec. 3.3).  Checked against u = G Z'V^-1 r written out.

Shapes: G groups, q effects of a level, p columns of X.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import Design, Floats, Ints
from mixedcli.engine.indicators import narrow, needs_indicators
from mixedcli.engine.threads import matrix_threads
from mixedcli.engine.weights import Weights, effect_weights
from mixedcli.frozen import frozen
from mixedcli.results import MixedResult

Batch = NDArray[np.float64]


@frozen
class LevelEffects:
    """Predictions at one level: level is its index in the design; blup, se: (G, q), effects in equation order.

    equation: -1 for all equations of the level together; the index of one with crossed effects, whose R. terms have
    the levels of their variable in place of groups.
    """

    level: int
    blup: Floats
    se: Floats
    equation: int = -1


@frozen
class _Stage:
    """One level with effects. z: positions of its columns in the design; sigma (q, q)."""

    level: int
    codes: Ints
    groups: int
    z: tuple[int, ...]
    sigma: Floats


def random_effects(design: Design, result: MixedResult) -> tuple[LevelEffects, ...]:
    """BLUPs of every level that has effects, top first.

    Weights of rows and groups count replicates, as in the likelihood.  Crossed effects (R. terms): one entry per
    equation, by ``predict_crossed``.
    """
    if needs_indicators(design) or (_opposed(design, result) and narrow(design)):
        from mixedcli.engine.predict_indicators import indicator_effects

        return indicator_effects(design, result)
    if design.crossed:
        from mixedcli.engine.predict_crossed import crossed_effects

        with matrix_threads(design):
            return crossed_effects(design, result)
    stages = _stages(design, result)
    if not stages:
        return ()
    w = precisions(design, result)
    if design.correlation is not None:
        from mixedcli.engine.predict_residual import whitened

        turned = whitened(design, result, [design.y, *design.columns])
        design = replace(design, y=turned[0], columns=tuple(turned[1:]))
    X = [design.columns[k] for k in design.x]
    r = design.y - sum((b * x for b, x in zip(result.beta, X, strict=True)), np.zeros(design.n))
    rest = [r, *X] if result.reml else [r]
    weights = effect_weights(design)
    S = [_products(design, stages, k, rest, w * _seen(stages, weights, k)) for k in range(len(stages))]
    up = _ancestors(stages)
    H = _eliminate(stages, S, up, weights)
    return _substitute(stages, S, H, up, result)


def _opposed(design: Design, result: MixedResult) -> bool:
    """Whether levels of an R. term have a negative covariance, which no shared effect makes."""
    pairs = zip(design.levels, result.sigma, strict=True)
    return any(
        e.factor is not None and len(block) > 1 and block[0, 1] < 0
        for level, blocks in pairs
        for e, block in zip(level.equations, blocks, strict=True)
    )


def precisions(design: Design, result: MixedResult) -> Floats:
    """1 / residual variance of every row (n,); 1 where residuals are correlated, as rows are then turned first."""
    if design.correlation is not None:
        return np.ones(design.n)
    each = 1.0 / result.residual_variance
    return np.full(design.n, each[0]) if design.residual_by is None else each[design.residual_by]


def _seen(stages: list[_Stage], weights: Weights | None, k: int) -> Floats | float:
    """Weight (n,) of every row within its group of stage k: its own times those of the groups in between."""
    if weights is None:
        return 1.0
    out = weights.rows
    for stage, own in zip(stages[k + 1 :], weights.levels[k + 1 :], strict=True):
        out = out * own[stage.codes]
    return out


def fitted_part(design: Design, effects: Sequence[LevelEffects]) -> Floats:
    """Z u at every row, shape (n,), over the levels given."""
    out = np.zeros(design.n)
    for e in effects:
        level = design.levels[e.level]
        chosen = level.equations if e.equation < 0 else (level.equations[e.equation],)
        if chosen[0].factor is not None:
            out += e.blup[chosen[0].factor.codes, 0]
            continue
        places = [k for equation in chosen for k in equation.z]
        for a, k in enumerate(places):
            out += design.columns[k] * e.blup[level.codes, a]
    return out


def _stages(design: Design, result: MixedResult) -> list[_Stage]:
    out = []
    for i, (level, sigmas) in enumerate(zip(design.levels, result.sigma, strict=True)):
        z = tuple(k for equation in level.equations for k in equation.z)
        if z:
            sigma, at = np.zeros((len(z), len(z))), 0
            for block in sigmas:
                q = len(block)
                sigma[at : at + q, at : at + q] = block
                at += q
            out.append(_Stage(i, level.codes, level.groups, z, sigma))
    return out


def _products(design: Design, stages: list[_Stage], k: int, rest: list[Floats], w: Floats) -> Batch:
    """Z_k' R^-1 [Z_k, Z_k-1, ..., Z_0, r, X] per group, shape (G, q, width)."""
    here = stages[k]
    across = [design.columns[c] for stage in reversed(stages[: k + 1]) for c in stage.z] + rest
    out = np.empty((here.groups, len(here.z), len(across)))
    for a, c in enumerate(here.z):
        left = design.columns[c] * w
        for b, right in enumerate(across):
            out[:, a, b] = np.bincount(here.codes, weights=left * right, minlength=here.groups)
    return out


def _ancestors(stages: list[_Stage]) -> list[list[Ints]]:
    """up[k][i]: for every group of stage k its group at stage i < k."""
    out: list[list[Ints]] = []
    for k, stage in enumerate(stages):
        maps = []
        for i in range(k):
            above = np.zeros(stage.groups, dtype=np.int64)
            above[stage.codes] = stages[i].codes
            maps.append(above)
        out.append(maps)
    return out


def _eliminate(
    stages: list[_Stage], S: list[Batch], up: list[list[Ints]], weights: Weights | None = None
) -> list[Batch]:
    """H of every stage; S of the ancestors is reduced in place, by each group as often as it counts there."""
    H: list[Batch] = [np.zeros(0)] * len(stages)
    for k in range(len(stages) - 1, -1, -1):
        stage = stages[k]
        q = len(stage.z)
        inner = np.eye(q) + S[k][:, :, :q] @ stage.sigma
        H[k] = stage.sigma @ np.linalg.inv(inner)
        at = q
        times = np.ones(stage.groups)
        for i in range(k - 1, -1, -1):
            if weights is not None:
                times = times * (weights.levels[k] if i == k - 1 else weights.levels[i + 1][up[k][i + 1]])
            qi = len(stages[i].z)
            taken = S[k][:, :, at : at + qi].transpose(0, 2, 1) @ (H[k] @ S[k][:, :, at:])
            taken *= times[:, None, None]
            for a, b in np.ndindex(taken.shape[1:]):
                S[i][:, a, b] -= np.bincount(up[k][i], weights=taken[:, a, b], minlength=stages[i].groups)
            at += qi
    return H


def _substitute(
    stages: list[_Stage], S: list[Batch], H: list[Batch], up: list[list[Ints]], result: MixedResult
) -> tuple[LevelEffects, ...]:
    out: list[LevelEffects] = []
    U: list[Batch] = []  # (G, q, 1 [+ p])
    joint: Batch = np.zeros((1, 0, 0))  # covariance of the errors of a group's own and its ancestors' effects
    for k, stage in enumerate(stages):
        q, G = len(stage.z), stage.groups
        above = sum(len(s.z) for s in stages[:k])
        Sa, Sr = S[k][:, :, q : q + above], S[k][:, :, q + above :]
        parents = [U[i][up[k][i]] for i in range(k - 1, -1, -1)]
        known = np.concatenate(parents, axis=1) if parents else np.zeros((G, 0, Sr.shape[2]))
        u = H[k] @ (Sr - Sa @ known)
        U.append(u)
        before = joint[up[k][k - 1]] if k else np.zeros((G, 0, 0))
        toward = H[k] @ Sa
        own = H[k] + toward @ before @ toward.transpose(0, 2, 1)
        side = -toward @ before
        joint = np.concatenate(
            [np.concatenate([own, side], axis=2), np.concatenate([side.transpose(0, 2, 1), before], axis=2)], axis=1
        )
        variance = np.einsum("gaa->ga", own).copy()
        if result.reml and result.p:
            D = u[:, :, 1:]
            variance += np.einsum("gai,ij,gaj->ga", D, result.vcov_beta, D, optimize=True)
        out.append(LevelEffects(stage.level, u[:, :, 0], np.sqrt(np.maximum(variance, 0.0))))
    return tuple(out)
