"""A fit whose covariance matrix is replaced: the delta method must give back what the likelihood gave."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest
from driving import driver

from mixedcli.commands.context import expression_context
from mixedcli.data.read import load
from mixedcli.engine.resampled import with_covariance
from mixedcli.model.assemble import assemble

ROOT = pathlib.Path(__file__).resolve().parents[2] / "fixtures/rdatasets"

MODELS = [
    "mixed distance age || subject: age, cov(un)",
    "mixed distance age || subject: age, cov(independent)",
    "mixed distance age || subject:, residuals(independent, by(sx))",
    "mixed distance age || subject:, noconstant residuals(unstructured, t(age))",
    "mixed distance age || subject:, noconstant residuals(exchangeable)",
    "mixed distance age || subject:, noconstant residuals(exponential, t(age))",
    "mixed distance age || subject:, noconstant residuals(toeplitz 2, t(when))",
    "mixed distance age || subject:, noconstant residuals(ar 1, t(when) by(sx))",
    "mixed distance age || _all: R.age || subject:",
]


@pytest.mark.parametrize("command", MODELS)
def test_the_same_covariance_gives_the_same_standard_errors(command: str) -> None:
    session, run = driver(load(str(ROOT / "orthodont.csv"), ""))
    run("generate byte sx = sex")
    run("generate int when = age/2")
    assert not run(command).startswith("r(")
    assert session.estimates is not None
    assert session.estimates.sample is not None
    fit = session.estimates.fit
    found = fit.result
    context = expression_context(session)
    design = assemble(fit.spec, session.data, session.estimates.sample, context).design
    p = found.p
    V = np.zeros((p + len(found.theta),) * 2)
    V[:p, :p], V[p:, p:] = found.vcov_beta, found.vcov_theta
    assert np.isfinite(V).all()
    again = with_covariance(design, found, V, 27)
    for mine, theirs in zip(again.rows, found.rows, strict=True):
        for a, b in ((mine.variance, theirs.variance), (mine.sd, theirs.sd)):
            assert a.metric == b.metric
            assert (a.estimate, a.se) == pytest.approx((b.estimate, b.se), rel=1e-8)
    # twice the covariance: standard errors grow by the root of two
    wider = with_covariance(design, found, 2 * V, 27)
    assert wider.rows[0].variance.se == pytest.approx(2**0.5 * found.rows[0].variance.se, rel=1e-8)
