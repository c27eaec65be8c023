"""Fit one linear mixed model: the engine's front door.

prepare -> cross products -> starting values -> EM -> gradient-based maximisation -> standard errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.collapse import collapsed, elsewhere
from mixedcli.engine.crossprod import cross_products
from mixedcli.engine.design import Design, FitOptions
from mixedcli.engine.em import EmTrace, em, starting_point
from mixedcli.engine.estimates import Reported, report
from mixedcli.engine.indicators import with_indicators
from mixedcli.engine.inference import lr_test
from mixedcli.engine.likelihood import Likelihood, linear_log_likelihood
from mixedcli.engine.optimize import Maximum, curvature, maximize
from mixedcli.engine.orthogonal import Column, Frame, prepare
from mixedcli.engine.parameters import Space, parameter_space
from mixedcli.engine.start import opened, sampled_start, uphill_from_boundary
from mixedcli.engine.threads import matrix_threads
from mixedcli.engine.working import Objective, Point, WorkingScale
from mixedcli.errors import InitialValues
from mixedcli.results import FitTrace, Information, Iteration, MixedResult, Robust, SmallSample

Floats = NDArray[np.float64]

_EM_STEPS = 3  # plain EM iterations before second derivatives take over
_LARGEST = 1e100  # beyond it (and below its inverse) cross products leave the range of a double
_QUICK = FitOptions(technique=(("nr", 1),), iterate=100)


def fit(
    design: Design, options: FitOptions | None = None, on_iteration: Callable[[Iteration], None] | None = None
) -> MixedResult:
    """Fit by ML or REML.

    ``on_iteration`` is called with every line of the gradient-based iteration log as it is reached.
    Raises InsufficientObservations (r(2001)) and InitialValues (r(1400)); non-convergence is reported in
    ``trace.converged``, not raised.
    """
    _check_magnitudes(design)
    design = with_indicators(design)
    with matrix_threads(design):
        return _fit(design, options or FitOptions(), on_iteration)


def _fit(design: Design, options: FitOptions, on_iteration: Callable[[Iteration], None] | None) -> MixedResult:
    frame = prepare(design)
    space, effects = parameter_space(design, frame.rows)
    likelihood = likelihood_of(design, frame, space, effects, options)
    objective = Objective(likelihood, WorkingScale(space, options.matlog))
    beginning = _beginning(design, objective, options)
    start = objective.at(objective.scale.x(beginning.psi), 2)
    if options.emonly:
        return _result(
            design,
            objective,
            start,
            FitTrace(beginning.ll, beginning.converged, (), beginning.converged),
            False,
            options,
        )
    if options.emiterate > 0 and space.size:
        # EM with its last steps replaced by Newton's: the same place in a fraction of the time
        near = maximize(objective, start, _QUICK, good_enough=likelihood.close)
        if design.correlation is not None:
            near = elsewhere(objective, near)
        start = _best(objective, near.point, likelihood)
    exact = likelihood.exact()
    if exact is not likelihood:
        # average information was good enough for the way; the rest needs second derivatives
        objective = Objective(exact, objective.scale)
        start = objective.at(start.x, 2)
    found = maximize(objective, start, options, on_iteration)
    if found.converged:
        found = _settled(objective, found)
    trace = FitTrace(beginning.ll, beginning.converged, found.iterations, found.converged)
    return _result(design, objective, found.point, trace, options.stderr, options)


def likelihood_of(
    design: Design, frame: Frame, space: Space, effects: Sequence[Sequence[Column]], options: FitOptions
) -> Likelihood:
    """The likelihood of a prepared design, nested or crossed."""
    if design.crossed:
        from mixedcli.engine.crossed import crossed_likelihood

        return crossed_likelihood(design, frame, space, effects, options)
    return Likelihood(cross_products(design, frame, effects), space, options.reml)


def _check_magnitudes(design: Design) -> None:
    """Squares of the data must be numbers.  Raises InitialValues (r(1400)), as where any other start fails."""
    for values in (design.y, *design.columns):
        largest = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
        if largest > _LARGEST or 0.0 < largest < 1.0 / _LARGEST:
            raise InitialValues("initial values not feasible")


def _beginning(design: Design, objective: Objective, options: FitOptions) -> EmTrace:
    """Starting values, moved by EM."""
    likelihood = objective.likelihood
    psi = starting_point(likelihood)
    if options.emonly:
        return em(likelihood, psi, options.emiterate, options.emtolerance)
    if options.emiterate == 0 or not likelihood.space.random:
        return EmTrace(psi, (likelihood.criterion(psi, 0).ll,), False)
    if design.crossed:
        from mixedcli.engine.crossed_start import crossed_start

        sampled = crossed_start(design, likelihood, options)
    else:
        sampled = sampled_start(design, likelihood.space, likelihood.reml)
    if sampled is not None:
        return EmTrace(opened(likelihood.space, sampled, psi), (), False)
    return em(likelihood, psi, min(options.emiterate, _EM_STEPS), options.emtolerance)


def _best(objective: Objective, found: Point, likelihood: Likelihood) -> Point:
    """Leave a boundary where the likelihood rises inwards; on a boundary, compare with other starting values."""
    for _ in range(3):
        better = uphill_from_boundary(objective, found)
        if better is None:
            break
        found = maximize(objective, better, _QUICK, good_enough=likelihood.close).point
    space = likelihood.space
    if sum(t.groups for t in space.terms) > 5000 or not _on_boundary(space, found.psi):
        return found
    typical = starting_point(likelihood)
    for factor in (0.03, 30.0):
        psi = typical.copy()
        psi[: space.random] *= factor
        other = maximize(objective, objective.at(objective.scale.x(psi), 2), _QUICK, good_enough=likelihood.close).point
        if other.ll > found.ll + 1e-9 * (1.0 + abs(found.ll)):
            found = other
    return found


def _on_boundary(space: Space, psi: Floats) -> bool:
    for t in space.terms:
        w = np.linalg.eigvalsh(t.structure.matrix(psi[t.own]))
        if w.min(initial=np.inf) <= 1e-6 * max(float(w.max(initial=0.0)), 1e-6):
            return True
    return False


def _settled(objective: Objective, found: Maximum) -> Maximum:
    """Newton's last digits: convergence tolerances stop a little short of what the arithmetic allows.

    Here the log likelihood no longer changes in its last digit; the scaled gradient is the judge.
    """
    point = found.point
    curved = curvature(point)
    left = float(point.gradient @ curved.inverse @ point.gradient)
    for _ in range(4):
        if not curved.concave or left <= objective.likelihood.enough * (1.0 + abs(point.ll)):
            break
        further = objective.at(objective.scale.canonical(point.x + curved.inverse @ point.gradient), 2)
        if further.ll < point.ll - 1e-9 * (1.0 + abs(point.ll)):
            break
        curved = curvature(further)
        now = float(further.gradient @ curved.inverse @ further.gradient)
        if not (curved.concave and now < left):
            break
        point, left = further, now
    return Maximum(point, found.iterations, found.converged)


def _result(
    design: Design, objective: Objective, point: Point, trace: FitTrace, stderr: bool, options: FitOptions
) -> MixedResult:
    likelihood = objective.likelihood
    frame, space, c = likelihood.data.frame, likelihood.space, point.criterion
    shape = tuple(len(level.equations) for level in design.levels)
    p, meat = frame.p, None
    if options.robust:
        from mixedcli.engine.robust import cluster_meat

        meat = cluster_meat(design, likelihood, point)
    told: Reported = report(
        space, shape, point, objective.scale, frame.y_scale, stderr, meat.matrix[p:, p:] if meat else None
    )
    turned = frame.back @ c.phi @ frame.back.T
    vcov_beta, robust = frame.y_scale**2 * c.sigma2 * 0.5 * (turned + turned.T), None
    if meat is not None:
        half = frame.y_scale * c.sigma2 * frame.back @ c.phi
        robust = Robust(meat.clusters, vcov_beta, told.modelbased, half @ meat.matrix[:p, p:] @ told.influence.T)
        vcov_beta = half @ meat.matrix[:p, :p] @ half.T
    result = MixedResult(
        reml=options.reml,
        n=design.n if design.weighted and not design.frequency else round(frame.n),
        p=frame.p,
        ll=point.ll,
        beta=frame.offset + frame.y_scale * frame.back @ c.beta,
        vcov_beta=vcov_beta,
        sigma=told.sigma,
        residual_variance=told.residual_variance,
        theta=told.theta,
        theta_names=told.names,
        vcov_theta=told.vcov,
        rows=told.rows,
        trace=trace,
        lr=None
        if options.robust or design.weighted
        else lr_test(
            point.ll, linear_log_likelihood(likelihood.data, options.reml), space.random, space.size, space.random > 0
        ),
        robust=robust,
        singular=told.singular,
        perfect=told.perfect,
        rank_theta=told.rank,
        stderr_failed=told.failed,
        psi=point.psi,
        slopes=told.slopes,
        determined=collapsed(objective, point.psi),
    )
    if not options.dfmethod:
        return result
    from mixedcli.engine.dof.methods import small_sample
    from mixedcli.engine.dof.moments import moments

    small = small_sample(
        options.dfmethod,
        options.dfinformation,
        design,
        result.vcov_beta,
        lambda: moments(design, likelihood.exact(), point.psi, c if likelihood.exact() is likelihood else None),
    )
    return replace(result, small=small)


def small_sample_again(
    design: Design, result: MixedResult, wanted: Sequence[tuple[str, Information]]
) -> tuple[SmallSample, ...]:
    """Small-sample inference by other methods (keyword, information) for a fit of the same design.  Errors: r(198)."""
    from mixedcli.engine.dof.methods import small_sample
    from mixedcli.engine.dof.moments import Moments, moments

    known: list[Moments] = []
    design = with_indicators(design)

    def again() -> Moments:
        if not known:
            frame = prepare(design)
            space, effects = parameter_space(design, frame.rows)
            assert result.psi is not None
            exact = likelihood_of(design, frame, space, effects, FitOptions(reml=result.reml)).exact()
            known.append(moments(design, exact, result.psi))
        return known[0]

    with matrix_threads(design):
        return tuple(small_sample(m, information, design, result.vcov_beta, again) for m, information in wanted)
