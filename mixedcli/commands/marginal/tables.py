"""Quantities -> the tables of contrasts: Wald tests, effects, pairwise comparisons, groups, counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Literal

import numpy as np

from mixedcli.blocks import Blank, Block, CoefRow, CoefTable
from mixedcli.blocks.margins import ContrastRow, ContrastTable, CountTable
from mixedcli.commands.marginal.contrasting import Contrasts
from mixedcli.commands.marginal.inference import Basis, Estimates, Quantities, WaldTest, wald
from mixedcli.commands.marginal.options import Mcompare, Shown
from mixedcli.engine.comparisons import METHODS, Family
from mixedcli.frozen import frozen
from mixedcli.results import Floats, Matrix


@frozen
class Tested:
    """A term's contrasts with their estimates and joint tests: one for each group, then Joint where there is one."""

    equation: str
    contrasts: Contrasts
    quantities: Quantities
    tests: tuple[WaldTest, ...]


def tested(equation: str, contrasts: Contrasts, margins: Quantities, base: Basis) -> Tested:
    """Estimates and tests of a term, given the margins of its cells."""
    found = margins.combined(contrasts.matrix)
    tests = [wald(found.some(g.rows), base) for g in contrasts.groups]
    if contrasts.joint:
        tests.append(_joint(found, tests, contrasts, base))
    return Tested(equation, contrasts, found, tuple(tests))


def _joint(found: Quantities, tests: Sequence[WaldTest], contrasts: Contrasts, base: Basis) -> WaldTest:
    """All testable groups at once."""
    rows = [r for g, t in zip(contrasts.groups, tests, strict=True) if t.df for r in g.rows]
    return wald(found.some(rows), base)


def wald_table(terms: Sequence[Tested], base: Basis, how: Mcompare, shown: Shown, overall: WaldTest | None) -> Block:
    """df, chi2 or F, p of every term.  How individual contrasts are adjusted shows in a column of its own."""
    rows: list[ContrastRow] = []
    total = sum(len(t.contrasts.labels) for t in terms)
    adjust = how.method != "noadjust"
    equation = ""
    for k, term in enumerate(terms):
        if term.equation != equation:
            if k and not shown.vsquish:
                rows.append(ContrastRow("blank"))
            rows.append(ContrastRow("equation", term.equation))
            equation = term.equation
        elif k and not shown.vsquish:
            rows.append(ContrastRow("blank"))
        c = term.contrasts
        single = len(c.groups) == 1 and not c.groups[0].label
        if not single:
            rows.append(ContrastRow("head", c.label))
        for i, test in enumerate(term.tests):
            name = c.label if single else c.groups[i].label if i < len(c.groups) else "Joint"
            extra = math.nan
            if adjust and i < len(c.groups) and len(c.groups[i].rows) == 1 and test.df == 1:
                extra = _adjusted_p(test, how, base, total if how.every else len(c.labels), term)
            rows.append(_row("term" if single else "level", name, test, extra))
    if overall is not None:
        if not shown.vsquish:
            rows.append(ContrastRow("blank"))
        rows.append(_row("term", "Overall", overall, math.nan))
    small = base.small is not None
    f = not math.isnan(base.df_r) or (small and any(not math.isnan(t.ddf) for x in terms for t in x.tests))
    if not small and not math.isnan(base.df_r):
        if not shown.vsquish:
            rows.append(ContrastRow("blank"))
        rows.append(ContrastRow("denominator", "Denominator", ddf=base.df_r))
    notes = (f"{how.title}-adjusted p-values are reported for tests on individual contrasts only.",) if adjust else ()
    return ContrastTable(tuple(rows), "F" if f else "chi2", small and f, how.title if adjust else "", notes)


def _row(kind: str, name: str, x: WaldTest, adjusted: float) -> ContrastRow:
    return ContrastRow(kind, name, x.df, x.ddf, x.statistic, x.p, adjusted)


def _adjusted_p(x: WaldTest, how: Mcompare, base: Basis, m: int, term: Tested) -> float:
    t = math.sqrt(x.statistic) if x.statistic >= 0 else math.nan
    df = math.inf if math.isnan(x.ddf) else x.ddf
    family = Family(m, _rank(term.contrasts.matrix, how))
    return float(METHODS[how.method][0](np.array([t]), np.array([df]), family, 0.05).p[0])


def _rank(matrix: Floats, how: Mcompare) -> int:
    """The rank of the contrasts, which Scheffe's method asks for."""
    return max(int(np.linalg.matrix_rank(matrix)), 1) if how.method == "scheffe" else 1


def families(terms: Sequence[Tested], how: Mcompare) -> list[Family]:
    """The comparisons each term's are adjusted for."""
    sizes = [len(t.contrasts.labels) for t in terms]
    ranks = [_rank(t.contrasts.matrix, how) for t in terms]
    if how.every:
        return [Family(sum(sizes), sum(ranks))] * len(terms)
    return [Family(m, r) for m, r in zip(sizes, ranks, strict=True)]


def counts(terms: Sequence[tuple[str, str, int]], shown: Shown) -> list[Block]:
    """ "Number of comparisons": (equation, term, count)."""
    rows: list[tuple[str, str, int]] = []
    equation = ""
    for k, (eq, name, count) in enumerate(terms):
        if k and not shown.vsquish:
            rows.append(("blank", "", 0))
        if eq != equation:
            rows.append(("equation", eq, 0))
            equation = eq
        rows.append(("term", name, count))
    return [Blank(), CountTable(tuple(rows))]


@frozen
class Section:
    """Part of a table: equation, heading, labelled rows with their estimates and group letters."""

    equation: str
    heading: str
    labels: tuple[str, ...]
    estimates: Estimates
    groups: tuple[str, ...] = ()


def effects_table(
    sections: Sequence[Section],
    columns: tuple[str, ...],
    base: Basis,
    shown: Shown,
    *,
    adjusted: str = "",
    delta: bool = False,
    title: str = "Contrast",
    above: str = "",
    notes: tuple[str, ...] = (),
) -> CoefTable:
    """Contrasts, or margins, with the columns asked for."""
    rows: list[CoefRow] = []
    equation = ""
    for k, s in enumerate(sections):
        if k and not shown.vsquish and s.equation == equation:
            rows.append(CoefRow("blank"))
        if s.equation != equation:
            rows.append(CoefRow("equation", s.equation))
            equation = s.equation
        rows.append(CoefRow("factor", s.heading))
        for i, label in enumerate(s.labels):
            rows.append(estimate_row(s.estimates, i, label, s.groups[i] if s.groups else ""))
    return CoefTable(
        title="",
        rows=tuple(rows),
        columns=columns,
        statistic=letter(base),
        level=base.level,
        robust="Delta-method" if delta else "",
        coef_title=title,
        cformat=shown.cformat,
        pformat=shown.pformat,
        sformat=shown.sformat,
        lstretch=shown.lstretch,
        adjusted=adjusted,
        above=above,
        notes=notes,
    )


def letter(base: Basis) -> Literal["t", "z"]:
    """What the statistics of a table are."""
    return "z" if math.isnan(base.df_r) and base.small is None else "t"


def estimate_row(x: Estimates, i: int, label: str, groups: str = "", *, level: bool = True) -> CoefRow:
    """One line of a table."""
    if not x.estimable[i]:
        return CoefRow("inestimable", label, level)
    return CoefRow(
        "value", label, level, float(x.b[i]), float(x.se[i]), float(x.statistic[i]), float(x.p[i]),
        float(x.lo[i]), float(x.hi[i]), float(x.df[i]), groups=groups,
    )  # fmt: skip


def r_table(x: Estimates, names: Sequence[str], statistic: str) -> Matrix:
    """The numbers of a table, one column for each of ``names``."""
    zero = np.zeros(len(x.b))
    values = np.vstack([x.b, x.se, x.statistic, x.p, x.lo, x.hi, x.df, x.critical, zero])
    rows = ("b", "se", statistic, "pvalue", "ll", "ul", "df", "crit", "eform")
    return Matrix(values, rows, tuple(names))


def joined(parts: Sequence[Estimates]) -> Estimates:
    """Tables one after the other."""

    def column(name: str) -> Any:
        return np.concatenate([getattr(p, name) for p in parts]) if parts else np.zeros(0)

    return Estimates(*(column(f.name) for f in fields(Estimates)))
