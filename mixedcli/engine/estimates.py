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

from mixedcli.engine.optimize import flat_somewhere
from mixedcli.engine.parameters import Space
from mixedcli.engine.residual.shown import StoredPart
from mixedcli.engine.shown_slopes import shown_slopes
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
    modelbased: Floats  # vcov from the information alone (the same unless robust)
    influence: Floats  # (P + 1, P + 1): what a score with respect to (psi, log sigma2) adds to e(b)
    slopes: tuple[Floats, Floats]  # of the rows, in both metrics, by theta


@frozen
class _Natural:
    """The optimum in the data's units: kappa per term in order, log residual SD, log SD ratios; boundary flags."""

    kappa: Floats
    lnsig: float
    ratios: Floats
    zero: NDArray[np.bool_]  # (random,) variances estimated as 0
    one: NDArray[np.bool_]  # (random,) covariances with correlation +-1 (or beside a zero variance)


@frozen
class _Information:
    """Inverse information in some metric and the way from there.

    inverse (P + 1, P + 1); scores: metric x (psi, log sigma2), derivatives of the latter; to_stored: of e(b),
    to_shown: of (kappa, lnsig_e, r), each by the metric.
    """

    inverse: Floats
    scores: Floats
    to_stored: Floats
    to_shown: Floats

    def influence(self) -> Floats:
        """What a score with respect to (psi, log sigma2) adds to e(b)."""
        return np.asarray(self.to_stored @ self.inverse @ self.scores)

    def sandwich(self, meat: Floats) -> Floats:
        """Robust covariance matrix in the metric."""
        half = self.inverse @ self.scores
        return np.asarray(half @ meat @ half.T)


def report(
    space: Space,
    shape: tuple[int, ...],
    point: Point,
    scale: WorkingScale,
    y_scale: float,
    stderr: bool,
    meat: Floats | None = None,
) -> Reported:
    """Estimates and standard errors at ``point``; ``shape``: number of equations per level of the design.

    meat: covariance of the scores with respect to (psi, log sigma2), for robust standard errors.
    """
    now = _natural(space, point, y_scale)
    eta = _eta(space, now)
    P = space.size
    vcov, spread, modelbased, influence = np.full((4, P + 1, P + 1), np.nan)
    failed = False
    if stderr:
        done = None
        interior = not (now.zero.any() or now.one.any())
        flat = interior and flat_somewhere(point)
        if interior and not flat:
            done = _interior(space, point, now, eta, y_scale)
        if done is None and not flat:
            done = _boundary(space, point, now, scale)
        failed = done is None
        if done is not None:
            modelbased, influence = done.to_stored @ done.inverse @ done.to_stored.T, done.influence()
            inverse = done.inverse if meat is None else done.sandwich(meat)
            vcov = done.to_stored @ inverse @ done.to_stored.T
            spread = done.to_shown @ inverse @ done.to_shown.T
            if meat is not None:  # scores say nothing about a variance at 0, one cluster's about nothing
                lost = np.arange(P + 1) if not meat.any() else np.flatnonzero(now.zero)
                for matrix in (vcov, spread):
                    matrix[lost], matrix[:, lost] = np.nan, np.nan
    sigma2 = math.exp(2.0 * now.lnsig)
    rows = (*_random_rows(space, now, spread, vcov), *_residual_rows(space, now, vcov))
    part = space.residual.stored(now.ratios)
    at = space.random + 1
    eta[at:] = part.values
    for matrix in (vcov, modelbased):
        matrix[:, at:] = matrix[:, at:] @ part.J
    for matrix in (vcov, modelbased, influence):  # blocks, as missing values elsewhere must not spread
        matrix[at:] = part.J.T @ matrix[at:]
    return Reported(
        _matrices(space, shape, now),
        sigma2 * _first_variances(space, now),
        eta,
        _names(space, part),
        vcov,
        rows,
        _singular(space, now),
        _perfect(space, now),
        failed,
        int(np.linalg.matrix_rank(vcov)) if np.isfinite(vcov).all() else 0,
        modelbased,
        influence,
        shown_slopes(space.terms, now.kappa, sigma2, space.residual.shown(now.ratios), part),
    )


def rows_with(space: Space, theta: Floats, psi: Floats, vcov: Floats) -> tuple[ParamEstimate, ...]:
    """The table's rows with standard errors from another covariance matrix of theta, e(b)'s variance part."""
    at = space.random + 1
    ratios = space.residual.unlink(psi[space.random :])
    kappa, natural = np.empty(space.random), np.zeros((space.random, space.random))
    for t in space.terms:
        link = t.structure.natural(theta[t.own])
        kappa[t.own] = t.structure.elements(link.sigma)
        natural[t.own, t.own] = t.structure.elements(link.first)
    none = np.zeros(space.random, dtype=bool)
    now = _Natural(kappa, float(theta[space.random]), ratios, none, none)
    back = np.linalg.inv(space.residual.stored(ratios).J)
    working = vcov.copy()
    working[:, at:] = working[:, at:] @ back
    working[at:] = back.T @ working[at:]
    spread = natural.T @ vcov[: space.random, : space.random] @ natural
    return (*_random_rows(space, now, spread, working), *_residual_rows(space, now, working))


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


def _first_variances(space: Space, now: _Natural) -> Floats:
    """The (first) variance of every by() group, relative to sigma2."""
    found: dict[int, float] = {}
    for row in space.residual.shown(now.ratios):
        if row.kind == "var":
            found.setdefault(row.group, row.value)
    return np.array(list(found.values()))


def _names(space: Space, part: StoredPart) -> tuple[ThetaName, ...]:
    names = [
        ThetaName("lns" if row.kind == "var" else "atr", t.level, t.equation, row.terms)
        for t in space.terms
        for row in t.structure.rows()
    ]
    names.append(ThetaName("lnsig_e", group=0))
    names.extend(
        ThetaName(kind, group=group, name=name)
        for kind, name, group in zip(part.kinds, part.names, part.groups, strict=True)
    )
    return tuple(names)


def _interior(space: Space, point: Point, now: _Natural, eta: Floats, y_scale: float) -> _Information | None:
    """Inverse observed information in the metric of e(b), and of (kappa, lnsig_e, r_lns) by the delta method."""
    P, at = space.size, space.random
    g, H = point.criterion.full()
    # J2: second derivatives of (psi, s) by eta, beside the first ones of _slopes
    J, J2 = _slopes(space, point.psi, now, eta), np.zeros((P + 1, P + 1, P + 1))
    natural = np.eye(P + 1)
    per = math.exp(-2.0 * now.lnsig)
    for t in space.terms:
        link = t.structure.natural(eta[t.own])
        natural[t.own, t.own] = t.structure.elements(link.first)
        J2[t.own, t.own, t.own] = per * t.structure.elements(link.second) @ t.C.T
        J2[t.own, at, t.own] = J2[at, t.own, t.own] = -2.0 * J[t.own, t.own]
    J2[at, at, :at] = 4.0 * point.psi[:at]
    own = np.arange(at, P)
    _, _, J2[own + 1, own + 1, own] = space.residual.link(now.ratios)
    information = -(J @ H @ J.T + J2 @ g)
    vcov = _positive_inverse(information)
    if vcov is None:
        return None
    return _Information(vcov, J, np.eye(P + 1), natural.T)


def _slopes(space: Space, psi: Floats, now: _Natural, eta: Floats) -> Floats:
    """J[i, k] = d(psi, log sigma2)_k / d eta_i."""
    P, at = space.size, space.random
    J = np.zeros((P + 1, P + 1))
    per = math.exp(-2.0 * now.lnsig)
    for t in space.terms:
        J[t.own, t.own] = per * t.structure.elements(t.structure.natural(eta[t.own]).first) @ t.C.T
    J[at, :at] = -2.0 * psi[:at]
    J[at, P] = 2.0
    own = np.arange(at, P)
    _, J[own + 1, own], _ = space.residual.link(now.ratios)
    return J


def stored_slopes(space: Space, point: Point, y_scale: float) -> Floats:
    """d(psi, log sigma2) / d e(b)'s variance part, one row per element of the latter."""
    now = _natural(space, point, y_scale)
    J = _slopes(space, point.psi, now, _eta(space, now))
    at = space.random + 1
    J[at:] = np.linalg.solve(space.residual.stored(now.ratios).J, J[at:])
    return J


def _boundary(space: Space, point: Point, now: _Natural, scale: WorkingScale) -> _Information | None:
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
    return _Information(V, J, toward @ D.T, D.T)


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


def _residual_rows(space: Space, now: _Natural, vcov: Floats) -> list[ParamEstimate]:
    """Rows of the residual block; vcov: of (..., lnsig_e, x) with x the residual structure's working vector."""
    out = []
    at = space.random
    V = vcov[at:, at:]
    sigma2 = math.exp(2.0 * now.lnsig)

    def spread(gradient: Floats) -> float:
        used = np.flatnonzero(gradient)
        return _root(float(gradient[used] @ V[np.ix_(used, used)] @ gradient[used]))

    for row in space.residual.shown(now.ratios):
        scale = sigma2 if row.scaled else 1.0
        value = scale * row.value
        se = spread(scale * np.append(2.0 * row.value if row.scaled else 0.0, row.slope))
        if row.kind == "var":
            sd = math.sqrt(value)
            both = Quantity(value, se, "log"), Quantity(sd, 0.5 * se / sd, "log")
        elif row.kind == "cov":
            both = (
                Quantity(value, se, "identity"),
                Quantity(row.correlation, spread(np.append(0.0, row.bend)), "atanh"),
            )
        else:
            both = Quantity(value, se, row.metric), Quantity(value, se, row.metric)
        out.append(ParamEstimate("residual", -1, -1, row.kind, (), row.group, *both, row.label))
    return out


def _matrices(space: Space, shape: tuple[int, ...], now: _Natural) -> tuple[tuple[Floats, ...], ...]:
    found = {(t.level, t.equation): t.structure.reported(now.kappa[t.own]) for t in space.terms}
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
                    out.append((t.level, t.equation, row.terms[0], row.terms[-1]))
    return tuple(out)


def _root(value: float) -> float:
    return math.sqrt(value) if value >= 0.0 else math.nan
