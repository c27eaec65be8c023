"""From the optimum to what is reported: e(b)'s variance part, its covariance matrix and the table's rows.

Two routes to the standard errors, equal at an interior optimum: the observed information in the
metric of e(b) (log SDs, atanh correlations, log residual SD), and, on the boundary, the information
on the working scale, which stays regular where a variance is 0 or a correlation 1.

Shapes: P parameters of psi; eta = (alpha, lnsig_e, r_lns) and kappa (in the data's units): (P + 1,) with
log residual SD; J: derivatives, one row per element of eta.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.parameters import Space
from mixedcli.engine.working import Point, WorkingScale
from mixedcli.frozen import frozen
from mixedcli.results import ParamEstimate, Quantity, ThetaName

Floats = NDArray[np.float64]

ZERO = 1e-9  # a variance this small beside what a group's data could show is an estimate of 0
ONE = 1e-9  # 1 - |correlation| below this is a perfect correlation


@frozen
class Reported:
    """Everything about the variance parameters that goes into MixedResult."""

    sigma: tuple[tuple[Floats, ...], ...]
    residual_variance: Floats
    theta: Floats
    names: tuple[ThetaName, ...]
    vcov: Floats
    rows: tuple[ParamEstimate, ...]
    singular: tuple[tuple[int, int, int], ...]
    perfect: tuple[tuple[int, int, int, int], ...]
    failed: bool
    rank: int


@frozen
class _Natural:
    """The optimum in the data's units: kappa per term in order, log residual SD, log SD ratios; boundary flags."""

    kappa: Floats
    lnsig: float
    ratios: Floats
    zero: NDArray[np.bool_]  # (random,) variances estimated as 0
    one: NDArray[np.bool_]  # (random,) covariances with correlation +-1 (or beside a zero variance)


def report(
    space: Space, shape: tuple[int, ...], point: Point, scale: WorkingScale, y_scale: float, stderr: bool
) -> Reported:
    """Estimates and standard errors at ``point``; ``shape``: number of equations per level of the design."""
    now = _natural(space, point, y_scale)
    eta = _eta(space, now)
    P = space.size
    vcov, spread = np.full((P + 1, P + 1), np.nan), np.full((P + 1, P + 1), np.nan)
    failed = False
    if stderr:
        done = None
        if not (now.zero.any() or now.one.any()):
            done = _interior(space, point, now, eta, y_scale)
        if done is None:
            done = _boundary(space, point, now, scale)
        failed = done is None
        if done is not None:
            vcov, spread = done
    sigma2 = math.exp(2.0 * now.lnsig)
    residual = sigma2 * np.exp(2.0 * np.append(0.0, now.ratios))
    rows = (*_random_rows(space, now, spread, vcov), *_residual_rows(space, residual, vcov))
    return Reported(
        _matrices(space, shape, now),
        residual,
        eta,
        _names(space),
        vcov,
        rows,
        _singular(space, now),
        _perfect(space, now),
        failed,
        int(np.linalg.matrix_rank(vcov)) if np.isfinite(vcov).all() else 0,
    )


def _natural(space: Space, point: Point, y_scale: float) -> _Natural:
    sigma2 = point.criterion.sigma2 * y_scale**2
    P = space.random
    kappa, zero, one = np.empty(P), np.zeros(P, bool), np.zeros(P, bool)
    for t in space.terms:
        own = point.psi[t.own].copy()
        v = t.structure.variances
        relative = t.U @ own
        # unit mean square of the engine's columns: own[:v] compares with the residual variance over group size
        seen = relative[:v] / np.maximum(np.abs(np.diag(t.U))[:v], 1e-300)
        zero[t.at : t.at + v] = seen <= ZERO * min(1.0, t.groups / max(point.criterion.N, 1))
        floor = 1e-24 * np.abs(np.diag(t.U))[:v]
        relative[:v] = np.maximum(relative[:v], floor)
        for k, (a, b) in enumerate(t.structure.pairs()):
            bound = math.sqrt(relative[a] * relative[b])
            r = relative[v + k] / bound
            lost = zero[t.at + a] or zero[t.at + b]
            one[t.at + v + k] = lost or abs(r) >= 1.0 - ONE
            if abs(r) > 1.0:
                relative[v + k] = math.copysign(bound, r)
        kappa[t.own] = sigma2 * relative
    return _Natural(kappa, 0.5 * math.log(sigma2), space.residual.unlink(point.psi[P:]), zero, one)


def _eta(space: Space, now: _Natural) -> Floats:
    """e(b): log SDs and atanh correlations per term, log residual SD, log ratios."""
    out = np.empty(space.size + 1)
    for t in space.terms:
        out[t.own] = np.clip(t.structure.from_natural(now.kappa[t.own]), -400.0, 400.0)
    out[space.random] = now.lnsig
    out[space.random + 1 :] = now.ratios
    return out


def _names(space: Space) -> tuple[ThetaName, ...]:
    names = [
        ThetaName("lns" if row.kind == "var" else "atr", t.level, t.equation, row.terms)
        for t in space.terms
        for row in t.structure.rows()
    ]
    names.append(ThetaName("lnsig_e", group=0))
    names.extend(ThetaName("r_lns", group=b) for b in range(1, space.residual.size + 1))
    return tuple(names)


def _interior(space: Space, point: Point, now: _Natural, eta: Floats, y_scale: float) -> tuple[Floats, Floats] | None:
    """Inverse observed information in the metric of e(b), and of (kappa, lnsig_e, r_lns) by the delta method."""
    P, at = space.size, space.random
    g, H = point.criterion.full()
    # F: eta -> (psi, s); derivatives J[i, k] = dF_k / d eta_i and J2
    J, J2 = np.zeros((P + 1, P + 1)), np.zeros((P + 1, P + 1, P + 1))
    natural = np.eye(P + 1)
    per = math.exp(-2.0 * now.lnsig)
    psi = point.psi
    for t in space.terms:
        link = t.structure.natural(eta[t.own])
        first = t.structure.elements(link.first)
        natural[t.own, t.own] = first
        J[t.own, t.own] = per * first @ t.C.T
        J2[t.own, t.own, t.own] = per * t.structure.elements(link.second) @ t.C.T
        J2[t.own, at, t.own] = J2[at, t.own, t.own] = -2.0 * J[t.own, t.own]
    J[at, :at] = -2.0 * psi[:at]
    J2[at, at, :at] = 4.0 * psi[:at]
    J[at, P] = 2.0
    for b in range(space.residual.size):
        J[at + 1 + b, at + b] = -2.0 * psi[at + b]
        J2[at + 1 + b, at + 1 + b, at + b] = 4.0 * psi[at + b]
    information = -(J @ H @ J.T + J2 @ g)
    vcov = _positive_inverse(information)
    if vcov is None:
        return None
    return vcov, natural.T @ vcov @ natural


def _boundary(space: Space, point: Point, now: _Natural, scale: WorkingScale) -> tuple[Floats, Floats] | None:
    """The same from the information on the working scale (x, lnsig_e, r_lns)."""
    P, at = space.size, space.random
    g, H = point.criterion.full()
    # a vanishing variance is looked at a little off zero, where its derivatives do not vanish too
    floored = np.append(now.kappa * math.exp(-2.0 * now.lnsig), point.psi[at:])
    for t in space.terms:
        floored[t.own] = t.C @ floored[t.own]
    _, Jx, Jx2 = scale.psi(scale.x(floored) if now.zero.any() else point.x)
    J, J2 = np.zeros((P + 1, P + 1)), np.zeros((P + 1, P + 1, P + 1))
    J[:P, :P], J2[:P, :P, :P] = Jx, Jx2
    J[P, P] = 2.0
    V = _positive_inverse(-(J @ H @ J.T + J2 @ g))
    if V is None:
        return None
    sigma2 = math.exp(2.0 * now.lnsig)
    D = np.zeros((P + 1, P + 1))  # derivatives of (kappa, lnsig_e, r_lns), rows: (x, lnsig_e)
    for t in space.terms:
        D[t.own, t.own] = sigma2 * Jx[t.own, t.own] @ t.U.T
    D[P, :at] = 2.0 * now.kappa
    D[P, at] = 1.0
    D[np.arange(at, P), np.arange(at + 1, P + 1)] = 1.0
    spread = D.T @ V @ D
    toward = np.zeros((P + 1, P + 1))
    toward[at:, at:] = np.eye(P + 1 - at)
    for t in space.terms:
        kappa, v = now.kappa[t.own], t.structure.variances
        for k in range(v):
            toward[t.at + k, t.at + k] = 0.5 / kappa[k]
        for k, (a, b) in enumerate(t.structure.pairs()):
            r = kappa[v + k] / math.sqrt(kappa[a] * kappa[b])
            slope = math.nan if now.one[t.at + v + k] else 1.0 / (1.0 - r * r)
            toward[t.at + v + k, t.at + v + k] = slope / math.sqrt(kappa[a] * kappa[b])
            toward[t.at + v + k, t.at + a] -= 0.5 * slope * r / kappa[a]
            toward[t.at + v + k, t.at + b] -= 0.5 * slope * r / kappa[b]
    return toward @ spread @ toward.T, spread


def _positive_inverse(information: Floats) -> Floats | None:
    """Inverse of a positive definite matrix, scaled first; None when it is not positive definite."""
    d = np.diag(information)
    if not (np.isfinite(information).all() and (d > 0).all()):
        return None
    root = np.sqrt(d)
    w, U = np.linalg.eigh(information / np.multiply.outer(root, root))
    if w.min() <= 1e-12 * w.max():
        return None
    V = U / root[:, None]
    return np.asarray((V / w) @ V.T)


def _random_rows(space: Space, now: _Natural, spread: Floats, vcov: Floats) -> list[ParamEstimate]:
    out = []
    for t in space.terms:
        kappa, v = now.kappa[t.own], t.structure.variances
        correlations = t.structure.correlations(kappa)
        for k, row in enumerate(t.structure.rows()):
            value, se = float(kappa[k]), _root(spread[t.at + k, t.at + k])
            if row.kind == "var":
                sd = math.sqrt(value)
                variance, other = Quantity(value, se, "log"), Quantity(sd, 0.5 * se / sd, "log")
            else:
                r = float(correlations[k - v])
                se_r = (1.0 - r * r) * _root(vcov[t.at + k, t.at + k])
                variance, other = Quantity(value, se, "identity"), Quantity(r, se_r, "atanh")
            out.append(ParamEstimate("random", t.level, t.equation, row.kind, row.terms, -1, variance, other))
    return out


def _residual_rows(space: Space, residual: Floats, vcov: Floats) -> list[ParamEstimate]:
    out = []
    at = space.random
    for b, value in enumerate(residual.tolist()):
        pick = np.zeros(space.size + 1)
        pick[at] = 1.0
        if b:
            pick[at + b] = 1.0
        used = np.flatnonzero(pick)
        se = _root(float(vcov[np.ix_(used, used)].sum()))  # of the log SD
        sd = math.sqrt(value)
        group = b if space.residual.size else -1
        out.append(
            ParamEstimate(
                "residual",
                -1,
                -1,
                "var",
                (),
                group,
                Quantity(value, 2.0 * value * se, "log"),
                Quantity(sd, sd * se, "log"),
            )
        )
    return out


def _matrices(space: Space, shape: tuple[int, ...], now: _Natural) -> tuple[tuple[Floats, ...], ...]:
    found = {(t.level, t.equation): t.structure.matrix(now.kappa[t.own]) for t in space.terms}
    return tuple(
        tuple(found.get((level, e), np.zeros((0, 0))) for e in range(count)) for level, count in enumerate(shape)
    )


def _singular(space: Space, now: _Natural) -> tuple[tuple[int, int, int], ...]:
    out: list[tuple[int, int, int]] = []
    for t in space.terms:
        for k, row in enumerate(t.structure.rows()):
            if row.kind == "var" and now.zero[t.at + k]:
                out.extend((t.level, t.equation, position) for position in row.terms)
    return tuple(out)


def _perfect(space: Space, now: _Natural) -> tuple[tuple[int, int, int, int], ...]:
    out: list[tuple[int, int, int, int]] = []
    for t in space.terms:
        pairs = t.structure.pairs()
        for k, row in enumerate(t.structure.rows()):
            if row.kind == "cov" and now.one[t.at + k]:
                a, b = pairs[k - t.structure.variances]
                if not (now.zero[t.at + a] or now.zero[t.at + b]):
                    out.append((t.level, t.equation, row.terms[0], row.terms[1]))
    return tuple(out)


def _root(value: float) -> float:
    return math.sqrt(value) if value >= 0.0 else math.nan
