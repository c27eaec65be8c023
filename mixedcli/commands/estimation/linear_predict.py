"""predict after regress and xtreg."""

from __future__ import annotations

import math

import numpy as np

from mixedcli.commands.context import column_of
from mixedcli.commands.estimation.linearform import LinearForm, prediction
from mixedcli.data import factors
from mixedcli.data.missing import SYSMISS, is_missing
from mixedcli.data.stripes import term_of
from mixedcli.errors import InvalidSyntax, NotFound, Unavailable
from mixedcli.model.groups import group_codes
from mixedcli.results import Estimates, Floats
from mixedcli.session import Session

#: statistic -> label of the new variable
REGRESS = {
    "xb": "Linear prediction",
    "residuals": "Residuals",
    "stdp": "S.E. of the prediction",
    "stdf": "S.E. of the forecast",
    "stdr": "S.E. of the residual",
    "rstandard": "Standardized residuals",
    "rstudent": "Studentized residuals",
    "leverage": "Leverage",
    "cooksd": "Cook's distance",
    "dfits": "Dfits",
    "welsch": "Welsch distance",
    "covratio": "Covratio",
}
XTREG = {
    "xb": "Linear prediction",
    "stdp": "S.E. of the prediction",
    "u": "u[{panel}]",
    "e": "e[{panel},t]",
    "ue": "u[{panel}] + e[{panel},t]",
    "xbu": "Xb + u[{panel}]",
}
#: the result that holds the variable of the groups
_GROUPS = {"xtreg": "ivar", "areg": "absvar"}
#: what areg calls the statistics of xtreg
_SAME = {"dresiduals": "ue", "d": "u", "xbd": "xbu", "residuals": "e"}
AREG = {
    "xb": "Linear prediction",
    "stdp": "S.E. of the prediction",
    "residuals": "Residuals",
    "dresiduals": "d[{panel}] + residuals",
    "xbd": "Xb + d[{panel}]",
    "d": "d[{panel}]",
}


def statistic(session: Session, estimates: Estimates, name: str) -> tuple[Floats, str]:
    """Values over all observations (missing coded) and the label.  Errors: r(198), r(322)."""
    command = estimates.stored.macros.get("cmd", "")
    name = "leverage" if name == "hat" else name
    known = {"regress": REGRESS, "anova": REGRESS, "xtreg": XTREG, "areg": AREG}.get(
        command, {"xb": "Linear prediction", "stdp": "S.E. of the prediction"}
    )
    if name not in known:
        raise InvalidSyntax(f"option {name} not allowed")
    form = prediction(session, None)
    assert isinstance(form, LinearForm)
    b, V = estimates.stored.matrices["b"].values[0], estimates.stored.matrices["V"].values
    at = list(form.positions)
    xb = form.X @ b[at]
    label = known[name].format(panel=estimates.stored.macros.get(_GROUPS.get(command, ""), ""))
    if name == "xb":
        values, bad = xb, form.bad
    elif name == "stdp":
        values, bad = np.sqrt(_quadratic(form.X, V[np.ix_(at, at)])), form.bad
    elif command in _GROUPS:
        values, bad = _panel(session, estimates, name, xb, form.bad)
    else:
        values, bad = _residual(session, estimates, name, form, xb)
    return np.where(bad | ~np.isfinite(values), SYSMISS, values), label


def _quadratic(X: Floats, V: Floats) -> Floats:
    return np.asarray(np.einsum("ni,ij,nj->n", X, V, X, optimize=True))


def _outcome(session: Session, estimates: Estimates) -> Floats:
    """The dependent variable over all observations."""
    return factors.values(term_of(estimates.stored.macros["depvar"]), session.data, None)


def _residual(
    session: Session, estimates: Estimates, name: str, form: LinearForm, xb: Floats
) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """What needs y or the leverage; the latter is for the estimation sample alone."""
    scalars = estimates.stored.scalars
    mse = scalars["rmse"] ** 2
    y = _outcome(session, estimates)
    e = np.where(is_missing(y), math.nan, y) - xb
    if name == "residuals":
        return e, form.bad
    macros = estimates.stored.macros
    if macros.get("vce", "ols") != "ols" and name != "leverage":
        raise InvalidSyntax(f"option {name} not allowed after robust estimation")
    if macros.get("wtype"):
        raise Unavailable(f"option {name} not available after weights")
    sample = estimates.sample
    if sample is None or len(sample) != session.data.n:
        raise Unavailable("estimation sample not found in the data in memory")
    at = list(form.positions)
    key = "V_modelbased" if "V_modelbased" in estimates.stored.matrices else "V"
    h = _quadratic(form.X, estimates.stored.matrices[key].values[np.ix_(at, at)]) / mse
    bad = form.bad | ~sample
    with np.errstate(divide="ignore", invalid="ignore"):
        if name == "stdf":
            return np.sqrt(mse * (1 + h)), form.bad
        if name == "leverage":
            return h, bad
        if name == "stdr":
            return np.sqrt(mse * (1 - h)), bad
        r = e / np.sqrt(mse * (1 - h))
        if name == "rstandard":
            return r, bad
        if name == "cooksd":
            return r * r * h / (1 - h) / len(at), bad
        df = scalars["df_r"]
        if name == "covratio":
            return ((df - r * r) / (df - 1)) ** len(at) / (1 - h), bad
        student = r * np.sqrt((df - 1) / (df - r * r))
        if name == "rstudent":
            return student, bad
        dfits = student * np.sqrt(h / (1 - h))
        return (dfits if name == "dfits" else dfits * np.sqrt((scalars["N"] - 1) / (1 - h))), bad


def dfbeta(session: Session, estimates: Estimates, name: str) -> tuple[Floats, str]:
    """How far a coefficient moves without each observation, in standard errors.  Errors: as ``statistic``, r(111)."""
    if estimates.stored.macros.get("cmd") != "regress":
        raise InvalidSyntax("option dfbeta() not allowed")
    form = prediction(session, None)
    assert isinstance(form, LinearForm)
    b = estimates.stored.matrices["b"]
    at = list(form.positions)
    place = column_of(tuple(b.colnames), None, name)
    if place not in at:
        raise NotFound(f"{name} is not in the model")  # unverified: words
    student, bad = _residual(session, estimates, "rstudent", form, form.X @ b.values[0][at])
    h, _ = _residual(session, estimates, "leverage", form, form.X @ b.values[0][at])
    k = at.index(place)
    D = estimates.stored.matrices["V"].values[np.ix_(at, at)] / estimates.stored.scalars["rmse"] ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        values = student * (form.X @ D[k]) / np.sqrt(D[k, k] * (1 - h))
    return np.where(bad | ~np.isfinite(values), SYSMISS, values), f"Dfbeta {b.colnames[place]}"


def _panel(
    session: Session, estimates: Estimates, name: str, xb: Floats, bad: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """u is the panel's mean residual (fixed effects, areg) or its best linear predictor (random effects)."""
    name, macros = _SAME.get(name, name), estimates.stored.macros
    if macros.get("wtype"):
        raise Unavailable("this prediction is not available after weights")
    y = _outcome(session, estimates)
    ue = np.where(is_missing(y), math.nan, y) - xb
    if name == "ue":
        return ue, bad
    sample = estimates.sample
    if sample is None or len(sample) != session.data.n:
        raise Unavailable("estimation sample not found in the data in memory")
    codes, count = group_codes(session.data.column(macros[_GROUPS[macros["cmd"]]]), None)
    T = np.bincount(codes, sample.astype(float), count)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(codes, np.where(sample, ue, 0.0), count) / T
    scalars = estimates.stored.scalars
    if macros["cmd"] == "xtreg" and macros["model"] != "fe":
        u2, e2 = scalars["sigma_u"] ** 2, scalars["sigma_e"] ** 2
        mean = mean * T * u2 / (T * u2 + e2)
    u = mean[codes]
    if name == "xbu":
        return xb + u, bad | ~sample
    return (u, ~sample) if name == "u" else (ue - u, ~sample)


def names() -> tuple[str, ...]:
    """Every statistic of these estimators."""
    return tuple(dict.fromkeys((*REGRESS, *XTREG, *AREG)))
