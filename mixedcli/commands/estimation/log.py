"""The log above the results of mixed: EM, gradient-based iterations, standard errors (OUTPUT.md 2.1)."""

from __future__ import annotations

from mixedcli.blocks import Blank, Block, IterationLog, MatrixTable, line
from mixedcli.commands.estimation.header import likelihood_label
from mixedcli.model.spec import MixedFit
from mixedcli.numfmt import format_value
from mixedcli.results import Iteration

DOTS_PER_LINE = 50


def blocks(fit: MixedFit) -> list[Block]:
    """What the fit printed on its way; nothing for a linear regression (# stata: a public course log)."""
    spec = fit.spec
    plain = fit.spec.residuals.structure == "independent" and not fit.frame.residual_by
    if not fit.frame.levels and plain:
        return []
    out: list[Block] = [Blank()]
    # with weights or other residuals EM only gives starting values, and the log says so (# stata: seen with the latter)
    by_em = plain and not spec.weights.kind
    out.append(line("Performing EM optimization ..." if by_em else "Obtaining starting values by EM ..."))
    out += _em(fit)
    if not spec.fit.emonly:
        out += [Blank(), line("Performing gradient-based optimization: ")]
        out += _iterations(fit)
    if spec.fit.stderr or spec.fit.emonly:
        out += [Blank(), line("Computing standard errors ...")]
    if fit.result.small is not None:
        out += [Blank(), line("Computing degrees of freedom ...")]
    return out


def _em(fit: MixedFit) -> list[Block]:
    values = fit.result.trace.em
    if fit.spec.log.emdots and values:
        dots = "." * len(values)
        return [line(dots[i : i + DOTS_PER_LINE]) for i in range(0, len(dots), DOTS_PER_LINE)]
    if fit.spec.log.emlog and values:
        return [Blank(), IterationLog(likelihood_label(fit), tuple(range(len(values))), values, ("",) * len(values))]
    return []


def _iterations(fit: MixedFit) -> list[Block]:
    iterations, options = fit.result.trace.iterations, fit.spec.log
    label = likelihood_label(fit)
    if not (options.trace or options.gradient or options.hessian or options.showstep or options.showtolerance):
        return [
            IterationLog(
                label,
                tuple(i.number for i in iterations),
                tuple(i.ll for i in iterations),
                tuple(i.note for i in iterations),
            )
        ]
    out: list[Block] = []
    for i in iterations:
        out += _verbose(i, fit)
        out.append(IterationLog(label, (i.number,), (i.ll,), (i.note,)))
        if options.showtolerance:
            for what, value in (
                ("max. relative change in coefficients", i.mreldif_b),
                ("relative change in log likelihood", i.reldif_ll),
                ("scaled gradient", i.scaled_gradient),
            ):
                out.append(line(f"    {what} = {format_value(value, '%10.0g').strip()}"))
    return out


def _verbose(iteration: Iteration, fit: MixedFit) -> list[Block]:
    """trace, gradient, hessian and showstep of one iteration, in the working metric."""
    options = fit.spec.log
    # elements of matrix square roots (or logarithms) have no names of their own
    names = tuple(f"g{k + 1}" for k in range(len(iteration.gamma)))
    shown = (
        (options.trace, "Parameter vector", (iteration.gamma,)),
        (options.showstep, "Step", (iteration.step,)),
        (options.gradient, "Gradient vector", (iteration.gradient,)),
        (options.hessian, "Hessian", iteration.hessian),
    )
    out: list[Block] = []
    for wanted, title, values in shown:
        if wanted and values and values[0]:
            rows = names if len(values) > 1 else ("r1",)
            out.append(MatrixTable("", rows, names, tuple(values), symmetric=len(values) > 1, title=title))
    return out
