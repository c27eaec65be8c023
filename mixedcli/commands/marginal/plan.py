"""What a margins command computes: responses, by scenarios of at(), groups of over() and cells of the marginlist."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands.marginal import responses
from mixedcli.commands.marginal.atspec import Wishes
from mixedcli.commands.marginal.inference import Basis, Quantities
from mixedcli.commands.marginal.responses import Kind
from mixedcli.commands.marginal.scenarios import Population
from mixedcli.commands.marginal.termlist import ContrastTerm, level_values
from mixedcli.data.factors import Part, operator_prefix
from mixedcli.frozen import frozen
from mixedcli.model.linearmodel import Key, LinearModel
from mixedcli.model.marginrows import At, Setting, estimable

Floats = NDArray[np.float64]


@frozen
class Response:
    """One thing margins are computed of.

    part: the covariate of a derivative, or the level of a factor; None for predictions.  base: a factor's base level,
    which has no effect.  compute: settings -> one quantity for each group.
    """

    part: Part | None
    base: bool
    compute: Callable[[Mapping[Key, Setting]], Quantities]

    @property
    def name(self) -> str:
        """ "x", "2.f", "1b.f"; "" for predictions."""
        if self.part is None:
            return ""
        variable = operator_prefix(self.part.ops) + self.part.var
        return variable if self.part.level is None else f"{self.part.level}{'b' if self.base else ''}.{variable}"


@frozen
class Cells:
    """The combinations of a term's levels; () is the overall margin."""

    term: ContrastTerm | None
    keys: tuple[Key, ...]
    levels: tuple[tuple[int, ...], ...]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(product(*self.levels))

    @property
    def count(self) -> int:
        return int(np.prod([len(x) for x in self.levels])) if self.levels else 1


def cells_of(term: ContrastTerm | None, model: LinearModel, *, contrast: bool) -> Cells:
    """The cells of a term of the marginlist."""
    if term is None:
        return Cells(None, (), ())
    elements = (*term.main, *term.within)
    return Cells(term, term.keys, tuple(level_values(e, model, contrast) for e in elements))


def prediction(base: Basis, population: Population, expr: ast.Expr | None) -> list[Response]:
    """The linear prediction, or an expression."""

    def compute(settings: Mapping[Key, Setting]) -> Quantities:
        if expr is not None:
            return responses.expressed(base, population, settings, expr)
        return responses.predicted(base, population, settings)

    return [Response(None, False, compute)]


def effects(
    base: Basis, population: Population, keys: Sequence[Key], kind: Kind, only: Mapping[Key, set[int]]
) -> list[Response]:
    """Derivatives of continuous covariates, changes of factors from their base."""
    out: list[Response] = []
    for key in keys:
        if key not in base.model.factors:

            def slope(settings: Mapping[Key, Setting], key: Key = key) -> Quantities:
                return responses.derivative(base, population, settings, key, kind)

            out.append(Response(Part(key[0], key[1]), False, slope))
            continue
        lowest = base.model.bases[key]
        for level in base.model.factors[key]:
            if key in only and level not in only[key]:
                continue

            def step(settings: Mapping[Key, Setting], key: Key = key, level: int = level) -> Quantities:
                return responses.change(base, population, settings, key, kind, level, base.model.bases[key])

            out.append(Response(Part(key[0], key[1], "i", level), level == lowest, step))
    return out


def computed(
    response: Response,
    cells: Cells,
    scenarios: Sequence[Wishes],
    population: Population,
    balanced: Mapping[Key, Setting],
) -> Quantities:
    """The margins of a response in the cells of a term: scenarios slowest, then groups, then cells.

    balanced: settings of every covariate that neither at() nor the cell sets (asbalanced).
    """
    estimates, gradients, flags = [], [], []
    groups = population.groups
    for wishes in scenarios:
        apart = population.varies(wishes)
        own = [population.scenario(wishes, g) for g in (range(groups) if apart else range(1))]
        found = []
        for cell in cells:
            fixed = {k: At(float(v)) for k, v in zip(cells.keys, cell, strict=True)}
            asked = [response.compute({**balanced, **s, **fixed}) for s in own]
            found.append(asked[0] if not apart else _diagonal(asked))
        for g in range(groups):
            for x in found:
                estimates.append(x.estimate[g])
                gradients.append(x.gradient[g])
                flags.append(x.estimable[g])
    return Quantities(np.array(estimates), np.array(gradients), np.array(flags))


def _diagonal(asked: Sequence[Quantities]) -> Quantities:
    """Group g of the g-th."""
    k = range(len(asked))
    return Quantities(
        np.array([asked[g].estimate[g] for g in k]),
        np.array([asked[g].gradient[g] for g in k]),
        np.array([asked[g].estimable[g] for g in k]),
    )


def checked(x: Quantities, model: LinearModel, population: Population, whole: Callable[[], Floats]) -> Quantities:
    """The same with what is not estimable marked; whole() gives the directions the estimation sample leaves open."""
    if not model.gaps:
        return x
    flags = estimable(np.where(np.isfinite(x.gradient), x.gradient, 0.0), whole())
    return Quantities(x.estimate, x.gradient, x.estimable & flags)
