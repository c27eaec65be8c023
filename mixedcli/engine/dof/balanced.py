"""Degrees of freedom by counting: residual, repeated measures, ANOVA.  Exact for balanced designs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import Design
from mixedcli.engine.dof.rank import rank_xz
from mixedcli.engine.orthogonal import is_ones
from mixedcli.errors import InvalidSyntax

Floats = NDArray[np.float64]


def residual(design: Design) -> Floats:
    """n - rank(X) for every coefficient, shape (p,)."""
    return np.full(design.p, float(design.n - design.p))


def repeated(design: Design) -> Floats:
    """Between-subject degrees of freedom for columns that are constant within subjects, within-subject ones for others.

    Errors: r(198) for models that are not two-level.
    """
    if len(design.levels) != 1 or design.crossed or design.levels[0].groups < 2:
        raise InvalidSyntax("dfmethod(repeated) is allowed only with two-level models")  # unverified: words
    level = design.levels[0]
    first = np.zeros(level.groups, dtype=np.int64)
    first[level.codes[::-1]] = np.arange(design.n - 1, -1, -1)
    representative = first[level.codes]
    between = np.array(
        [
            is_ones(design.columns[k]) or bool((design.columns[k] == design.columns[k][representative]).all())
            for k in design.x
        ],
        dtype=bool,
    )
    subjects = len(np.unique(level.codes)) if design.n else 0
    outer = float(subjects - np.count_nonzero(between))
    inner = float(design.n - subjects - np.count_nonzero(~between))
    # none left: no distribution to refer to
    return np.array([_positive(outer) if b else _positive(inner) for b in between])


def anova(design: Design) -> Floats:
    """Levels - 1 of the smallest equation that contains the covariate, n - rank(X, Z) for covariates in none."""
    out = np.full(design.p, np.nan)
    for k, column in enumerate(design.x):
        counts = [level.groups - 1 for level in design.levels for equation in level.equations if column in equation.z]
        if counts:
            out[k] = _positive(float(min(counts)))
    free = np.isnan(out) & np.array([not _contained(design, k) for k in design.x], dtype=bool)
    if free.any():
        out[free] = _positive(float(design.n - rank_xz(design)))
    return out


def _contained(design: Design, column: int) -> bool:
    return any(column in e.z for level in design.levels for e in level.equations)


def _positive(df: float) -> float:
    return df if df > 0 else float("nan")
