"""The random-effects table of mixed, as blocks of rows."""

from __future__ import annotations

from mixedcli.blocks import LrTestLine, ParamBlock, ParamRow, ParamTable
from mixedcli.engine import inference
from mixedcli.engine.recov import STRUCTURES
from mixedcli.model.spec import EquationFrame, MixedFit
from mixedcli.results import ParamEstimate

HEADING_WIDTH = 28
"""Columns left of the bar."""


def label(row: ParamEstimate, equation: EquationFrame | None, *, sd: bool) -> str:
    """ "var(week)", "cov(week,_cons)", "sd(hwy unemp)", "corr(week,_cons)", "var(Residual)"."""
    word = {"var": "sd", "cov": "corr"}.get(row.kind, row.kind) if sd else row.kind
    if row.part == "residual":
        return f"{word}({row.label})" if row.kind in ("var", "cov") else row.kind
    assert equation is not None
    names = [equation.labels[i] for i in row.terms]
    shared = row.kind == "cov" and len(names) > 2  # one covariance for all pairs (exchangeable)
    return f"{word}({(',' if row.kind == 'cov' and not shared else ' ').join(names)})"


def rows(
    fit: MixedFit, part: list[ParamEstimate], equation: EquationFrame | None, *, sd: bool, level: float
) -> list[ParamRow]:
    """Table rows of some parameters in the metric shown."""
    out = []
    group = -1
    for estimate in part:
        quantity = estimate.sd if sd else estimate.variance
        lo, hi = inference.interval(quantity, level)
        name = label(estimate, equation, sd=sd)
        if estimate.group != group:  # unverified: that only the first row of a by() group is marked
            group = estimate.group
            name = f"{fit.frame.residual_labels[group]}: {name}"
        out.append(ParamRow(name, quantity.estimate, quantity.se, lo, hi))
    return out


def table(fit: MixedFit, *, sd: bool, level: float, cformat: str = "%9.0g") -> ParamTable:
    """Blocks top level first, the residual last (OUTPUT.md 2.5)."""
    blocks: list[ParamBlock] = []
    for i, frame in enumerate(fit.frame.levels):
        for j, equation in enumerate(frame.equations):
            if not equation.labels:
                blocks.append(
                    ParamBlock((f"{frame.name}:" + "(empty)".rjust(HEADING_WIDTH - len(frame.name) - 1),), ())
                )
                continue
            mine = [r for r in fit.result.rows if r.part == "random" and (r.level, r.equation) == (i, j)]
            heading = f"{frame.name}: {STRUCTURES[equation.structure].title}"
            blocks.append(ParamBlock((heading,), tuple(rows(fit, mine, equation, sd=sd, level=level))))
    residual = [r for r in fit.result.rows if r.part == "residual"]
    blocks.append(ParamBlock(_residual_heading(fit), tuple(rows(fit, residual, None, sd=sd, level=level))))
    if fit.resampled is not None:
        return ParamTable(
            tuple(blocks), level=level, robust=fit.resampled.word, cformat=cformat, observed=fit.resampled.observed
        )
    robust = "Robust" if fit.result.robust is not None else ""
    return ParamTable(tuple(blocks), level=level, robust=robust, cformat=cformat)


def _residual_heading(fit: MixedFit) -> tuple[str, ...]:
    """Nothing for one variance; "Residual: AR(2)", with by() in two lines."""
    title = f"Residual: {fit.frame.residual.title}"
    if fit.frame.residual_by:
        return f"{title},", f"    by {fit.frame.residual_by}"
    return () if fit.spec.residuals.structure == "independent" else (title,)


def lr_line(fit: MixedFit) -> LrTestLine | None:
    """The comparison with the linear model."""
    lr = fit.result.lr
    if lr is None:
        return None
    return LrTestLine("chibar2(01)" if lr.chibar else f"chi2({lr.df})", lr.chi2, lr.p, lr.chibar)
