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
    word = {"var": "sd", "cov": "corr"}[row.kind] if sd else row.kind
    if row.part == "residual":
        return f"{word}(Residual)" if row.group < 0 else f"{word}(e)"
    assert equation is not None
    names = [equation.labels[i] for i in row.terms]
    shared = row.kind == "cov" and len(names) > 2  # one covariance for all pairs (exchangeable)
    return f"{word}({(',' if row.kind == 'cov' and not shared else ' ').join(names)})"


def rows(
    fit: MixedFit, part: list[ParamEstimate], equation: EquationFrame | None, *, sd: bool, level: float
) -> list[ParamRow]:
    """Table rows of some parameters in the metric shown."""
    out = []
    for estimate in part:
        quantity = estimate.sd if sd else estimate.variance
        lo, hi = inference.interval(quantity, level)
        name = label(estimate, equation, sd=sd)
        if estimate.group >= 0:
            name = f"{fit.frame.residual_labels[estimate.group]}: {name}"
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
    heading_lines = ("Residual: Independent,", f"    by {fit.frame.residual_by}") if fit.frame.residual_by else ()
    blocks.append(ParamBlock(heading_lines, tuple(rows(fit, residual, None, sd=sd, level=level))))
    return ParamTable(tuple(blocks), level=level, cformat=cformat)


def lr_line(fit: MixedFit) -> LrTestLine | None:
    """The comparison with the linear model."""
    lr = fit.result.lr
    if lr is None:
        return None
    return LrTestLine("chibar2(01)" if lr.chibar else f"chi2({lr.df})", lr.chi2, lr.p, lr.chibar)
