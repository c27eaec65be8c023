"""What predict computes after mixed: one variable or several, over all observations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.commands.context import expression_context
from mixedcli.commands.estimation import mixed_e
from mixedcli.commands.estimation.names import column_names
from mixedcli.data import factors
from mixedcli.data.missing import SYSMISS, is_missing
from mixedcli.engine.predict import fitted_part, precisions, random_effects
from mixedcli.engine.predict_residual import whitened
from mixedcli.engine.weights import row_totals
from mixedcli.errors import DataAssumption, InvalidSyntax, NotFound
from mixedcli.frozen import frozen
from mixedcli.model.assemble import assemble
from mixedcli.model.spec import Assembled, MixedFit
from mixedcli.results import Estimates
from mixedcli.session import Session

Floats = NDArray[np.float64]


@frozen
class Made:
    """One new variable: a value for every observation (missing coded), and its label."""

    values: Floats
    label: str


def count(fit: MixedFit, statistic: str, level: str | None) -> int:
    """How many variables a statistic makes.  Errors: r(111), r(198)."""
    depth = None if level is None else _depth(fit, level)
    if statistic == "scores":
        if fit.result.reml:
            raise InvalidSyntax("option scores not allowed after REML estimation")  # unverified: words
        return len(fit.frame.fixed) + len(fit.result.theta)
    if statistic != "reffects":
        return 1
    frames = fit.frame.levels if depth is None else fit.frame.levels[depth : depth + 1]
    found = sum(len(e.labels) for frame in frames for e in frame.equations)
    if not found:
        raise InvalidSyntax("the model has no random effects to predict")  # unverified: words
    return found


def made(session: Session, estimates: Estimates, statistic: str, level: str | None, *, errors: bool) -> list[Made]:
    """The variables of a statistic; with ``errors`` the standard errors of the random effects behind these."""
    if statistic == "reffects":
        blups, ses = _effects(session, estimates, level, errors=errors)
        return blups + ses
    return _scores(session, estimates) if statistic == "scores" else [_one(session, estimates, statistic, level)]


def _one(session: Session, estimates: Estimates, statistic: str, level: str | None) -> Made:
    """The statistics that are one variable."""
    fit: MixedFit = estimates.fit
    if statistic == "xb":
        return Made(_linear(session, fit, error=False), "Linear prediction, fixed portion")
    if statistic == "stdp":
        return Made(_linear(session, fit, error=True), "S.E. of the linear prediction, fixed portion")
    assembled = _again(session, estimates)
    design = assembled.design
    depth = len(fit.frame.levels) - 1 if level is None else _depth(fit, level)
    fixed = sum((b * design.columns[k] for b, k in zip(fit.result.beta, design.x, strict=True)), np.zeros(design.n))
    effects = [e for e in random_effects(design, fit.result) if e.level <= depth]
    values, label = fixed + fitted_part(design, effects), "Fitted values: xb + Zu"  # unverified: labels
    if statistic != "fitted":
        values, label = design.y - values, "Residuals"
    if statistic == "rstandard":
        if design.correlation is not None:
            (values,) = whitened(design, fit.result, [values])  # unverified: the root of R is its Cholesky factor
        else:
            values = values * np.sqrt(precisions(design, fit.result))
        label = "Standardized residuals"
    return Made(_spread(values, assembled.sample), label)


def _linear(session: Session, fit: MixedFit, *, error: bool) -> Floats:
    """x b or its standard error wherever x is known."""
    data, result = session.data, fit.result
    known = [(t, k) for t, k in zip(fit.frame.fixed, fit.frame.kept, strict=True) if k >= 0]
    columns = [np.ones(data.n) if t is None else factors.values(t, data, None) for t, _ in known]
    bad = np.zeros(data.n, dtype=bool)
    for column in columns:
        bad |= is_missing(column)
    X = np.column_stack([np.where(bad, 0.0, c) for c in columns]) if columns else np.zeros((data.n, 0))
    order = [k for _, k in known]
    if error:
        values = np.sqrt(np.einsum("ni,ij,nj->n", X, result.vcov_beta[np.ix_(order, order)], X, optimize=True))
    else:
        values = X @ result.beta[order]
    return np.where(bad, SYSMISS, values)


def _again(session: Session, estimates: Estimates) -> Assembled:
    """The design of the fit, from the data in memory.  Errors: r(322), r(459) when these are not the fit's data."""
    fit: MixedFit = estimates.fit
    own = mixed_e.check_data(estimates, session.data)
    assembled = assemble(fit.spec, session.data, own, expression_context(session))
    design = assembled.design
    rows = design.n if not design.frequency else int(row_totals(design).sum())  # type: ignore[union-attr]
    if rows != fit.result.n or design.p != fit.result.p:
        raise DataAssumption("data have changed since estimation")
    return assembled


def _depth(fit: MixedFit, name: str) -> int:
    for i, level in enumerate(fit.frame.levels):
        if level.name == name:
            return i
    raise NotFound(f"level {name} not found")  # unverified: words


def _effects(
    session: Session, estimates: Estimates, level: str | None, *, errors: bool
) -> tuple[list[Made], list[Made]]:
    """BLUPs and their standard errors, one of each per effect, in the order of the table."""
    fit: MixedFit = estimates.fit
    only = None if level is None else _depth(fit, level)
    assembled = _again(session, estimates)
    blups: list[Made] = []
    ses: list[Made] = []
    for e in random_effects(assembled.design, fit.result):
        if only is not None and e.level != only:
            continue
        frame, own = fit.frame.levels[e.level], assembled.design.levels[e.level]
        equations = frame.equations if e.equation < 0 else (frame.equations[e.equation],)
        factor = own.equations[e.equation].factor if e.equation >= 0 else None
        codes = own.codes if factor is None else factor.codes
        for a, label in enumerate(label for equation in equations for label in equation.labels):
            text = f"{frame.name}: {label}"
            # stata: "BLUP r.e. para escuela: x1" in a course of the Universidad de Chile (translated there)
            blups.append(Made(_spread(e.blup[codes, a], assembled.sample), f"BLUP r.e. for {text}"))
            if errors:
                ses.append(Made(_spread(e.se[codes, a], assembled.sample), f"BLUP r.e. std. errors for {text}"))
    return blups, ses


def _scores(session: Session, estimates: Estimates) -> list[Made]:
    """One per element of e(b), on the last observation of every top-level group."""
    from mixedcli.engine.predict_scores import scores

    fit: MixedFit = estimates.fit
    assembled = _again(session, estimates)
    found = scores(assembled.design, fit.result)
    n, groups = assembled.design.n, found.beta.shape[0]
    last = np.zeros(groups, dtype=np.int64)
    last[found.codes] = np.arange(n)  # the last assignment stays
    columns = [found.beta[:, k] if k >= 0 else np.zeros(groups) for k in fit.frame.kept]
    out = []
    for name, column in zip(column_names(fit.frame, fit.result), [*columns, *found.theta.T], strict=True):
        values = np.full(n, SYSMISS)
        values[last] = column
        equation, _, term = name.partition(":")
        label = f"parameter-level score for [{equation}]{term} from mixed"  # unverified: label
        out.append(Made(_spread(values, assembled.sample), label))
    return out


def _spread(values: Floats, rows: NDArray[np.bool_]) -> Floats:
    """Values of the sample's rows among all rows; missing elsewhere."""
    out = np.full(len(rows), SYSMISS)
    out[rows] = values
    return out
