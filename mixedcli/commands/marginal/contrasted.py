"""Contrasts as tables and as r(): what contrast and margins, contrast() show and leave."""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block
from mixedcli.commands import Options
from mixedcli.commands.marginal import options as shared
from mixedcli.commands.marginal import tables
from mixedcli.commands.marginal.inference import (
    Basis,
    WaldTest,
    covariance,
    estimated,
    stacked,
)
from mixedcli.commands.marginal.options import columns_of
from mixedcli.commands.marginal.tables import Section, Tested
from mixedcli.commands.marginal.termlist import ContrastTerm
from mixedcli.results import Matrix, Stored


def contrast_blocks(
    made: list[Tested],
    terms: list[ContrastTerm],
    options: Options,
    base: Basis,
    how: shared.Mcompare,
    shown: shared.Shown,
    overall: WaldTest | None,
    *,
    delta: bool,
    title: str = "Contrast",
    above: str = "",
    notes: tuple[str, ...] = (),
) -> list[Block]:
    """The Wald table and that of effects, which comes unasked where a term has an operator."""
    blocks: list[Block] = []
    adjust = how.method != "noadjust"
    if options.get("wald", True) is not False:
        blocks += [Blank(), tables.wald_table(made, base, how, shown, overall)]
    asked = any(options.get(n) for n in ("effects", "cieffects", "pveffects"))
    if options.get("effects") is False or not (asked or any(any(e.named for e in t.main) for t in terms)):
        return blocks
    if adjust:
        blocks += tables.counts([(t.equation, t.contrasts.label, len(t.contrasts.labels)) for t in made], shown)
    sections = [
        Section(t.equation, t.contrasts.label, t.contrasts.labels, estimated(t.quantities, base, how.method, family))
        for t, family in zip(made, tables.families(made, how), strict=True)
    ]
    table = tables.effects_table(
        sections, columns_of(options, ("coef", "se", "ci")), base, shown,
        adjusted=how.title if adjust else "", delta=delta, title=title, above=above,
        notes=notes,
    )  # fmt: skip
    return [*blocks, Blank(), table]


def contrast_results(
    made: list[Tested], base: Basis, how: shared.Mcompare, overall: WaldTest | None, command: ast.Command
) -> Stored:
    """r(): contrasts with their covariances, the table, the tests."""
    whole = stacked([t.quantities for t in made])
    names = tuple(contrast_names(made))
    V = covariance(whole, base)
    parts = [
        estimated(t.quantities, base, how.method, family)
        for t, family in zip(made, tables.families(made, how), strict=True)
    ]
    tests = [x for t in made for x in t.tests] + ([overall] if overall is not None else [])
    labels = tuple(
        f"{t.contrasts.label}:{g.label if i < len(t.contrasts.groups) else 'Joint'}".replace(" ", "_").rstrip(":")
        for t in made
        for i, g in enumerate([*t.contrasts.groups, *([t.contrasts.groups[0]] if t.contrasts.joint else [])])
    ) + (("Overall",) if overall is not None else ())
    f = tables.letter(base) == "t"

    def row(values: list[float], name: str) -> Matrix:
        return Matrix(np.array([values], dtype=float), (name,), labels)

    matrices = {
        "b": Matrix(whole.estimate[None, :], ("r1",), names),
        "V": Matrix(V, names, names),
        "table": tables.r_table(tables.joined(parts), names, tables.letter(base)),
        "F" if f else "chi2": row([x.statistic for x in tests], "F" if f else "chi2"),
        "df": row([float(x.df) for x in tests], "df"),
        "p": row([x.p for x in tests], "p"),
        "L": Matrix(whole.gradient, names, base.stored.matrices["b"].colnames),
    }
    if base.small is not None:
        matrices["df2"] = row([x.ddf for x in tests], "df2")
    scalars = {"k_terms": float(len(made)), "level": base.level}
    if tables.letter(base) == "t" and base.small is None:
        scalars["df_r"] = base.df_r
    macros = {"cmd": "contrast", "cmdline": command.cmdline, "est_cmd": base.stored.macros.get("cmd", ""),
              "mcmethod": how.method, "mctitle": how.title}  # fmt: skip
    return Stored(scalars, macros, matrices)


def contrast_names(made: list[Tested]) -> list[str]:
    """Columns of r(b); unverified: Stata's own names of contrasts, which carry the operators in each level."""
    out: list[str] = []
    for t in made:
        for k, label in enumerate(t.contrasts.labels):
            name = f"{t.equation}:" if t.equation else ""
            name += f"{t.contrasts.label}{label}".replace(" ", "")
            out.append(name if name not in out else f"{name}{k}")
    return out
