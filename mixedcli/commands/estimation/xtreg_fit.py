"""xtreg, re, fe and be: the fits, their headers, what stands below the table, e()."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.blocks import Blank, Block, CoefRow, line
from mixedcli.commands.estimation.tablefit import TableFit
from mixedcli.engine import distributions, inference, least_squares, panel
from mixedcli.errors import InsufficientObservations
from mixedcli.frozen import frozen
from mixedcli.model.regression import Regression, Vce
from mixedcli.numfmt import text
from mixedcli.results import Floats, Stored

TITLES = {
    "re": "Random-effects GLS regression",
    "fe": "Fixed-effects (within) regression",
    "be": "Between regression (regression on group means)",
}


@frozen
class Asked:
    """What the command asked for; vce: "ols" or "cluster"."""

    model: str
    panel: str
    vce: Vce
    theta: bool
    labels: dict[str, dict[int, str]]
    cmdline: str


@frozen
class Made:
    """A fit as a table, with e(), notes and the log."""

    table: TableFit
    stored: Stored
    notes: tuple[str, ...]
    log: tuple[Block, ...] = ()


@frozen
class _Fit:
    data: Regression
    asked: Asked
    groups: panel.Panel
    fit: panel.PanelFit
    V: Floats
    df: float
    r2: tuple[float, float, float]
    corr: float
    pooled_rss: float

    @property
    def test(self) -> tuple[float, int, float]:
        """F or chi2 of the slopes, its degrees of freedom, p."""
        k = len(self.fit.beta) - 1
        chi2, rank, p = inference.wald(self.fit.beta, self.V, range(k))
        if math.isnan(self.df):
            return chi2, rank, p
        F = chi2 / rank if rank else 0.0
        return F, rank, distributions.f_tail(F, rank, self.df) if rank else math.nan


def fit(data: Regression, asked: Asked) -> Made:
    """Errors: r(2001) when nothing is left to estimate from."""
    assert data.panel is not None
    groups = panel.panel(data.panel, data.panels)
    X = data.X[:, :-1]
    notes = data.notes
    if asked.model == "fe":
        data, notes = _reduced(data, panel.varying(X, groups))
        X = data.X[:, :-1]
        estimated = panel.within(data.y, X, groups)
    elif asked.model == "be":
        data, notes = _reduced(data, panel.estimable_between(X, groups))
        X = data.X[:, :-1]
        estimated = panel.between(data.y, X, groups)
    else:
        estimated = panel.gls(data.y, X, groups)
    if not (estimated.df > 0 or math.isnan(estimated.df)) or math.isnan(float(np.diag(estimated.V).sum())):
        raise InsufficientObservations("insufficient observations")
    V, df = estimated.V, estimated.df
    if asked.vce.kind == "cluster":
        assert data.codes is not None
        V = least_squares.clustered(estimated.Z, estimated.ls, None, data.codes, data.clusters, frequency=False)
        df = data.clusters - 1.0 if asked.model == "fe" else df
    slopes = estimated.beta[:-1]
    pooled = least_squares.fit(data.X, data.y).rss if asked.model == "fe" else math.nan
    effects = (groups.means(data.y - X @ slopes))[groups.codes]
    corr = panel.correlation(effects, X @ slopes) if asked.model == "fe" and len(slopes) else math.nan
    x = _Fit(data, asked, groups, estimated, V, df, panel.r_squared(data.y, X, slopes, groups), corr, pooled)
    table = TableFit(
        data.depvar,
        data.terms,
        data.kept,
        estimated.beta,
        V,
        df,
        _header(x),
        asked.labels,
        robust="Robust" if asked.vce.kind == "cluster" else "",
        above=_adjusted(x),
        extra=_sigmas(estimated) if asked.model != "be" else (),
        footer=_effects_test(x),
    )
    return Made(table, _stored(x, table), notes)


def _reduced(data: Regression, keep: NDArray[np.bool_]) -> tuple[Regression, tuple[str, ...]]:
    """Regressors that the transformed data cannot tell apart leave the model."""
    from mixedcli.data.factors import omitted

    terms, kept, notes, place = list(data.terms), list(data.kept), list(data.notes), 0
    for i, (term, k) in enumerate(zip(data.terms, data.kept, strict=True)):
        if term is None:
            kept[i] = place
        elif k >= 0 and keep[k]:
            kept[i] = place
            place += 1
        elif k >= 0:
            notes.append(f"note: {term.name} omitted because of collinearity.")
            terms[i], kept[i] = omitted(term), -1
    columns = np.column_stack([data.X[:, :-1][:, keep], data.X[:, -1]])
    return replace(data, terms=tuple(terms), kept=tuple(kept), X=columns), tuple(notes)


def header_lines(left: list[str], right: list[tuple[str, str] | str]) -> tuple[Block, ...]:
    """The header of xt estimators: texts on the left, "label = value" flush right at 78."""
    out = []
    for one, other in zip(left, right, strict=True):
        tail = other if isinstance(other, str) else f"{other[0]:<17} = {other[1]:>10}"
        out.append(line(f"{one:<48}{tail}".rstrip()))
    return tuple(out)


def counts(groups: panel.Panel) -> list[tuple[str, str] | str]:
    """The lines under "Obs per group:"."""
    T = groups.T
    return [
        ("min".rjust(17), f"{int(T.min()):,}"),
        ("avg".rjust(17), f"{float(T.mean()):,.1f}"),
        ("max".rjust(17), f"{int(T.max()):,}"),
    ]


def _header(x: _Fit) -> tuple[Block, ...]:
    statistic, rank, p = x.test
    in_f = not math.isnan(x.df)
    label = f"F({rank}, {text(x.df, '%9.0g').strip()})" if in_f else f"Wald chi2({rank})"
    corr = {"fe": f"corr(u_i, Xb) = {text(x.corr, '%7.4f').strip()}", "re": "corr(u_i, X) = 0 (assumed)"}
    left = [
        TITLES[x.asked.model],
        f"Group variable: {x.asked.panel}",
        "",
        "R-squared:",
        *(
            f"     {name:<7} = {text(v, '%6.4f').strip()}"
            for name, v in zip(("Within", "Between", "Overall"), x.r2, strict=True)
        ),
        "",
        ""
        if x.asked.model != "be"
        else f"sd(u_i + avg(e_i.)) = {text(math.sqrt(x.fit.rss / x.fit.df), '%9.0g').strip()}",
        corr.get(x.asked.model, ""),
    ]
    right: list[tuple[str, str] | str] = [
        ("Number of obs", f"{len(x.data.y):,}"),
        ("Number of groups", f"{len(x.groups.T):,}"),
        "",
        "Obs per group:",
        *counts(x.groups),
        "",
        (label, text(statistic, "%10.2f").strip()),
        ("Prob > F" if in_f else "Prob > chi2", text(p, "%10.4f").strip()),
    ]
    shown = [*header_lines(left, right)]
    if x.asked.theta and x.fit.theta:
        shown += [Blank(), *_theta(x.fit.theta)]
    return tuple(shown)


def _theta(theta: tuple[float, ...]) -> list[Block]:
    if theta[0] == theta[-1]:
        return [line(f"theta = {text(theta[0], '%10.0g').strip()}")]
    heads = "  min      5%       median        95%      max"
    cells = "".join(f"{text(v, '%6.4f').strip():>{w}}" for v, w in zip(theta, (6, 9, 13, 11, 9), strict=True))
    return [line("------------------- theta --------------------"), line(heads), line(cells)]


def _adjusted(x: _Fit) -> tuple[Block, ...]:
    if x.asked.vce.kind != "cluster":
        return ()
    return (line(f"(Std. err. adjusted for {x.data.clusters:,} clusters in {x.data.cluster})".rjust(78)),)


def _sigmas(f: panel.PanelFit) -> tuple[CoefRow, ...]:
    return (
        CoefRow("rule"),
        CoefRow("ancillary", "sigma_u", coef=f.sigma_u),
        CoefRow("ancillary", "sigma_e", coef=f.sigma_e),
        CoefRow("ancillary", "rho", coef=f.rho, legend="(fraction of variance due to u_i)"),
    )


def _effects_test(x: _Fit) -> tuple[Block, ...]:
    """The F test that fixed effects are all 0; not with robust standard errors."""
    if x.asked.model != "fe" or x.asked.vce.kind != "ols":
        return ()
    F, a, b = _effects_f(x)
    left = f"F test that all u_i=0: F({a}, {b}) = {text(F, '%9.2f').strip()}"
    right = f"Prob > F = {text(distributions.f_tail(F, a, b), '%6.4f').strip()}"
    return (line(left + right.rjust(78 - len(left))),)


def _effects_f(x: _Fit) -> tuple[float, int, int]:
    a, b = len(x.groups.T) - 1, int(x.fit.df)
    return ((x.pooled_rss - x.fit.rss) / a / (x.fit.rss / b) if a and x.fit.rss > 0 else math.nan), a, b


def _stored(x: _Fit, table: TableFit) -> Stored:
    statistic, rank, p = x.test
    T, f = x.groups.T, x.fit
    scalars = {"N": float(len(x.data.y)), "N_g": float(len(T)), "df_m": float(rank)}
    scalars |= {
        "g_min": float(T.min()),
        "g_avg": float(T.mean()),
        "g_max": float(T.max()),
        "Tbar": len(T) / float(np.sum(1 / T)),
    }
    scalars |= dict(zip(("r2_w", "r2_b", "r2_o"), x.r2, strict=True))
    if math.isnan(x.df):
        scalars |= {"chi2": statistic, "p": p}
    else:
        scalars |= {"F": statistic, "df_r": x.df, "p": p}
    if x.asked.model != "be":
        scalars |= {"sigma": math.hypot(f.sigma_u, f.sigma_e), "sigma_u": f.sigma_u, "sigma_e": f.sigma_e, "rho": f.rho}
    if x.asked.model == "fe":
        F, a, b = _effects_f(x)
        scalars |= {"F_f": F, "df_a": float(a), "p_f": distributions.f_tail(F, a, b), "corr": x.corr, "rss": f.rss}
        N = len(x.data.y)
        scalars["ll"] = least_squares.log_likelihood(N, f.rss)
    if x.asked.model != "be":
        scalars["rmse"] = math.sqrt(f.rss / (f.df if f.df > 0 else len(x.data.y) - len(f.beta)))
    if x.asked.model == "re" and f.theta:
        scalars |= (
            {"theta": f.theta[0]} if f.theta[0] == f.theta[-1] else {"thta_min": f.theta[0], "thta_max": f.theta[-1]}
        )
    scalars["rank"] = float(np.linalg.matrix_rank(x.V))
    if x.asked.vce.kind == "cluster":
        scalars["N_clust"] = float(x.data.clusters)
    macros = {
        "cmdline": x.asked.cmdline,
        "cmd": "xtreg",
        "model": x.asked.model,
        "depvar": x.data.depvar,
        "ivar": x.asked.panel,
        "title": TITLES[x.asked.model],
        "vce": "conventional" if x.asked.vce.kind == "ols" else "cluster",
        "properties": "b V",
        "predict": "xtreg_p",
        "marginsok": "XB default",
    }
    if x.asked.vce.kind == "cluster":
        macros |= {"vcetype": "Robust", "clustvar": x.data.cluster}
    return Stored(scalars, macros, table.matrices())
