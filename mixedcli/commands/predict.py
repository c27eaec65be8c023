"""predict - predictions after estimation

    predict [type] newvar [if] [in] [, xb | stdp | fitted | residuals | rstandard] [relevel(levelvar)]
    predict [type] stub* | newvarlist [if] [in], reffects [reses(stub* | newvarlist)] [relevel(levelvar)]

xb          the fixed part (the default); stdp its standard error
fitted      the fixed part plus the predicted random effects
residuals   the outcome less fitted; rstandard divides them by the residual standard deviation
reffects    best linear unbiased predictions of the random effects, one variable each: top level first, slopes
            before the constant; reses() their standard errors
relevel()   only this level (reffects), or from the top down to it (fitted, residuals, rstandard)

xb and stdp are for every observation with data, the others for the estimation sample.

After regress: xb, residuals, stdp, stdf, stdr, rstandard, rstudent, leverage (or hat), cooksd.
After xtreg: xb, stdp, u, e, ue, xbu.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import count_missing, plural, stored_numbers
from mixedcli.commands.context import expression_context
from mixedcli.data import factors, sample, types
from mixedcli.data.dataset import Column
from mixedcli.data.missing import SYSMISS, is_missing
from mixedcli.engine.predict import fitted_part, precisions, random_effects
from mixedcli.engine.predict_residual import whitened
from mixedcli.engine.weights import row_totals
from mixedcli.errors import (
    AlreadyDefined,
    InvalidSyntax,
    LastEstimatesNotFound,
    NotFound,
    NotYetAvailable,
    TooFewSpecified,
    TooManySpecified,
    Unavailable,
)
from mixedcli.frozen import frozen
from mixedcli.model.assemble import assemble
from mixedcli.model.spec import Assembled, MixedFit
from mixedcli.results import Estimates
from mixedcli.session import Outcome, Session

Floats = NDArray[np.float64]


@frozen
class _Made:
    """One new variable: a value for every observation (missing coded), and its label."""

    values: Floats
    label: str


STATISTICS = ("xb", "stdp", "fitted", "residuals", "rstandard", "reffects", "scores")
#: those of regress and xtreg only
LINEAR = ("stdf", "stdr", "rstudent", "leverage", "hat", "cooksd", "u", "e", "ue", "xbu")
SPEC = CommandSpec(
    "predict",
    (
        OptionSpec("xb", "xb"),
        OptionSpec("stdp", "stdp"),
        OptionSpec("fitted", "fit"),
        OptionSpec("residuals", "res"),
        OptionSpec("rstandard", "rsta"),
        OptionSpec("reffects", "r"),
        OptionSpec("scores", "sc"),
        OptionSpec("stdf", "stdf"),
        OptionSpec("stdr", "stdr"),
        OptionSpec("rstudent", "rstu"),
        OptionSpec("leverage", "l"),
        OptionSpec("hat", "hat"),
        OptionSpec("cooksd", "c"),
        OptionSpec("u", "u"),
        OptionSpec("e", "e"),
        OptionSpec("ue", "ue"),
        OptionSpec("xbu", "xbu"),
        OptionSpec("reses", "reses", "words"),
        OptionSpec("relevel", "relev", "name"),
        OptionSpec("level", "level", "name"),  # the old spelling of relevel()
    ),
    allows=frozenset({"if", "in"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the predictions.  Errors: r(110), r(198), r(301), r(322), and "not yet available"."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    estimates = session.estimates
    if estimates is None:
        raise LastEstimatesNotFound("last estimates not found")
    chosen = [s for s in (*STATISTICS, *LINEAR) if s in options]
    if len(chosen) > 1:
        raise InvalidSyntax(f"options {chosen[0]} and {chosen[1]} may not be combined", command.span)
    if "reses" in options and chosen != ["reffects"]:
        raise InvalidSyntax("option reses() requires reffects", command.span)  # unverified: words
    statistic = chosen[0] if chosen else "xb"
    new = [(t.pattern if isinstance(t, ast.VarRef) else "") for t in body.varlist.terms]
    if not isinstance(estimates.fit, MixedFit):
        from mixedcli.commands.estimation import linear_predict

        found = [_Made(*linear_predict.statistic(session, estimates, statistic))]
        return _stored(session, command, _names(new, 1), found, _storage(session, body), assumed=not chosen)
    if statistic in LINEAR:
        raise InvalidSyntax(f"option {statistic} not allowed", command.span)
    if statistic == "scores":
        raise NotYetAvailable("predict, scores is not yet available")
    if statistic == "reffects":
        made, errors = _effects(session, estimates, _level(options))
        names = _names(new, len(made))
        if "reses" in options:
            names += _names([w.text for w in options["reses"]], len(errors))
            made += errors
    else:
        made = [_one(session, estimates, statistic, _level(options))]
        names = _names(new, 1)
    return _stored(session, command, names, made, _storage(session, body), assumed=not chosen)


def _storage(session: Session, body: ast.VarlistBody) -> str:
    storage = body.type or session.settings.default_type
    if not types.is_type(storage) or storage.startswith("str"):
        raise InvalidSyntax(f"{storage} invalid type", body.span)
    return storage


def _names(typed: list[str], count: int) -> list[str]:
    """New variable names: as listed, or stub1, stub2, ...  Errors: r(102), r(103)."""
    if len(typed) == 1 and typed[0].endswith("*"):
        return [f"{typed[0][:-1]}{k + 1}" for k in range(count)]
    if len(typed) != count:
        words = f"{'too few' if len(typed) < count else 'too many'} variables specified"
        raise (TooFewSpecified if len(typed) < count else TooManySpecified)(words)
    return typed


def _stored(
    session: Session, command: ast.Command, names: list[str], made: list[_Made], storage: str, *, assumed: bool
) -> Outcome:
    data = session.data
    for k, name in enumerate(names):
        types.check_name(name)
        if name in data or name in names[:k]:
            raise AlreadyDefined(f"variable {name} already defined")
    wanted = sample.mask(data, command.condition, command.in_range, expression_context(session))
    columns, gaps = [], 0
    for name, new in zip(names, made, strict=True):
        native = stored_numbers(np.where(wanted, new.values, SYSMISS), storage)
        columns.append(Column(name, storage, native, types.default_format(storage), label=new.label))
        gaps = max(gaps, count_missing(native, storage))
    blocks: list[Block] = [line("(option xb assumed)")] if assumed else []
    if gaps:
        blocks.append(line(f"({plural(gaps, 'missing value')} generated)"))
    return Outcome(blocks=tuple(blocks), data=data.with_columns(columns))


def _level(options: Options) -> str | None:
    return options.get("relevel") or options.get("level")


def _one(session: Session, estimates: Estimates, statistic: str, level: str | None) -> _Made:
    """The statistics that are one variable."""
    fit: MixedFit = estimates.fit
    if statistic == "xb":
        return _Made(_linear(session, fit, error=False), "Linear prediction, fixed portion")
    if statistic == "stdp":
        return _Made(_linear(session, fit, error=True), "S.E. of the linear prediction")  # unverified: label
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
    return _Made(_spread(values, assembled.sample), label)


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
    """The design of the fit, from the data in memory.  Errors: r(322) when these are not the fit's data any more."""
    fit: MixedFit = estimates.fit
    if estimates.sample is None or len(estimates.sample) != session.data.n or not estimates.sample.any():
        raise Unavailable("estimation sample not found in the data in memory")
    assembled = assemble(fit.spec, session.data, estimates.sample, expression_context(session))
    design = assembled.design
    rows = design.n if not design.frequency else int(row_totals(design).sum())  # type: ignore[union-attr]
    if rows != fit.result.n or design.p != fit.result.p:
        raise Unavailable("the data have changed since estimation")  # unverified: words
    return assembled


def _depth(fit: MixedFit, name: str) -> int:
    for i, level in enumerate(fit.frame.levels):
        if level.name == name:
            return i
    raise NotFound(f"level {name} not found")  # unverified: words


def _effects(session: Session, estimates: Estimates, level: str | None) -> tuple[list[_Made], list[_Made]]:
    """BLUPs and their standard errors, one of each per effect, in the order of the table."""
    fit: MixedFit = estimates.fit
    only = None if level is None else _depth(fit, level)
    assembled = _again(session, estimates)
    blups: list[_Made] = []
    errors: list[_Made] = []
    for e in random_effects(assembled.design, fit.result):
        if only is not None and e.level != only:
            continue
        frame, own = fit.frame.levels[e.level], assembled.design.levels[e.level]
        equations = frame.equations if e.equation < 0 else (frame.equations[e.equation],)
        factor = own.equations[e.equation].factor if e.equation >= 0 else None
        codes = own.codes if factor is None else factor.codes
        for a, label in enumerate(label for equation in equations for label in equation.labels):
            text = f"{frame.name}: {label}"
            blups.append(_Made(_spread(e.blup[codes, a], assembled.sample), f"BLUP r.e. for {text}"))
            errors.append(_Made(_spread(e.se[codes, a], assembled.sample), f"BLUP r.e. std. err. for {text}"))
    if not blups:
        raise InvalidSyntax("the model has no random effects to predict")  # unverified: words
    return blups, errors


def _spread(values: Floats, rows: NDArray[np.bool_]) -> Floats:
    """Values of the sample's rows among all rows; missing elsewhere."""
    out = np.full(len(rows), SYSMISS)
    out[rows] = values
    return out
