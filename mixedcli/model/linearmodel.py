"""The linear prediction of any estimator, read off the names in e(b): its terms, covariates and their levels.

What margins, contrast and pwcompare know about a fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.data import timeseries
from mixedcli.data.factors import ModelTerm, Part, operator_prefix
from mixedcli.data.stripes import term_of
from mixedcli.errors import EquationNotFound
from mixedcli.frozen import frozen
from mixedcli.results import Stored

Floats = NDArray[np.float64]
Key: TypeAlias = tuple[str, tuple[ast.TimeOp, ...]]
"""A covariate: variable and time-series operators."""


def key_of(part: Part) -> Key:
    """The covariate of a part of a term."""
    return part.var, timeseries.normalize(part.ops)


def text_of(key: Key) -> str:
    """ "week", "L.x"."""
    return operator_prefix(key[1]) + key[0]


@frozen
class LinearModel:
    """One equation of e(b).

    equation: its name, "" for results without.  terms: all of them, None for _cons; positions: their columns in
    e(b).  size: columns of e(b).  free: whether the coefficient is estimated (not base, empty or omitted).
    covariates: in the order of their first appearance.  factors: each with its levels in order; bases: with its base
    level, the first where no term marks one.  continuous: covariates that are in the model as numbers.
    gaps: whether something was left out besides base levels, so that not every function is estimable.
    """

    equation: str
    terms: tuple[ModelTerm | None, ...]
    positions: tuple[int, ...]
    size: int
    free: tuple[bool, ...]
    covariates: tuple[Key, ...]
    factors: dict[Key, tuple[int, ...]]
    bases: dict[Key, int]
    continuous: tuple[Key, ...]
    gaps: bool


def _levels(terms: Sequence[ModelTerm | None]) -> tuple[dict[Key, tuple[int, ...]], dict[Key, int]]:
    """Levels and bases of the factors of a model."""
    found: dict[Key, set[int]] = {}
    bases: dict[Key, int] = {}
    for t in terms:
        for p, mark in zip(t.parts, t.marks, strict=True) if t is not None else ():
            if p.kind == "i" and p.level is not None:
                key = key_of(p)
                found.setdefault(key, set()).add(p.level)
                if mark in ("b", "bn"):
                    bases.setdefault(key, p.level)
    levels = {k: tuple(sorted(v)) for k, v in found.items()}
    return levels, {k: bases.get(k, v[0]) for k, v in levels.items()}


def linear_model(stored: Stored, equation: str | None = None) -> LinearModel:
    """The first equation of e(b), or the named one.  Errors: r(111) names of no covariates, r(303)."""
    names = stored.matrices["b"].colnames
    wanted = names[0].rpartition(":")[0] if equation is None else equation
    mine = [k for k, c in enumerate(names) if c.rpartition(":")[0] == wanted]
    if not mine:
        raise EquationNotFound(f"equation {wanted} not found")
    V, b = stored.matrices["V"].values, stored.matrices["b"].values[0]
    terms: list[ModelTerm | None] = []
    for k in mine:
        own = names[k].rpartition(":")[2]
        terms.append(None if own == "_cons" else term_of(own))
    free = tuple(
        bool(V[k, k]) or bool(b[k]) or t is None or t.status == "value" for k, t in zip(mine, terms, strict=True)
    )
    levels, bases = _levels(terms)
    parts = [p for t in terms if t is not None for p in t.parts]
    return LinearModel(
        wanted,
        tuple(terms),
        tuple(mine),
        len(names),
        free,
        tuple(dict.fromkeys(key_of(p) for p in parts)),
        levels,
        bases,
        tuple(dict.fromkeys(key_of(p) for p in parts if p.kind == "c")),
        any(not f and t is not None and "b" not in t.marks for t, f in zip(terms, free, strict=True)),
    )
