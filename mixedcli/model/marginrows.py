"""A margin of the linear prediction as a row of coefficients over e(b): the design averaged over the sample.

A scenario says what each covariate is held at; covariates without an entry stay as observed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.factors import ModelTerm, Part
from mixedcli.frozen import frozen
from mixedcli.model.averages import Averages, Factor, Generated
from mixedcli.model.linearmodel import Key, LinearModel, key_of

Floats = NDArray[np.float64]


@frozen
class At:
    """A covariate held at a number; statistic: the word it came by ("mean", "p25"), "" for a value."""

    value: float
    statistic: str = ""


@frozen
class Shares:
    """A factor held at proportions of its levels: their means, equal ones (asbalanced), or as typed."""

    shares: Mapping[int, float]
    statistic: str = ""


Setting: TypeAlias = At | Shares | Generated
Scenario: TypeAlias = Mapping[Key, Setting]


def average_row(model: LinearModel, averages: Averages, scenario: Scenario) -> Floats:
    """The margin's coefficients: (groups, columns of e(b))."""
    out = np.zeros((averages.groups, model.size))
    for term, position in zip(model.terms, model.positions, strict=True):
        out[:, position] = _product(() if term is None else term.parts, averages, scenario)
    return out


def derivative_row(
    model: LinearModel, averages: Averages, scenario: Scenario, key: Key, *, times_x: bool = False
) -> Floats:
    """The margin of the derivative in a continuous covariate, of x times it for a semielasticity dy/d(ln x)."""
    out = np.zeros((averages.groups, model.size))
    for term, position in zip(model.terms, model.positions, strict=True):
        for rest in _derivatives(term, key):
            if times_x:
                rest = (*rest, Part(key[0], key[1], "c"))
            out[:, position] += _product(rest, averages, scenario)
    return out


def _derivatives(term: ModelTerm | None, key: Key) -> list[tuple[Part, ...]]:
    """What is left of a term when each occurrence of x in turn is taken out (the product rule)."""
    if term is None:
        return []
    at = [k for k, p in enumerate(term.parts) if p.kind == "c" and key_of(p) == key]
    return [term.parts[:k] + term.parts[k + 1 :] for k in at]


def _product(parts: Sequence[Part], averages: Averages, scenario: Scenario) -> Floats:
    """Fixed parts times the average of the others: (groups,)."""
    scalar = 1.0
    left: list[Factor] = []
    for part in parts:
        setting = scenario.get(key_of(part))
        if setting is None:
            left.append((part, None))
        elif isinstance(setting, At):
            scalar *= setting.value if part.kind == "c" else float(setting.value == part.level)
        elif isinstance(setting, Shares):
            scalar *= setting.shares.get(part.level or 0, 0.0)
        elif part.kind == "c":
            left.append((part, setting))
        if scalar == 0.0:
            return np.zeros(averages.groups)
    if not left:
        return np.where(averages.totals > 0, scalar, np.nan)
    return scalar * averages.of(left)


def null_space(model: LinearModel, averages: Averages) -> Floats:
    """Directions (columns of e(b), d) in which the sample says nothing: a row is estimable if it is orthogonal to all.

    Every column that was not estimated (base, empty, omitted) is a combination of those that were: its own direction
    is what is left of it.  X'X over all columns is made of averages of products of terms.
    """
    k = len(model.terms)
    M = np.zeros((k, k))
    for i, a in enumerate(model.terms):
        for j in range(i + 1):
            b = model.terms[j]
            parts = (*(() if a is None else a.parts), *(() if b is None else b.parts))
            M[i, j] = M[j, i] = float(np.nansum(averages.of([(p, None) for p in parts]) * averages.totals))
    scale = np.sqrt(np.diag(M))
    scale[scale == 0] = 1.0
    M /= np.outer(scale, scale)
    free = np.array(model.free)
    there, left = np.flatnonzero(free), np.flatnonzero(~free)
    combination = np.linalg.lstsq(M[np.ix_(there, there)], M[np.ix_(there, left)], rcond=1e-13)[0]
    combination[np.abs(combination) < 1e-10] = 0.0  # rounding, in units of the columns
    nothing = np.zeros((k, len(left)))
    nothing[left, np.arange(len(left))] = 1.0
    nothing[there] = -combination
    out = np.zeros((model.size, len(left)))
    out[list(model.positions)] = nothing / scale[:, None]
    return out


def estimable(rows: Floats, null: Floats, tolerance: float = 1e-5) -> NDArray[np.bool_]:
    """Which rows (l, columns) are functions of what the sample tells."""
    if not null.shape[1]:
        return np.ones(len(rows), dtype=np.bool_)
    size = np.abs(rows) @ np.abs(null)
    away = np.abs(rows @ null)
    return np.asarray((away <= tolerance * np.maximum(size, 1e-300)).all(axis=1))
