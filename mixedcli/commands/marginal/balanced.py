"""Cells of the marginal linear prediction: what contrast and pwcompare compare.

Factors of the term are at the cell's levels, other factors balanced (every level counts the same) or as observed;
continuous covariates are at 0, those of the term enter as slopes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from mixedcli.commands import Options
from mixedcli.commands.marginal.contrasting import FactorFacts
from mixedcli.commands.marginal.inference import Basis, Quantities, linear
from mixedcli.commands.marginal.sampling import Sampled
from mixedcli.data.factors import ModelTerm, Part
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.model.linearmodel import Key, LinearModel, key_of
from mixedcli.model.marginrows import estimable, null_space

Floats = NDArray[np.float64]


@frozen
class Balance:
    """asobserved: factors averaged over the sample.  reweight: over the cells that occur (emptycells(reweight))."""

    observed: frozenset[Key] = frozenset()
    reweight: bool = False


def balance_of(options: Options, base: Basis) -> Balance:
    """asobserved and emptycells().  Errors: r(198)."""
    if options.get("asobserved") and options.get("asbalanced"):
        raise InvalidSyntax("options asobserved and asbalanced may not be combined")
    empty = options.get("emptycells", "strict")
    if empty not in ("strict", "reweight"):
        raise InvalidSyntax("option emptycells() incorrectly specified")
    observed = frozenset(base.model.factors) if options.get("asobserved") else frozenset()
    return Balance(observed, empty == "reweight")


def cells_of(keys: Sequence[Key], numbers: Sequence[Key], base: Basis, sampled: Sampled, how: Balance) -> Quantities:
    """One quantity for each combination of levels, the last factor varying fastest."""
    model = base.model
    levels = [model.factors[k] for k in keys]
    rows = np.array([
        _row(dict(zip(keys, cell, strict=True)), numbers, model, sampled, how) for cell in product(*levels)
    ])  # fmt: skip
    return linear(rows, base, checked(rows, model, sampled))


def checked(rows: Floats, model: LinearModel, sampled: Sampled) -> NDArray[np.bool_]:
    """Which rows are estimable; without the sample, those that use no column that was left out."""
    if not model.gaps:
        return np.ones(len(rows), dtype=np.bool_)
    if sampled.averages is None:
        out = [p for p, t, f in zip(model.positions, model.terms, model.free, strict=True)
               if not f and t is not None and "b" not in t.marks]  # fmt: skip
        return np.asarray(~(np.abs(np.where(np.isnan(rows), 0.0, rows[:, :]))[:, out] > 1e-9).any(axis=1))
    return estimable(np.where(np.isnan(rows), 0.0, rows), null_space(model, sampled.whole))


def _row(cell: Mapping[Key, int], numbers: Sequence[Key], model: LinearModel, sampled: Sampled, how: Balance) -> Floats:
    out = np.zeros(model.size)
    wanted = sorted(map(repr, numbers))
    others = [k for k in model.factors if k not in cell]
    free = [k for k in others if k not in how.observed]
    table = _joint(cell, free, model, sampled) if how.reweight else None
    for term, position in zip(model.terms, model.positions, strict=True):
        if sorted(repr(key_of(p)) for p in _continuous(term)) != wanted:
            continue
        value, left, balanced = 1.0, [], {}
        for part in term.parts if term is not None else ():
            key = key_of(part)
            if part.kind != "i":
                continue
            if key in cell:
                value *= float(cell[key] == part.level)
            elif key in how.observed:
                left.append((part, None))
            else:
                balanced[key] = part.level
        if not value:
            continue
        if table is not None:
            value *= sum(w for levels, w in table if all(levels[k] == v for k, v in balanced.items()))
        else:
            for key in balanced:
                value /= len(model.factors[key])
        out[position] = value * (float(sampled.needed.of(left)[0]) if left else 1.0)
    return out


def _continuous(term: ModelTerm | None) -> list[Part]:
    return [p for p in term.parts if p.kind == "c"] if term is not None else []


def _joint(
    cell: Mapping[Key, int], free: Sequence[Key], model: LinearModel, sampled: Sampled
) -> list[tuple[dict[Key, int], float]]:
    """The combinations of the free factors that occur beside the cell, equal weights."""
    found = []
    for levels in product(*(model.factors[k] for k in free)):
        own = dict(zip(free, levels, strict=True))
        if sampled.occurs({**cell, **own}):
            found.append(own)
    return [(own, 1.0 / len(found)) for own in found]


def facts(keys: Sequence[Key], model: LinearModel, sampled: Sampled, *, weighted: bool) -> dict[Key, FactorFacts]:
    """Levels, counts and base of the factors of a term; counts matter to weighted operators only."""
    bases = model.bases
    out = {}
    for key in dict.fromkeys(keys):
        levels = model.factors[key]
        counts = tuple(sampled.share(key, v) for v in levels) if weighted else (1.0,) * len(levels)
        out[key] = FactorFacts(levels, counts, bases[key])
    return out
