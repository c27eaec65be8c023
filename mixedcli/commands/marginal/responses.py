"""What margins can be margins of: linear predictions, derivatives and discrete changes, elasticities, expressions.

Everything linear in the coefficients is a row of averages; elasticities of y (eyex, eydx) need the prediction of each
observation, but still no more than a column at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands.marginal.inference import Basis, Quantities, linear
from mixedcli.commands.marginal.scenarios import Population
from mixedcli.data import factors
from mixedcli.data.dataset import Column
from mixedcli.data.factors import ModelTerm, Part
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import NotYetAvailable
from mixedcli.model.averages import Generated
from mixedcli.model.linearmodel import Key, LinearModel, key_of
from mixedcli.model.marginrows import At, Setting, Shares, average_row, derivative_row

Floats = NDArray[np.float64]
Kind = Literal["", "dydx", "dyex", "eydx", "eyex"]


def predicted(base: Basis, population: Population, settings: Mapping[Key, Setting]) -> Quantities:
    """The average linear prediction: one quantity for each group."""
    return linear(average_row(base.model, population.averages, settings), base)


def derivative(
    base: Basis, population: Population, settings: Mapping[Key, Setting], key: Key, kind: Kind
) -> Quantities:
    """The effect of a continuous covariate."""
    if kind in ("dydx", "dyex"):
        rows = derivative_row(base.model, population.averages, settings, key, times_x=kind == "dyex")
        return linear(rows, base)
    y, d = _total(base, population, settings), _total(base, population, settings, key)
    scale = _number(key, population, settings) if kind == "eyex" else np.ones(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = scale * d / y
        to_d, to_y = scale / y, -scale * d / y**2
    estimate = _averaged(value, population)
    gradient = np.zeros((population.groups, base.model.size))
    for term, position in _free(base.model):
        own = _product(() if term is None else term.parts, population, settings)
        change = sum((_product(rest, population, settings) for rest in _rests(term, key)), np.zeros(1))
        gradient[:, position] = _averaged(to_d * change + to_y * own, population)
    return Quantities(estimate, gradient, np.isfinite(estimate))


def change(
    base: Basis, population: Population, settings: Mapping[Key, Setting], key: Key, kind: Kind, level: int, from_: int
) -> Quantities:
    """A factor's change from one level to another: of y, or of ln y (eydx)."""
    there, here = {**settings, key: At(float(level))}, {**settings, key: At(float(from_))}
    if kind == "dydx":
        rows = average_row(base.model, population.averages, there) - average_row(base.model, population.averages, here)
        return linear(rows, base)
    y1, y0 = _total(base, population, there), _total(base, population, here)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = _averaged(np.log(y1) - np.log(y0), population)
    gradient = np.zeros((population.groups, base.model.size))
    for term, position in _free(base.model):
        parts = () if term is None else term.parts
        gradient[:, position] = _averaged(
            _product(parts, population, there) / y1 - _product(parts, population, here) / y0, population
        )
    return Quantities(estimate, gradient, np.isfinite(estimate))


def _free(model: LinearModel) -> Iterator[tuple[ModelTerm | None, int]]:
    """Estimated terms with their columns."""
    for term, position, free in zip(model.terms, model.positions, model.free, strict=True):
        if free:
            yield term, position


def _rests(term: ModelTerm | None, key: Key) -> list[tuple[Part, ...]]:
    parts = () if term is None else term.parts
    return [parts[:k] + parts[k + 1 :] for k, p in enumerate(parts) if p.kind == "c" and key_of(p) == key]


def _total(base: Basis, population: Population, settings: Mapping[Key, Setting], key: Key | None = None) -> Floats:
    """x b of every row (or of its derivative in a covariate), or one number when all rows have the same."""
    out: Floats = np.zeros(1)
    for term, position in _free(base.model):
        for parts in [() if term is None else term.parts] if key is None else _rests(term, key):
            out = out + base.b[position] * _product(parts, population, settings)
    return out


def _number(key: Key, population: Population, settings: Mapping[Key, Setting]) -> Floats:
    return _product((Part(key[0], key[1], "c"),), population, settings)


def _product(parts: tuple[Part, ...], population: Population, settings: Mapping[Key, Setting]) -> Floats:
    """The product of parts over the rows (rows used,), or (1,) when nothing of it is observed."""
    out: Floats = np.ones(1)
    for part in parts:
        setting = settings.get(key_of(part))
        if isinstance(setting, At):
            out = out * (setting.value if part.kind == "c" else float(setting.value == part.level))
        elif isinstance(setting, Shares):
            out = out * setting.shares.get(part.level or 0, 0.0)
        elif isinstance(setting, Generated):
            out = out * setting.values[population.rows]
        else:
            term = ModelTerm((part,), "value", "")
            out = out * factors.values(term, population.session.data, population.rows)
        if not out.any():
            return np.zeros(1)
    return out


def _averaged(values: Floats, population: Population) -> Floats:
    """Weighted averages (groups,) of values over the rows."""
    w, codes, groups = population.weights, population.codes, population.groups
    if len(values) == 1:
        return np.full(groups, float(values[0]))
    total = np.bincount(codes, w, groups).astype(float)
    weighted = values if w is None else w * values
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.bincount(codes, weighted, groups) / total)


def expressed(base: Basis, population: Population, settings: Mapping[Key, Setting], expr: ast.Expr) -> Quantities:
    """The average of an expression in predict(), xb() and coefficients: derivatives are numerical.

    Errors: r(111), r(198).
    """
    from mixedcli.commands.predictnl import predictions, through_prediction

    session = population.session
    data = session.data
    made = []
    for key, setting in settings.items():
        if isinstance(setting, Shares) or key[1]:
            raise NotYetAvailable("expression() with factors at proportions is not yet available")
        values = setting.values if isinstance(setting, Generated) else np.full(data.n, setting.value)
        made.append(Column(key[0], "double", values, "%10.0g"))
    data = data.with_columns(made) if made else data
    chain = through_prediction(session, expr, data, population.rows)
    if chain is not None:
        value, slope = chain
        estimate = _averaged(_known(value), population)
        gradient = np.zeros((population.groups, base.model.size))
        for term, position in _free(base.model):
            own = _product(() if term is None else term.parts, population, settings)
            gradient[:, position] = _averaged(slope * own, population)
        return Quantities(estimate, gradient, np.isfinite(estimate))
    found = predictions(session, expr, data, population.rows)
    assert found.gradient is not None
    estimate = _averaged(_known(found.values), population)
    gradient = np.column_stack([_averaged(_known(g), population) for g in found.gradient])
    return Quantities(estimate, gradient, np.isfinite(estimate))


def _known(values: Floats) -> Floats:
    return np.where(np.abs(values) < SYSMISS, values, np.nan)
