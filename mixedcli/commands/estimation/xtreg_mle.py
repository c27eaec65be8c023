"""xtreg, mle: the random-intercept model by maximum likelihood, from the engine of mixed, in the form of xtreg."""

from __future__ import annotations

import math

import numpy as np

from mixedcli.blocks import Blank, Block, CoefRow, IterationLog, line
from mixedcli.commands.estimation.tablefit import TableFit
from mixedcli.commands.estimation.xtreg_fit import Asked, Made, counts, header_lines
from mixedcli.engine import distributions, inference, panel
from mixedcli.engine.design import Design, Equation, Level
from mixedcli.engine.fit import fit as fit_model
from mixedcli.engine.recov import STRUCTURES
from mixedcli.errors import InitialValues
from mixedcli.model.regression import Regression
from mixedcli.numfmt import text
from mixedcli.results import Floats, Matrix, MixedResult, Quantity, Stored


def fit(data: Regression, asked: Asked) -> Made:
    """Errors: r(1400) when the likelihood has no maximum with positive variances of both kinds known."""
    assert data.panel is not None
    groups = panel.panel(data.panel, data.panels)
    result = _maximum(data, data.X)
    constant = _maximum(data, data.X[:, -1:]) if data.X.shape[1] > 1 else result
    theta, V = _sigmas(result)
    table = TableFit(
        data.depvar,
        data.terms,
        data.kept,
        result.beta,
        result.vcov_beta,
        math.nan,
        _header(data, asked, groups, result, constant),
        asked.labels,
        extra=_rows(theta, V),
        footer=_lr(result),
        equation=data.depvar,
    )
    shown: list[Block] = [Blank()]
    if constant is not result:
        shown += [line("Fitting constant-only model:"), Blank(), _log(constant), Blank()]
    shown += [line("Fitting full model:"), Blank(), _log(result)]
    return Made(table, _stored(data, asked, groups, result, constant, table, theta, V), data.notes, tuple(shown))


def _maximum(data: Regression, X: Floats) -> MixedResult:
    assert data.panel is not None
    ones = X.shape[1] - 1
    design = Design(
        y=data.y,
        columns=tuple(np.ascontiguousarray(c) for c in X.T),
        x=tuple(range(X.shape[1])),
        levels=(Level(data.panel, data.panels, (Equation((ones,), STRUCTURES["identity"]),)),),
        residual_by=None,
        residual_groups=1,
    )
    result = fit_model(design)
    if not result.trace.converged:
        raise InitialValues("initial values not feasible")  # unverified: what Stata says then
    return result


def _sigmas(result: MixedResult) -> tuple[Floats, Floats]:
    """(sigma_u, sigma_e) and their covariance matrix (2, 2), from the log standard deviations."""
    sigma = np.array([math.sqrt(float(result.sigma[0][0][0, 0])), math.sqrt(float(result.residual_variance[0]))])
    slope = np.diag(sigma)
    V = np.asarray(result.vcov_theta, dtype=float)
    if V.shape != (2, 2) or np.isnan(V).any() or sigma[0] == 0:
        V = np.zeros((2, 2))
    return sigma, slope @ V @ slope


def _rows(sigma: Floats, V: Floats) -> tuple[CoefRow, ...]:
    def row(name: str, value: float, variance: float, metric: str) -> CoefRow:
        se = math.sqrt(variance) if variance > 0 else math.nan
        lo, hi = inference.interval(Quantity(value, se, metric), 95.0)  # type: ignore[arg-type]
        return CoefRow("parameter", name, coef=value, se=se, lo=lo, hi=hi)

    rho, variance = _rho(sigma, V)
    return (
        CoefRow("rule"),
        row("/sigma_u", float(sigma[0]), float(V[0, 0]), "log"),
        row("/sigma_e", float(sigma[1]), float(V[1, 1]), "log"),
        row("rho", rho, variance, "logit"),
    )


def _rho(sigma: Floats, V: Floats) -> tuple[float, float]:
    """sigma_u^2 / (sigma_u^2 + sigma_e^2) and its variance by the delta method."""
    u, e = sigma
    total = u * u + e * e
    g = np.array([2 * u * e * e, -2 * e * u * u]) / total**2
    return float(u * u / total), float(g @ V @ g)


def _header(
    data: Regression, asked: Asked, groups: panel.Panel, result: MixedResult, constant: MixedResult
) -> tuple[Block, ...]:
    df = len(result.beta) - 1
    chi2 = 2 * (result.ll - constant.ll)
    left = [
        "Random-effects ML regression",
        f"Group variable: {asked.panel}",
        "",
        "Random effects u_i ~ Gaussian",
        "",
        "",
        "",
        "",
        "",
        f"Log likelihood = {text(result.ll, '%10.0g').strip()}",
    ]
    right: list[tuple[str, str] | str] = [
        ("Number of obs", f"{result.n:,}"),
        ("Number of groups", f"{len(groups.T):,}"),
        "",
        "Obs per group:",
        *counts(groups),
        "",
        (f"LR chi2({df})", text(chi2, "%10.2f").strip()),
        ("Prob > chi2", text(distributions.chi2_tail(chi2, df), "%10.4f").strip()),
    ]
    return header_lines(left, right)


def _lr(result: MixedResult) -> tuple[Block, ...]:
    if result.lr is None:
        return ()
    left = f"LR test of sigma_u=0: chibar2(01) = {text(result.lr.chi2, '%9.2f').strip()}"
    right = f"Prob >= chibar2 = {text(result.lr.p, '%5.3f').strip()}"
    return (line(left + right.rjust(78 - len(left))),)


def _log(result: MixedResult) -> IterationLog:
    steps = result.trace.iterations
    return IterationLog(
        "Log likelihood", tuple(i.number for i in steps), tuple(i.ll for i in steps), tuple(i.note for i in steps)
    )


def _stored(
    data: Regression,
    asked: Asked,
    groups: panel.Panel,
    result: MixedResult,
    constant: MixedResult,
    table: TableFit,
    sigma: Floats,
    V: Floats,
) -> Stored:
    df, T = len(result.beta) - 1, groups.T
    chi2 = 2 * (result.ll - constant.ll)
    scalars = {
        "N": float(result.n),
        "N_g": float(len(T)),
        "df_m": float(df),
        "g_min": float(T.min()),
        "g_avg": float(T.mean()),
        "g_max": float(T.max()),
        "ll": result.ll,
        "ll_0": constant.ll,
        "ll_c": result.lr.ll_c if result.lr is not None else math.nan,
        "chi2": chi2,
        "p": distributions.chi2_tail(chi2, df),
        "chi2_c": result.lr.chi2 if result.lr is not None else math.nan,
        "sigma_u": float(sigma[0]),
        "sigma_e": float(sigma[1]),
        "rho": _rho(sigma, V)[0],
        "rank": float(df + 3),
    }
    macros = {
        "cmdline": asked.cmdline,
        "cmd": "xtreg",
        "model": "ml",
        "depvar": data.depvar,
        "ivar": asked.panel,
        "title": "Random-effects ML regression",
        "vce": "oim",
        "chi2type": "LR",
        "chi2_ct": "LR",
        "distrib": "Gaussian",
        "properties": "b V",
        "predict": "xtreg_p",
        "marginsok": "XB default",
    }
    inside = table.matrices()
    names = (*table.names, "/:sigma_u", "/:sigma_e")
    k = len(table.names)
    b = np.concatenate([inside["b"].values[0], sigma])
    whole = np.zeros((k + 2, k + 2))
    whole[:k, :k] = inside["V"].values
    whole[k:, k:] = V
    return Stored(scalars, macros, {"b": Matrix(b[None, :], ("y1",), names), "V": Matrix(whole, names, names)})
