"""The variance parameters of mixed as coefficients of their own: what estat sd shows and posts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.blocks import Blank, Block, CoefRow, CoefTable
from mixedcli.commands.estimation import mixed_e, params
from mixedcli.engine import distributions, inference
from mixedcli.frozen import frozen
from mixedcli.model.spec import Display, MixedFit
from mixedcli.results import Estimates, Matrix, ParamEstimate, Quantity, Stored

Floats = NDArray[np.float64]


@frozen
class SdFit:
    """What stands behind posted results: the fit they were made from, and the metric."""

    fit: MixedFit
    variance: bool

    def replay(self, level: float) -> tuple[Block, ...]:
        """The table again."""
        return Blank(), table(self.fit, level, variance=self.variance, full=True)


def names(fit: MixedFit, *, variance: bool) -> tuple[str, ...]:
    """ "id:sd(week)", "id:corr(week,_cons)", "_all:var(R_sid)", "Residual:var(e)": by level, in the order of the table.

    stata: _b[id:cov(age,_cons)], _b[_all:var(R_fn)], _b[Residual:var(e)] in the do-files of Rabe-Hesketh and Skrondal
    """
    return tuple(f"{_equation(fit, row)}:{_name(fit, row, variance=variance)}" for row in fit.result.rows)


def _equation(fit: MixedFit, row: ParamEstimate) -> str:
    return "Residual" if row.part == "residual" else fit.frame.levels[row.level].name


def _name(fit: MixedFit, row: ParamEstimate, *, variance: bool) -> str:
    equation = None if row.part == "residual" else fit.frame.levels[row.level].equations[row.equation]
    text = params.label(row, equation, sd=not variance).replace("(R.", "(R_").replace(" ", "_").replace("Residual", "e")
    # unverified: how by() groups are told apart
    return f"{row.group + 1}_{text}" if row.group >= 0 and row.part == "residual" else text


def _quantities(fit: MixedFit, *, variance: bool) -> list[Quantity]:
    return [row.variance if variance else row.sd for row in fit.result.rows]


def posted(estimates: Estimates, fit: MixedFit, *, variance: bool) -> Estimates:
    """The results that estat sd, post leaves: coefficients and variance parameters as shown."""
    frame, result = fit.frame, fit.result
    own, k = names(fit, variance=variance), len(frame.fixed)
    b, v = mixed_e.coefficients(frame, result)
    columns = (*estimates.stored.matrices["b"].colnames[:k], *own)
    values = np.array([q.estimate for q in _quantities(fit, variance=variance)])
    out = np.zeros((k + len(own),) * 2)
    out[:k, :k] = v[:k, :k]
    if result.slopes is not None:
        D = np.nan_to_num(result.slopes[0 if variance else 1])
        D[~np.isfinite([q.se for q in _quantities(fit, variance=variance)])] = 0.0  # no standard error: no variance
        out[k:, k:] = D @ v[k:, k:] @ D.T
        out[:k, k:] = v[:k, k:] @ D.T
        out[k:, :k] = out[:k, k:].T
    matrices = {
        "b": Matrix(np.concatenate([b[:k], values])[None, :], ("y1",), columns),
        "V": Matrix(0.5 * (out + out.T), columns, columns),
    }
    kept = ("depvar", "cmdline", "title", "vce", "vcetype", "clustvar", "ivars")
    macros = {"cmd": "estat sd", **{x: t for x, t in estimates.stored.macros.items() if x in kept}}
    scalars = {x: t for x, t in estimates.stored.scalars.items() if x in ("N", "ll", "N_clust", "rank")}
    stored = Stored(scalars, {**macros, "properties": "b V"}, matrices)
    return replace(estimates, stored=stored, fit=SdFit(fit, variance), tested=())


def table(fit: MixedFit, level: float, *, variance: bool, full: bool, legend: bool = False) -> CoefTable:
    """Rows by equation: with ``full`` the coefficients, then the levels and the residual, without tests."""
    from mixedcli.commands.mixed import fixed_table

    rows: list[CoefRow] = []
    if full:
        fixed = fixed_table(fit, Display(coeflegend=legend), level)
        rows += [CoefRow("equation", fit.frame.depvar), *fixed.rows] if fixed.rows else []
    last = ""
    for name, q in zip(names(fit, variance=variance), _quantities(fit, variance=variance), strict=True):
        equation, _, own = name.partition(":")
        if equation != last:
            rows.append(CoefRow("equation", equation))
            last = equation
        lo, hi = inference.interval(q, level)
        rows.append(CoefRow("bare", own, coef=q.estimate, se=q.se, lo=lo, hi=hi, legend=f"_b[{name}]"))
    columns = ("coef", "legend") if legend else ("coef", "se", "stat", "p", "ci")
    return CoefTable(
        title=fit.frame.depvar if full else "",
        rows=tuple(rows),
        columns=columns,
        level=level,
        robust="" if legend else _word(fit),
        observed=not legend and fit.resampled is not None and fit.resampled.observed,
        statistic="t" if fit.resampled is not None and fit.resampled.df > 0 else "z",
        coef_title="Coefficient" if full else "Estimate",  # unverified: its heading without coefficients
    )


def _word(fit: MixedFit) -> str:
    """What stands above "std. err."."""
    if fit.resampled is not None:
        return fit.resampled.word
    return "Robust" if fit.result.robust is not None else ""


def r_table(fit: MixedFit, level: float, *, variance: bool) -> Stored:
    """r(b), r(V), r(table) over the variance parameters alone, and r(level)."""
    own = names(fit, variance=variance)
    quantities = _quantities(fit, variance=variance)
    b = np.array([q.estimate for q in quantities])
    se = np.array([q.se for q in quantities])
    limits = np.array([inference.interval(q, level) for q in quantities]).T
    none = np.full_like(b, np.nan)
    crit = np.full_like(b, distributions.normal_quantile(0.5 + level / 200))
    values = np.vstack([b, se, none, none, *limits, none, crit, np.zeros_like(b)])
    rows = ("b", "se", "z", "pvalue", "ll", "ul", "df", "crit", "eform")
    return Stored({"level": level}, {}, {"table": Matrix(values, rows, own)})
