"""Tests of repeated factors, corrected for covariances that are not spherical.

Box (1954), Greenhouse and Geisser (1959), Huynh and Feldt (1976).  Letters: S covariance matrix of a subject's
values over the cells of the repeated factors, pooled within the groups of subjects; C orthonormal contrasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from mixedcli.blocks.anova import EpsilonRow, EpsilonTable
from mixedcli.commands.estimation.partial import AnovaDesign, Fit, Floats, cells_of
from mixedcli.engine.distributions import f_tail
from mixedcli.errors import InvalidSyntax


def tables(
    design: AnovaDesign, fit: Fit, within: Sequence[str], bse: tuple[str, ...] | None, unit: str | None
) -> list[EpsilonTable]:
    """One table for every combination of repeated factors that is tested.  Errors: r(198)."""
    factors = [t.variables for t in design.terms]
    for v in within:
        if v not in design.codes or not any(v in f for f in factors):
            raise InvalidSyntax("repeated() variable must be a factor of the model")  # unverified: words
    between = [k for k, f in enumerate(factors) if not set(f) & set(within)]
    error = _error_term(design, between, bse)
    lowest = _lowest(design, between, error, unit)
    others = {v for k in between for v in factors[k] if v in design.codes} - {lowest}
    groups = tuple(v for v in design.codes if v in others)
    subject, N, S = _pooled(design, (*groups, lowest), groups, within)
    d = N - len(np.unique(cells_of(groups, design.codes, len(design.y))[0]))
    out = []
    for size in range(1, len(within) + 1):
        for chosen in combinations(within, size):
            rows = [k for k, f in enumerate(factors) if set(f) & set(within) == set(chosen)]
            errors = {design.terms[k].error for k in rows}
            tested = [k for k in rows if k not in errors]
            if not tested:
                continue
            C = _contrasts(design, within, chosen)
            k = C.shape[1]
            T = C.T @ S @ C
            gg = float(np.trace(T) ** 2 / (k * (T**2).sum()))
            # stata: Winer's data of the manual give 0.8483 for 0.4751 with 6 subjects in 2 groups
            hf = (N * k * gg - 2.0) / (k * (d - k * gg))
            against = fit.errors[tested[0]]
            shares = (1.0, min(hf, 1.0), gg, 1.0 / k)
            shown = []
            for i in tested:
                source, e = fit.terms[i], fit.errors[i]
                F = source.ss / source.df / (e.ss / e.df) if source.df and e.df and e.ss > 0 else float("nan")
                p = [f_tail(F, s * source.df, s * e.df) for s in shares]
                shown.append(EpsilonRow(source.name, float(source.df), F, (p[0], p[1], p[2], p[3])))
            out.append(
                EpsilonTable(
                    design.terms[error].name, subject, float(fit.terms[error].df), lowest, "#".join(chosen),
                    hf, gg, 1.0 / k, tuple(shown), float(against.df), " ".join(groups), against.name,
                )
            )  # fmt: skip
    return out


def _error_term(design: AnovaDesign, between: Sequence[int], bse: tuple[str, ...] | None) -> int:
    if bse is not None:
        for k in between:
            if set(design.terms[k].variables) == set(bse):
                return k
        raise InvalidSyntax("bse() must be a term of the model")  # unverified: words
    used = [k for k in between if k in {t.error for t in design.terms}]
    if len(used) == 1:
        return used[0]
    most = max((len(design.terms[k].variables) for k in between), default=0)
    largest = [k for k in between if len(design.terms[k].variables) == most]
    if len(largest) == 1:
        return largest[0]
    raise InvalidSyntax("option bse() required: could not determine the between-subjects error term")


def _lowest(design: AnovaDesign, between: Sequence[int], error: int, unit: str | None) -> str:
    names = design.terms[error].variables
    if unit is not None:
        if unit not in names:
            raise InvalidSyntax("bseunit() must be a variable of the between-subjects error term")  # unverified: words
        return unit
    elsewhere = {v for k in between if k != error for v in design.terms[k].variables}
    own = [v for v in names if v not in elsewhere]
    if len(names) == 1 or len(own) == 1:
        return own[0] if own else names[0]
    raise InvalidSyntax("option bseunit() required: could not determine the lowest unit")  # unverified: words


def _pooled(
    design: AnovaDesign, subjects: Sequence[str], groups: Sequence[str], within: Sequence[str]
) -> tuple[int, int, Floats]:
    """Number of subjects (twice) and S."""
    n = len(design.y)
    ids, person = np.unique(cells_of(subjects, design.codes, n)[0], return_inverse=True)
    cells, count = cells_of(within, design.codes, n)
    seen = np.bincount(person * count + cells, minlength=len(ids) * count)
    if count < 2 or len(ids) < 2 or (seen != 1).any():
        # unverified: words
        raise InvalidSyntax("repeated(): every subject must have exactly one observation at every level")
    table = np.empty((len(ids), count))
    table[person, cells] = design.y
    owner = np.zeros(len(ids), dtype=np.int64)
    _, codes = np.unique(cells_of(groups, design.codes, n)[0], return_inverse=True)
    owner[person] = codes
    size = np.bincount(owner)
    means = np.array([np.bincount(owner, column) / size for column in table.T]).T
    rest = table - means[owner]
    df = len(ids) - len(size)
    if df < 1:
        raise InvalidSyntax("repeated(): too few subjects")  # unverified: words
    return len(ids), len(ids), np.asarray(rest.T @ rest / df)


def _contrasts(design: AnovaDesign, within: Sequence[str], chosen: Sequence[str]) -> Floats:
    """Orthonormal: contrasts over the chosen factors, means over the others."""
    C = np.ones((1, 1))
    for v in within:
        levels = design.codes[v][1]
        mean = np.full((levels, 1), levels**-0.5)
        Q = np.linalg.qr(np.column_stack([mean, np.eye(levels)[:, 1:]]))[0]
        C = np.kron(C, Q[:, 1:] if v in chosen else mean)
    return C
