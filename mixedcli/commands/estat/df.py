"""estat df: degrees of freedom of the fixed effects by one or several methods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Cell, CoefRow, Column, Grid, line
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat.options import bare, fitted
from mixedcli.commands.estimation import coefrows, mixed_e, smallsample
from mixedcli.commands.estimation.names import column_names
from mixedcli.engine.constraints import reduce, reduced_design
from mixedcli.engine.dof.methods import METHODS, constrained, resolve
from mixedcli.engine.fit import small_sample_again
from mixedcli.errors import InvalidSyntax
from mixedcli.model.assemble import assemble
from mixedcli.model.spec import Display, MixedFit
from mixedcli.numfmt import abbreviate
from mixedcli.results import Estimates, Information, Matrix, SmallSample, Stored
from mixedcli.session import Outcome, Session

OPTIONS = (
    OptionSpec("method", "meth", "text"),
    OptionSpec("post", "post", "text", optional=True),
    OptionSpec("eim", "eim"),
    OptionSpec("oim", "oim"),
)

WIDTH = 16
"""Of one method's column (# stata: a public log of estat df after dfmethod(kroger))."""


def run(session: Session, command: ast.Command) -> Outcome:
    """Compute, show, and with post put in force."""
    estimates = session.estimates
    assert estimates is not None
    fit = fitted(session)
    given = bare(command, OPTIONS)
    methods = _methods(given, fit)
    posted = _posted(given, methods)
    if "eim" in given and "oim" in given:
        raise InvalidSyntax("options eim and oim may not be combined")
    approximate = any(METHODS[m].approximate for m in methods)
    if ("eim" in given or "oim" in given) and not approximate:
        # stata: allowed only when method() contains one of the two approximations (help estat df)
        raise InvalidSyntax("options eim and oim are allowed only with methods satterthwaite and kroger")
    known = fit.result.small
    if known is not None and "method" not in given and not ("eim" in given or "oim" in given):
        told: tuple[SmallSample, ...] = (known,)
    else:
        if approximate and not fit.result.reml:
            raise InvalidSyntax("methods satterthwaite and kroger are allowed only after option reml")
        information: Information = "oim" if "oim" in given else "eim"
        told = _computed(session, estimates, fit, [(m, information) for m in methods])
    r = _results(fit, told)
    blocks = _table(fit, told, session.settings.linesize)
    if posted is None:
        return Outcome(blocks=blocks, r=r)
    small = told[methods.index(posted)]
    now = replace(fit, result=replace(fit.result, small=small))
    nobody = np.zeros(session.data.n, dtype=bool)
    kept = mixed_e.stored(now, session.data, nobody, estimates.stored.macros.get("cmd", "mixed"))
    # the data may have changed since: what e() says about them stays
    macros = {**kept.macros, **{k: v for k, v in estimates.stored.macros.items() if k.startswith("datasig")}}
    return Outcome(blocks=blocks, r=r, estimates=replace(estimates, stored=replace(kept, macros=macros), fit=now))


def _methods(given: dict[str, str | None], fit: MixedFit) -> list[str]:
    if "method" in given:
        words = (given["method"] or "").split()
        if not words:
            raise InvalidSyntax("option method() incorrectly specified")
        return list(dict.fromkeys(resolve(w).keyword for w in words))
    if fit.result.small is None:
        # unverified: words
        raise InvalidSyntax("option method() is required when mixed was fit without option dfmethod()")
    return [fit.result.small.method]


def _posted(given: dict[str, str | None], methods: list[str]) -> str | None:
    """The method to put in force.  Errors: r(198)."""
    if "post" not in given:
        return None
    text = given["post"]
    if text is None:
        if len(methods) > 1:
            raise InvalidSyntax("option post() must name one of the methods in method()")  # unverified: words
        return methods[0]
    method = resolve(text.strip()).keyword
    if method not in methods:
        raise InvalidSyntax("option post() must name one of the methods in method()")  # unverified: words
    return method


def _computed(
    session: Session, estimates: Estimates, fit: MixedFit, wanted: Sequence[tuple[str, Information]]
) -> tuple[SmallSample, ...]:
    """From the data in memory, which must be those of the fit.  Errors: r(322) or r(459) when they are not."""
    macros = estimates.stored.macros
    if macros.get("vce", "oim") != "oim" or "wtype" in macros or fit.spec.weights.levels:
        raise InvalidSyntax("estat df is not allowed after weighted or robust estimation")  # unverified: words
    data, sample = session.data, mixed_e.check_data(estimates, session.data)
    design = assemble(fit.spec, data, sample).design
    if fit.constraints is None:
        return small_sample_again(design, fit.result, wanted)
    rows = smallsample.on_beta(fit.frame, fit.constraints.values[:, :-1])
    reduced = reduce(rows, fit.constraints.values[:, -1])
    A = reduced.A
    free = replace(fit.result, vcov_beta=A.T @ fit.result.vcov_beta @ A)
    return tuple(constrained(s, A) for s in small_sample_again(reduced_design(design, reduced), free, wanted))


def _results(fit: MixedFit, told: Sequence[SmallSample]) -> Stored:
    names = column_names(fit.frame, fit.result)[: len(fit.frame.fixed)]
    rows = np.array([mixed_e.fixed_df(fit.frame, s) for s in told])
    matrices = {"df": Matrix(rows, tuple(s.method for s in told), names)}
    for s in told:
        matrices |= {k: m for k, m in mixed_e.small_matrices(fit.frame, fit.result, s).items() if k == "V_df"}
    return Stored(macros={"dfmethods": " ".join(s.method for s in told)}, matrices=matrices)


def _table(fit: MixedFit, told: Sequence[SmallSample], linesize: int) -> tuple[Block, ...]:
    """One column per method (# stata: the same log); base levels are shown as empty there."""
    frame = fit.frame
    display = Display(baselevels=True)
    heads = coefrows.rows(frame.fixed, lambda i: CoefRow("value", coef=float(i)), display, fit.factor_labels)
    width = max(12, *(len(h.name) + h.level for h in heads), len(frame.depvar))
    width = min(width, max(12, linesize - WIDTH - 2))
    fit_in = max(1, (linesize - width - 2) // WIDTH)
    out: list[Block] = [Blank(), line("Degrees of freedom")]
    for at in range(0, len(told), fit_in):
        now = told[at : at + fit_in]
        rows: list[tuple[Cell, ...]] = [(Cell(frame.depvar, align="left"), *(Cell("") for _ in now))]
        for head in heads:
            stub = f"{abbreviate(head.name, width - 1):>{width - 1}} " if head.level else abbreviate(head.name, width)
            k = frame.kept[int(head.coef)] if head.kind == "value" else -1
            if head.kind != "value":
                cells = tuple(Cell("") for _ in now)
            elif k < 0:
                cells = tuple(Cell("  (empty)", align="left") for _ in now)
            else:
                cells = tuple(Cell(float(s.df[k]), "%9.0g") for s in now)
            rows.append((Cell(stub), *cells))
        columns = tuple(Column((s.title,), WIDTH, gap=0) for s in now)
        out += [Blank()] if at else []
        out.append(Grid(Column(("",), width), columns, tuple(rows)))
    return tuple(out)
